"""A recorder that runs for hours: its memory stays flat and the file plays to its end."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from meeting_server.media.depacketize import Arrived
from meeting_server.media.recorder import TakeFile
from meeting_server.media.recorder_link import OpenTrack
from meeting_server.media.rtcp import to_ntp

pytestmark = pytest.mark.night

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


def test_two_voices_whose_sound_cards_differ_end_in_step_after_four_hours(tmp_path: Path) -> None:
    """One card is 100 ppm fast, the other slow: by RTP time alone they are 2.9 s apart at the end."""
    ends: list[float] = []
    for ppm in (100, -100):
        path = tmp_path / f"{ppm}.webm"
        take = TakeFile(OpenTrack(1, str(path), "opus", 48_000, f"client {ppm}"))
        step = 240  # ms between packets: DTX
        for number in range(4 * HOUR_MS // step):
            true = number * step / 1000
            rtp = round(true * (1 + ppm / 1e6) * 48_000) & 0xFFFFFFFF
            if number % 20 == 0:
                take.report(7, rtp, to_ntp(BEGAN + ppm + true * (1 + ppm / 2e6)), BEGAN + true)
            take.put(7, Arrived(BEGAN + true + (number % 7) * 0.005, number & 0xFFFF, rtp, 0, PAYLOAD))
        done = take.complete()
        with av.open(str(path)) as container:
            container.seek(4 * 3_600 * av.time_base - 5 * av.time_base)
            last = [packet.pts for packet in container.demux(audio=0) if packet.pts is not None][-1]
        ends.append(done.started_at_ms / 1000 + last / 1000 - BEGAN)
    assert abs(ends[0] - ends[1]) <= 0.045
    assert abs(ends[0] - (4 * 3_600 - 0.24)) <= 0.045
