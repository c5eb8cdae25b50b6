"""The quorum with which a vote opens, and its verdict, for every kind of motion."""

from __future__ import annotations

from collections.abc import Collection

from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import QuorumCheck, Tally, Verdict
from meeting_server.domain.vote_terms import Base, VerdictReason
from meeting_server.domain.votes.electorate import present_among
from meeting_server.domain.votes.kind import Paper
from meeting_server.domain.votes.kinds import kind_of
from meeting_server.domain.votes.rules import quorum_check


def decides(paper: Paper) -> bool:
    """Return whether it has a verdict: a motion, an election, grades to be adopted."""
    return kind_of(paper).decides


def entitled_to(state: MeetingState, paper: Paper) -> tuple[ParticipantId, ...]:
    """Return who may vote on it, in the order of the list."""
    return kind_of(paper).entitled(state, paper)


def quorum_of(state: MeetingState, paper: Paper, entitled: tuple[ParticipantId, ...], there: Collection[ParticipantId]) -> QuorumCheck:
    """Return 应到 of a vote, those of ``there`` who belong to it, and whether that is enough."""
    of = kind_of(paper).makes_quorum(state, paper, entitled)
    return quorum_check(paper.preset.quorum, len(of), len(set(of).intersection(there)))


def quorum_for(state: MeetingState, motion: Motion, entitled: tuple[ParticipantId, ...]) -> QuorumCheck | Rejected | None:
    """Return the quorum with which a motion opens. Refused with the figures if too few are present; ``None``: it needs none."""
    if not kind_of(motion).needs_quorum:
        return None
    quorum = quorum_of(state, motion, entitled, present_among(state, entitled))
    if quorum.met:
        return quorum
    return Rejected(
        Code.NO_QUORUM,
        detail=(("needed", quorum.needed), ("present", quorum.present), ("entitled", quorum.entitled)),
    )


def result(motion: Motion, tally: Tally, quorum: QuorumCheck | None) -> Verdict:
    """Return the verdict of ``tally`` under the motion's frozen preset."""
    hall = motion.paper_count
    if hall is not None and hall.is_signed and hall.returned > hall.issued:  # the whole vote is void (rules: rerun)
        return Verdict(False, VerdictReason.MORE_THAN_ISSUED, 0, Base.CAST, tally.cast, 0)
    return kind_of(motion).verdict(motion, tally, quorum)
