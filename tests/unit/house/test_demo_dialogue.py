"""The sound that the demo carries: small, whole, and at the moments at which its script says it is."""

from __future__ import annotations

import pytest

from meeting_server.archive.record.sound import runs
from meeting_server.demo.dialogue import DIALOGUE, SOUND, sound_of, times

RATE = 8_000
SPEAKERS = tuple(dict.fromkeys(line.speaker for line in DIALOGUE))


def test_the_sound_of_the_demo_is_no_more_than_600_kilobytes() -> None:
    assert sum(file.stat().st_size for file in SOUND.iterdir()) <= 600_000


def test_the_dialogue_is_three_and_a_half_minutes_of_five_voices() -> None:
    assert len(SPEAKERS) == 5
    assert {file.name for file in SOUND.glob("*.webm")} == {sound_of(speaker).name for speaker in SPEAKERS}
    assert 190_000 <= max(said.until for said in times().values()) <= 230_000


def test_every_line_has_its_time_and_begins_when_the_last_one_was_said() -> None:
    said = times()
    assert list(said) == [line.key for line in DIALOGUE]
    for before, after in zip(said.values(), list(said.values())[1:], strict=False):
        assert before.since < before.until < after.since


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_a_speaker_is_heard_in_every_line_of_theirs_and_nowhere_else(speaker: str) -> None:
    mine = [times()[line.key] for line in DIALOGUE if line.speaker == speaker]
    zero = mine[0].since
    heard = [(zero + at * 1000 / RATE, zero + (at + len(samples)) * 1000 / RATE) for at, samples in runs(sound_of(speaker), RATE)]
    for said in mine:
        within = sum(max(0.0, min(said.until, until) - max(said.since, since)) for since, until in heard)
        assert within >= 0.97 * (said.until - said.since)
    assert sum(until - since for since, until in heard) <= sum(said.until - said.since for said in mine) + 60 * len(mine)
