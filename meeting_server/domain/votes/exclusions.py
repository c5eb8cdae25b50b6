"""Who is not counted in 应到: the roster says why, with the approval of the higher organisation, and the meeting carries it.

Both are needed and both are kept: the reference stands in the reason, the show of hands is a motion that names whom it excludes.
Until it is carried everyone is counted, so that nobody falls out of 应到 by a note on the roster alone.
"""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import MeetingState, Motion, Participant
from meeting_server.domain.terms import Verdict
from meeting_server.domain.vote_terms import MotionForce, VoteMethod

RULE = "not_counted"
"""The rule (preset) such a motion goes by: a show of hands of those who are there. Its quorum can't rest on the 应到 it decides."""


def awaits_vote(participant: Participant) -> bool:
    """Whether the roster would exclude them and the meeting has not carried it yet."""
    return bool(participant.excluded_reason) and not participant.is_excluded and not participant.removed


def awaiting(state: MeetingState) -> tuple[ParticipantId, ...]:
    """Those whose exclusion the meeting has still to vote on."""
    return tuple(i for i, p in state.participants.items() if awaits_vote(p))


def refused(state: MeetingState, command: DraftMotion) -> Rejected | None:
    """Why a motion can't exclude those it names; ``None``: it excludes nobody, or it can.

    It is an open motion, and everyone it names awaits it: who has no reason on the roster is excluded by no vote.
    """
    if not command.excludes:
        return None
    open_motion = command.force == MotionForce.MOTION and command.method == VoteMethod.OPEN
    if not open_motion or len(set(command.excludes)) != len(command.excludes):
        return Rejected(Code.NOT_EXCLUDABLE, "excludes")
    waiting = awaiting(state)
    return None if all(i in waiting for i in command.excludes) else Rejected(Code.NOT_EXCLUDABLE, "excludes")


def carried_out(state: MeetingState, motion: Motion, verdict: Verdict) -> MeetingState:
    """The state after the result of ``motion`` was published: those it excludes, if it was carried, are out of 应到."""
    if not verdict.carried:
        return state
    excluded = {i: replace(p, excluded_by=motion.motion_id) for i in motion.excludes if (p := state.participants.get(i)) is not None}
    return replace(state, participants={**state.participants, **excluded}) if excluded else state
