"""An encoder's H264 is recorded by stream copy into a file that every browser plays, and is cut and cleaned like any other."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from meeting_server.archive.record.clip import cut_pictures, form_of, thumbnail
from meeting_server.archive.record.redaction import take_out
from meeting_server.archive.record.transcript import Stretch
from meeting_server.media.recorder import TakeFile
from meeting_server.media.recorder_link import OpenTrack
from tests.kit.encoders.pictures import RATE, h264_packets, plain_h264

SECONDS = 8


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    take = TakeFile(OpenTrack(1, str(folder / "hall.mp4"), "h264", 90_000))
    for packet in h264_packets(plain_h264(folder / "plain.h264", SECONDS).read_bytes()):
        take.put(7, packet)
    (folder / "killed.mp4").write_bytes((folder / "hall.mp4").read_bytes())  # as it lies there when the recorder dies now
    done = take.complete()
    assert (done.ended_at_ms - done.started_at_ms) // 1000 == SECONDS - 1
    return folder / "hall.mp4"


def pictures(path: Path) -> list[float]:
    """When each picture that can be decoded is shown (s)."""
    with av.open(str(path)) as container:
        return [frame.time or 0.0 for frame in container.decode(video=0)]


def test_every_picture_is_in_the_file_at_its_time(recorded: Path) -> None:
    times = pictures(recorded)
    assert len(times) == SECONDS * RATE
    assert max(abs(time - n / RATE) for n, time in enumerate(times)) <= 0.002
    with av.open(str(recorded)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.profile, container.format.name) == (
            "h264", "Constrained Baseline", "mov,mp4,m4a,3gp,3g2,mj2",
        )  # fmt: skip


def test_a_file_whose_recorder_died_plays_up_to_its_last_second(recorded: Path) -> None:
    assert len(pictures(recorded.with_name("killed.mp4"))) >= (SECONDS - 2) * RATE


def test_a_complete_file_is_of_one_piece_so_that_browsers_know_its_length(recorded: Path) -> None:
    data, at, boxes = recorded.read_bytes(), 0, []
    while at < len(data):
        boxes.append(data[at + 4 : at + 8])
        at += int.from_bytes(data[at : at + 4], "big")
    assert boxes.count(b"mdat") == 1
    assert b"moof" not in boxes


def test_a_lesson_is_cut_from_it_without_encoding(recorded: Path, tmp_path: Path) -> None:
    clip = tmp_path / f"clip.{form_of(recorded)}"
    assert clip.suffix == ".mp4"
    offset = cut_pictures(recorded, clip, 2_500, 5_000)
    assert 0 <= offset <= 1_000
    assert len(pictures(clip)) == RATE * (5_000 - 2_500 + offset) // 1_000
    thumbnail(clip, tmp_path / "clip.jpg", offset)


def test_a_passage_is_taken_out_of_it(recorded: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned.mp4"
    cleaned.write_bytes(recorded.read_bytes())
    take_out(cleaned, [Stretch(2_000, 4_000)], 0)
    times = pictures(cleaned)
    assert not [time for time in times if 2.0 <= time < 4.0]
    assert max(times) == pytest.approx(SECONDS - 1 / RATE, abs=0.002)
