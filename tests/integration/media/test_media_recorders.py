"""A recorder a meeting: what one meeting's tracks do to theirs is no other meeting's affair, and ends with a new recorder."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest

from meeting_server.media.api import TrackRecorded, TrackStarted
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.media.media_ears import Ears
from tests.kit.media.media_phone import WirePhone, meanwhile

SHARE = 0.98


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


def recorders(plane: MediaWorkers) -> set[int]:
    pid = plane.links[0].pid
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


async def other_recorders(plane: MediaWorkers, known: set[int]) -> set[int]:
    async with asyncio.timeout(20):
        while not (found := recorders(plane) - known):  # noqa: ASYNC110  processes come as they come
            await asyncio.sleep(0.02)
    return found


async def files_in(folder: Path, count: int) -> None:
    async with asyncio.timeout(20):
        while len(list(folder.glob("*.webm"))) < count:  # noqa: ASYNC110  another process writes them
            await asyncio.sleep(0.02)


def length(path: str) -> float:
    with av.open(path) as container:
        return max(
            float(p.pts * p.time_base) for p in container.demux(container.streams[0]) if p.pts is not None and p.time_base is not None
        )


async def test_a_meetings_recorder_dies_alone_and_is_started_again(plane: MediaWorkers, ears: Ears, tmp_path: Path) -> None:
    a, b = WirePhone("a"), WirePhone("b")
    await a.join(plane, "first/hall")
    await b.join(plane, "second/hall")
    async with meanwhile(a.speak(), b.speak()):
        for phone in (a, b):
            await ears.wait(TrackStarted, lambda e, phone=phone: e.source == phone.source)  # type: ignore[misc]
        await plane.record("first/hall", tmp_path / "first")
        (first,) = recorders(plane)
        await plane.record("second/hall", tmp_path / "second")
        (second,) = recorders(plane) - {first}
        await plane.record("second/group", tmp_path / "second")
        assert recorders(plane) == {first, second}
        await files_in(tmp_path / "first", 1)
        os.kill(first, signal.SIGKILL)
        (again,) = await other_recorders(plane, {first, second})
        assert second in recorders(plane)
        await files_in(tmp_path / "first", 2)
        await plane.record("first/hall", None)
        assert again not in recorders(plane)
        await plane.record("second/hall", None)
        assert second in recorders(plane)  # a room of its meeting is still recorded
        await plane.record("second/group", None)
        assert not recorders(plane)
    assert len([f for f in ears.all(TrackRecorded) if f.room == "second/hall"]) == 1
    for phone in (a, b):
        await phone.close()


@pytest.mark.slow
async def test_a_recorder_that_hangs_holds_nobody_up_and_is_replaced(plane: MediaWorkers, tmp_path: Path) -> None:
    speaker, listener = WirePhone("speaker"), WirePhone("listener")
    for phone in (speaker, listener):
        await phone.join(plane, "next-door/hall")
    await plane.record("first/hall", tmp_path)
    (stuck,) = recorders(plane)
    os.kill(stuck, signal.SIGSTOP)
    camera = WirePhone("camera", camera=True)
    await camera.join(plane, "first/hall")
    async with meanwhile(speaker.speak(), camera.speak(), camera.show(fps=60, packets=12)):  # fills the pipe, so that commands must wait
        said = speaker.spoken
        heard = len(listener.heard_on("audio_slot"))
        await asyncio.sleep(2.0)  # on purpose: what is heard of so much speech is counted
        for number in range(3):
            await plane.move("camera", f"first/group-{number}")
            await plane.move("camera", "first/hall")
            await asyncio.sleep(0.5)  # on purpose: what is heard of so much speech is counted
        said, heard = speaker.spoken - said, len(listener.heard_on("audio_slot")) - heard
        assert heard >= SHARE * said - 2
        await other_recorders(plane, {stuck})
    for phone in (speaker, listener, camera):
        await phone.close()


async def test_a_picture_that_is_none_ends_its_own_file_only(plane: MediaWorkers, ears: Ears, tmp_path: Path) -> None:
    voice, guest = WirePhone("voice"), WirePhone("guest", camera=True)
    await voice.join(plane, "first/hall")
    offer = await guest.offer()
    answer = await plane.join("first/hall", "guest", "guest", re.sub(r"(?m)^a=rtpmap:(\d+) VP8/90000", r"a=rtpmap:\1 none/90000", offer))
    kind = re.search(r"(?m)^a=rtpmap:(\d+) H264/90000", answer.sdp)
    assert kind is not None
    await plane.permit("guest", audio=True, video=True, screen=True)
    await guest.accept(answer)
    await guest.connected()
    junk = b"\x18\x00\x08\x67" + bytes(7) + b"\x00\x10\x65" + os.urandom(15)  # parameters and a key picture, by their names only

    async def pictures() -> None:
        while True:
            await guest.send(guest.packet("camera", junk, marker=True, step=3000, payload_type=int(kind.group(1))))
            await asyncio.sleep(0.05)

    async with meanwhile(voice.speak(), pictures()):
        await ears.wait(TrackStarted, lambda e: e.source == "voice")
        await ears.wait(TrackStarted, lambda e: e.kind == "video")
        await plane.record("first/hall", tmp_path)
        await files_in(tmp_path, 1)  # a process takes its time to start
        before = recorders(plane)
        await voice.speaks_on(200)  # four seconds, in which no process may end
        assert recorders(plane) == before
        await plane.record("first/hall", None)
    files = [f for f in ears.all(TrackRecorded) if f.kind == "audio"]
    assert len(files) == 1
    assert length(files[0].path) > 3.0
    for phone in (voice, guest):
        await phone.close()
