"""Weak networks as a member of a meeting under way meets them: each scenario returns its figures; tests assert them, the bench prints them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

from playwright.async_api import expect

from meeting_server.web.site.catalogue import text
from tests.kit.browsers.phones import Phone
from tests.kit.browsers.under_way import Hall, opened_microphone, within
from tests.kit.browsers.weak_network import REWRITE, WeakNetwork
from tests.kit.houses.client_house import MEETING


def zh(key: str, **holes: object) -> str:
    return text("zh-CN", key, **holes)


@dataclass
class DarkBallot:
    """Seconds from the network's return until the ballot is counted and until sound is heard; what the server then has."""

    counted_s: float
    sound_s: float
    connections: int
    returned: int


@dataclass
class OtherNetwork:
    """Seconds from the loss of the old network until sound is heard by the new one."""

    sound_s: float
    connections: int


@dataclass
class ThinTextRoom:
    """Seconds from a tap, or from the chair's act, to what it brings about."""

    chat_s: float
    hand_s: float
    sheet_s: float
    ballot_s: float
    media_connections: int


@asynccontextmanager
async def _on_a_network(hall: Hall, who: str) -> AsyncIterator[tuple[WeakNetwork, Phone]]:
    async with WeakNetwork(hall.house.port, hall.house.media.links[0].port) as network:
        yield network, await hall.enter(who, port=network.tcp_port, scripts=(f"({REWRITE})({network.udp_port});",))


async def has_voted(hall: Hall, who: str) -> bool:
    state = await hall.house.registry.state(MEETING)
    return state is not None and who in state.motions["m1"].ballots  # type: ignore[index]  # plain text


async def _connected(phone: Phone) -> bool:
    return (await phone.measured()).connected == 1


async def dark_ballot(hall: Hall, seconds: float = 12.0) -> DarkBallot:
    """A member's network goes dark while the sheet is filled in; the ballot is cast in the dark."""
    await opened_microphone(await hall.enter("p3"))
    await hall.motion_drafted()
    async with _on_a_network(hall, "p4") as (network, phone):
        await phone.hears()
        assert (await hall.chair.command("OpenMotion", motion_id="m1"))["type"] == "ack"
        sheet = phone.page.get_by_role("dialog")
        await sheet.get_by_role("radio", name=zh("vote.choice_for"), exact=True).click()
        network.black_out()
        began = monotonic()
        await asyncio.sleep(1)  # on purpose: the page has not noticed the dark yet
        await sheet.locator(".btn--primary, .btn--force").last.click()
        await sheet.locator(".btn--force").click()
        await expect(sheet.get_by_text(zh("vote.not_counted")).first).to_be_visible()
        await asyncio.sleep(max(0.0, seconds - (monotonic() - began)))  # on purpose: the network is away for so long
        network.restore()
        restored = monotonic()

        async def voted() -> bool:
            return await has_voted(hall, "p4")

        counted = await within(20, "the ballot is counted", voted)
        await within(20, "the connection carries sound again", lambda: _connected(phone))
        await phone.hears(20)
        sound = monotonic() - restored
        await expect(sheet.get_by_text(zh("vote.counted")).first).to_be_visible()
        state = await hall.house.registry.state(MEETING)
        assert state is not None
        return DarkBallot(counted, sound, len(await hall.sockets_of("p4")), state.motions["m1"].returned)  # type: ignore[index]  # plain text


async def another_network(hall: Hall) -> OtherNetwork:
    """From Wi-Fi to the mobile network: connections break, and the old addresses are of no use any more."""
    await opened_microphone(await hall.enter("p3"))
    async with _on_a_network(hall, "p4") as (network, phone):
        await phone.hears()
        network.move()

        async def heard_anew() -> bool:  # by a new connection: what the old one still has to play does not count
            closed = await phone.page.evaluate('window.__pcs[0].connectionState === "closed"')
            return bool(closed) and (await phone.measured()).energy > 0.005

        sound = await within(40, "sound by the new network", heard_anew)

        async def alone() -> bool:
            return len(await hall.sockets_of("p4")) == 1

        await within(20, "the old connection is gone from the record", alone)
        return OtherNetwork(sound, len(await hall.sockets_of("p4")))


async def thin_text_room(hall: Hall) -> ThinTextRoom:
    """Words only, at 20 kbit/s and 150 ms each way: chat, the raised hand, a vote."""
    await hall.motion_drafted()
    async with _on_a_network(hall, "p4") as (network, phone):
        page = phone.page
        await page.locator(".dock__btn").last.click()
        await page.locator(".seg", has_text=zh("room.profile_text")).click()
        await page.keyboard.press("Escape")
        network.thin(20, 0.15)

        began = monotonic()
        assert (await hall.chair.command("PostChat", text="请看第三项"))["type"] == "ack"
        await page.locator(".dock").get_by_role("button", name=zh("room.chat")).click()
        await page.get_by_text("请看第三项").first.wait_for()
        chat = monotonic() - began
        await page.keyboard.press("Escape")

        began = monotonic()
        await page.locator(".dock").get_by_role("button", name=zh("room.hand")).click()

        async def raised() -> bool:
            state = await hall.house.registry.state(MEETING)
            return state is not None and any(hand.participant_id == "p4" for hand in state.hands)  # plain text

        await within(20, "the hand is up", raised)
        hand = monotonic() - began

        began = monotonic()
        assert (await hall.chair.command("OpenMotion", motion_id="m1"))["type"] == "ack"
        sheet = page.get_by_role("dialog")
        choice = sheet.get_by_role("radio", name=zh("vote.choice_for"), exact=True)
        await choice.wait_for()
        shown = monotonic() - began
        await choice.click()
        await sheet.locator(".btn--primary, .btn--force").last.click()
        began = monotonic()
        await sheet.locator(".btn--force").click()
        await expect(sheet.get_by_text(zh("vote.counted")).first).to_be_visible()
        return ThinTextRoom(chat, hand, shown, monotonic() - began, (await phone.measured()).connected)
