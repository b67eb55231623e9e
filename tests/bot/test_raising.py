"""A question that the label pass raises: the card in place of the answer, once, and after it."""

from doctor_llama import privacy
from doctor_llama.triage import Label, reply
from tests.bot.conftest import ANA, BEN, FAMILY, Scene
from tests.bot.test_exactly_once import said
from tests.bot.test_stopping import real_worker

CARD = "This can be an emergency"
RAISED = "What helps against a cold? [[label 0.9]]"


async def test_the_card_comes_once_and_the_question_can_be_answered_anyway(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    async with scene.database.session() as session:
        (await privacy.person(session, f"telegram:{BEN}")).country = "GB"
    # whatever Telegram says to the first edit of the card got lost
    await scene.people.fault("editMessageText", "timeout_after", chat_id=ANA, times=1)
    async with real_worker(scene, raise_from=0.5):
        for person in (ANA, BEN):
            await scene.people.send(person, RAISED)
        card = await scene.answer(ANA, CARD)
        await scene.answer(BEN, reply(Label.EMERGENCY, "en", "GB").splitlines()[0])
        await scene.all_delivered()
        for person in (ANA, BEN):
            assert len(await said(scene, person, CARD)) == 1
            assert not await said(scene, person, "Answer to")
        card = await scene.answer(ANA, CARD)
        assert not {"👍", "👎"} & set(card.labels)
        await scene.people.send(ANA, "That is not true, it is harmless.", reply_to=card.message_id)
        await scene.final(ANA, "Answer to")  # a question, and no correction of the card
        [anyway] = [label for label in card.labels if "anyway" in label.lower()]
        await scene.people.press(ANA, card.message_id, anyway)
        await scene.final(ANA, 'Answer to "What helps against a cold?')
        await scene.all_delivered()
        assert len(await said(scene, ANA, CARD)) == 1


async def test_in_a_crisis_nothing_is_offered_but_help(scene: Scene) -> None:
    await scene.agreed(ANA)
    async with scene.database.session() as session:
        (await privacy.person(session, f"telegram:{ANA}")).country = "US"
    async with real_worker(scene, raise_from=0.5):
        await scene.people.send(ANA, "What helps against a cold? [[label 0.1 0.6]]")
        card = await scene.answer(ANA, "988")
        await scene.all_delivered()
        assert card.text == reply(Label.CRISIS, "en", "US")
        assert card.labels == []


async def test_in_a_group_too(scene: Scene) -> None:
    await scene.agreed(ANA)
    async with real_worker(scene, raise_from=0.5):
        await scene.people.send(ANA, f"@doctor_llama_bot {RAISED}", chat_id=FAMILY)
        card = await scene.answer(FAMILY, CARD)
        await scene.all_delivered()
        assert len(await said(scene, FAMILY, CARD)) == 1
        assert not {"👍", "👎"} & set(card.labels)
