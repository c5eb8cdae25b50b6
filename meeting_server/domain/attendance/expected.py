"""Who is expected at a meeting (应到), with or without a vote, and the totals."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import MeetingState, Participant
from meeting_server.domain.vote_terms import Electorate

MEMBERS = frozenset({Standing.FULL, Standing.PROBATIONARY})
"""正式党员, including those under 留党察看, and 预备党员, because 全体党员 take part in a general meeting (支部工作条例 art. 11)."""


@dataclass(frozen=True, slots=True)
class Turnout:
    """应到 and 实到 of members, with and without a vote."""

    expected: int
    attended: int


def is_expected(state: MeetingState, participant: Participant) -> bool:
    """Return whether the meeting expects them: a committee meeting its members, any other every member called, none guests or
    积极分子."""
    if participant.kind != "person" or (participant.removed and not participant.counted) or participant.is_excluded:
        return False
    if state.preset.electorate == Electorate.COMMITTEE:
        return participant.committee
    return participant.standing in MEMBERS


def expected(state: MeetingState) -> tuple[ParticipantId, ...]:
    """Return everyone expected, in the order of the list."""
    return tuple(p.participant_id for p in state.participants.values() if is_expected(state, p))


def turnout(state: MeetingState) -> Turnout:
    """Return 应到 and how many of them have come so far."""
    people = [state.participants[i] for i in expected(state)]
    return Turnout(len(people), sum(1 for p in people if p.first_arrived_at is not None))
