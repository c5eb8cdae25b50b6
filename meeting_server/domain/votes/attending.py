"""Who was there for a vote: the set its quorum and the base 实到会 are taken of.

It is everyone of the electorate who was present when the papers went out, and whoever of it collected or cast later. Who hangs
up after voting stays in it: attendance is asked for before a vote (到会方可进行; 支部工作条例（试行） art. 11), and those present
with a right to vote are counted before ballots are handed out. Who is still there at the closing is recorded and decides nothing.

A vote whose papers went out before this was recorded (``Motion.attending`` is ``None``) keeps the rule it was held under: those
present at its closing.
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
    """What the result of a vote is taken of: how many were there for it, and its quorum (``None``: it opened without)."""

    present: int
    quorum: QuorumCheck | None
    joined: tuple[ParticipantId, ...] = ()
    """Those of them who came after the papers had gone out."""


def attendance(state: MeetingState, motion: Motion, collectors: Iterable[ParticipantId] = ()) -> Attendance:
    """Who was there for ``motion``, at its closing; ``collectors``: who was handed a paper of a secret vote."""
    if motion.attending is None:
        return _present_at_close(state, motion)
    joined = joined_later(motion, {*motion.ballots, *collectors, *motion.hall_voters})
    there = (*motion.attending, *joined)
    return Attendance(len(there), _quorum(state, motion, there), joined)


def joined_later(motion: Motion, took_part: Iterable[ParticipantId]) -> tuple[ParticipantId, ...]:
    """Those of ``took_part`` whom the opening did not see, in the order of the list."""
    new = set(took_part).difference(motion.attending or ())
    return tuple(who for who in motion.electorate if who in new)


def _present_at_close(state: MeetingState, motion: Motion) -> Attendance:
    """The rule of before. A secret vote is sealed some time after its closing: it kept the figures of that moment."""
    if motion.method == VoteMethod.SECRET:
        return Attendance(motion.present_at_close, motion.quorum_at_close)
    there = present_among(state, motion.electorate)
    return Attendance(len(there), _quorum(state, motion, there))


def quorum_at_close(state: MeetingState, motion: Motion) -> QuorumCheck | None:
    """The quorum of this moment for a vote that it decides; ``None`` for every other."""
    return _quorum(state, motion, present_among(state, motion.electorate)) if motion.attending is None else None


def _quorum(state: MeetingState, motion: Motion, there: tuple[ParticipantId, ...]) -> QuorumCheck | None:
    return quorum_of(state, motion, motion.electorate, there) if motion.quorum_at_open is not None else None
