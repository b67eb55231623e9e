"""The owner's commands, one's own data and languages in a real Chromium, as large as a phone."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from bot.texts import say as words
from bot.trials.program import Program, program
from tests.browser import chromium
from tests.program.test_chat_page import IMAGES, PATIENT, say

PHONE: ViewportSize = {"width": 412, "height": 915}


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[tuple[Page, Program]]:
    settings = {"DOCTOR_LLAMA_MODEL": "scripted", "DOCTOR_LLAMA_CHAT_PORT": "0"}
    async with program(tmp_path, **settings) as running, chromium() as browser:
        await running.start()
        found = re.search(r"Chat page: (http\S+)", running.log)
        assert found is not None
        opened = await browser.new_page(viewport=PHONE, color_scheme="dark", device_scale_factor=2)
        opened.set_default_timeout(PATIENT)
        await opened.goto(f"{found[1]}#1001")
        yield opened, running
        assert await running.stop() == 0


async def picture(page: Page, name: str) -> None:
    """For the documentation, where it is asked for."""
    if os.environ.get("SCREENSHOTS") == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=IMAGES / f"{name}.png")


def last(page: Page, text: str) -> Locator:
    return page.locator(".message.theirs .text", has_text=text).last


async def direction(found: Locator) -> str:
    told: str = await found.evaluate("node => getComputedStyle(node).direction")
    return told


async def test_the_owner_sees_figures_and_speaks_arabic(phone: tuple[Page, Program]) -> None:
    page, doctor = phone
    await asks_and_rates(page)
    await sees_figures(page)
    # with matplotlib loaded and four pictures drawn
    assert doctor.tree()[0].memory_info().rss < 200 * 2**20
    await pauses(page)
    await looks_and_erases(page)
    data = doctor.folder / "data"  # the worker has the same file open
    raw = b"".join(file.read_bytes() for file in data.glob("doctor-llama.db*"))
    assert b"What is a migraine?" in raw
    assert b"Can I ask now?" not in raw
    await speaks_arabic(page)
    assert "Traceback" not in doctor.log


async def asks_and_rates(page: Page) -> None:
    await page.get_by_text("START", exact=True).click()
    await page.get_by_role("button", name="I agree").click()
    for question in ("What is asthma?", "What helps against hay fever?", "What is a migraine?"):
        await say(page, question)
        thumbs = page.get_by_role("button", name="👍", exact=True)
        await expect(thumbs).to_have_count(1)
        await thumbs.last.click()
        await expect(thumbs).to_have_count(0)


async def sees_figures(page: Page) -> None:
    await say(page, "/admin status")
    await expect(last(page, "Worker ")).to_contain_text("Last 24 hours: 3 answered, 0 failed.")
    await say(page, "/admin stats")
    photos = page.locator(".media img[alt=Photo]")
    await expect(photos).to_have_count(4, timeout=30_000)
    await expect(last(page, "Questions waiting, 48 hours")).to_be_visible()
    loaded = "nodes => nodes.every(node => node.complete && node.naturalWidth === 960)"
    await page.wait_for_function(
        f"() => ({loaded})([...document.querySelectorAll('.media img[alt=Photo]')])"
    )
    for number, name in enumerate(("questions", "ratings", "latency", "queue")):
        await photos.nth(number).scroll_into_view_if_needed()
        assert await photos.nth(number).evaluate("node => node.clientWidth") > 300, name
    await picture(page, "admin-stats")


async def pauses(page: Page) -> None:
    await say(page, "/admin pause 30")
    await page.get_by_role("button", name="Yes, do it").last.click()
    await expect(last(page, "Paused.")).to_be_visible()
    await say(page, "Can I ask now?")
    await expect(last(page, "The answers are paused")).to_be_visible()
    await picture(page, "pause")
    await say(page, "/admin resume")
    await expect(page.get_by_role("button", name="👍", exact=True)).to_have_count(1)


async def looks_and_erases(page: Page) -> None:
    await say(page, "/privacy")
    await expect(last(page, "What I store of you")).to_contain_text("Questions and answers: 8")
    await expect(last(page, "help to improve the model?")).to_be_visible()
    await picture(page, "privacy")
    await say(page, "/forget")
    await page.get_by_role("button", name="The last question and its answers").click()
    await expect(last(page, "It cannot be undone").locator("code")).to_contain_text("/forget ")
    await picture(page, "forget")
    code = await last(page, "It cannot be undone").locator("code").inner_text()
    await say(page, code)
    await expect(last(page, "Erased:")).to_be_visible()


async def speaks_arabic(page: Page) -> None:
    await say(page, "/language")
    await expect(page.get_by_role("button", name="हिन्दी")).to_be_visible()
    await picture(page, "language")
    await page.get_by_role("button", name="العربية").click()
    await expect(last(page, words("ar", "language-done"))).to_be_visible()
    await say(page, "/start")
    told = last(page, "مرحبًا")
    await expect(told).to_be_visible()
    assert await direction(told) == "rtl"
    await say(page, "/admin")
    listing = last(page, words("ar", "admin-list", role=words("ar", "role-owner")))
    await expect(listing).to_be_visible()
    assert await direction(listing) == "rtl"
    await say(page, "/help")
    await expect(last(page, "حمى القش")).to_be_visible()
    command = last(page, "حمى القش").locator("button", has_text="/new")
    assert await command.evaluate("node => getComputedStyle(node).unicodeBidi") == "plaintext"
    await picture(page, "arabic")
