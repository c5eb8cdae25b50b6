"""Chromium over the media worker: what a person would hear and see, from getStats."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest
import pytest_asyncio

from meeting_server.media.api import LayersWanted, SlotsChanged, TrackEnded, TrackRecorded
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.browsers.media_browser import BrowserRoom
from tests.kit.media.media_ears import Ears

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_plane() -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings())
    await workers.start()
    yield workers
    await workers.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_chromium() -> AsyncIterator[BrowserRoom]:
    async with BrowserRoom() as room:
        yield room


@pytest_asyncio.fixture(loop_scope="module")
async def plane(shared_plane: MediaWorkers, shared_chromium: BrowserRoom) -> AsyncIterator[MediaWorkers]:
    yield shared_plane
    await shared_chromium.reset(shared_plane)


@pytest.fixture
def chromium(shared_chromium: BrowserRoom) -> BrowserRoom:
    return shared_chromium


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_ears(shared_plane: MediaWorkers) -> AsyncIterator[Ears]:
    listening = Ears(shared_plane)
    yield listening
    listening.close()


@pytest.fixture
def ears(shared_ears: Ears) -> Ears:
    shared_ears.events.clear()
    return shared_ears


async def test_two_pages_hear_and_see_each_other_and_nobody_hears_themselves(plane: MediaWorkers, chromium: BrowserRoom) -> None:
    a, b = chromium.phone("a"), chromium.phone("b")
    await a.join(plane, "room")
    await a.call("speak", hertz=440, volume=0.3)
    await a.call("show", role="camera", color="red", width=640, height=360, detail=0)
    await b.join(plane, "room")

    async def heard() -> bool:
        return await b.energy() > 0.001

    async def seen() -> bool:
        return await b.frames() > 10  # pictures that move, not the first one alone

    await b.until(heard, 20)
    await b.until(seen, 20)
    assert await a.energy() == 0


async def test_listening_needs_no_microphone_and_speaking_later_needs_no_new_offer(plane: MediaWorkers, chromium: BrowserRoom) -> None:
    a, b = chromium.phone("a"), chromium.phone("b")
    await a.join(plane, "room", camera=False, pictures=0)
    await b.join(plane, "room", camera=False, pictures=0)
    assert await b.energy() == 0
    await a.call("speak", hertz=600, volume=0.3)

    async def heard() -> bool:
        return await b.energy() > 0.001

    await b.until(heard, 20)


async def test_the_chairs_mute_is_silence_for_every_listener(plane: MediaWorkers, chromium: BrowserRoom, ears: Ears) -> None:
    a, b = chromium.phone("a"), chromium.phone("b")
    await a.join(plane, "room", pictures=1)
    await b.join(plane, "room", pictures=1)
    await a.call("speak", hertz=440, volume=0.5)

    async def heard() -> bool:
        return await b.energy() > 0.01

    await b.until(heard, 10)
    known = len(ears.events)
    await plane.permit("a", audio=False, video=True, screen=True)
    await ears.wait(SlotsChanged, lambda e: e.client == "b" and all(s.source is None for s in e.slots), after=known)

    async def silent() -> bool:
        before = await b.energy()
        await a.sends_on("microphone", 10)
        return await b.energy() == before

    await b.until(silent, 20)  # what was on its way has arrived and is played
    packets, energy = await b.total("audio_slot", "packetsReceived"), await b.energy()
    await a.sends_on("microphone", 50)
    assert await b.total("audio_slot", "packetsReceived") == packets
    assert await b.energy() - energy < 0.01  # a second of this tone is ten times as much
    await plane.permit("a", audio=True, video=True, screen=True)

    async def again() -> bool:
        return await b.energy() > energy + 0.01

    await b.until(again, 20)


async def test_a_camera_switched_off_and_on_shows_frames_again(plane: MediaWorkers, chromium: BrowserRoom, ears: Ears) -> None:
    a, b = chromium.phone("a"), chromium.phone("b")
    await a.join(plane, "room")
    await b.join(plane, "room")
    await a.call("show", role="camera", color="blue", width=320, height=240, detail=0)

    async def seen() -> bool:
        return await b.frames() > 10

    await b.until(seen, 10)
    await a.call("hide", role="camera")
    await ears.wait(TrackEnded, lambda e: e.source == "a" and e.kind == "video", within=6)
    frames = await b.frames()
    await a.call("show", role="camera", color="green", width=640, height=480, detail=0)

    async def seen_again() -> bool:
        return await b.frames() > frames + 10

    await b.until(seen_again, 10)


async def test_four_talkers_share_three_slots(plane: MediaWorkers, chromium: BrowserRoom, ears: Ears) -> None:
    talkers = [chromium.phone(f"t{i}") for i in range(4)]
    listener = chromium.phone("listener")
    for phone in [*talkers, listener]:
        await phone.join(plane, "room", camera=False, pictures=0)
    for i, talker in enumerate(talkers):
        await talker.call("speak", hertz=300 + 100 * i, volume=0.2 if i < 3 else 0.0)
    await ears.wait(SlotsChanged, lambda e: e.client == "listener" and {s.source for s in e.slots} == {"t0", "t1", "t2"}, within=8)
    energy = await listener.energy()
    for talker in talkers[:3]:
        await talker.call("volume", volume=0.0)
    await talkers[3].call("volume", volume=0.4)
    await ears.wait(SlotsChanged, lambda e: e.client == "listener" and "t3" in {s.source for s in e.slots})

    async def heard() -> bool:
        return await listener.energy() > energy + 0.02

    await listener.until(heard, 20)


async def test_a_network_switch_goes_on_after_an_ice_restart(plane: MediaWorkers, chromium: BrowserRoom) -> None:
    a, b = chromium.phone("a"), chromium.phone("b")
    await a.join(plane, "room", camera=False, pictures=0)
    await b.join(plane, "room", camera=False, pictures=0)
    await a.call("speak", hertz=440, volume=0.3)

    async def heard() -> bool:
        return await b.energy() > 0.01

    await b.until(heard, 10)
    offer = await b.call("restart")
    answer = await plane.join("room", "b", "b", offer, video_slots=0)
    await b.call("accept", sdp=answer.sdp)
    energy = await b.energy()

    async def still_heard() -> bool:
        return await b.energy() > energy + 0.05 and await b.connected()  # more than what was still in the page's buffer

    await b.until(still_heard, 20)


async def test_simulcast_gives_a_layer_at_once_and_the_best_when_the_path_carries_it(plane: MediaWorkers, chromium: BrowserRoom) -> None:
    a, b = chromium.phone("a"), chromium.phone("b")
    await a.join(plane, "room", simulcast=True)
    await b.join(plane, "room", camera=False)
    await a.call("show", role="camera", color="red", width=640, height=480, detail=30)

    async def seen() -> bool:
        return await b.frames() > 5

    await b.until(seen, 10)
    layers = {s.layer for s in (await plane.details("a")).streams if s.role == "camera"}
    assert layers <= {"q", "h", "f"}
    assert len(layers) >= 2

    async def best() -> bool:
        sent = [s.layer for s in (await plane.details("a")).streams if s.role == "camera" and s.kbit_s > 20]
        shown = next(s.layer for s in (await plane.details("b")).streams if s.role == "video_slot")
        return bool(sent) and shown == max(sent, key=lambda layer: "qhf".index(layer or "q"))

    await b.until(best, 15)


async def test_a_layer_nobody_needs_stops_and_comes_back_for_a_pin(plane: MediaWorkers, chromium: BrowserRoom, ears: Ears) -> None:
    a, b = chromium.phone("a"), chromium.phone("b")
    await a.join(plane, "room", simulcast=True)
    await b.join(plane, "room", camera=False)
    await a.call("show", role="camera", color="red", width=960, height=540, detail=30)

    async def sent(rid: str) -> int:
        return sum(s.get("packetsSent", 0) for s in await a.call("stats") if s["type"] == "outbound-rtp" and s.get("rid") == rid)

    async def full() -> bool:
        return await sent("f") > 20 and await b.frames() > 5

    async def shown() -> str | None:
        return next((s.layer for s in (await plane.details("b")).streams if s.role == "video_slot"), None)

    await a.until(full, 25)
    await plane.want("b", video=1, layer="q")
    told = await ears.wait(LayersWanted, lambda e: e.client == "a" and e.layers == ("q",))
    await a.call("layers", wanted=list(told.layers))

    async def small() -> bool:
        return await shown() == "q"

    await b.until(small, 20)
    await a.stands_still(lambda: sent("f"))  # what was encoded before is on its way
    before = await sent("f")
    frames = await b.frames()

    async def more() -> bool:
        return await b.frames() > frames + 8

    await b.until(more, 20)
    assert await sent("f") == before  # not one packet while the small one goes on
    heard = len(ears.events)
    await plane.want("b", video=1, pinned="a", layer="q")
    told = await ears.wait(LayersWanted, lambda e: e.client == "a" and "f" in e.layers, after=heard)
    await a.call("layers", wanted=list(told.layers))

    async def large() -> bool:
        return await shown() == "f"

    await b.until(large, 20)


async def test_a_recording_plays_and_keeps_its_gaps(plane: MediaWorkers, chromium: BrowserRoom, ears: Ears, tmp_path: Path) -> None:
    a, b = chromium.phone("a"), chromium.phone("b")
    await a.join(plane, "room")
    await b.join(plane, "room")
    await a.call("speak", hertz=440, volume=0.3)
    await a.call("show", role="camera", color="red", width=320, height=240, detail=5)

    async def seen() -> bool:
        return await b.frames() > 3

    await b.until(seen, 10)

    async def flows() -> None:
        """A second of sound and pictures more than now has come out at the other end."""
        frames, packets = await b.frames(), await b.total("audio_slot", "packetsReceived")

        async def more() -> bool:
            return await b.frames() > frames + 15 and await b.total("audio_slot", "packetsReceived") > packets + 50

        await b.until(more, 20)

    begin = time.monotonic()
    await plane.record("room", tmp_path)
    await flows()
    last_sent = time.monotonic()
    await a.call("hush")
    await a.call("hide", role="camera")
    hidden = time.monotonic()
    await ears.wait(TrackEnded, lambda e: e.source == "a" and e.kind == "video")  # the gap is as long as the plane takes to notice
    sent_again = time.monotonic()
    await a.call("speak", hertz=440, volume=0.3)
    await a.call("show", role="camera", color="blue", width=480, height=360, detail=5)
    await flows()
    flowed = time.monotonic()
    await plane.record("room", None)
    length = time.monotonic() - begin
    gap_at_least, gap_at_most = sent_again - hidden, flowed - last_sent
    files = {f.kind: f for f in ears.all(TrackRecorded)}
    assert set(files) == {"audio", "video"}
    for kind, file in files.items():
        with av.open(file.path) as container:
            stream = container.streams[0]
            frames = [frame for frame in container.decode(stream) if isinstance(frame, av.VideoFrame | av.AudioFrame)]
        times = [float(frame.time or 0) for frame in frames]
        if kind == "video":  # another source, and another size, in the same file
            assert {frame.width for frame in frames if isinstance(frame, av.VideoFrame)} == {320, 480}
        assert times == sorted(times)
        gaps = sorted(y - x for x, y in itertools.pairwise(times))
        assert gap_at_least / 2 < gaps[-1] < gap_at_most, kind
        assert gaps[-2] < gap_at_least / 2, f"{kind} has one gap, not two"
        # half a gap to spare for clocks that are still being fitted to each other; a gap that collapsed or came twice is a whole one
        assert gap_at_least + 1 < times[-1] < length + gap_at_least / 2, f"{kind} lasts as long as it was recorded"
