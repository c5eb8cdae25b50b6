"""Who is expected at a meeting (应到), whether or not they vote there, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import MeetingState, Participant
from meeting_server.domain.vote_terms import Electorate

MEMBERS = frozenset({Standing.FULL, Standing.PROBATIONARY})
"""正式党员, those under 留党察看 among them, and 预备党员: 全体党员 take part in a general meeting (支部工作条例 art. 11)."""


@dataclass(frozen=True, slots=True)
class Turnout:
    """应到 and 实到 of members, with and without a vote."""

    expected: int
    attended: int


def is_expected(state: MeetingState, participant: Participant) -> bool:
    """Whether the meeting expects them: of a committee its members, else every member called. Guests and 积极分子 never."""
    if participant.kind != "person" or (participant.removed and not participant.counted) or participant.is_excluded:
        return False
    if state.preset.electorate == Electorate.COMMITTEE:
        return participant.committee
    return participant.standing in MEMBERS


def expected(state: MeetingState) -> tuple[ParticipantId, ...]:
    """Everyone expected, in the order of the list."""
    return tuple(p.participant_id for p in state.participants.values() if is_expected(state, p))


def turnout(state: MeetingState) -> Turnout:
    """应到 and how many of them came until now."""
    people = [state.participants[i] for i in expected(state)]
    return Turnout(len(people), sum(1 for p in people if p.first_arrived_at is not None))
