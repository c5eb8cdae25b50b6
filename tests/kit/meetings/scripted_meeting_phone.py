"""A member's phone as a program: the protocol over a real socket, and a microphone over real WebRTC that speaks when told to."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import numpy as np

from meeting_server.media.api import Answer, Line
from tests.kit.media.media_phone import WirePhone
from tests.kit.phones.bots import Bot, Frame
from tests.kit.servers.caption_runner import opus_of

FRAME_S, TICKS = 0.02, 960
"""One packet of voice: seconds, and the same in its sender's clock."""
REST_S = 0.4
"""A microphone that is open while nobody speaks sends one small packet in this time (RFC 6716, DTX)."""
VOICE, REST = 25, 110
"""How loud packets say they are, in -dBov."""


class Microphone:
    """Opus of a phone that joined. While it is open it never falls silent altogether, as phones do not."""

    def __init__(self, wire: WirePhone) -> None:
        self._wire = wire
        self._began, self._first = time.time(), random.randrange(1 << 31)
        self._tick = 0
        self._rest = opus_of(np.zeros(TICKS * 5, np.float32))[-1]
        self._turn = asyncio.Lock()
        self._resting: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._resting = asyncio.create_task(self._rests())

    async def close(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            await asyncio.gather(self._resting, return_exceptions=True)
            self._resting = None

    async def say(self, packets: Sequence[bytes]) -> float:
        """At the pace of speech; when the first packet left (Unix s)."""
        async with self._turn:
            began = time.time()
            self._tick = max(self._tick + 1, int((began - self._began) / FRAME_S))
            for number, payload in enumerate(packets):
                await asyncio.sleep(max(0.0, began + number * FRAME_S - time.time()))  # on purpose: packets come at the pace of speech
                await self._send(payload, VOICE)
                self._tick += 1
        return began

    async def _rests(self) -> None:
        while True:
            async with self._turn:
                self._tick = max(self._tick + 1, int((time.time() - self._began) / FRAME_S))
                await self._send(self._rest, REST)
            await asyncio.sleep(REST_S)  # on purpose: a microphone at rest sends in this rhythm

    async def _send(self, payload: bytes, level: int) -> None:
        timestamp = self._first + self._tick * TICKS & 0xFFFFFFFF
        await self._wire.send(self._wire.packet("microphone", payload, level=level, timestamp=timestamp))


class MeetingPhone:
    """One member in the meeting. Raises AssertionError where the server refuses what is asked."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._wire: WirePhone | None = None
        self._microphone: Microphone | None = None

    async def asks(self, kind: str, **data: Any) -> Frame:
        answer = await self.bot.command(kind, **data)
        assert answer["type"] == "ack", (kind, answer)
        await self.bot.reached(answer["seq"])
        return next(record for record in self.bot.records if record["seq"] == answer["seq"])

    async def connects_sound(self) -> None:
        """Offer, answer, ICE and DTLS, as a page does; offered again where the server says that it may."""
        self._wire = WirePhone("phone", self.bot.welcome["you"]["participant_id"], sound=2)
        answer = await self._answer_to(await self._wire.offer())
        await self._wire.accept(Answer(answer["sdp"], tuple(Line(mid, role) for mid, role in answer["mids"].items())))
        await self._wire.connected()

    async def _answer_to(self, sdp: str) -> Frame:
        for _ in range(5):
            name = uuid.uuid4().hex
            await self.bot.say({"type": "offer", "id": name, "sdp": sdp, "video_slots": 0})
            answer = await self._about(name)
            if answer["type"] == "answer":
                return answer
            assert answer["retry_after_ms"], answer
            await asyncio.sleep(answer["retry_after_ms"] / 1000 + 1)  # on purpose: the server says when to ask again
        raise AssertionError("the server has no media worker")

    async def _about(self, offer: str) -> Frame:
        """The answer to an offer, or the error."""

        def found() -> Frame | None:
            return next((frame for frame in self.bot.others if offer in (frame.get("id"), frame.get("re"))), None)

        await self.bot.until(lambda: found() is not None)
        frame = found()
        assert frame is not None
        return frame

    async def opens_microphone(self) -> None:
        assert self._wire is not None
        await self.asks("OpenMedia", media="audio")
        self._microphone = self._microphone or Microphone(self._wire)
        await self._microphone.open()

    async def closes_microphone(self) -> None:
        assert self._microphone is not None
        await self._microphone.close()
        await self.asks("CloseMedia", media="audio")

    async def says(self, packets: Sequence[bytes]) -> float:
        assert self._microphone is not None
        return await self._microphone.say(packets)

    async def leaves(self) -> None:
        if self._microphone is not None:
            await self._microphone.close()
        if self._wire is not None:
            await self._wire.close()
        await self.bot.close()


@asynccontextmanager
async def meeting_phone(address: str, cookie: str) -> AsyncIterator[MeetingPhone]:
    phone = MeetingPhone(await Bot.enter(address, cookie=cookie))
    try:
        yield phone
    finally:
        await phone.leaves()
