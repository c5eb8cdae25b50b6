"""A rehearsal in a real browser: its report, and the banner on every page that belongs to it or lies beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright
from websockets.asyncio.client import connect

from meeting_server.rehearsal.report import page as report_page
from meeting_server.store.secret_key import secret_key
from meeting_server.web.rehearsal.token import rehearsal_token
from meeting_server.web.site.catalogue import LANGUAGES, Language
from meeting_server.wire.rehearsal_messages import Beat, Began, Begin, encode, from_server
from tests.kit.browsers.axe import violations, violations_in_both_themes
from tests.kit.browsers.page_server import CHROMIUM_WORDS
from tests.kit.houses.voting_house import VotingHouse, voting_house
from tests.kit.meetings.rehearsed import rehearsed

SIZES = ((360, 740), (1440, 900))
pytestmark = pytest.mark.browser


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_WORDS)
        yield browser
        await browser.close()


async def wider_than_the_screen(page: Page) -> bool:
    wide: bool = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return wide


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_report_reads_well_on_every_screen(chromium: Browser, tmp_path: Path, language: Language) -> None:
    report = tmp_path / "rehearsal.html"
    outcome = rehearsed(refused={"entering: the link answered 429": 2})
    report.write_text(report_page(outcome, language, datetime(2026, 11, 30, 18, 0, tzinfo=UTC)), "utf-8")
    for width, height in SIZES:
        for scheme in ("light", "dark"):
            context = await chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
            page = await context.new_page()
            await page.goto(report.as_uri())
            assert await violations(page) == []
            assert not await wider_than_the_screen(page)
            await context.close()


@asynccontextmanager
async def rehearsal(house: VotingHouse) -> AsyncIterator[Began]:
    """One that is set up and in which nobody is yet."""
    token = rehearsal_token(secret_key("", house.folder / "var"), time.time_ns() // 1_000_000)
    async with connect(
        f"ws://127.0.0.1:{house.port}/rehearsal", additional_headers={"Authorization": f"Bearer {token}"}, proxy=None
    ) as control:
        await control.send(encode(Begin(3, 2.0, "en")).decode())
        began = from_server.decode(await control.recv())
        assert isinstance(began, Began)

        async def beat() -> None:
            while True:
                await control.send(encode(Beat()).decode())
                await asyncio.sleep(1)  # on purpose: a beat

        beating = asyncio.create_task(beat())
        yield began
        beating.cancel()


@pytest.mark.parametrize(("width", "height"), [SIZES[0], pytest.param(*SIZES[1], marks=pytest.mark.night)])
async def test_a_rehearsal_says_so_on_every_page(chromium: Browser, tmp_path: Path, width: int, height: int) -> None:
    async with voting_house(tmp_path, opened=False) as house, rehearsal(house) as began:
        context = await chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        await context.add_cookies(
            [{"name": name, "value": value, "url": house.url} for name, value in (("signin", house.cookies["m1"]), ("language", "en"))]
        )
        page = await context.new_page()
        await page.goto(house.url)
        assert "Rehearsal in progress" in await page.inner_text("section.banner")
        assert await violations_in_both_themes(page) == []
        await page.goto(f"{house.url}{began.links[0]}", wait_until="load")
        assert await page.locator("text=Nothing here is kept").count() == 0  # without its cookie the link is nobody's

        await page.goto(f"{house.url}{began.watch}")  # as a guest, by the link that is printed
        assert "Nothing here is kept" in await page.inner_text("section.banner")
        assert await violations_in_both_themes(page) == []
        assert not await wider_than_the_screen(page)

        await page.goto(f"{house.url}{began.links[0]}")  # as the chair, whose console it is
        await page.click('button[value="text"]')
        banner = page.locator(".banner", has_text="Nothing here is kept")
        await banner.wait_for()
        assert await violations(page) == []
        await page.click("text=Open the meeting")
        await banner.wait_for()
        assert await violations(page) == []
        assert not await wider_than_the_screen(page)
        if width > height:
            await page.click("text=Console")
            await page.locator(".console .banner", has_text="Nothing here is kept").wait_for()
            assert await violations(page) == []
        await page.goto(f"{house.url}/meetings/{began.meeting_id}/stage")
        await page.locator(".hall__top", has_text="Rehearsal").wait_for()

        await page.goto(f"{house.url}/rehearsal/leave")
        assert "Rehearsal in progress" in await page.inner_text("section.banner")
        await context.close()
