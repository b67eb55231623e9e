"""What the bot does, by an unmodified python-telegram-bot over HTTP."""

from __future__ import annotations

import asyncio

import pytest
from telegram import (
    Bot,
    BotCommand,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)
from telegram import BotCommandScopeChat as ChatScope
from telegram import InputMediaPhoto as Photo
from telegram import ReplyParameters as Reply
from telegram.error import BadRequest, Conflict, InvalidToken

from bot.simulator import Simulator
from bot.simulator.client import SimClient
from bot.simulator.samples import sample
from tests.simulator.conftest import ANA, CHLOE, FAMILY, make_bot

YES = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])


async def test_a_message_goes_both_ways(bot: Bot, people: SimClient) -> None:
    sent = await people.send(ANA, "/start 🦙 @doctor_llama_bot")
    update = (await bot.get_updates(timeout=2))[0]
    assert update.update_id == sent.update_id
    assert update.message is not None
    assert update.message.parse_entities() == {
        update.message.entities[0]: "/start",
        update.message.entities[1]: "@doctor_llama_bot",
    }
    answer = await bot.send_message(ANA, "Hello", reply_markup=YES)
    seen = await people.wait_message(ANA)
    assert (seen.message_id, seen.text, seen.labels) == (answer.message_id, "Hello", ["Yes"])
    edited = await bot.edit_message_text("Bye", ANA, answer.message_id)
    assert isinstance(edited, Message)
    assert edited.edit_date is not None
    assert (await people.wait_message(ANA)).labels == []


async def test_only_who_wrote_first_can_be_written_to(bot: Bot, people: SimClient) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(CHLOE, "Hello")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.set_my_commands([BotCommand("a", "b")], scope=ChatScope(CHLOE))
    await people.send(CHLOE, "Bonjour")
    await bot.send_message(CHLOE, "Bonjour")


async def test_wrong_tokens(simulator: Simulator) -> None:
    for token in ("0:wrong", "nonsense"):
        with pytest.raises(InvalidToken):
            async with make_bot(simulator, token):
                pass


async def test_html_becomes_entities(bot: Bot, ana: int) -> None:
    text = '🦙 <b>Bold <i>both</i></b> &lt;3 <a href="https://x.org">x</a> <pre>code</pre>'
    sent = await bot.send_message(ana, text, parse_mode="HTML")
    assert sent.text == "🦙 Bold both <3 x code"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [
        ("bold", 3, 9),
        ("italic", 8, 4),
        ("text_link", 16, 1),
        ("pre", 18, 4),
    ]


async def test_a_draft_vanishes_with_the_message(bot: Bot, people: SimClient, ana: int) -> None:
    await bot.send_message_draft(ana, 7, "Once")
    await bot.send_message_draft(ana, 7, "Once upon", api_kwargs={"can_stop": True})
    draft = (await people.chat(ana)).drafts[0]
    assert (draft.text, draft.can_stop) == ("Once upon", True)
    assert draft.expires == pytest.approx(draft.updated + 30)
    await bot.send_message(ana, "Once upon a time")
    assert (await people.chat(ana)).drafts == []


async def test_stop_reaches_the_bot(bot: Bot, people: SimClient, ana: int) -> None:
    await bot.send_message_draft(ana, 7, "Once", api_kwargs={"can_stop": True})
    assert await people.stop(ana) == 7
    update = (await bot.get_updates(timeout=2))[0]
    stopped = update.api_kwargs["stopped_message_generation"]
    assert (stopped["chat"]["id"], stopped["draft_id"]) == (ana, 7)
    assert await bot.send_message_draft(ana, 7, "Once more")
    assert (await people.chat(ana)).drafts == []


async def test_a_kept_draft_stays_after_stop(bot: Bot, people: SimClient, ana: int) -> None:
    stop = {"can_stop": True, "keep_on_stop": True}
    await bot.send_message_draft(ana, 7, "Once", api_kwargs=stop)
    await people.stop(ana, 7)
    assert [(d.text, d.can_stop) for d in (await people.chat(ana)).drafts] == [("Once", False)]


async def test_a_press_gets_its_answer(bot: Bot, people: SimClient, ana: int) -> None:
    message = await bot.send_message(
        ana, "Well?", reply_markup=YES, reply_parameters=Reply(1, allow_sending_without_reply=True)
    )
    pressing = asyncio.create_task(people.press(ana, message.message_id, "Yes"))
    query = (await bot.get_updates(timeout=2))[0].callback_query
    assert query is not None
    assert (query.data, query.message) == ("y", message)
    await bot.answer_callback_query(query.id, "Noted", show_alert=True)
    pressed = await pressing
    assert (pressed.answered, pressed.text, pressed.show_alert) == (True, "Noted", True)
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query(query.id)


async def test_two_pollers(simulator: Simulator, bot: Bot, people: SimClient) -> None:
    async with make_bot(simulator) as other:
        polls = [asyncio.create_task(one.get_updates(timeout=9)) for one in (bot, other)]
        ended, waiting = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
        with pytest.raises(Conflict, match="terminated by other"):
            await ended.pop()
        await people.send(ANA, "for the later one")
        assert len(await waiting.pop()) == 1


async def test_offset_confirms(bot: Bot, people: SimClient) -> None:
    ids = [(await people.send(ANA, str(number))).update_id or 0 for number in range(3)]
    assert [u.update_id for u in await bot.get_updates(limit=2)] == ids[:2]
    assert [u.update_id for u in await bot.get_updates(offset=ids[1])] == ids[1:]
    assert [u.update_id for u in await bot.get_updates(offset=-1)] == ids[2:]
    assert await bot.get_updates(offset=ids[2] + 1) == ()
    await people.redeliver(ids[0])
    assert [u.update_id for u in await bot.get_updates(offset=ids[2] + 1)] == ids[:1]


async def test_reactions_are_off_until_asked_for(bot: Bot, people: SimClient, ana: int) -> None:
    message = await bot.send_message(ana, "Hello")
    assert (await people.react(ana, message.message_id, "👍")).update_id is None
    await bot.get_updates(allowed_updates=["message", "message_reaction"])
    sent = await people.react(ana, message.message_id, "👎")
    update = (await bot.get_updates(timeout=2))[0]
    assert update.update_id == sent.update_id
    assert update.message_reaction is not None
    assert update.message_reaction.old_reaction[0].to_dict() == {"type": "emoji", "emoji": "👍"}
    await bot.set_message_reaction(ana, message.message_id, "🔥")
    seen = await people.wait_message(ana, after=message.message_id - 1)
    assert {one["emoji"] for one in seen.reactions} == {"👎", "🔥"}


async def test_commands_by_scope_and_language(bot: Bot, people: SimClient, ana: int) -> None:
    await bot.set_my_commands([("help", "Help")])
    await bot.set_my_commands([("aide", "Aide")], language_code="fr")
    await bot.set_my_commands([("admin", "Rule")], scope=ChatScope(ana))
    assert (await people.commands(ana))[0]["command"] == "admin"
    assert (await people.commands(CHLOE))[0]["command"] == "aide"
    assert (await people.commands(1002))[0]["command"] == "help"
    await bot.delete_my_commands(scope=ChatScope(ana))
    assert await bot.get_my_commands(scope=ChatScope(ana)) == ()
    assert (await people.commands(ana))[0]["command"] == "help"


async def test_profile(bot: Bot) -> None:
    await bot.set_my_name("Lama")
    await bot.set_my_description("An AI, not a doctor.")
    await bot.set_my_short_description("Une IA", language_code="fr")
    assert (await bot.get_my_name()).name == "Lama"
    assert (await bot.get_my_description("es")).description == "An AI, not a doctor."
    assert (await bot.get_my_short_description("fr")).short_description == "Une IA"
    assert (await bot.get_my_short_description()).short_description == ""
    assert (await bot.get_me()).first_name == "Lama"


async def test_files_both_ways(bot: Bot, people: SimClient, ana: int) -> None:
    await people.upload(ana, "mine.txt", b"mine", caption="Look")
    given = (await bot.get_updates(timeout=2))[0].message
    assert given is not None
    assert given.document is not None
    assert given.caption == "Look"
    file = await bot.get_file(given.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"mine"
    picture = sample("photo").data
    sent = await bot.send_photo(ana, picture, caption="A dot")
    assert (sent.photo[0].width, sent.photo[0].height) == (1, 1)
    again = await bot.send_document(ana, b"x", filename="x.csv")
    assert again.document is not None
    assert again.document.file_name == "x.csv"
    assert len(await bot.send_media_group(ana, [Photo(picture), Photo(picture)])) == 2
    edited = await bot.edit_message_caption(ana, sent.message_id, caption="Two dots")
    assert isinstance(edited, Message)
    assert edited.caption == "Two dots"


async def test_chat_questions(bot: Bot, ana: int) -> None:
    assert (await bot.get_chat(ana)).first_name == "Ana"
    assert (await bot.get_chat_member(FAMILY, ana)).status == "creator"
    assert (await bot.get_chat_member(FAMILY, bot.id)).status == "member"
    assert len(await bot.get_chat_administrators(FAMILY)) == 1
    assert await bot.get_chat_member_count(FAMILY) == 6


async def test_pin_copy_forward_delete(bot: Bot, people: SimClient, ana: int) -> None:
    message = await bot.send_message(ana, "Hello")
    await bot.pin_chat_message(ana, message.message_id)
    pinned = (await bot.get_chat(ana)).pinned_message
    assert pinned == message
    await bot.unpin_chat_message(ana)
    copy = await bot.copy_message(ana, ana, message.message_id)
    forwarded = await bot.forward_message(ana, ana, message.message_id)
    assert forwarded.forward_origin is not None
    await bot.delete_messages(ana, [message.message_id, copy.message_id, 1])
    assert [m.message_id for m in (await people.chat(ana)).from_bot] == [forwarded.message_id]
    with pytest.raises(BadRequest, match="to delete not found"):
        await bot.delete_message(ana, message.message_id)


async def test_force_reply_and_thread_are_kept(bot: Bot, people: SimClient, ana: int) -> None:
    asked = await bot.send_message(
        ana, "Your words?", reply_markup=ForceReply(input_field_placeholder="…")
    )
    seen = await people.wait_message(ana, after=asked.message_id - 1)
    assert seen.raw["force_reply"]
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", ana, asked.message_id)
    await people.send(ana, "In a topic", thread_id=5)
    update = (await bot.get_updates(timeout=2))[0]
    assert update.message is not None
    assert update.message.message_thread_id == 5
