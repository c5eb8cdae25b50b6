"""What a reader is shown of what was said."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from meeting_server.archive.record.reading import ENOUGH, LONG_PAUSE_MS, fillers, turns
from tests.kit.paths import ROOT

LINES = json.loads((ROOT / "tests/vectors/fillers.json").read_text("utf-8"))["lines"]


def read(text: str) -> str:
    gone = {place for since, until in fillers(text) for place in range(since, until)}
    return "".join(letter for place, letter in enumerate(text) if place not in gone)


@pytest.mark.parametrize(("said", "shown"), LINES, ids=[said for said, _ in LINES])
def test_what_only_fills_a_pause_is_not_read(said: str, shown: str) -> None:
    assert read(said) == shown


@pytest.mark.parametrize(("said", "shown"), LINES, ids=[said for said, _ in LINES])
def test_what_is_read_has_nothing_more_to_leave_out(said: str, shown: str) -> None:
    assert read(shown) == shown


@dataclass(frozen=True)
class Said:
    since: int
    until: int
    who: str
    text: str = "同意。"


def test_a_paragraph_is_a_turn() -> None:
    one, two, three = Said(0, 900, "何雨桐"), Said(1000, 1900, "何雨桐"), Said(2000, 2900, "林晓雨")
    assert list(turns([one, two, three])) == [(one, two), (three,)]


def test_a_long_pause_begins_a_paragraph() -> None:
    one, two = Said(0, 900, "何雨桐"), Said(900 + LONG_PAUSE_MS, 9000, "何雨桐")
    assert list(turns([one, two])) == [(one,), (two,)]


def test_a_long_speech_is_cut_after_a_sentence_and_never_within_one() -> None:
    half = "我" * (ENOUGH - 10)
    lines = [Said(n * 1000, n * 1000 + 900, "何雨桐", text) for n, text in enumerate([half, half + "。", "完。"])]
    assert list(turns(lines)) == [(lines[0], lines[1]), (lines[2],)]


def test_of_nothing_said_there_is_no_paragraph() -> None:
    assert list(turns(())) == []
