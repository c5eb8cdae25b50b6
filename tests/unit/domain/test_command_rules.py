"""One rule a command: who may send it, in which phases, and which function decides, each in one table of ``domain/meeting``."""

from __future__ import annotations

from meeting_server.domain import meeting
from meeting_server.domain.commands import KINDS, SERVER_KINDS, ConveneMeeting, PassDeadline

DECIDES_BEFORE_THE_TABLES = {ConveneMeeting, PassDeadline}
"""One comes before there is a state, the other asks every part in turn."""


def test_every_command_of_a_participant_has_a_row_of_rights() -> None:
    assert set(meeting.NEEDS) == set(KINDS.values())


def test_every_command_has_one_function_that_decides() -> None:
    tables = [part.DECIDE for part in meeting._PARTS]
    kinds = [kind for table in tables for kind in table]
    assert len(kinds) == len(set(kinds)), "two parts decide the same command"
    assert set(kinds) == {*KINDS.values(), *SERVER_KINDS.values()} - DECIDES_BEFORE_THE_TABLES


def test_every_row_of_phases_is_of_a_command() -> None:
    assert set(meeting.PHASES) <= {*KINDS.values(), *SERVER_KINDS.values()}


def test_no_command_may_come_to_a_cancelled_meeting() -> None:
    assert [kind for kind in meeting.NEEDS if "cancelled" in meeting.phases_of(kind) or not meeting.phases_of(kind)] == []
