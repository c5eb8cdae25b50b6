"""The quorum a vote opens and closes with, and its verdict, for every kind of paper."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import MotionOpened, PaperOpened
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import QuorumCheck, Tally, Verdict
from meeting_server.domain.votes.elections import outcome
from meeting_server.domain.votes.electorate import counts, electorate, present_of
from meeting_server.domain.votes.rules import quorum_check, verdict

_Paper = Motion | MotionOpened | PaperOpened


def decides(paper: _Paper) -> bool:
    """Whether it has a verdict, and a quorum whatever its sheet: a motion, an election, grades to be adopted."""
    return paper.force in ("motion", "election") or (paper.force == "appraisal" and paper.sheet == "organisation")


def entitled_to(state: MeetingState, paper: _Paper) -> tuple[ParticipantId, ...]:
    """Who may vote on it, in the order of the list: under its preset; on a self sheet those who stand on it."""
    entitled = electorate(state, paper.preset)
    if paper.force != "appraisal" or paper.sheet != "self":
        return entitled
    subjects = {candidate.participant_id for candidate in paper.candidates}
    return tuple(who for who in entitled if who in subjects)


def quorum_of(state: MeetingState, paper: _Paper, entitled: tuple[ParticipantId, ...]) -> QuorumCheck:
    """应到 and 实到 of a paper now. A mutual sheet asks for the quorum of the meeting: 预备党员 take part and do not count."""
    if paper.force == "appraisal" and not decides(paper):
        voting = replace(paper.preset, electorate="voting")
        entitled = tuple(who for who in entitled if counts(state.participants[who], voting))
    return quorum_check(paper.preset.quorum, len(entitled), present_of(state, entitled))


def quorum_for(state: MeetingState, motion: Motion, entitled: tuple[ParticipantId, ...]) -> QuorumCheck | Rejected | None:
    """The quorum a motion opens with; refused with the figures when too few are there; ``None``: it needs none."""
    if not decides(motion) and not (motion.grades_people and motion.sheet == "mutual"):
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
        return Verdict(False, "more_than_issued", 0, "cast", tally.cast, 0)
    if motion.force == "election":
        return outcome(motion, tally, quorum)
    preset = motion.preset if decides(motion) else replace(motion.preset, passing=None)
    return verdict(preset, tally, quorum)
