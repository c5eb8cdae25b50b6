"""Workers and recorders that die: everyone is back soon, and what was recorded plays."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest

from meeting_server.media.api import MediaRefused, TrackRecorded, TrackStarted, WorkerLost
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.media.media_ears import Ears
from tests.kit.media.media_phone import WirePhone, meanwhile
from tests.kit.media.media_worker import media_worker


@pytest.fixture
async def plane() -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings())
    await workers.start()
    yield workers
    await workers.stop()


@pytest.fixture
async def ears(plane: MediaWorkers) -> AsyncIterator[Ears]:
    listening = Ears(plane)
    yield listening
    listening.close()


def children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def plays(path: str) -> list[float]:
    """The times of the frames that a player finds."""
    with av.open(path) as container:
        return [float(p.pts * p.time_base) for p in container.demux(container.streams[0]) if p.pts is not None and p.time_base is not None]


async def lasting(folder: Path, seconds: float) -> None:
    """Wait until every file of a recording plays for longer than this, though it is still being written."""
    async with asyncio.timeout(30):
        while True:
            files = list(folder.glob("*.webm"))
            with contextlib.suppress(av.FFmpegError, IndexError):  # nothing of it has reached the disk yet
                if files and all(plays(str(file))[-1] > seconds for file in files):
                    return
            await asyncio.sleep(0.1)


async def test_a_killed_worker_is_back_and_clients_rejoin_with_their_permissions(plane: MediaWorkers, ears: Ears) -> None:
    phones = [WirePhone("a"), WirePhone("b")]
    for phone in phones:
        await phone.join(plane, "room")
    known = len(ears.events)
    os.kill(plane.links[0].pid, signal.SIGKILL)
    lost = await ears.wait(WorkerLost, after=known)
    assert set(lost.clients) == {"a", "b"}
    with pytest.raises(MediaRefused) as refused:
        await plane.permit("a", audio=True, video=True, screen=True)
    assert refused.value.code == "unknown_client"
    async with asyncio.timeout(15):
        await plane.links[0].ready.wait()
    again, other = WirePhone("a"), WirePhone("b")
    phones += (again, other)
    await again.join(plane, "room", permit=False)
    await other.join(plane, "room", permit=False)
    async with meanwhile(again.speak()):
        await other.hears("audio_slot", 5)
    for phone in phones:
        await phone.close()


async def test_while_a_worker_is_away_joining_is_refused_with_a_code(plane: MediaWorkers, ears: Ears) -> None:
    phone = WirePhone("a")
    offer = await phone.offer()
    os.kill(plane.links[0].pid, signal.SIGKILL)
    await ears.wait(WorkerLost)
    with pytest.raises(MediaRefused) as refused:
        await plane.join("room", "a", "a", offer)
    assert refused.value.code == "media_unavailable"
    await phone.close()


async def test_a_recording_goes_on_after_its_worker_was_killed_and_both_parts_play(plane: MediaWorkers, ears: Ears, tmp_path: Path) -> None:
    a = WirePhone("a")
    await a.join(plane, "room")
    async with meanwhile(a.speak()):
        await ears.wait(TrackStarted)
        await plane.record("room", tmp_path)
        await lasting(tmp_path, 1.5)
    os.kill(plane.links[0].pid, signal.SIGKILL)
    await ears.wait(WorkerLost)
    async with asyncio.timeout(15):
        await plane.links[0].ready.wait()
    again = WirePhone("a")
    await again.join(plane, "room", permit=False)
    after = len(ears.events)
    async with meanwhile(again.speak()):
        await ears.wait(TrackStarted, after=after)
        await again.speaks_on(50)
        await plane.record("room", None)
    files = sorted(str(p) for p in tmp_path.glob("audio-*.webm"))
    assert len(files) == 2
    assert all(plays(f) for f in files)
    assert plays(files[0])[-1] > 1.5
    for phone in (a, again):
        await phone.close()


async def test_a_killed_recorder_leaves_a_file_that_plays_and_recording_goes_on(plane: MediaWorkers, ears: Ears, tmp_path: Path) -> None:
    a = WirePhone("a", camera=True)
    await a.join(plane, "room")
    async with meanwhile(a.speak(), a.show()):
        await ears.wait(TrackStarted, lambda e: e.kind == "video")
        await plane.record("room", tmp_path)
        await lasting(tmp_path, 1.5)
        (recorder,) = children(plane.links[0].pid)
        os.kill(recorder, signal.SIGKILL)
        first = await ears.wait(TrackRecorded, lambda e: e.kind == "video")
        await a.speaks_on(75)
        await plane.record("room", None)
    second = [f for f in ears.all(TrackRecorded) if f.kind == "video" and f.path != first.path]
    assert len(second) == 1
    assert plays(first.path)[-1] > 1.5
    assert plays(second[0].path)
    await a.close()


async def test_media_goes_on_while_the_driving_process_is_away() -> None:
    with media_worker() as path:
        first = MediaWorkers(MediaSettings(sockets=(path,)))
        await first.start()
        a, b = WirePhone("a"), WirePhone("b")
        await a.join(first, "room")
        await b.join(first, "room")
        await first.stop()
        async with meanwhile(a.speak()):
            await b.hears("audio_slot", 10)
        second = MediaWorkers(MediaSettings(sockets=(path,)))
        await second.start()
        assert "meeting_media_clients" in await second.metrics()
        async with meanwhile(a.speak()):
            await b.hears("audio_slot", 10)
        await second.stop()
        for phone in (a, b):
            await phone.close()


async def test_a_worker_that_comes_late_is_waited_for_and_joining_is_refused_until_then(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("meeting_server.media.worker_link.MEET_WITHIN_S", 0.2)
    path = tmp_path / "media.sock"
    plane = MediaWorkers(MediaSettings(sockets=(path,)))
    await plane.start()
    phone = WirePhone("a")
    offer = await phone.offer()
    with pytest.raises(MediaRefused) as refused:
        await plane.join("room", "a", "a", offer)
    assert refused.value.code == "media_unavailable"
    with media_worker() as there:
        path.symlink_to(there)
        async with asyncio.timeout(10):
            await plane.links[0].ready.wait()
        await phone.accept(await plane.join("room", "a", "a", offer))
        await phone.connected()
        await phone.close()
        await plane.stop()


async def test_two_workers_share_the_rooms_and_a_meetings_rooms_stay_together() -> None:
    plane = MediaWorkers(MediaSettings(workers=2))
    await plane.start()
    phones = [WirePhone(f"p{i}") for i in range(4)]
    rooms = ["meeting-a/hall", "meeting-a/group", "meeting-b/hall", "meeting-c/hall"]
    for phone, room in zip(phones, rooms, strict=True):
        await phone.join(plane, room)
    await plane.move("p0", "meeting-a/group")
    async with meanwhile(phones[0].speak()):
        await phones[1].hears("audio_slot", 5)
    used = [float(line.split()[-1]) for line in (await plane.metrics()).splitlines() if line.startswith("meeting_media_clients")]
    assert sum(used) == 4
    assert len(used) == 2
    for phone in phones:
        await phone.close()
    await plane.stop()
