"""A hall with a vote in real browsers: the secretary is a bot and, where a test wants it, a console too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from meeting_server.web.site.catalogue import text
from tests.kit.browsers.axe import violations_in_both_themes
from tests.kit.browsers.phones import Phone, Phones, phones
from tests.kit.houses.voting_house import VotingHouse, voting_house
from tests.kit.phones.bots import Bot


def zh(key: str, **holes: object) -> str:
    return text("zh-CN", key, **holes)


class Hall:
    """An open meeting: the secretary is a bot, members come in by browser."""

    def __init__(self, there: VotingHouse, browsers: Phones, secretary: Bot) -> None:
        self.there, self.browsers, self.secretary = there, browsers, secretary
        self.motion_id = ""

    async def enter(self, who: str, url: str = "", *, still: bool = False) -> Phone:
        """``url``: a way to the server of this phone's own. ``still``: its timers can be moved on by the test."""
        phone = await self.browsers.phone(who)
        url = url or self.there.url
        if still:
            await phone.context.clock.install()
        await phone.context.add_cookies([{"name": "signin", "value": self.there.cookies[who], "url": url}])
        await phone.page.goto(f"{url}/meetings/{self.there.meeting_id}/room?as=text")
        await expect(phone.page.locator(".dock")).to_be_visible()
        return phone

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        answer = await self.secretary.command(kind, **fields)
        assert answer["type"] == "ack", answer
        return answer

    async def opened(self, **fields: Any) -> None:
        """A paper is out."""
        drafted = await self.ask("DraftMotion", **{"title": "接收林晓雨同志为中共预备党员", "method": "secret", **fields})
        await self.secretary.reached(drafted["seq"])
        self.motion_id = next(r["data"]["motion_id"] for r in self.secretary.records if r["seq"] == drafted["seq"])
        await self.ask("OpenMotion", motion_id=self.motion_id)
        await self.secretary.event("PaperOpened", motion_id=self.motion_id)

    async def voting(self) -> None:
        await self.ask("CloseCollecting", motion_id=self.motion_id)

    async def sealed(self) -> dict[str, Any]:
        await self.ask("CloseMotion", motion_id=self.motion_id)
        data: dict[str, Any] = (await self.secretary.event("MotionClosed", motion_id=self.motion_id))["data"]
        return data

    async def sealed_as(self, motion_id: str) -> dict[str, Any]:
        self.motion_id = motion_id
        return await self.sealed()

    async def published(self) -> None:
        await self.ask("PublishMotion", motion_id=self.motion_id)


@asynccontextmanager
async def voting_hall(folder: Path, members: int = 3) -> AsyncIterator[Hall]:
    """Open, with nobody in but the secretary's bot; no fault and no breach of the content policy may be left at the end."""
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(voting_house(folder, members=members, probationary=0))
        browsers = await stack.enter_async_context(phones())
        secretary = await stack.enter_async_context(await there.enter("secretary"))
        yield Hall(there, browsers, secretary)
        assert browsers.faults == []
        for phone in browsers.all:
            assert await phone.violations() == []


async def has_paper(phone: Phone) -> None:
    await expect(phone.page.get_by_text(zh("vote.paper_here"), exact=True)).to_be_visible()


async def may_cast(phone: Phone) -> None:
    """The sheet has been drawn anew since collecting closed: a press before could fall between the two."""
    await expect(phone.page.get_by_text(zh("vote.paper_here"), exact=True)).to_have_count(0)


async def cast(phone: Phone, *choices: str) -> None:
    """Choose, go on, confirm."""
    await may_cast(phone)
    for choice in choices:
        await phone.page.locator(".choice", has_text=choice).first.click()
    await phone.page.get_by_role("button", name=zh("vote.go_on")).click()
    await phone.page.get_by_role("button", name=zh("vote.cast"), exact=True).click()


async def counted(phone: Phone) -> None:
    await expect(phone.page.locator(".slip--counted")).to_contain_text(zh("vote.counted"))


async def receipt_holds(phone: Phone) -> None:
    """The phone looks by itself within half a minute; who does not want to wait asks it to."""
    await phone.page.locator(".receipt").get_by_role("button", name=zh("vote.check_again")).click()
    await expect(phone.page.locator(".receipt")).to_contain_text(zh("vote.in_bulletin"))


async def secretary_console(hall: Hall) -> Phone:
    """The secretary's second device, with the votes of the console in front."""
    phone = await hall.enter("secretary")
    await phone.page.locator(".dock__btn").last.click()
    await phone.page.locator(".sheet .row", has_text=zh("room.to_console")).click()
    await phone.page.locator(".dock__btn", has_text=zh("console.votes")).click()
    return phone


async def press(phone: Phone, key: str, *, inside: str = "body", **values: object) -> None:
    await phone.page.locator(inside).get_by_role("button", name=zh(key, **values), exact=True).first.click()


async def officers_approved(hall: Hall, scrutineer: str, teller: str) -> None:
    """A motion about them is carried, and both are appointed."""
    bots = [await hall.there.enter(who) for who in hall.there.people if who.startswith("m")]
    drafted = await hall.ask("DraftMotion", title="监票人、计票人人选")
    await hall.secretary.reached(drafted["seq"])
    motion_id = next(r["data"]["motion_id"] for r in hall.secretary.records if r["seq"] == drafted["seq"])
    await hall.ask("OpenMotion", motion_id=motion_id)
    for bot in (hall.secretary, *bots):
        assert (await bot.command("CastBallot", motion_id=motion_id, choices=["for"]))["type"] == "ack"
    await hall.ask("CloseMotion", motion_id=motion_id)
    await hall.ask("PublishMotion", motion_id=motion_id)
    for office, who in (("scrutineer", scrutineer), ("teller", teller)):
        await hall.ask("AppointOfficer", participant_id=hall.there.people[who], office=office, motion_id=motion_id)
    for bot in bots:
        await bot.close()


async def voting_in_the_hall(hall: Hall, *who: str) -> None:
    """They are registered as those who vote in the hall."""
    people = [hall.there.people[one] for one in who]
    await hall.ask("RegisterHallVoters", motion_id=hall.motion_id, participants=people)


async def looked_at(phone: Phone, state: str, pictures: Path | None = None) -> list[str]:
    """What axe finds, and whether anything is wider than the page."""
    page = phone.page
    found = [f"{state}: {line}" for line in await violations_in_both_themes(page)]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{state}: wider than the page")
    if pictures is not None:
        await page.screenshot(path=pictures / f"{state}.png")
    return found
