"""The mix keeps time: late starts, gaps and overlaps stay where they were."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from meeting_server.archive.record.mix import RATE, NothingToMix, Source, mix
from tests.kit.meetings.recordings import voice

Levels = NDArray[np.float32]


def loudness(path: Path) -> Levels:
    """Root mean square of every tenth of a second."""
    parts: list[Levels] = []
    with av.open(str(path)) as container:
        for frame in container.decode(container.streams.audio[0]):
            parts.append(frame.to_ndarray().reshape(-1).astype(np.float32))
    samples = np.concatenate(parts)
    tenth = RATE // 10
    tenths: Levels = samples[: len(samples) // tenth * tenth].reshape(-1, tenth)
    levels: Levels = np.sqrt((tenths**2).mean(axis=1))
    return levels


def heard(levels: Levels, since: float, until: float) -> bool:
    return bool(np.all(levels[round(since * 10) + 1 : round(until * 10) - 1] > 0.05))


def silent(levels: Levels, since: float, until: float) -> bool:
    return bool(np.all(levels[round(since * 10) + 1 : round(until * 10) - 1] < 0.005))


def test_gaps_and_late_starts_stay_where_they_were(tmp_path: Path) -> None:
    """The trap of ``amix``: 8.25 s came out where 11.76 s went in."""
    gappy = voice(tmp_path / "a.webm", [(0.0, 2.0), (5.5, 7.0)])
    late = voice(tmp_path / "b.webm", [(0.0, 1.5)], pitch=660.0)
    length, broken = mix([Source(gappy, 0), Source(late, 10_000)], tmp_path / "mix.m4a")
    assert broken == []
    assert length == pytest.approx(11_500, abs=60)
    levels = loudness(tmp_path / "mix.m4a")
    assert len(levels) == pytest.approx(115, abs=2)
    assert heard(levels, 0, 2)
    assert silent(levels, 2, 5.5)
    assert heard(levels, 5.5, 7)
    assert silent(levels, 7, 10)
    assert heard(levels, 10, 11.5)


def test_voices_at_the_same_time_are_added_and_never_overflow(tmp_path: Path) -> None:
    sources = [Source(voice(tmp_path / f"{n}.webm", [(0.0, 1.0)], 300.0 + 70 * n, 0.5), 0) for n in range(4)]
    mix(sources, tmp_path / "mix.m4a")
    together = loudness(tmp_path / "mix.m4a")[2:8].mean()
    mix(sources[:1], tmp_path / "one.m4a")
    alone = loudness(tmp_path / "one.m4a")[2:8].mean()
    assert alone * 1.4 < together <= 1.0


def test_a_file_that_can_not_be_read_is_named_and_the_rest_is_mixed(tmp_path: Path) -> None:
    good = voice(tmp_path / "good.webm", [(0.0, 1.0)])
    (tmp_path / "bad.webm").write_bytes(b"\x1a\x45\xdf\xa3 not really")
    length, broken = mix([Source(good, 0), Source(tmp_path / "bad.webm", 0), Source(tmp_path / "gone.webm", 0)], tmp_path / "mix.m4a")
    assert length == pytest.approx(1_000, abs=60)
    assert set(broken) == {tmp_path / "bad.webm", tmp_path / "gone.webm"}


def test_a_file_cut_off_in_the_middle_is_mixed_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = voice(tmp_path / "whole.webm", [(0.0, 3.0)]).read_bytes()
    (tmp_path / "cut.webm").write_bytes(whole[: len(whole) * 2 // 3])
    length, _ = mix([Source(tmp_path / "cut.webm", 0)], tmp_path / "mix.m4a")
    assert 1_000 < length < 2_900


def test_nothing_readable_gives_no_file_at_all(tmp_path: Path) -> None:
    (tmp_path / "bad.webm").write_bytes(b"nothing")
    with pytest.raises(NothingToMix):
        mix([Source(tmp_path / "bad.webm", 0)], tmp_path / "mix.m4a")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.webm"]


def test_the_mix_can_be_played_before_it_is_wholly_loaded(tmp_path: Path) -> None:
    mix([Source(voice(tmp_path / "a.webm", [(0.0, 1.0)]), 0)], tmp_path / "mix.m4a")
    content = (tmp_path / "mix.m4a").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_the_beginning_of_a_long_meeting_is_there_before_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meeting_server.archive.record.mix.OPENING_S", 5)
    track = voice(tmp_path / "a.webm", [(0.0, 3.0), (4.0, 20.0)])
    opening, seen = tmp_path / "opening.m4a", []

    def breathe() -> None:
        seen.append((opening.is_file(), (tmp_path / "mix.m4a").is_file()))

    mix([Source(track, 0)], tmp_path / "mix.m4a", opening, breathe)
    assert (False, False) in seen
    assert (True, False) in seen
    levels = loudness(opening)
    assert len(levels) == pytest.approx(50, abs=2)
    assert heard(levels, 0, 3)
    assert silent(levels, 3, 4)
    whole = loudness(tmp_path / "mix.m4a")
    assert np.allclose(levels[:45], whole[:45], atol=0.01)


def test_a_short_meeting_needs_no_opening(tmp_path: Path) -> None:
    mix([Source(voice(tmp_path / "a.webm", [(0.0, 3.0)]), 0)], tmp_path / "mix.m4a", tmp_path / "opening.m4a")
    assert not (tmp_path / "opening.m4a").exists()
