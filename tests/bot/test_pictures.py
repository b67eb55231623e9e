"""The main flows as a person goes through them, in Chromium; SCREENSHOTS=1 makes pictures."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot import parcels
from tests.bot.conftest import ANA, Scene
from tests.browser import chromium

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PATIENT = 45_000  # milliseconds, on a busy machine
FIRST = (
    "Most migraines pass within a day. A dark, quiet room, sleep and enough water help many "
    "people, and so does a common painkiller that is taken **early**, as its leaflet says.\n\n"
    "See a doctor if\n\n- the headaches come more often or are new to you,\n"
    "- you need painkillers on ten or more days of a month."
)
SECOND = (
    "What helps differs from person to person:\n\n1. Lie down in a dark, quiet room.\n"
    "2. Drink enough, and eat at regular times.\n3. Take a common painkiller early, as its leaflet "
    "says, but not on many days of a month.\n\nA doctor can tell you about prevention."
)
BETTER = "Take the painkiller as early as you can, and not on more than nine days of a month."


@pytest.fixture
async def page(scene: Scene) -> AsyncIterator[Page]:
    async with chromium() as browser:
        opened = await browser.new_page(viewport={"width": 1000, "height": 760})
        opened.set_default_timeout(PATIENT)
        expect.set_options(timeout=PATIENT)
        await opened.goto(f"{scene.simulator.url}/#{ANA}")
        yield opened


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.keyboard.press("Enter")


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).last.click()


async def picture(page: Page, name: str) -> None:
    if os.environ.get("SCREENSHOTS") == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        await page.wait_for_timeout(600)  # what moves comes to rest
        await page.screenshot(path=IMAGES / f"{name}.png")


async def test_a_person_goes_through_everything(
    scene: Scene, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcels, "POSITION_SECONDS", 0.5)
    texts = iter([FIRST, SECOND])
    scene.worker.text = lambda question: next(texts) if "migraine" in question else "Rest."
    timeline = page.locator("#timeline")
    await page.get_by_text("START", exact=True).click()
    await expect(page.get_by_role("button", name="I agree")).to_be_visible()
    await picture(page, "first-start")
    await press(page, "I agree")
    await expect(timeline).to_contain_text("off unless you turn it on")

    scene.worker.paused = True
    others = range(2001, 2005)
    await scene.agreed(*others)
    for other in others:
        await scene.people.send(other, "What is flu?")
    await scene.asked(len(others))
    await say(page, "What helps against a migraine?")
    await expect(timeline).to_contain_text("4 questions before you")
    await picture(page, "queue")

    scene.worker.delay, scene.worker.writes = 0.4, 40
    scene.worker.paused = False
    await expect(page.locator("[data-draft]")).to_contain_text("Most migraines")
    await picture(page, "streaming")
    scene.worker.delay, scene.worker.writes = 0.01, 0

    await press(page, "👎")
    await press(page, "Incomplete")
    await expect(page.get_by_role("button", name="Incomplete ✓")).to_be_visible()
    await picture(page, "rating")
    await press(page, "✍️ Better answer")
    await expect(timeline).to_contain_text("the better answer as your next message")
    await say(page, BETTER)
    await expect(timeline).to_contain_text("noted with this answer")
    await picture(page, "correction")

    await press(page, "🔄 Try again")
    await expect(timeline).to_contain_text("Which answer is better")
    await press(page, "2")
    await expect(page.get_by_role("button", name="2 ✓")).to_be_visible()
    await picture(page, "which-is-better")

    await say(page, "/new")
    await say(page, "What can I do against a cold?")
    await expect(page.get_by_role("button", name="🔄", exact=True)).to_have_count(2)
    await say(page, "/history")
    await expect(timeline).to_contain_text("Your conversations.")
    await picture(page, "history")
    await page.get_by_role("button", name=" What helps against a migraine?").last.click()
    await expect(page.get_by_role("button", name="Go on with this conversation")).to_be_visible()


async def test_a_group_asks(scene: Scene, page: Page) -> None:
    await scene.agreed(ANA)
    scene.worker.text = lambda _: "Most colds pass within a week. Rest and drink enough."
    timeline = page.locator("#timeline")
    await page.goto(f"{scene.simulator.url}/#{ANA}/-1001000000001")
    await expect(page.get_by_text("5 people and the bot; you are Ana")).to_be_visible()
    await say(page, "@doctor_llama_bot What helps against a cold?")
    await expect(timeline).to_contain_text("I do not read the other messages.")
    await expect(timeline).to_contain_text("Most colds pass within a week.")
    await picture(page, "group")
    await say(page, "/off")
    await expect(timeline).to_contain_text("I am silent here now")
