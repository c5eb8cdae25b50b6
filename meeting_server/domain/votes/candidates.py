"""The people on a paper: candidates of an election, or those appraised."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.person_names import visible
from meeting_server.domain.roles import Standing
from meeting_server.domain.spelling import folded
from meeting_server.domain.state import MeetingState
from meeting_server.domain.surnames import strokes_of
from meeting_server.domain.terms import Candidate

MOST_CANDIDATES = 60


def on_paper(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Candidates in the order of their surnames' strokes (姓氏笔画), equal ones as given, with their ids.

    Strokes nobody gave are those of the table; a surname it does not know comes last.
    """
    kept = [replace(c, name=visible(c.name)) for c in candidates]
    counted = [replace(c, strokes=c.strokes or strokes_of(c.name)) for c in kept]
    ordered = sorted(counted, key=lambda candidate: (candidate.strokes == 0, candidate.strokes))
    return tuple(replace(c, candidate_id=f"c{number}") for number, c in enumerate(ordered, 1))


def people_refused(state: MeetingState, command: DraftMotion) -> Rejected | None:
    """Why the people a draft names can't all stand on one paper."""
    names = [folded(visible(candidate.name)) for candidate in command.candidates]
    if not all(names) or len(set(names)) != len(names):
        return Rejected(Code.BAD_CHOICE, "candidates")
    if len(names) > MOST_CANDIDATES:
        return Rejected(Code.OUT_OF_RANGE, "candidates", (("most", MOST_CANDIDATES),))
    listed = [candidate.participant_id for candidate in command.candidates if candidate.participant_id is not None]
    if len(set(listed)) != len(listed):
        return Rejected(Code.BAD_CHOICE, "candidates")
    for who in listed:
        person = state.participants.get(who)
        if person is None:
            return Rejected(Code.UNKNOWN_PARTICIPANT, "candidates")
        # 预备党员 take part in an appraisal and are not graded; they have no right to stand
        if person.standing != Standing.FULL:
            return Rejected(Code.NO_VOTING_RIGHT, "candidates")
    return None
