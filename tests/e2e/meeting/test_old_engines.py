"""Engines of years ago: the oldest that runs the room does, and one that is too old is told so and what still works."""

from __future__ import annotations

import json

import pytest

from meeting_server.web.site.catalogue import text
from tests.kit.browsers.old_chromium import OldPage, old_page
from tests.kit.servers.demo_house import DemoHouse

pytestmark = [pytest.mark.browser, pytest.mark.night]

TOO_OLD, OLDEST = 78, 80
WHO = "李敏"


def shown(selector: str) -> str:
    return f"(e => !!e && e.getClientRects().length > 0)(document.querySelector({json.dumps(selector)}))"


async def visit(page: OldPage, house: DemoHouse, path: str) -> None:
    await page.sign_in(house.url, house.cookies[WHO])
    await page.goto(f"{house.url}{path}")


@pytest.mark.parametrize("place", ["enter", "room?as=listen"])
async def test_an_engine_that_is_too_old_is_told_what_it_lacks_and_what_still_works(demo_house: DemoHouse, place: str) -> None:
    meeting = f"/meetings/{demo_house.live_meeting}"
    async with old_page(TOO_OLD) as page:
        await visit(page, demo_house, f"{meeting}/{place}")
        await page.until(shown('#engine [data-when="too-old"]'), within=5)
        said = await page.evaluate("document.body.innerText")
        for key in ("too_old", "modules", "next", "works"):
            assert text("zh-CN", f"engine.{key}") in said
        assert text("zh-CN", "schedule.room.loading") not in said
        assert text("zh-CN", "engine.media") not in said, "what it does not lack is not named"
        await page.follow("document.querySelector('#engine a').click()")
        assert await page.evaluate("location.pathname") == meeting


async def test_pages_without_script_work_below_the_oldest_engine(demo_house: DemoHouse) -> None:
    async with old_page(TOO_OLD) as page:
        for path in ("/", f"/meetings/{demo_house.live_meeting}", "/me/attendance", "/archive"):
            await visit(page, demo_house, path)
            assert await page.evaluate("location.pathname") == path
            assert await page.evaluate("document.querySelector('h1').innerText.length > 0")
            assert await page.evaluate("getComputedStyle(document.body).lineHeight !== 'normal'"), "the style sheet is read"
        await visit(page, demo_house, f"/meetings/{demo_house.live_meeting}/enter")
        await page.follow("document.querySelector('form[action=\"/preferences\"] button').click()")
        assert await page.evaluate("document.documentElement.className === 'big-type' || document.documentElement.lang === 'en'")


async def test_the_oldest_engine_runs_the_room_with_sound_and_chat(demo_house: DemoHouse) -> None:
    async with old_page(OLDEST) as page:
        await visit(page, demo_house, f"/meetings/{demo_house.live_meeting}/enter")
        await page.until("window.engine !== undefined")
        await page.goto(f"{demo_house.url}/meetings/{demo_house.live_meeting}/room?as=listen")
        await page.until(shown(".dock"))
        assert not await page.evaluate(shown("#engine"))
        await page.until("window.__meeting.statistics().then(figures => figures.received > 0 && figures.roundTrip > 0)")
        await page.evaluate("[...document.querySelectorAll('.dock__btn')].find(b => /聊天/.test(b.innerText)).click()")
        await page.until(shown("#say"))
        await page.evaluate("document.querySelector('#say').focus()")
        await page.send("Input.insertText", text="旧手机也听得到")
        await page.evaluate("document.querySelector('#say').form.querySelector('button').click()")
        await page.until("document.querySelector('#say').value === '' && document.body.innerText.includes('旧手机也听得到')")
        assert page.log == []
