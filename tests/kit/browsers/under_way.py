"""A meeting under way over the real live plane and media worker, and what is done in it again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from time import monotonic

from playwright.async_api import expect

from tests.kit.browsers.phones import Phone, Phones
from tests.kit.houses.client_house import MEETING, ClientHouse
from tests.kit.phones.bots import Bot


class Hall:
    """A meeting under way: the chair ``p2`` is a bot, everyone else comes in by browser or as a bot."""

    def __init__(self, house: ClientHouse, browsers: Phones, stack: AsyncExitStack) -> None:
        self.house, self.browsers, self._stack = house, browsers, stack
        self.chair: Bot

    async def bot(self, who: str) -> Bot:
        return await self._stack.enter_async_context(await Bot.enter(self.house.socket, cookie=f"who={who}"))

    async def opened(self) -> Hall:
        self.chair = await self.bot("p2")
        assert (await self.chair.command("OpenMeeting"))["type"] == "ack"
        return self

    async def enter(self, who: str, *, port: int = 0, scripts: tuple[str, ...] = (), as_: str = "listen", **options: object) -> Phone:
        phone = await self.browsers.phone(who, scripts=scripts, **options)
        address = self.house.room(who, **{"as": as_})
        await phone.page.goto(address.replace(f":{self.house.port}", f":{port}") if port else address)
        await expect(phone.page.locator(".dock, .console, .join").first).to_be_visible()
        return phone

    async def state_of(self, who: str) -> tuple[str, ...]:
        state = await self.house.registry.state(MEETING)
        assert state is not None
        return state.participants[who].media  # type: ignore[index]  # ids are plain text here

    async def motion_drafted(self) -> None:
        """``m1``, and enough members there to decide on it."""
        assert (await self.chair.command("DraftMotion", title="通过会议议程"))["type"] == "ack"
        for n in range(6, 21):
            await self.bot(f"p{n}")

    async def sockets_of(self, who: str) -> list[str]:
        """The connections of the meeting's socket that somebody has now."""
        state = await self.house.registry.state(MEETING)
        assert state is not None
        return sorted(state.participants[who].connections)  # type: ignore[index]  # ids are plain text here


async def opened_microphone(phone: Phone) -> None:
    await phone.page.locator(".dock__btn--mic").click()
    await expect(phone.page.locator(".dock__btn--mic")).to_have_attribute("aria-pressed", "true")


async def within(seconds: float, what: str, true: Callable[[], Awaitable[bool]]) -> float:
    """How long it took until something was so. Raises AssertionError."""
    began = monotonic()
    while not await true():
        assert monotonic() - began < seconds, f"not so within {seconds} s: {what}"
        await asyncio.sleep(0.05)
    return monotonic() - began
