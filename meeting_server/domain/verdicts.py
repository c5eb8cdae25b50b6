"""The quorum a vote opens and closes with, and its verdict, for every kind of paper."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.attendance import present_of
from meeting_server.domain.elections import outcome
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.rules import quorum_check, verdict
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import QuorumCheck, Tally, Verdict

DECIDES = ("motion", "election")
"""The forces that need a quorum and have a verdict."""


def quorum_for(state: MeetingState, motion: Motion, entitled: tuple[ParticipantId, ...]) -> QuorumCheck | Rejected | None:
    """The quorum a motion opens with; refused with the figures when too few are there; ``None``: it needs none."""
    if motion.force not in DECIDES:
        return None
    quorum = quorum_check(motion.preset.quorum, len(entitled), present_of(state, entitled))
    if quorum.met:
        return quorum
    return Rejected(
        Code.NO_QUORUM,
        detail=(("needed", quorum.needed), ("present", quorum.present), ("entitled", quorum.entitled)),
    )


def quorum_at_close(motion: Motion, present: int) -> QuorumCheck | None:
    """The quorum of the closing, over the electorate frozen at the opening."""
    if motion.force not in DECIDES:
        return None
    return quorum_check(motion.preset.quorum, len(motion.electorate), present)


def result(motion: Motion, tally: Tally, quorum: QuorumCheck | None) -> Verdict:
    """The verdict of ``tally`` under the motion's frozen preset."""
    hall = motion.paper_count
    if hall is not None and hall.is_signed and hall.returned > hall.issued:  # the whole vote is void (rules: rerun)
        return Verdict(False, "more_than_issued", 0, "cast", tally.cast, 0)
    if motion.force == "election":
        return outcome(motion, tally, quorum)
    preset = motion.preset if motion.force in DECIDES else replace(motion.preset, passing=None)
    return verdict(preset, tally, quorum)
