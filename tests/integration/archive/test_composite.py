"""The video of a whole meeting: what it shows when, and that nothing is written where nothing moves."""

from __future__ import annotations

import asyncio
import dataclasses
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.record.composite import RATE, STANDS, write
from meeting_server.archive.record.mix import Source, mix
from meeting_server.archive.record.step import Material
from meeting_server.archive.record.timeline import Track, timeline_of
from meeting_server.domain.ids import HALL, ParticipantId
from meeting_server.domain.terms import MediaKind
from meeting_server.media.recorder import TakeFile
from meeting_server.media.recorder_link import OpenTrack
from tests.kit.encoders.pictures import h264_packets, plain_h264
from tests.kit.meetings.recordings import picture, voice
from tests.kit.meetings.whole_meeting import whole_meeting

LENGTH_S = 12
PAGE, FACE, PARTNER = "page.webm", "face.webm", "partner.webm"


def page(path: Path, shades: list[tuple[float, int]]) -> None:
    """A shared page of one shade, and another one from each of these seconds on: one picture each, as browsers send it."""
    with av.open(str(path), "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=10, options={"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = 640, 360, "yuv420p", Fraction(1, 1000)
        for since, shade in shades:
            frame = VideoFrame.from_ndarray(np.full((360, 640, 3), shade, np.uint8), format="rgb24")
            frame.pts, frame.time_base = round(since * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture(params=["vp8", "h264"])
async def shown(request: pytest.FixtureRequest, tmp_path: Path) -> list[VideoFrame]:
    """A camera from the beginning, a page above it from 2 s (another one at 4 s) to 8 s, a second camera from 10 s.

    The first camera is a phone's, or an encoder's in the hall."""
    if request.param == "vp8":
        picture(tmp_path / FACE, 3.0)  # then it stands
    else:
        _recorded_h264(tmp_path)
    picture(tmp_path / PARTNER, 1.0)
    page(tmp_path / PAGE, [(0.0, 255), (2.0, 128)])
    mix([Source(voice(tmp_path / "voice.webm", [(0.0, float(LENGTH_S))]), 0)], tmp_path / "mix.m4a")
    records = whole_meeting().records
    minutes, timeline = minutes_of(records), timeline_of(records)
    assert minutes is not None
    assert timeline is not None
    zero = timeline.zero

    def track(name: str, media: MediaKind, since: int, until: int) -> Track:
        return Track(ParticipantId(name), name, HALL, media, name, zero + since * 1000, zero + until * 1000)

    tracks = (track(FACE, "video", 0, LENGTH_S), track(PAGE, "screen", 2, 8), track(PARTNER, "video", 10, LENGTH_S))
    timeline = dataclasses.replace(timeline, tracks=tracks, end=zero + LENGTH_S * 1000)

    target = tmp_path / "composite.mp4"
    await asyncio.to_thread(write, Material(tmp_path, minutes, timeline, "1.0"), target, lambda _: None, lambda: True)
    with av.open(str(target)) as container:
        return list(container.decode(video=0))


def _recorded_h264(folder: Path) -> None:
    take = TakeFile(OpenTrack(1, str(folder / "face.mp4"), "h264", 90_000))
    for packet in h264_packets(plain_h264(folder / "plain.h264", 3).read_bytes()):
        take.put(7, packet)
    take.complete()
    (folder / "face.mp4").rename(folder / FACE)


def at(shown: list[VideoFrame], second: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    frame = max((one for one in shown if (one.time or 0.0) <= second + 0.01), key=lambda one: one.time or 0.0)
    return frame.to_ndarray(format="rgb24").astype(np.uint8)


async def test_it_shows_what_was_shown_where_it_belongs(shown: list[VideoFrame]) -> None:
    face, white, grey, again, both = (at(shown, second) for second in (1.5, 3.0, 6.0, 9.0, 11.5))
    assert face[360, 20].max() < 90  # one camera fills the picture
    assert face.std() > 10
    assert white[360, 20].min() > 235  # the page does, with the camera in its corner
    assert white[600, 960:1240].max(axis=1).mean() < 220
    assert 110 < grey[360, 20].mean() < 145
    assert abs(grey[600, 1010].astype(int) - white[600, 1010].astype(int)).max() < 25  # the corner is painted again over the new page
    assert again[360, 20].max() < 90  # the page is gone, and nothing of it left
    assert both[100, 100].max() < 40  # two cameras beside each other leave the rest empty
    assert both[360, 300].max() > 45
    assert both[360, 900].max() > 45


async def test_nothing_is_written_where_nothing_moves(shown: list[VideoFrame]) -> None:
    times = [one.time or 0.0 for one in shown]
    assert times[-1] == pytest.approx(LENGTH_S, abs=1 / RATE)
    moving = [time for time in times if time < 2.9]
    assert len(moving) >= 25
    assert sum(4.5 < time < 7.5 for time in times) <= 3
    assert max(later - sooner for sooner, later in pairwise(times)) <= STANDS / RATE + 0.01  # but a player finds one soon
