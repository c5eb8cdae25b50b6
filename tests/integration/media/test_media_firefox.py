"""Firefox over the media worker, beside Chromium: two browsers' stacks hear and see each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.browsers.firefox import firefox
from tests.kit.browsers.media_browser import PHONES_SCRIPT, BrowserPhone, BrowserRoom

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@asynccontextmanager
async def blank_page() -> AsyncIterator[str]:
    """The address of an empty page: a browser gives a microphone only to a page with an origin."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b"<!doctype html><body></body>"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair() -> AsyncIterator[tuple[MediaWorkers, BrowserPhone, BrowserPhone]]:
    """The plane, a phone in Firefox and one in Chromium, both speaking and showing in one room."""
    workers = MediaWorkers(MediaSettings())
    await workers.start()
    try:
        async with blank_page() as blank, firefox() as fox, BrowserRoom() as chromium:
            page = await fox.page(script=PHONES_SCRIPT)
            await page.goto(blank)
            a, b = BrowserPhone(page, "fox"), chromium.phone("chromium")
            await a.join(workers, "room", simulcast=True, screen=True)
            await b.join(workers, "room", simulcast=True)
            await a.call("talk")  # its fake microphone, a tone: without a sound card its AudioContext stands still
            await b.call("speak", hertz=600, volume=0.3)
            for phone, color in ((a, "red"), (b, "blue")):
                await phone.call("show", role="camera", color=color, width=640, height=480, detail=20)
            yield workers, a, b
    finally:
        await workers.stop()


Pair = tuple[MediaWorkers, BrowserPhone, BrowserPhone]


async def more_frames(phone: BrowserPhone, role: str = "video_slot") -> None:
    """Return once ten more pictures were decoded."""
    before = await phone.total(role, "framesDecoded")  # type: ignore[arg-type]  # a role

    async def seen() -> bool:
        return await phone.total(role, "framesDecoded") > before + 10  # type: ignore[arg-type]  # a role

    await phone.until(seen, 15)


async def more_sound(phone: BrowserPhone) -> None:
    """Return once more sound came in, loud enough to be heard."""
    before = await phone.energy()

    async def heard() -> bool:
        return await phone.energy() > before + 0.01

    await phone.until(heard, 15)


async def test_firefox_and_chromium_hear_and_see_each_other(pair: Pair) -> None:
    _, fox, chromium = pair
    for phone in (fox, chromium):
        await more_sound(phone)
        await more_frames(phone)
        assert await phone.total("video_slot", "bytesReceived") > 2_000
        assert await phone.total("audio_slot", "bytesReceived") > 1_000


async def test_firefoxs_simulcast_is_taken_and_the_listener_gets_the_best_layer(pair: Pair) -> None:
    plane, fox, chromium = pair

    async def layers() -> bool:
        sent = {s.layer for s in (await plane.details("fox")).streams if s.role == "camera" and s.kbit_s > 1}
        return len(sent) >= 2

    await fox.until(layers, 15)

    async def large() -> bool:
        shown = await chromium.received("video_slot")
        return any(s.get("frameWidth") == 640 for s in shown)

    await chromium.until(large, 20)


async def test_firefoxs_camera_goes_dark_and_comes_back(pair: Pair) -> None:
    _, fox, chromium = pair
    await more_frames(chromium)
    await fox.call("hide", role="camera")
    await chromium.until(lambda: no_more_frames(chromium), 10)
    await fox.call("show", role="camera", color="green", width=640, height=480, detail=5)
    await more_frames(chromium)


async def no_more_frames(phone: BrowserPhone) -> bool:
    """Whether half a second passes without a picture."""
    before = await phone.frames()
    began = (await phone.call("stats"))[0]["timestamp"]
    while (await phone.call("stats"))[0]["timestamp"] - began < 500:
        if await phone.frames() != before:
            return False
    return True


async def test_firefox_shares_its_screen_beside_its_camera(pair: Pair) -> None:
    _, fox, chromium = pair
    await fox.call("show", role="screen", color="white", width=800, height=600, detail=5)
    await more_frames(chromium, "screen_slot")
    await more_frames(chromium)
    await fox.call("hide", role="screen")


async def test_the_chairs_mute_silences_firefox_and_lets_it_be_heard_again(pair: Pair) -> None:
    plane, _, chromium = pair
    await more_sound(chromium)
    await plane.permit("fox", audio=False, video=True, screen=True)

    async def silent() -> bool:
        packets = await chromium.total("audio_slot", "packetsReceived")
        began = (await chromium.call("stats"))[0]["timestamp"]
        while (await chromium.call("stats"))[0]["timestamp"] - began < 300:
            if await chromium.total("audio_slot", "packetsReceived") != packets:
                return False
        return True

    await chromium.until(silent, 3)
    await plane.permit("fox", audio=True, video=True, screen=True)
    await more_sound(chromium)
