"""What people do, and what the bot hears of it."""

from __future__ import annotations

import pytest
from telegram import Bot, Message
from telegram.error import BadRequest, Forbidden

from bot.simulator.client import SimClient, SimError
from tests.simulator.conftest import ANA, BEN, FAMILY


async def heard(bot: Bot) -> Message | None:
    """The message of the next update; confirms it."""
    for update in await bot.get_updates():
        await bot.get_updates(offset=update.update_id + 1)
        return update.effective_message
    return None


async def test_a_reply_to_the_latest_answer_is_not_told(
    bot: Bot, people: SimClient, ana: int
) -> None:
    first = await bot.send_message(ana, "One two three")
    latest = await bot.send_message(ana, "Four")
    sent = await people.send(ana, "why?", reply_to=latest.message_id)
    told = await heard(bot)
    assert told is not None
    assert told.reply_to_message is None
    assert (await people.chat(ana, after=sent.message_id - 1)).messages[0].reply_to
    await people.send(ana, "why?", reply_to=first.message_id)
    told = await heard(bot)
    assert told is not None
    assert told.reply_to_message == first
    await people.send(ana, "wrong", reply_to=latest.message_id, quote="ou")
    told = await heard(bot)
    assert told is not None
    assert told.quote is not None
    assert (told.quote.text, told.quote.position) == ("ou", 1)


async def test_edits_and_their_limits(bot: Bot, people: SimClient, ana: int) -> None:
    sent = await people.send(ana, "hedache")
    await heard(bot)
    await people.edit(ana, sent.message_id, "headache")
    told = await heard(bot)
    assert told is not None
    assert (told.text, told.message_id) == ("headache", sent.message_id)
    answer = await bot.send_message(ana, "Yes")
    with pytest.raises(SimError, match="only their own"):
        await people.edit(ana, answer.message_id, "No")
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", ana, sent.message_id)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello all", False),
        ("/ask why", True),
        ("/ask@doctor_llama_bot why", True),
        ("/ask@other_bot why", False),
        ("what does @doctor_llama_bot say", True),
        ("what does @doctor_llama_botany say", False),
    ],
)
async def test_privacy_mode(bot: Bot, people: SimClient, text: str, told: bool) -> None:
    await people.send(BEN, text, chat_id=FAMILY)
    assert (await heard(bot) is not None) == told


async def test_privacy_mode_and_replies(bot: Bot, people: SimClient) -> None:
    answer = await bot.send_message(FAMILY, "Hello")
    await people.send(BEN, "thanks", chat_id=FAMILY, reply_to=answer.message_id)
    told = await heard(bot)
    assert told is not None
    assert told.reply_to_message == answer
    await people.promote(FAMILY)
    await heard(bot)
    await people.send(BEN, "plain", chat_id=FAMILY)
    told = await heard(bot)
    assert told is not None
    assert told.text == "plain"


async def test_a_blocked_bot(bot: Bot, people: SimClient, ana: int) -> None:
    await people.block(ana)
    update = (await bot.get_updates())[0]
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(ana, "Hello?")
    with pytest.raises(SimError, match="blocked the bot"):
        await people.send(ana, "Hello?")
    await people.block(ana, False)
    await bot.send_message(ana, "Hello!")


async def test_a_newcomer(bot: Bot, people: SimClient) -> None:
    await people.person(555, name="Eve", language="de")
    await people.send(555, "Hallo")
    told = await heard(bot)
    assert told is not None
    assert told.from_user is not None
    assert (told.from_user.first_name, told.from_user.language_code) == ("Eve", "de")


async def test_every_kind_of_file(bot: Bot, people: SimClient) -> None:
    for kind in ("photo", "document", "voice", "sticker"):
        await people.send(ANA, "look", kind=kind)
        told = await heard(bot)
        assert told is not None
        assert told.effective_attachment


async def test_a_long_text_is_several_messages_as_in_an_app(
    people: SimClient, bot: Bot, ana: int
) -> None:
    sent = await people.send(ana, "x" * 4095 + "🦙" + "y" * 100)
    view = await people.chat(ana, after=sent.message_id - 1)
    assert [message.text for message in view.messages] == ["x" * 4095, "🦙" + "y" * 100]


async def test_what_an_app_would_not_offer(people: SimClient, bot: Bot, ana: int) -> None:
    mine = await people.send(ana, "mine")
    message = await bot.send_message(ana, "Hello")
    for act, sentence in (
        (people.send(ana, "  "), "needs a text"),
        (people.edit(ana, mine.message_id, "x" * 4097), "at most 4096"),
        (people.send(ana, "x", chat_id=BEN), "in no chat"),
        (people.send(ana, "x", reply_to=1), "no message 1"),
        (people.press(ana, message.message_id, "y"), "No such button"),
        (people.react(ana, message.message_id, "🦙"), "Telegram's reactions"),
        (people.stop(ana), "no draft with a Stop button"),
        (people.fault("*", "what"), "kind is one of"),
    ):
        with pytest.raises(SimError, match=sentence):
            await act
