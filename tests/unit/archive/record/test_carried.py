"""Corrections of a record that another engine hears again."""

from __future__ import annotations

import pytest

from meeting_server.archive.record.carried import corrected
from meeting_server.archive.record.cues import Cue
from meeting_server.domain.ids import MeetingId, ParticipantId, RoomId
from meeting_server.store.record.record_edits import Correction


def line(text: str, at: int = 10_000, track: str = "zhou-audio-1") -> Cue:
    return Cue(f"{track}.{at}", at, at + 3_000, ParticipantId("zhou"), "周建华", RoomId("hall"), text)


def put_right(before: str, after: str, at: int = 10_000) -> Correction:
    return Correction(MeetingId("m"), f"zhou-audio-1.{at}", before, after, "he", "何雨桐", 0)


WRONG, RIGHT = "先作上半年工作小姐。", "先作上半年工作小结。"


@pytest.mark.parametrize(
    ("heard", "stands"),
    [
        (WRONG, RIGHT),
        ("先做上半年的工作小姐，", "先做上半年的工作小结，"),
        (RIGHT, RIGHT),
        ("散会。", "散会。"),
        ("小姐作工作小姐。", "小姐作工作小姐。"),
    ],
    ids=["the same", "the same words wrong", "right by itself", "something else", "wrong words twice"],
)
def test_a_correction_fits_where_the_new_engine_hears_the_wrong_words_too(heard: str, stands: str) -> None:
    cue = line(heard, 10_400)
    assert corrected([cue], [put_right(WRONG, RIGHT)]).get(cue.cue_id, heard) == stands


@pytest.mark.parametrize(("at", "track"), [(40_000, "zhou-audio-1"), (10_000, "li-audio-1")], ids=["another moment", "another voice"])
def test_a_correction_fits_nowhere_else(at: int, track: str) -> None:
    assert corrected([line(WRONG, at, track)], [put_right(WRONG, RIGHT)]) == {}


def test_a_line_that_is_still_there_keeps_its_newest_correction_whatever_it_says() -> None:
    first, then = put_right("甲。", "乙。"), put_right("乙。", "丙。")
    assert corrected([line("甲。")], [first, then]) == {line("甲。").cue_id: "丙。"}


def test_of_a_line_corrected_twice_the_newest_is_carried_over_from_what_was_heard() -> None:
    cue = line("甲乙。", 10_300)
    assert corrected([cue], [put_right("甲乙。", "丙丁。"), put_right("丙丁。", "戊己。")]) == {cue.cue_id: "戊己。"}


def test_a_correction_that_was_taken_back_is_not_carried_over() -> None:
    assert corrected([line("甲乙。", 10_300)], [put_right("甲乙。", "丙丁。"), put_right("丙丁。", "甲乙。")]) == {}


def test_a_letter_put_right_takes_its_neighbours_along_so_that_no_other_word_is_touched() -> None:
    cue = line("十到二十九人，分十组。", 10_200)
    assert corrected([cue], [put_right("十到二十九人。", "实到二十九人。")]) == {cue.cue_id: "实到二十九人，分十组。"}


def test_two_corrections_do_not_fall_on_one_line() -> None:
    cues = [line("甲乙。", 10_100), line("甲乙。", 11_000)]
    found = corrected(cues, [put_right("甲乙。", "丙丁。", 10_000), put_right("甲乙。", "戊己。", 10_900)])
    assert list(found.values()) == ["丙丁。", "戊己。"]
