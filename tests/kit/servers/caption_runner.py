"""A phone that reads into the real media worker, and the captions process that writes: for tests and the bench."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.apart import EngineApart
from meeting_server.archive.speech.captions import Captions
from meeting_server.archive.speech.engines import SpeechSettings
from meeting_server.archive.speech.transcriber import Transcriber
from meeting_server.archive.speech.voices import Said
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.media.media_phone import WirePhone
from tests.kit.media.media_worker import media_worker
from tests.kit.meetings.recordings import RATE
from tests.kit.meetings.speech_material import english, whisper

ROOM = "meeting/hall"


class Desk:
    """What the web process does: says which rooms it wants written, and reads what comes."""

    def __init__(self, process: Captions, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._process, self._reader, self._writer = process, reader, writer

    def wish(self, on: bool, *terms: str) -> None:
        self._writer.write(json.dumps({"type": "wish", "room": ROOM, "on": on, "terms": terms, "keep": True}).encode() + b"\n")

    def hears(self, said: Said) -> None:
        """As if a voice had said it."""
        self._process._said.put_nowait((ROOM, "reader", said))

    async def listening(self, within: float = 30.0) -> None:
        """Until the engine is there."""
        async with asyncio.timeout(within):
            while ROOM not in self._process.rooms:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.02)

    async def next(self, within: float = 120.0) -> Any:
        async with asyncio.timeout(within):
            line = await self._reader.readline()
        return json.loads(line) if line else None

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def captions(
    folder: Path,
    settings: SpeechSettings,
    *,
    others: Callable[[], float] = lambda: 0.0,
    open_engine: Callable[[SpeechSettings], Transcriber] = EngineApart,
) -> AsyncIterator[tuple[Desk, Path]]:
    """The process's own loop, in this one; its engine is a child as always. The desk, and where voices go."""
    voices, lines, stop = folder / "voices.sock", folder / "lines.sock", asyncio.Event()
    process = Captions(settings, folder / "recordings", voices, lines, others=others, open_engine=open_engine)
    running = asyncio.create_task(process.run(stop))
    try:
        async with asyncio.timeout(10):
            while not lines.exists():  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.01)
        desk = Desk(process, *await asyncio.open_unix_connection(lines))
        yield desk, voices
        desk.close()
    finally:
        stop.set()
        await running


def opus_of(samples: Samples) -> list[bytes]:
    """Packets of 20 ms, as a phone sends them."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.time_base = RATE, "mono", "flt", Fraction(1, RATE)
    packets: list[bytes] = []
    for number in range(len(samples) // 960):
        frame = av.AudioFrame.from_ndarray(samples[number * 960 : (number + 1) * 960].reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), number * 960
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


async def read_out(phone: WirePhone, packets: list[bytes]) -> float:
    """In real time; the moment of the last packet (Unix s)."""
    began = time.monotonic()
    for number, payload in enumerate(packets):
        await phone.send(phone.packet("microphone", payload, level=20))
        await asyncio.sleep(max(0.0, began + (number + 1) * 0.02 - time.monotonic()))  # on purpose: sound comes at the pace of speech
    return time.time()


async def read_to_captions(folder: Path, seconds: float) -> tuple[list[Any], float, float]:
    """Somebody reads English into a phone; the lines that came of it, and when it began and ended (Unix s)."""
    packets = opus_of(english()[: int(seconds * RATE)])
    lines: list[Any] = []
    with media_worker() as worker:
        plane = MediaWorkers(MediaSettings(sockets=(worker,)))
        await plane.start()
        phone = WirePhone("phone", "reader")
        try:
            async with captions(folder, whisper("en")) as (desk, voices):
                desk.wish(True, "wisdom")
                await phone.join(plane, ROOM)
                await plane.listen(ROOM, voices)
                await desk.listening()
                began = time.time()
                ended = await read_out(phone, packets)
                while not lines or lines[-1]["until"] < (ended - 2.5) * 1000:
                    lines.append(await desk.next())
                    assert lines[-1]["type"] == "line", lines[-1]
        finally:
            await phone.close()
            await plane.stop()
    return lines, began, ended
