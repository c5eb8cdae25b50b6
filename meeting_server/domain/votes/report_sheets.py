"""The report sheet of an election (选举报告单): signed by a scrutineer on their own phone, read out by the chair."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import SignReport
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import ReportSigned
from meeting_server.domain.ids import Millis
from meeting_server.domain.state import MeetingState
from meeting_server.domain.vote_terms import MotionPhase, Office
from meeting_server.domain.votes.officers import acting
from meeting_server.domain.votes.wording import with_motion


def _sign(state: MeetingState, command: SignReport, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if asked.who not in acting(state, motion, Office.SCRUTINEER):
        return Rejected(Code.NOT_AN_OFFICER)
    if asked.who in motion.report_signed_by:
        return ()
    if motion.phase != MotionPhase.CLOSED or motion.report is None:
        return Rejected(Code.POLL_CLOSED if motion.phase == MotionPhase.PUBLISHED else Code.NOT_CLOSED, "motion_id")
    return (ReportSigned(motion.motion_id, asked.who),)


DECIDE: dict[type, Decide] = {SignReport: _sign}


def _signed(state: MeetingState, event: ReportSigned, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    return with_motion(state, replace(motion, report_signed_by=(*motion.report_signed_by, event.signed_by)))


EVOLVE: dict[type, Evolve] = {ReportSigned: _signed}
