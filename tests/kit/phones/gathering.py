"""A meeting whose phones send voice and pictures all the time, permitted or not: for tests and benches of the chair's authority."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from meeting_server.media.api import Answer, Line, Role
from tests.kit.houses.live_house import Live
from tests.kit.media.media_phone import WirePhone, meanwhile
from tests.kit.phones.bots import Bot, Frame

PACKETS = 15
"""300 ms, in packets of voice."""
QUIET_S = 0.6
"""Nothing for so long is silence."""


class Phone:
    """Somebody's phone: the socket of the meeting, and a microphone and camera that send all the time, permitted or not."""

    def __init__(self, bot: Bot, name: str) -> None:
        self.bot, self.name = bot, name
        self.wire = WirePhone(name, camera=True, pictures=2)

    async def connects(self) -> None:
        await self.bot.say({"type": "offer", "id": "o", "sdp": await self.wire.offer(), "video_slots": 2})
        answer = await self.bot.other("answer")
        await self.wire.accept(Answer(answer["sdp"], tuple(Line(mid, role) for mid, role in answer["mids"].items())))
        await self.wire.connected()

    async def asks(self, kind: str, **data: Any) -> None:
        answer = await self.bot.command(kind, **data)
        assert answer["type"] == "ack", (kind, answer)

    async def told(self, kind: str, **fields: str) -> Frame:
        """The frame of this kind with these fields, past or to come."""

        def fits(frame: Frame) -> bool:
            return frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items())

        await self.bot.until(lambda: any(map(fits, self.bot.others)))
        return next(filter(fits, self.bot.others))

    async def sends(self) -> None:
        """Until cancelled: a voice that tells whose it is, and pictures."""
        await asyncio.gather(self.wire.speak(mark=self.name.encode()), self.wire.show())

    def spoken_by(self, other: Phone) -> list[int]:
        """The numbers of the other's packets of voice that came here, in order."""
        return [
            int.from_bytes(p.payload[1:5], "big") for p in self.wire.heard_on("audio_slot") if p.payload[5:].startswith(other.name.encode())
        ]

    def pictures_of(self, other: Phone, since: int) -> list[int]:
        """How many pictures after number ``since`` those were that arrived here; only the other's camera may be on."""
        numbers = [(p.payload[2] & 0x7F) << 8 | p.payload[3] for p in self.wire.heard_on("video_slot")]
        return [n for number in numbers if 0 < (n := number - since & 0x7FFF) < 0x4000]

    async def hears(self, other: Phone) -> None:
        """Wait for five packets of the other's voice sent from now on."""
        now = other.wire.spoken
        await until(lambda: sum(number > now for number in self.spoken_by(other)) >= 5)

    async def goes_on_sending(self) -> None:
        """Wait until 600 ms of voice and as much of the picture have been sent from now on."""
        spoken, shown = self.wire.spoken, self.wire.picture_id
        await until(lambda: self.wire.spoken > spoken + 2 * PACKETS and self.wire.picture_id - shown & 0x7FFF > 8)

    async def silence(self, role: Role) -> None:
        """Wait until nothing came for a while on the slots of this role."""
        await until(lambda: not self.wire.heard_on(role, since=time.monotonic() - QUIET_S))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while True:
            if true():
                return
            await asyncio.sleep(0.01)


class Gathering:
    """A chair and three members, connected; all but the last send all the time, and the last one listens."""

    def __init__(self, chair: Phone, first: Phone, second: Phone, listener: Phone) -> None:
        self.chair, self.first, self.second, self.listener = self.all = (chair, first, second, listener)


@asynccontextmanager
async def gathered(live: Live) -> AsyncIterator[Gathering]:
    """A chair and three members, connected; all but the last send until the block ends."""
    chair = Phone(await live.meeting_opened(), "chair")
    members = [Phone(await live.enter(name), name) for name in ("m1", "m2", "m3")]
    gathering = Gathering(chair, *members)
    for phone in gathering.all:
        await phone.connects()
    async with meanwhile(chair.sends(), members[0].sends(), members[1].sends()):
        yield gathering
    for phone in gathering.all:
        await phone.wire.close()
        await phone.bot.close()
