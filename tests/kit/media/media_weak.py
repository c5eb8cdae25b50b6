"""Weak networks in Chromium: each scenario returns its figures; the test asserts them, the bench prints them."""

from __future__ import annotations

import asyncio
import base64
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from meeting_server.media.api import MediaPlane
from tests.kit.browsers.media_browser import BrowserPhone, BrowserRoom
from tests.kit.media.media_shaper import BadNetwork


@dataclass
class Span:
    """What a listener got between two moments."""

    seconds: float
    concealed_percent: float
    frames: float
    frozen_s: float
    repaired: float
    kbit_s: float


async def _look(phone: BrowserPhone) -> dict[str, float]:
    sound = ("concealedSamples", "totalSamplesReceived", "silentConcealedSamples")
    picture = ("framesDecoded", "totalFreezesDuration", "retransmittedPacketsReceived")
    figures = {name: await phone.total("audio_slot", name) for name in sound}
    figures |= {name: await phone.total("video_slot", name) for name in picture}
    figures["at"] = time.monotonic()
    return figures


async def span(phone: BrowserPhone, network: BadNetwork, seconds: float) -> Span:
    octets = network.down.octets
    before = await _look(phone)
    await asyncio.sleep(seconds)  # on purpose: what comes in so long is counted
    after = await _look(phone)
    d = {k: after[k] - before[k] for k in after}
    concealed = d["concealedSamples"] - d["silentConcealedSamples"]
    return Span(
        d["at"],
        100 * concealed / max(1.0, d["totalSamplesReceived"]),
        d["framesDecoded"],
        d["totalFreezesDuration"],
        d["retransmittedPacketsReceived"],
        (network.down.octets - octets) * 8 / d["at"] / 1000,
    )


def _speech() -> bytes | None:
    """A spoken sentence as WAV; None without espeak-ng. A tone would not do: Opus adds forward correction to speech only."""
    program = shutil.which("espeak-ng")
    if program is None:
        return None
    text = "The members of the branch have met to elect their committee, and the secretary reads the agenda of the day aloud."
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run([program, "-v", "en", "-a", "180", "-w", str(path), text], check=True)
        return path.read_bytes()


async def _pair(
    plane: MediaPlane, chromium: BrowserRoom, network: BadNetwork, name: str, *, pictures: bool, simulcast: bool = True
) -> BrowserPhone:
    speaker, listener = chromium.phone(f"{name}-speaker"), chromium.phone(f"{name}-listener")
    await speaker.join(plane, name, simulcast=simulcast, camera=pictures, pictures=0)
    wave = await asyncio.to_thread(_speech)
    if wave is None:
        await speaker.call("speak", hertz=440, volume=0.3)
    else:
        await speaker.call("say", wave=base64.b64encode(wave).decode())
    if pictures:
        await speaker.call("show", role="camera", color="red", width=640, height=360, detail=20)
    await listener.join(plane, name, camera=False, pictures=1 if pictures else 0, network=network, audio_only=not pictures)

    async def ready() -> bool:
        return await listener.energy() > 0.001 and (not pictures or await listener.frames() > 5)

    await listener.until(ready, 20)
    return listener


async def three_percent_loss(plane: MediaPlane, chromium: BrowserRoom, seconds: float = 6.0, *, again: int = 0) -> Span:
    """From the first lost packet on; ``again``: how often a span with a freeze, or without a repair, is followed by another."""
    network = BadNetwork()
    listener = await _pair(plane, chromium, network, "loss", pictures=True)
    network.shape(loss=0.03, delay=0.02)
    result = await span(listener, network, seconds)
    while again and (result.frozen_s > 0 or not result.repaired):
        again -= 1
        result = await span(listener, network, seconds)
    network.close()
    return result


async def sound_alone(plane: MediaPlane, chromium: BrowserRoom, *, settle: float = 8.0, seconds: float = 10.0) -> Span:
    """100 kbit/s, 75 ms, 2 % loss, no pictures."""
    network = BadNetwork()
    network.shape(rate=100, delay=0.075, loss=0.02)
    listener = await _pair(plane, chromium, network, "sound", pictures=False)
    await asyncio.sleep(settle)  # on purpose: until the encoder has heard of the loss and corrects forward
    result = await span(listener, network, seconds)
    network.close()
    return result


@dataclass
class Congestion:
    """The path shrinks to 120 kbit/s, and is wide again later."""

    dropped_s: float | None  # until no picture flows any more
    squeezed: Span  # from 5 s after
    back_s: float | None  # from the widening until frames are back


async def congestion(plane: MediaPlane, chromium: BrowserRoom, *, settle: float = 4.0, seconds: float = 5.0) -> Congestion:
    network = BadNetwork()
    listener = await _pair(plane, chromium, network, "congestion", pictures=True)
    await asyncio.sleep(settle)  # on purpose: the sender finds out how wide the path is
    network.shape(rate=120, delay=0.04)
    begin = time.monotonic()
    dropped: float | None = None
    while time.monotonic() - begin < 5.0:
        if dropped is None and not await _pictures_flow(plane, listener):
            dropped = time.monotonic() - begin
        await asyncio.sleep(0.1)
    squeezed = await span(listener, network, seconds)
    network.shape(rate=0)
    begin, frames = time.monotonic(), await listener.frames()
    back: float | None = None
    while back is None and time.monotonic() - begin < 30:
        await asyncio.sleep(0.1)
        if await listener.frames() > frames + 15:
            back = time.monotonic() - begin
    network.close()
    return Congestion(dropped, squeezed, back)


async def _pictures_flow(plane: MediaPlane, listener: BrowserPhone) -> bool:
    return any(stream.role == "video_slot" and stream.layer is not None for stream in (await plane.details(listener.name)).streams)


@dataclass
class LipSync:
    """Median ms by which a flash is seen later than its beep is heard: at the sender itself, and at a listener."""

    sender_ms: float
    listener_ms: float
    claps: int

    @property
    def added_ms(self) -> float:
        """What the way through the media plane adds, whatever its sign."""
        return abs(self.listener_ms - self.sender_ms)


async def lip_sync(plane: MediaPlane, chromium: BrowserRoom, claps: int = 9, *, again: int = 0, at_most: float = 0.0) -> LipSync:
    """A flash with a beep, ten times in seven seconds, held against each other at both ends.

    ``again``: how often figures over ``at_most`` ms are followed by others.
    """
    sender, listener = chromium.phone("clap-sender"), chromium.phone("clap-listener")
    await sender.join(plane, "clap", pictures=0, sound=0)
    await listener.join(plane, "clap", camera=False)
    await sender.call("clap", every=700)

    async def both() -> bool:
        return await listener.energy() > 0.001 and await listener.frames() > 20

    await listener.until(both, 20)
    mids = await _filled(listener)
    while True:
        own, far = await asyncio.gather(sender.call("skews", mids=None, claps=claps), listener.call("skews", mids=mids, claps=claps))
        result = LipSync(statistics.median(own), statistics.median(far), len(far))
        if not again or result.added_ms <= at_most:
            return result
        again -= 1


async def _filled(listener: BrowserPhone) -> list[str]:
    """The mids of the sound slot and the picture slot that carry something."""
    sounds, pictures = await listener.received("audio_slot"), await listener.received("video_slot")
    return [max(sounds, key=lambda s: s["totalAudioEnergy"])["mid"], max(pictures, key=lambda s: s.get("framesDecoded", 0))["mid"]]


async def blackout(plane: MediaPlane, chromium: BrowserRoom, seconds: float = 12.0) -> float:
    """Seconds from the network's return until sound is heard again."""
    network = BadNetwork()
    listener = await _pair(plane, chromium, network, "blackout", pictures=True)
    network.shape(up=False)
    await asyncio.sleep(seconds)  # on purpose: the network is away for so long
    energy = await listener.energy()
    network.shape(up=True)

    async def heard() -> bool:
        return await listener.energy() > energy + 0.003

    took = await listener.until(heard, 30)
    network.close()
    return took
