"""Scrutineers and tellers (监票人, 计票人), and the paper ballots they count in the hall."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import AppointOfficer, EnterPaperCount, SignPaperCount
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, known
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import OfficerAppointed, PaperCountEntered, PaperCountSigned
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.state import MeetingState, Motion, Officer
from meeting_server.domain.terms import PaperCount
from meeting_server.domain.vote_terms import MotionPhase, Office
from meeting_server.domain.votes.kinds import kind_of
from meeting_server.domain.votes.verdicts import decides
from meeting_server.domain.votes.wording import with_motion


def holders(state: MeetingState, office: Office) -> frozenset[ParticipantId]:
    """Who holds an office now."""
    return frozenset(o.participant_id for o in state.officers if o.office == office and not state.participants[o.participant_id].removed)


def refused_to_open(state: MeetingState, motion: Motion) -> Rejected | None:
    """A motion that needs officers: they are there, a scrutineer and a teller, neither of them a candidate."""
    if not kind_of(motion).needs_officers:
        return None
    scrutineers, tellers = holders(state, Office.SCRUTINEER), holders(state, Office.TELLER)
    if not scrutineers or not tellers:
        return Rejected(Code.NO_OFFICERS)
    standing = {c.participant_id for c in motion.candidates if c.participant_id is not None}
    return Rejected(Code.IS_A_CANDIDATE) if standing & (scrutineers | tellers) else None


def _appoint(state: MeetingState, command: AppointOfficer, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    approval = state.motions.get(command.motion_id)
    if approval is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if approval.phase != MotionPhase.PUBLISHED or approval.verdict is None or not approval.verdict.carried:
        return Rejected(Code.NOT_CLOSED, "motion_id")
    if Officer(command.participant_id, command.office, command.motion_id) in state.officers:
        return ()
    return (OfficerAppointed(command.participant_id, command.office, command.motion_id, asked.who),)


def appointed(state: MeetingState, approval: Motion, asked: Asked) -> tuple[OfficerAppointed, ...]:
    """The facts by which a carried motion makes its nominees 监票人; whoever was sent out meanwhile is passed over."""
    here = (who for who in approval.nominees if not state.participants[who].removed)
    return tuple(OfficerAppointed(who, Office.SCRUTINEER, approval.motion_id, asked.who) for who in here)


def _enter(state: MeetingState, command: EnterPaperCount, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase not in (MotionPhase.COLLECTING, MotionPhase.VOTING) or not decides(motion):
        return Rejected(Code.NOT_VOTING, "motion_id")
    if motion.paper_count is not None and motion.paper_count.is_signed:
        return Rejected(Code.NOTHING_CHANGED, "motion_id")
    for who, office in ((command.scrutineer, Office.SCRUTINEER), (command.teller, Office.TELLER)):
        if who not in holders(state, office):
            return Rejected(Code.NOT_AN_OFFICER, office)
    if command.scrutineer == command.teller:
        return Rejected(Code.NOT_AN_OFFICER, "teller")
    if not _adds_up(motion, command):
        return Rejected(Code.COUNT_IMPOSSIBLE, "counts")
    count = PaperCount(
        command.issued,
        command.returned,
        command.void,
        command.counts,
        asked.who,
        command.scrutineer,
        command.teller,
    )
    return (PaperCountEntered(motion.motion_id, count),)


def _adds_up(motion: Motion, command: EnterPaperCount) -> bool:
    """Each line of the paper once, and valid ballots and void ones together are those returned."""
    counts = dict(command.counts)
    numbers = (command.issued, command.returned, command.void, *counts.values())
    valid = command.returned - command.void
    if min(numbers) < 0 or len(counts) != len(command.counts) or valid < 0:
        return False
    return kind_of(motion).adds_up(motion, counts, valid)


def _sign(state: MeetingState, command: SignPaperCount, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None or motion.paper_count is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    count = motion.paper_count
    if asked.who not in (count.scrutineer, count.teller):
        return Rejected(Code.NOT_AN_OFFICER)
    if asked.who in count.signed_by:
        return ()
    if motion.phase not in (MotionPhase.COLLECTING, MotionPhase.VOTING):
        return Rejected(Code.POLL_CLOSED, "motion_id")
    return (PaperCountSigned(motion.motion_id, asked.who),)


DECIDE: dict[type, Decide] = {AppointOfficer: _appoint, EnterPaperCount: _enter, SignPaperCount: _sign}


def _appointed(state: MeetingState, event: OfficerAppointed, at: Millis) -> MeetingState:
    officer = Officer(event.participant_id, event.office, event.motion_id)
    return replace(state, officers=(*state.officers, officer))


def _entered(state: MeetingState, event: PaperCountEntered, at: Millis) -> MeetingState:
    return with_motion(state, replace(state.motions[event.motion_id], paper_count=event.count))


def _signed(state: MeetingState, event: PaperCountSigned, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    if motion.paper_count is None:
        return state
    count = replace(motion.paper_count, signed_by=(*motion.paper_count.signed_by, event.signed_by))
    return with_motion(state, replace(motion, paper_count=count))


EVOLVE: dict[type, Evolve] = {
    OfficerAppointed: _appointed,
    PaperCountEntered: _entered,
    PaperCountSigned: _signed,
}
