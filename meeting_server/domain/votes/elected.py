"""Whom the published elections of a meeting elected, as people on its list."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.spelling import is_same_name
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.vote_terms import Electorate, MotionForce, MotionPhase
from meeting_server.domain.votes.marks import Person, WrittenIn, read


@dataclass(frozen=True, slots=True)
class Elected:
    """``members``: ids on the meeting's list. ``unknown``: names that nobody on the list has, or more than one person."""

    members: tuple[ParticipantId, ...] = ()
    unknown: tuple[str, ...] = ()


def committee_elections(state: MeetingState) -> tuple[Motion, ...]:
    """Return the published elections among everyone with a vote. Those among the committee fill its offices."""
    return tuple(
        m
        for m in state.motions.values()
        if m.force == MotionForce.ELECTION and m.phase == MotionPhase.PUBLISHED and m.preset.electorate == Electorate.VOTING
    )


def elected_in(state: MeetingState) -> Elected:
    """Return everyone elected to the committee in this meeting, in the election and in repeated ones for seats it left open."""
    members: list[ParticipantId] = []
    unknown: list[str] = []
    for motion in committee_elections(state):
        names = {c.candidate_id: c.name for c in motion.candidates}
        known = {c.candidate_id: c.participant_id for c in motion.candidates}
        for line in motion.verdict.elected if motion.verdict is not None else ():
            mark = read(line)
            who: ParticipantId | None
            if isinstance(mark, Person):
                name, who = line, ParticipantId(mark.participant_id)
            else:
                name = mark.words if isinstance(mark, WrittenIn) else names.get(line, line)
                who = known.get(line) or _named(state, name)
            if who is None:
                unknown.append(name)
            elif who not in members:
                members.append(who)
    return Elected(tuple(members), tuple(unknown))


def _named(state: MeetingState, name: str) -> ParticipantId | None:
    """Return the only person on the list with this name; ``None`` also for namesakes."""
    found = [p.participant_id for p in state.participants.values() if p.voting and is_same_name(p.name, name)]
    return found[0] if len(found) == 1 else None
