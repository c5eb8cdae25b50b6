"""The quorum a vote opens and closes with, and its verdict, for every kind of motion."""

from __future__ import annotations

from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import QuorumCheck, Tally, Verdict
from meeting_server.domain.vote_terms import Base, VerdictReason
from meeting_server.domain.votes.kind import Paper
from meeting_server.domain.votes.kinds import kind_of


def decides(paper: Paper) -> bool:
    """Whether it has a verdict: a motion, an election, grades to be adopted."""
    return kind_of(paper).decides


def entitled_to(state: MeetingState, paper: Paper) -> tuple[ParticipantId, ...]:
    """Who may vote on it, in the order of the list."""
    return kind_of(paper).entitled(state, paper)


def quorum_of(state: MeetingState, paper: Paper, entitled: tuple[ParticipantId, ...]) -> QuorumCheck:
    """应到 and 实到 of a paper now."""
    return kind_of(paper).quorum(state, paper, entitled)


def quorum_for(state: MeetingState, motion: Motion, entitled: tuple[ParticipantId, ...]) -> QuorumCheck | Rejected | None:
    """The quorum a motion opens with; refused with the figures when too few are there; ``None``: it needs none."""
    if not kind_of(motion).needs_quorum:
        return None
    quorum = quorum_of(state, motion, entitled)
    if quorum.met:
        return quorum
    return Rejected(
        Code.NO_QUORUM,
        detail=(("needed", quorum.needed), ("present", quorum.present), ("entitled", quorum.entitled)),
    )


def quorum_at_close(state: MeetingState, motion: Motion) -> QuorumCheck | None:
    """The quorum of the closing, over the electorate frozen at the opening; ``None`` for a paper that opened without."""
    return quorum_of(state, motion, motion.electorate) if motion.quorum_at_open is not None else None


def result(motion: Motion, tally: Tally, quorum: QuorumCheck | None) -> Verdict:
    """The verdict of ``tally`` under the motion's frozen preset."""
    hall = motion.paper_count
    if hall is not None and hall.is_signed and hall.returned > hall.issued:  # the whole vote is void (rules: rerun)
        return Verdict(False, VerdictReason.MORE_THAN_ISSUED, 0, Base.CAST, tally.cast, 0)
    return kind_of(motion).verdict(motion, tally, quorum)
