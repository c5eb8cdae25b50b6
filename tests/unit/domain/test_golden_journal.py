"""Journals written by earlier versions are read, verified and folded as they were then."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from meeting_server.domain.events import KINDS
from meeting_server.domain.meeting import replay
from meeting_server.domain.state import MeetingState
from meeting_server.journal.bundle import line_of, record_of
from meeting_server.journal.port import Record
from meeting_server.journal.record import faults
from tests.kit.paths import GOLDEN

JOURNALS = sorted(GOLDEN.glob("journal_v*.jsonl"))


def records(path: Path) -> list[Record]:
    return [record_of(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.stem)
def test_a_golden_journal_verifies_and_is_written_out_unchanged(path: Path) -> None:
    told = records(path)
    assert list(faults(told)) == []
    assert b"".join(line_of(record) + b"\n" for record in told) == path.read_bytes()


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.stem)
def test_every_golden_record_is_an_event_of_today(path: Path) -> None:
    assert [record.seq for record in records(path) if record.event is None] == []


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.stem)
def test_a_golden_journal_folds_to_its_golden_state(path: Path) -> None:
    folded = replay((record.event, record.recorded_at) for record in records(path) if record.event is not None)
    kept = (GOLDEN / path.name.replace("journal", "state").replace(".jsonl", ".json")).read_bytes()
    assert folded == msgspec.json.decode(kept, type=MeetingState)


def test_the_newest_golden_journal_holds_every_kind_of_event() -> None:
    assert {record.kind for record in records(JOURNALS[-1])} == set(KINDS)
