"""Who is not counted in 应到: the roster gives the reason, with the approval of the higher organisation, and the meeting decides.

Both are needed and both are recorded: the reason contains the reference, and the show of hands is a motion that names whom it excludes.
Until it is carried everyone is counted, so a note on the roster alone removes nobody from 应到.
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
"""The rule (preset) of such a motion: a show of hands of those present. Its quorum can't depend on the 应到 that it decides."""


def awaits_vote(participant: Participant) -> bool:
    """Return whether the roster would exclude them and the meeting has not carried it yet."""
    return bool(participant.excluded_reason) and not participant.is_excluded and not participant.removed


def awaiting(state: MeetingState) -> tuple[ParticipantId, ...]:
    """Return those on whose exclusion the meeting still has to vote."""
    return tuple(i for i, p in state.participants.items() if awaits_vote(p))


def refused(state: MeetingState, command: DraftMotion) -> Rejected | None:
    """Return why a motion can't exclude those it names; ``None``: it can, or it excludes nobody.

    It must be an open motion, and everyone it names must have a pending exclusion: no vote excludes a person without a reason on the
    roster.
    """
    if not command.excludes:
        return None
    open_motion = command.force == MotionForce.MOTION and command.method == VoteMethod.OPEN
    if not open_motion or len(set(command.excludes)) != len(command.excludes):
        return Rejected(Code.NOT_EXCLUDABLE, "excludes")
    waiting = awaiting(state)
    return None if all(i in waiting for i in command.excludes) else Rejected(Code.NOT_EXCLUDABLE, "excludes")


def carried_out(state: MeetingState, motion: Motion, verdict: Verdict) -> MeetingState:
    """Return the state after the result of ``motion`` was published: if it was carried, those it excludes no longer count in 应到."""
    if not verdict.carried:
        return state
    excluded = {i: replace(p, excluded_by=motion.motion_id) for i in motion.excludes if (p := state.participants.get(i)) is not None}
    return replace(state, participants={**state.participants, **excluded}) if excluded else state
