"""The room next door: two phones whose talk must stay whole while somebody else attacks their media worker."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from meeting_server.media.client import MediaWorkers
from tests.kit.media.media_phone import WirePhone

SHARE = 0.98
MARK = b"from next door"


class NextDoor:
    """``stays_whole``: of what one says while the block runs, the other hears 98 %."""

    def __init__(self, plane: MediaWorkers) -> None:
        self.plane = plane
        self.speaker, self.listener = WirePhone("next-speaker"), WirePhone("next-listener")

    async def join(self) -> None:
        for phone in (self.speaker, self.listener):
            await phone.join(self.plane, "next-door")

    @contextlib.asynccontextmanager
    async def stays_whole(self, seconds: float = 3.0) -> AsyncIterator[None]:
        begin, first = time.monotonic(), self.speaker.spoken
        talking = asyncio.create_task(self.speaker.speak(seconds + 600, mark=MARK))
        await self.listener.hears("audio_slot", 5, since=begin)
        yield
        await asyncio.sleep(max(0.0, begin + seconds - time.monotonic()))  # on purpose: packets come at the pace of a phone
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        said = self.speaker.spoken - first
        await asyncio.sleep(0.3)  # what is on its way
        heard = sum(MARK in packet.payload for packet in self.listener.heard_on("audio_slot", begin))
        assert heard >= SHARE * said, f"{heard} of {said} packets"
        assert said >= 0.5 * seconds / 0.02, "the neighbour itself could not speak"

    async def close(self) -> None:
        for phone in (self.speaker, self.listener):
            await phone.close()
            await self.plane.leave(phone.name)


async def figure(plane: MediaWorkers, name: str, label: str = "") -> float:
    """A metric of the only worker, by its name without the prefix and a part of its labels."""
    found = re.search(rf"meeting_media_{name}{{[^}}]*{label}}} (\S+)", await plane.metrics())
    assert found is not None, name
    return float(found.group(1))


async def guest_in(
    plane: MediaWorkers, change: Callable[[str], str] = lambda sdp: sdp, *, camera: bool = False, pictures: int = 0
) -> WirePhone:
    """A guest in the lobby whom nobody has permitted anything."""
    guest = WirePhone("guest", camera=camera, pictures=pictures)
    answer = await plane.join("lobby", "guest", "guest", change(await guest.offer()), video_slots=pictures)
    await guest.accept(answer)
    await guest.connected()
    return guest


async def lets_go(plane: MediaWorkers, guest: WirePhone) -> None:
    await plane.leave("guest")
    await guest.close()


async def at_a_pace(send: Callable[[int], Awaitable[None]], count: int, per_second: float) -> None:
    """``send`` for 0, 1 … ``count`` - 1, evenly."""
    begin = time.monotonic()
    for number in range(count):
        await send(number)
        await asyncio.sleep(max(0.0, begin + number / per_second - time.monotonic()))  # on purpose: packets come at the pace of a phone
