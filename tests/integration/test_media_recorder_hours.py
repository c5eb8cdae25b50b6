"""A recorder that runs for hours: its memory stays flat and the file plays to its end."""

from __future__ import annotations

from pathlib import Path

import av

from meeting_server.media.depacketize import Arrived
from meeting_server.media.recorder import TakeFile
from meeting_server.media.recording import OpenTrack

HOUR_MS, FRAME_MS = 3_600_000, 60
BEGAN = 1_800_000_000.0
PAYLOAD = b"\x58" + bytes(60)  # Opus, SILK, one frame of 60 ms


def resident_mib() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def test_four_hours_of_a_voice_leave_memory_as_it_was_after_the_first(tmp_path: Path) -> None:
    path = tmp_path / "voice.webm"
    take = TakeFile(OpenTrack(1, str(path), "opus", 48_000))
    after_the_first = 0.0
    for number in range(4 * HOUR_MS // FRAME_MS):
        at = number * FRAME_MS / 1000
        take.put(7, Arrived(BEGAN + at, number & 0xFFFF, number * FRAME_MS * 48 & 0xFFFFFFFF, 0, PAYLOAD))
        if number == HOUR_MS // FRAME_MS:
            after_the_first = resident_mib()
    assert resident_mib() - after_the_first < 4
    take.complete()
    with av.open(str(path)) as container:
        container.seek(4 * 3_600 * av.time_base - 5 * av.time_base)
        last = [packet.pts for packet in container.demux(audio=0) if packet.pts is not None][-1]
    assert abs(last - (4 * HOUR_MS - FRAME_MS)) <= FRAME_MS
