"""The secretary's console and the hall's screen: no axe violation in any of their states, in either language and both themes."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from meeting_server.web.site.catalogue import Language, text
from tests.kit.browsers.axe import OTHER_THEME, SETTLE
from tests.kit.browsers.phones import DESKTOP, SMALL, phones
from tests.kit.houses.client_house import ClientHouse, client_house
from tests.kit.paths import AXE
from tests.kit.phones.bots import Bot

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RUN = f"""async () => {{
  ({SETTLE})();
  const {{ violations }} = await axe.run(document, {{ resultTypes: ["violations"] }});
  return violations.map((v) => `${{v.id}}: ${{v.nodes.map((n) => n.target.join(" ")).join("; ")}}`);
}}"""
WIDE = {**DESKTOP, "is_mobile": False, "has_touch": False, "device_scale_factor": 1}


async def seeded(house: ClientHouse, stack: AsyncExitStack) -> Bot:
    """A meeting with something in every panel; returns the chair."""
    bots = {f"p{n}": await stack.enter_async_context(await Bot.enter(house.socket, cookie=f"who=p{n}")) for n in range(2, 19)}
    chair = bots["p2"]
    for kind, fields in (
        ("OpenMeeting", {}),
        ("StepAgenda", {"item_id": "i1"}),
        ("StepAgenda", {"item_id": "i2"}),
        ("DraftMotion", {"title": "接收林晓雨同志为中共预备党员", "item_id": "i4"}),
        ("DraftMotion", {"title": "通过会议议程", "method": "named"}),
        ("OpenMotion", {"motion_id": "m2"}),
        ("OpenRoom", {"title": "第一组"}),
    ):
        assert (await chair.command(kind, **fields))["type"] == "ack", kind
    for bot in list(bots.values())[:16]:
        await bot.command("CastBallot", motion_id="m2", choices=["for"])
    await chair.command("CloseMotion", motion_id="m2")
    await bots["p3"].command("RaiseHand")
    await bots["p4"].command("RaiseHand")
    await chair.command("GrantFloor", participant_id="p3", seconds=180)
    await bots["p5"].command("PostChat", text="志愿服务那页能再放一下吗？")
    return chair


class Look:
    """Opens one state after another and notes what axe finds."""

    def __init__(self, page: Page, language: Language) -> None:
        self.page, self.language = page, language
        self.found: list[str] = []

    def w(self, key: str, **holes: object) -> str:
        return text(self.language, key, **holes)

    async def check(self, state: str) -> None:
        await self.page.evaluate("window.axe ?? 0") or await self.page.evaluate(AXE.read_text("utf-8"))
        found: list[str] = await self.page.evaluate(RUN)
        found += await self.page.evaluate(OTHER_THEME)
        self.found += [f"{state}: {violation}" for violation in found]
        overflow = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            self.found.append(f"{state}: {overflow} px wider than the page")

    async def press(self, key: str, *, inside: str = "body", **holes: object) -> None:
        words = re.compile(re.escape(self.w(key, **holes)))
        await self.page.locator(inside).get_by_role("button", name=words).first.click()

    async def sheet(self, key: str, state: str, *, inside: str = "body") -> None:
        await self.press(key, inside=inside)
        await expect(self.page.get_by_role("dialog")).to_be_visible()
        await self.check(state)
        await self.page.keyboard.press("Escape")
        await expect(self.page.get_by_role("dialog")).to_have_count(0)


async def looked_through(folder: Path, language: Language, size: dict[str, Any], query: dict[str, str], scheme: str) -> list[str]:
    """What is wrong with the states of the console and of the hall's screen, one after another."""
    async with client_house(folder, media=False) as house, phones() as browsers, AsyncExitStack() as stack:
        chair = await seeded(house, stack)
        phone = await browsers.phone("p1", **size, color_scheme=scheme)
        await phone.page.goto(house.room("p1", language=language, **query))
        look = Look(phone.page, language)
        wide = size is WIDE
        if wide:
            await look.press("room.to_console", inside=".topbar")
        else:
            await look.press("room.more", inside=".dock")
            await phone.page.locator(".sheet .row", has_text=look.w("room.to_console")).click()
            await expect(phone.page.get_by_role("dialog")).to_have_count(0)
        await look.check("agenda")
        await look.press("console.order")
        await look.check("reordering")
        await look.press("console.order_done")
        await look.sheet("console.add_item", "new item")
        await look.sheet("console.roll_call", "roll call", inside="body" if wide else ".bottom-act")
        if not wide:
            await look.press("console.votes", inside=".dock")
            await look.check("votes")
        await look.sheet("console.open_vote", "opening a vote")
        await look.sheet("console.look_and_publish", "publishing")
        await look.sheet("console.draft", "new motion")
        if not wide:
            await look.press("console.floor", inside=".dock")
            await look.check("floor")
            await look.press("console.people", inside=".dock")
            await look.check("people")
        await phone.page.locator(".people-rows .row").first.click()
        await look.check("person")
        await phone.page.keyboard.press("Escape")
        await look.sheet("console.more", "more")
        assert (await chair.command("PublishMotion", motion_id="m2"))["type"] == "ack"
        await expect(phone.page.get_by_role("dialog")).to_be_visible()
        await look.check("result in front")
        await phone.page.goto(house.room("p1", language=language, **query).replace("/room", "/stage"))
        await expect(phone.page.locator(".hall__verdict")).to_be_visible()
        await look.check("hall screen with a result")
        assert browsers.faults == []
        assert await phone.violations() == []
        return look.found


@pytest.mark.parametrize(
    ("language", "size", "query", "scheme"),
    [
        pytest.param("zh-CN", SMALL, {"big": "1"}, "light", id="zh small big type"),
        pytest.param("en", WIDE, {}, "dark", id="en wide dark", marks=pytest.mark.night),
    ],
)
async def test_no_state_of_the_console_has_a_violation(
    tmp_path: Path, language: Language, size: dict[str, Any], query: dict[str, str], scheme: str
) -> None:
    """Where there is least room, and where there is most; ``tests/long`` has phones of the usual size."""
    assert await looked_through(tmp_path, language, size, query, scheme) == []
