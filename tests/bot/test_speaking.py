"""In which language someone is spoken to: their app's, or the one that they chose."""

import asyncio

from bot.texts import languages, say
from doctor_llama import privacy
from doctor_llama.schema import Role
from tests.bot.conftest import ANA, FAMILY, OWNER, Scene


async def test_the_apps_language_is_spoken_without_a_word(scene: Scene) -> None:
    for number, language in enumerate(sorted(languages()), 3001):
        await scene.people.person(number, language=f"{language}-XX")
        await scene.people.send(number, "/start")
        await scene.answer(number, say(language, "start-consent").splitlines()[0])


async def test_a_chosen_language_holds_also_after_a_restart(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, "/language")
    asked = await scene.answer(ANA, "In which language")
    assert [label for label in asked.labels if label == "العربية"]
    await scene.people.press(ANA, asked.message_id, "Русский")
    await scene.answer(ANA, "Теперь я говорю по-русски.")
    await scene.people.send(ANA, "/hlep")
    await scene.answer(ANA, "Вы имели в виду /help?")
    await scene.stop()
    await scene.start()
    await scene.people.send(ANA, "/stop")
    await scene.answer(ANA, "Останавливать нечего.")
    async with scene.database.reading() as session:
        user = await privacy.known(session, f"telegram:{ANA}")
    assert user is not None
    assert (user.language, user.language_chosen) == ("ru", True)
    scene.worker.paused = True
    await scene.people.send(ANA, "What is asthma?")
    await scene.answer(ANA, "Ваш вопрос принят")
    scene.worker.paused = False
    await scene.final(ANA, "rest.")
    await scene.people.send(ANA, "/language")
    asked = await scene.answer(ANA, "На каком языке")
    await scene.people.press(ANA, asked.message_id, "Как в моём приложении")
    await scene.answer(ANA, "From now on I speak English.")


async def test_a_language_is_chosen_in_private(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, "/language@doctor_llama_bot", chat_id=FAMILY)
    await scene.answer(FAMILY, "in a private chat")


async def test_commands_and_profile_are_in_every_language(scene: Scene) -> None:
    spoken = sorted(languages())
    async with asyncio.timeout(60):
        while len(await scene.people.calls("setMyCommands")) < 3 * len(spoken):
            await asyncio.sleep(0.02)
    for number, language in enumerate(spoken, 3001):
        await scene.people.person(number, language=language)
        await scene.people.send(number, "/about")
        offered = {c["command"]: c["description"] for c in await scene.people.commands(number)}
        assert offered["language"] == say(language, "command-language")
        assert "admin" not in offered


async def test_staff_reads_its_own_commands_in_its_language(scene: Scene) -> None:
    await scene.agreed(OWNER)
    await scene.people.send(OWNER, "/language")
    asked = await scene.answer(OWNER, "In which language")
    await scene.people.press(OWNER, asked.message_id, "हिन्दी")
    async with asyncio.timeout(60):
        while True:
            offered = await scene.people.commands(OWNER)
            if say("hi", "command-admin") in [c["description"] for c in offered]:
                break
            await asyncio.sleep(0.02)
    await scene.people.send(OWNER, "/admin")
    await scene.answer(OWNER, say("hi", f"role-{Role.OWNER}"))
