"""A clip plays from its first word: the first samples and the first picture are measured."""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import pytest

from meeting_server.archive.record.clip import NothingThere, cut_pictures, cut_sound, thumbnail
from meeting_server.archive.record.mix import RATE, Source, mix
from meeting_server.archive.record.sound import Samples, runs
from tests.kit.meetings.recordings import picture, voice

WORD = 20_000
"""Someone begins to speak here, after a gap."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record")
    zhou = voice(folder / "zhou.webm", [(0.0, 4.0), (WORD / 1000, 30.0)], 440.0)
    mix([Source(zhou, 0)], folder / "mix.m4a")
    picture(folder / "li.webm", 30.0)
    return folder


def heard(path: Path) -> Samples:
    whole = np.zeros(60 * RATE, np.float32)
    end = 0
    for at, samples in runs(path, RATE):
        if at >= 0:
            whole[at : at + len(samples)] = samples
            end = at + len(samples)
    return whole[:end]


def begins(samples: Samples, after: int = 0) -> float:
    """Where it is loud for the first time (after so many ms), in ms."""
    return after + float(np.flatnonzero(np.abs(samples[after * RATE // 1000 :]) > 0.1)[0]) / RATE * 1000


@pytest.mark.parametrize("before", [0, 3, 10, 500, 1234])
def test_a_clip_begins_where_it_was_cut_to_the_millisecond(record: Path, tmp_path: Path, before: int) -> None:
    cut_sound(record / "mix.m4a", tmp_path / "clip.m4a", WORD - before, WORD + 3_000)
    whole, clip = heard(record / "mix.m4a"), heard(tmp_path / "clip.m4a")
    assert begins(clip) == pytest.approx(begins(whole, 10_000) - (WORD - before), abs=1.0)
    start = (WORD - before) * RATE // 1000
    np.testing.assert_allclose(clip[: 2 * RATE], whole[start : start + 2 * RATE], atol=0.02)


def test_a_clip_ends_where_it_was_cut_but_for_the_rest_of_one_frame(record: Path, tmp_path: Path) -> None:
    cut_sound(record / "mix.m4a", tmp_path / "clip.m4a", 21_000, 24_000)
    assert 3.0 <= len(heard(tmp_path / "clip.m4a")) / RATE <= 3.0 + 1024 / RATE + 0.001


def test_the_beginning_of_the_record_can_be_cut_too(record: Path, tmp_path: Path) -> None:
    cut_sound(record / "mix.m4a", tmp_path / "clip.m4a", 0, 2_000)
    assert begins(heard(tmp_path / "clip.m4a")) == pytest.approx(begins(heard(record / "mix.m4a")), abs=1.0)


def test_pictures_begin_with_a_key_frame_and_say_where_the_clip_begins_in_them(record: Path, tmp_path: Path) -> None:
    offset = cut_pictures(record / "li.webm", tmp_path / "clip.webm", 12_340, 15_000)
    with av.open(str(tmp_path / "clip.webm")) as clip, av.open(str(record / "li.webm")) as whole:
        packets = [packet for packet in clip.demux(clip.streams.video[0]) if packet.pts is not None]
        assert packets[0].is_keyframe
        assert packets[0].pts == 0
        assert 0 <= offset <= 12_340
        shown = [(round((frame.time or 0) * 1000), frame.to_ndarray(format="rgb24")) for frame in whole.decode(whole.streams.video[0])]
    with av.open(str(tmp_path / "clip.webm")) as clip:
        cut = [(round((frame.time or 0) * 1000), frame.to_ndarray(format="rgb24")) for frame in clip.decode(clip.streams.video[0])]
    at, image = next((at, image) for at, image in cut if at >= offset)
    same = next(image for moment, image in shown if moment >= 12_340)
    assert at - offset <= 100
    assert np.abs(image.astype(int) - same.astype(int)).mean() < 3
    assert cut[-1][0] - offset < 15_000 - 12_340


def test_pictures_that_begin_later_than_the_clip_say_so(record: Path, tmp_path: Path) -> None:
    assert cut_pictures(record / "li.webm", tmp_path / "clip.webm", -2_000, 1_000) == -2_000


def test_a_thumbnail_is_a_small_picture_of_that_moment(record: Path, tmp_path: Path) -> None:
    offset = cut_pictures(record / "li.webm", tmp_path / "clip.webm", 10_000, 12_000)
    thumbnail(tmp_path / "clip.webm", tmp_path / "clip.jpg", offset)
    assert (tmp_path / "clip.jpg").read_bytes()[:2] == b"\xff\xd8"
    with av.open(str(tmp_path / "clip.jpg")) as container:
        frame = next(container.decode(container.streams.video[0]))
        assert (frame.width, frame.height) == (320, 180)


def test_nothing_is_left_behind_when_there_is_nothing_to_cut(record: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.m4a").write_bytes(b"no sound in here")
    for source, start in ((record / "mix.m4a", 90_000), (tmp_path / "broken.m4a", 0)):
        with pytest.raises(NothingThere):
            cut_sound(source, tmp_path / "clip.m4a", start, start + 1_000)
    with pytest.raises(NothingThere):
        cut_pictures(record / "mix.m4a", tmp_path / "clip.webm", 0, 1_000)
    assert [path.name for path in tmp_path.iterdir()] == ["broken.m4a"]


def test_cutting_decodes_nothing(record: Path, tmp_path: Path) -> None:
    started = time.process_time()
    cut_sound(record / "mix.m4a", tmp_path / "clip.m4a", 1_000, 29_000)
    assert time.process_time() - started < 0.5
