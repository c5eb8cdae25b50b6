"""The step from record to record is one function for everyone who follows a journal (ADR 18)."""

from __future__ import annotations

import ast

import pytest

from meeting_server.domain.ids import MeetingId
from meeting_server.journal.fold import after
from meeting_server.journal.port import Record
from tests.kit.paths import ROOT

PACKAGE = ROOT / "meeting_server"
STEPS_OF_THE_FOLD = {"evolve", "without_content"}


def steps_in(source: str) -> set[str]:
    """Which of the two halves of the step a module imports from the domain."""
    found = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom) and node.module == "meeting_server.domain.meeting"
    )
    return {name.name for node in found for name in node.names} & STEPS_OF_THE_FOLD


def test_the_step_of_the_fold_stands_in_one_place() -> None:
    modules = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "domain"]
    both = {path.relative_to(PACKAGE).as_posix() for path in modules if "without_content" in steps_in(path.read_text())}
    assert both == {"journal/fold.py"}


def test_a_second_step_of_the_fold_is_found() -> None:
    assert steps_in("from meeting_server.domain.meeting import evolve, without_content") == STEPS_OF_THE_FOLD


def test_a_record_of_an_unknown_kind_stops_the_fold() -> None:
    unknown = Record(MeetingId("m"), 1, 0, None, None, "SomethingNewer", 9, b"", b"{}", b"", b"", b"", None)
    with pytest.raises(ValueError, match="record 1: unknown kind SomethingNewer"):
        after(None, unknown)
