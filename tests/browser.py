"""Chromium for the tests that look at the page as a person does."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A running Chromium; without one the test is skipped, or fails where one must be there."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("CI_REQUIRE_CHROMIUM") == "1":
            pytest.fail("CI_REQUIRE_CHROMIUM=1, but there is no Chromium")
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        await started.close()
