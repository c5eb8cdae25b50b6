"""Who attended a vote: the set of which its quorum and the base 实到会 are taken.

It is everyone in the electorate who was present when ballots were issued, and everyone in it who collected or cast later. Someone who
hangs up after voting stays in it, because attendance is required before a vote (到会方可进行; 支部工作条例（试行） art. 11), and those
present with a right to vote are counted before ballots are handed out. Presence at the close is recorded and decides nothing.

A vote that opened before this was recorded (``Motion.attending`` is ``None``) keeps the rule it was held under: those present at its
close.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import QuorumCheck
from meeting_server.domain.vote_terms import VoteMethod
from meeting_server.domain.votes.electorate import present_among
from meeting_server.domain.votes.verdicts import quorum_of


@dataclass(frozen=True, slots=True)
class Attendance:
    """The attendance that a result is based on: how many attended the vote, and its quorum (``None``: it opened without one)."""

    present: int
    quorum: QuorumCheck | None
    joined: tuple[ParticipantId, ...] = ()
    """Those of them who came after ballots had been issued."""


def attendance(state: MeetingState, motion: Motion, collectors: Iterable[ParticipantId] = ()) -> Attendance:
    """Return who attended ``motion``, at its close. ``collectors``: who was handed a ballot of a secret vote."""
    if motion.attending is None:
        return _present_at_close(state, motion)
    joined = joined_later(motion, {*motion.ballots, *collectors, *motion.hall_voters})
    there = (*motion.attending, *joined)
    return Attendance(len(there), _quorum(state, motion, there), joined)


def joined_later(motion: Motion, took_part: Iterable[ParticipantId]) -> tuple[ParticipantId, ...]:
    """Return those of ``took_part`` who were not present at the opening, in the order of the list."""
    new = set(took_part).difference(motion.attending or ())
    return tuple(who for who in motion.electorate if who in new)


def _present_at_close(state: MeetingState, motion: Motion) -> Attendance:
    """Apply the older rule. A secret vote is sealed some time after its close, so it kept the figures of the close."""
    if motion.method == VoteMethod.SECRET:
        return Attendance(motion.present_at_close, motion.quorum_at_close)
    there = present_among(state, motion.electorate)
    return Attendance(len(there), _quorum(state, motion, there))


def quorum_at_close(state: MeetingState, motion: Motion) -> QuorumCheck | None:
    """Return the current quorum for a vote decided by presence at the close; ``None`` for any other."""
    return _quorum(state, motion, present_among(state, motion.electorate)) if motion.attending is None else None


def _quorum(state: MeetingState, motion: Motion, there: tuple[ParticipantId, ...]) -> QuorumCheck | None:
    return quorum_of(state, motion, motion.electorate, there) if motion.quorum_at_open is not None else None
