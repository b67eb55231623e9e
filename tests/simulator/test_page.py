"""The chat page in a real Chromium: what a person sees and does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, expect
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.simulator import Simulator, running
from bot.simulator.client import SimClient
from tests.browser import chromium
from tests.simulator.conftest import ANA, BEN, FAMILY, make_bot

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def simulator() -> AsyncIterator[Simulator]:
    async with running() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def people(simulator: Simulator) -> AsyncIterator[SimClient]:
    async with SimClient(simulator.url) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def bot(simulator: Simulator, people: SimClient) -> AsyncIterator[Bot]:
    """A bot whom Ana has started."""
    await people.send(ANA, "/start")
    async with make_bot(simulator) as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, simulator: Simulator) -> AsyncIterator[Page]:
    """A fresh page; any error on its console fails the test."""
    context = await browser.new_context(viewport={"width": 1100, "height": 760})
    context.set_default_timeout(8000)
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield opened
    await context.close()
    assert errors == []


async def visit(page: Page, simulator: Simulator, place: str = f"{ANA}") -> None:
    await page.goto(f"{simulator.url}/#{place}")
    await expect(page.locator("#lists .row").first).to_be_attached()


def bubbles(page: Page) -> Locator:
    return page.locator("#timeline .message")


async def test_start_write_edit_and_reply(
    page: Page, simulator: Simulator, people: SimClient
) -> None:
    async with make_bot(simulator) as bot:
        await bot.set_my_description("I am an AI.")
        await visit(page, simulator)
        await expect(page.locator("#start")).to_contain_text("I am an AI.")
        await page.get_by_role("button", name="START").click()
        await expect(bubbles(page)).to_contain_text(["/start"])
        field = page.get_by_label("Message", exact=True)
        await field.fill("first line")
        await field.press("Shift+Enter")
        await field.press_sequentially("secnd")
        await field.press("Enter")
        await expect(bubbles(page)).to_have_count(2)
        await field.press("ArrowUp")
        await expect(page.locator("#context")).to_contain_text("Edit message")
        await field.fill("second")
        await field.press("Enter")
        await expect(bubbles(page).last).to_contain_text("edited")
        answer = await bot.send_message(ANA, "An answer of the bot")
        await bubbles(page).last.hover()
        await bubbles(page).last.get_by_label("React, reply and more").click()
        await page.get_by_role("menuitem", name="Reply").click()
        await field.fill("thanks")
        await page.get_by_label("Send").click()
        await expect(page.locator(".reply")).to_contain_text("An answer of the bot")
        await page.locator(".reply").click()
        await expect(page.locator(".flash")).to_contain_text("An answer")
        seen = (await people.chat(ANA)).messages
        assert [message.text for message in seen] == [
            *("/start", "second", "An answer of the bot", "thanks")
        ]
        assert seen[-1].reply_to == answer.message_id


async def test_entities_are_text_never_html(page: Page, simulator: Simulator, bot: Bot) -> None:
    text = "🦙 <img src=x onerror=alert(1)> bold code secret x"
    kinds = [("bold", "bold"), ("code", "code"), ("spoiler", "secret")]
    entities = [
        MessageEntity(kind, len(text[: text.index(word)].encode("utf-16-le")) // 2, len(word))
        for kind, word in kinds
    ]
    end = len(text.encode("utf-16-le")) // 2 - 1
    entities.append(MessageEntity("text_link", end, 1, url="javascript:alert(1)"))
    await visit(page, simulator)
    await bot.send_message(ANA, text, entities=entities)
    last = bubbles(page).last
    await expect(last.locator(".text")).to_have_text(text)
    await expect(last.locator("b")).to_have_text("bold")
    await expect(last.locator("code")).to_have_text("code")
    await expect(last.locator("img")).to_have_count(0)
    assert await last.locator("a").get_attribute("href") is None
    await last.locator(".spoiler").click()
    await expect(last.locator(".spoiler.open")).to_have_text("secret")


async def test_a_draft_grows_stops_and_becomes_the_message(
    page: Page, simulator: Simulator, bot: Bot, people: SimClient
) -> None:
    await visit(page, simulator)
    await bot.send_message_draft(ANA, 4, "")
    draft = page.locator(".draft")
    await expect(draft).to_contain_text("Thinking")
    await bot.send_message_draft(ANA, 4, "Once", api_kwargs={"can_stop": True})
    await bot.send_message_draft(ANA, 4, "Once upon", api_kwargs={"can_stop": True})
    await expect(draft.locator(".text")).to_have_text("Once upon")
    await expect(page.locator("#chat-subtitle")).to_have_text("writing…")
    await draft.get_by_role("button", name="Stop").click()
    await expect(draft).to_have_count(0)
    await bot.send_message_draft(ANA, 5, "Twice")
    await expect(draft).to_have_count(1)
    await bot.send_message(ANA, "Twice told")
    await expect(draft).to_have_count(0)
    await expect(bubbles(page).last).to_contain_text("Twice told")
    assert any(line.get("action") == "stop" for line in await people.journal(kind="person"))


async def test_buttons_toast_alert_and_reactions(
    page: Page, simulator: Simulator, bot: Bot, people: SimClient
) -> None:
    keys = [[InlineKeyboardButton("Up", callback_data="u")]]
    await bot.send_message(ANA, "Good?", reply_markup=InlineKeyboardMarkup(keys))
    await bot.get_updates(offset=-1)
    await visit(page, simulator)
    for text, alert in (("Thank you", False), ("Read this", True)):
        await page.get_by_role("button", name="Up").click()
        await expect(page.get_by_role("button", name="Up")).to_have_attribute("aria-busy", "true")
        update = (await bot.get_updates(offset=-1, timeout=2))[-1]
        assert update.callback_query is not None
        await bot.get_updates(offset=update.update_id + 1)
        await bot.answer_callback_query(update.callback_query.id, text, show_alert=alert)
        shown = page.locator("dialog" if alert else ".toast", has_text=text)
        await expect(shown).to_be_visible()
    await page.keyboard.press("Escape")
    await bubbles(page).last.get_by_label("React, reply and more").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="👍", exact=True).press("Enter")
    await expect(page.locator(".chips")).to_contain_text("1")
    await page.locator(".chips button").click()
    await expect(page.locator(".chips")).to_have_count(0)
    assert (await people.chat(ANA)).from_bot[-1].reactions == []


async def test_commands_by_slash_and_by_link(
    page: Page, simulator: Simulator, bot: Bot, people: SimClient
) -> None:
    await bot.set_my_commands([("new", "Start over"), ("privacy", "What is kept")])
    await visit(page, simulator)
    await page.get_by_role("button", name="Commands").click()
    await expect(page.get_by_role("option")).to_have_count(2)
    field = page.get_by_label("Message", exact=True)
    await field.fill("/pr")
    await expect(page.get_by_role("option")).to_have_text(["/privacyWhat is kept"])
    await field.press("Enter")
    await people.wait_for(ANA, lambda view: view.messages[-1].text == "/privacy")
    await bot.send_message(ANA, "Or /new if you like")
    await page.locator("#timeline").get_by_role("button", name="/new").click()
    await people.wait_for(ANA, lambda view: view.messages[-1].text == "/new")


async def test_force_reply_files_and_long_text(
    page: Page, simulator: Simulator, bot: Bot, people: SimClient, tmp_path: Path
) -> None:
    await visit(page, simulator)
    await expect(bubbles(page)).to_have_count(1)
    asked = await bot.send_message(ANA, "Your words?", reply_markup=ForceReply())
    await expect(page.locator("#context")).to_contain_text("Reply to Doctor Llama")
    field = page.get_by_label("Message", exact=True)
    await field.fill("x" * 4097)
    await expect(page.locator("#counter")).to_have_text("2 messages")
    await expect(page.get_by_label("Send")).to_be_enabled()
    await field.fill("mine")
    await field.press("Enter")
    view = await people.wait_for(ANA, lambda v: v if v.messages[-1].text == "mine" else None)
    assert view.messages[-1].reply_to == asked.message_id
    note = tmp_path / "note.txt"
    await asyncio.to_thread(note.write_text, "note")
    await page.set_input_files("#file", note)
    await expect(bubbles(page).last.locator(".file")).to_contain_text("note.txt")


async def test_other_people_and_the_group(
    page: Page, simulator: Simulator, bot: Bot, people: SimClient
) -> None:
    await visit(page, simulator)
    await people.send(BEN, "hello from Ben")
    await bot.send_message(BEN, "hello Ben")
    ben = page.locator("#lists .row", has_text="Ben")
    await expect(ben.locator(".badge")).to_have_text("1")
    await ben.click()
    await expect(bubbles(page)).to_have_count(2)
    await expect(page.locator("#lists")).to_contain_text("You are Ben")
    await page.locator("#lists .row", has_text="Family").click()
    await people.send(ANA, "in the family", chat_id=FAMILY)
    await expect(bubbles(page).last.locator(".who")).to_have_text("Ana")
    await page.reload()
    await expect(page.locator("#chat-title")).to_have_text("Family")


async def test_what_comes_between_snapshot_and_stream_is_neither_lost_nor_doubled(
    page: Page, simulator: Simulator, bot: Bot, people: SimClient
) -> None:
    """The page reads a snapshot, then follows the events; each is held back past the other."""
    happened = asyncio.Event()

    async def late(route: Route) -> None:
        await happened.wait()
        await route.continue_()

    async def overtaken(route: Route) -> None:
        snapshot = await route.fetch()
        await bot.send_message(BEN, "overtaking")
        await expect(page.locator("#lists .row", has_text="overtaking")).to_be_visible()
        await route.fulfill(response=snapshot)

    await page.route("**/sim/events*", late)
    await visit(page, simulator)
    await people.send(BEN, "hello from Ben")
    await bot.send_message(BEN, "hello Ben")
    ben = page.locator("#lists .row", has_text="Ben")
    await expect(ben.locator(".badge")).to_have_count(0)
    happened.set()
    await expect(ben.locator(".badge")).to_have_text("1")
    await page.route(f"**/sim/chat/{BEN}", overtaken, times=1)
    await ben.click()
    await expect(bubbles(page).locator(".text")).to_have_text(
        ["hello from Ben", "hello Ben", "overtaking"]
    )


async def test_what_is_typed_while_a_message_is_on_its_way_stays(
    page: Page, simulator: Simulator, bot: Bot
) -> None:
    sent = asyncio.Event()

    async def slow(route: Route) -> None:
        await sent.wait()
        await route.continue_()

    await visit(page, simulator)
    await page.route("**/sim/send", slow)
    field = page.get_by_label("Message", exact=True)
    await field.fill("first")
    await field.press("Enter")
    await field.fill("second")
    sent.set()
    await expect(bubbles(page).last).to_contain_text("first")
    await expect(field).to_have_value("second")


async def test_blocking_from_the_page(page: Page, simulator: Simulator, bot: Bot) -> None:
    await visit(page, simulator)
    await page.get_by_label("More about this chat").click()
    await page.get_by_role("menuitem", name="Block the bot").click()
    await page.get_by_role("button", name="UNBLOCK THE BOT").click()
    await expect(page.get_by_label("Message", exact=True)).to_be_visible()


async def test_phone_dark_and_right_to_left(
    browser: Browser, simulator: Simulator, bot: Bot
) -> None:
    context = await browser.new_context(
        viewport={"width": 360, "height": 700}, color_scheme="dark", has_touch=True
    )
    page = await context.new_page()
    await page.goto(simulator.url)
    await page.locator("#lists .row").first.click()
    await expect(page.locator("#sidebar")).to_be_hidden()
    await bot.send_message(ANA, "أهلاً وسهلاً")
    direction = "getComputedStyle(document.querySelector('.theirs .text')).direction"
    await expect(bubbles(page)).to_have_count(2)
    assert await page.evaluate(direction) == "rtl"
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    long = await bot.send_message(ANA, "word " * 100)
    await bot.send_message(ANA, "I see.", reply_to_message_id=long.message_id)
    await expect(bubbles(page)).to_have_count(4)
    box = await bubbles(page).last.locator(".bubble").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 360, "the line of what it replies to is cut"
    await page.get_by_label("Back to the chats").click()
    await expect(page.locator("#sidebar")).to_be_visible()
    await context.close()


async def test_a_lost_connection_comes_back(browser: Browser, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    context = await browser.new_context()
    page = await context.new_page()
    async with running(journal=journal) as first:
        async with SimClient(first.url) as people:
            await people.send(ANA, "before")
        await visit(page, first)
        port = first.port
    await expect(page.locator("#banner")).to_be_visible()
    async with running(port, journal) as second, SimClient(second.url) as people:
        await people.send(ANA, "after")
        await expect(bubbles(page)).to_have_count(2)
        await expect(page.locator("#banner")).to_be_hidden()
        await context.close()
