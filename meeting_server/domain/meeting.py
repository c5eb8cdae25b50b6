"""A meeting: ``decide(state, command)`` returns facts or a refusal, ``evolve(state, fact)`` returns the next state.

This file holds what all commands share (is the meeting in the right phase, may this actor send this) as tables, and joins the tables of
the parts. The parts hold the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from meeting_server.domain import agenda, chat, contests, floor, notes, pages, recording, recusal, roll_call, rooms, sitting
from meeting_server.domain.attendance import evidence
from meeting_server.domain.commands import (
    AcknowledgeRecording,
    Actor,
    AddAgendaItem,
    AdjournMeeting,
    AdmitParticipant,
    AmendMotion,
    AnswerContest,
    AnswerRollCall,
    AppointOfficer,
    AssignRole,
    CaptionRoom,
    CastBallot,
    ChangeResponsiveness,
    CloseCollecting,
    CloseConnection,
    CloseDiscussion,
    CloseMedia,
    CloseMotion,
    CloseRollCall,
    CloseRoom,
    Command,
    ContestAttendance,
    ConveneMeeting,
    DraftMotion,
    EditAgendaItem,
    EndFloor,
    EnterPaperCount,
    ExtendFloor,
    FileWrittenOpinion,
    FromServer,
    GrantFloor,
    LeaveMeeting,
    LowerHand,
    MarkPresent,
    ModerateRoom,
    MoveAgendaItem,
    MoveMotion,
    MoveParticipant,
    MuteAll,
    OpenBatch,
    OpenConnection,
    OpenMedia,
    OpenMeeting,
    OpenMotion,
    OpenRollCall,
    OpenRoom,
    PassDeadline,
    PauseChat,
    PostChat,
    PublishMotion,
    RaiseHand,
    ReadmitParticipant,
    RecallParticipant,
    RecordLeave,
    RecuseParticipant,
    ReduceSeats,
    RegisterHallVoters,
    ReleaseOfficer,
    RemoveAgendaItem,
    RemoveChat,
    RemoveNote,
    RemoveParticipant,
    ReportCaptionsEnded,
    ReportSpeakerTurn,
    ReportTrackRecorded,
    ResetConnections,
    Revote,
    ScanHallCode,
    ShowPage,
    SignPaperCount,
    SignReport,
    StartRecording,
    StepAgenda,
    StopRecording,
    StopShowing,
    TakeNote,
    WithdrawMark,
    WithdrawMotion,
)
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, holds
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import AttendanceContested, ChatPosted, Event, MeetingConvened
from meeting_server.domain.ids import Millis
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import Right
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Preset
from meeting_server.domain.vote_terms import MotionPhase
from meeting_server.domain.votes import drafting, hall, motions, officers, papers, report_sheets

_PARTS = (
    sitting,
    evidence,
    contests,
    roll_call,
    agenda,
    pages,
    recusal,
    floor,
    rooms,
    chat,
    drafting,
    motions,
    papers,
    hall,
    officers,
    report_sheets,
    recording,
    notes,
)
_DECIDE: dict[type, Decide] = {kind: rule for part in _PARTS for kind, rule in part.DECIDE.items()}
_EVOLVE: dict[type, Evolve] = {kind: fold for part in _PARTS for kind, fold in part.EVOLVE.items()}

NEEDS: dict[type[Command], Right | None] = {
    OpenMeeting: Right.RUN_MEETING,
    AdjournMeeting: Right.RUN_MEETING,
    AssignRole: Right.RUN_MEETING,
    OpenRollCall: Right.RUN_MEETING,
    CloseRollCall: Right.RUN_MEETING,
    MarkPresent: Right.RUN_MEETING,
    WithdrawMark: Right.RUN_MEETING,
    AddAgendaItem: Right.RUN_MEETING,
    EditAgendaItem: Right.RUN_MEETING,
    MoveAgendaItem: Right.RUN_MEETING,
    RemoveAgendaItem: Right.RUN_MEETING,
    StepAgenda: Right.RUN_MEETING,
    StopShowing: Right.RUN_MEETING,
    GrantFloor: Right.RUN_FLOOR,
    ExtendFloor: Right.RUN_FLOOR,
    RemoveParticipant: Right.MODERATE,
    ReadmitParticipant: Right.MODERATE,
    RecuseParticipant: Right.MODERATE,
    RecallParticipant: Right.MODERATE,
    OpenRoom: Right.MODERATE,
    CloseRoom: Right.MODERATE,
    ModerateRoom: Right.MODERATE,
    CaptionRoom: Right.RECORD,
    MoveParticipant: Right.MODERATE,
    MuteAll: Right.MODERATE,
    PauseChat: Right.MODERATE,
    DraftMotion: Right.RUN_VOTES,
    OpenMotion: Right.RUN_VOTES,
    CloseMotion: Right.RUN_VOTES,
    PublishMotion: Right.RUN_VOTES,
    WithdrawMotion: Right.RUN_VOTES,
    MoveMotion: Right.RUN_VOTES,
    AmendMotion: Right.RUN_VOTES,
    CloseDiscussion: Right.RUN_VOTES,
    FileWrittenOpinion: Right.RUN_VOTES,
    AppointOfficer: Right.RUN_VOTES,
    ReleaseOfficer: Right.RUN_VOTES,
    RegisterHallVoters: Right.RUN_VOTES,
    OpenBatch: Right.RUN_VOTES,
    CloseCollecting: Right.RUN_VOTES,
    EnterPaperCount: Right.RUN_VOTES,
    Revote: Right.RUN_VOTES,
    ReduceSeats: Right.RUN_VOTES,
    AnswerContest: Right.RUN_MEETING,
    StartRecording: Right.RECORD,
    StopRecording: Right.RECORD,
    TakeNote: Right.TAKE_NOTES,
    RemoveNote: Right.TAKE_NOTES,
    # anyone on the list; the rule itself checks further where necessary
    LeaveMeeting: None,
    AnswerRollCall: None,
    RaiseHand: None,
    LowerHand: None,
    ShowPage: None,
    EndFloor: None,
    OpenMedia: Right.SPEAK,
    CloseMedia: None,
    PostChat: Right.CHAT,
    RemoveChat: None,
    CastBallot: None,
    SignPaperCount: None,
    SignReport: None,
    ContestAttendance: None,
    AcknowledgeRecording: None,
}
"""The permission table of a meeting: which right each command of a participant needs."""

_LIVE = frozenset({MeetingPhase.OPEN})
_AT_THE_DOOR = frozenset({MeetingPhase.CONVENED, MeetingPhase.OPEN})
_ALWAYS = frozenset({MeetingPhase.CONVENED, MeetingPhase.OPEN, MeetingPhase.ADJOURNED})

PHASES: dict[type[Command], frozenset[MeetingPhase]] = {
    OpenMeeting: _AT_THE_DOOR,
    LeaveMeeting: _AT_THE_DOOR,
    AssignRole: _AT_THE_DOOR,
    RemoveParticipant: _AT_THE_DOOR,
    ReadmitParticipant: _AT_THE_DOOR,
    AddAgendaItem: _AT_THE_DOOR,
    EditAgendaItem: _AT_THE_DOOR,
    MoveAgendaItem: _AT_THE_DOOR,
    RemoveAgendaItem: _AT_THE_DOOR,
    OpenRoom: _AT_THE_DOOR,
    CloseRoom: _AT_THE_DOOR,
    ModerateRoom: _AT_THE_DOOR,
    ReportCaptionsEnded: _AT_THE_DOOR,
    MoveParticipant: _AT_THE_DOOR,
    OpenMedia: _AT_THE_DOOR,
    CloseMedia: _AT_THE_DOOR,
    MuteAll: _AT_THE_DOOR,
    PostChat: _AT_THE_DOOR,
    RemoveChat: _AT_THE_DOOR,
    PauseChat: _AT_THE_DOOR,
    MarkPresent: _AT_THE_DOOR,
    WithdrawMark: _AT_THE_DOOR,
    DraftMotion: _AT_THE_DOOR,
    AppointOfficer: _AT_THE_DOOR,
    AmendMotion: _AT_THE_DOOR,
    FileWrittenOpinion: _AT_THE_DOOR,
    ContestAttendance: _ALWAYS,
    AnswerContest: _ALWAYS,
    ScanHallCode: _AT_THE_DOOR,
    WithdrawMotion: _AT_THE_DOOR,
    RaiseHand: _AT_THE_DOOR,
    LowerHand: _AT_THE_DOOR,
    TakeNote: _AT_THE_DOOR,
    RemoveNote: _AT_THE_DOOR,
    AdmitParticipant: _AT_THE_DOOR,
    RecordLeave: _AT_THE_DOOR,
    OpenConnection: _ALWAYS,
    CloseConnection: _ALWAYS,
    ResetConnections: _ALWAYS,
    ChangeResponsiveness: _ALWAYS,
    ReportTrackRecorded: _ALWAYS,
    ReportSpeakerTurn: _AT_THE_DOOR,
}
"""The phases in which a command is allowed. A command not named here needs an open meeting."""


def phases_of(kind: type[Command]) -> frozenset[MeetingPhase]:
    """Return the phases of a meeting in which a command of this kind is allowed."""
    return PHASES.get(kind, _LIVE)


def decide(state: MeetingState | None, command: Command, actor: Actor, now: Millis, presets: Mapping[str, Preset]) -> Decision:
    """Return what ``command`` leads to: facts to record, in order, or the reason it has no effect.

    Pure: ``now`` is the server's clock in Unix ms, ``presets`` what a motion may name.
    """
    asked = Asked(actor, now, presets)
    if isinstance(command, ConveneMeeting):
        return sitting.convene(state, command, asked) if actor.is_server else Rejected(Code.FORBIDDEN)
    if state is None:
        return Rejected(Code.NOT_OPEN)
    if isinstance(command, PassDeadline):
        return _passed(state, now) if actor.is_server else Rejected(Code.FORBIDDEN)
    refused = _common(state, command, actor)
    return refused if refused is not None else _DECIDE[type(command)](state, command, asked)


def contradicts(state: MeetingState | None, command: Command, actor: Actor) -> Rejected | None:
    """Return why a command repeated under its id can't get the first answer; ``None``: it can.

    Repeated commands are taken to be identical. Only a repeated ballot is checked to say the same.
    """
    if isinstance(command, CastBallot) and state is not None and actor.participant_id is not None:
        return motions.contradicts_first(state, command, actor.participant_id)
    return None


def _common(state: MeetingState, command: Command, actor: Actor) -> Rejected | None:
    kind = type(command)
    if isinstance(command, FromServer):
        if not actor.is_server:
            return Rejected(Code.FORBIDDEN)
    else:
        who = state.participants.get(actor.participant_id) if actor.participant_id is not None else None
        if who is None:
            return Rejected(Code.NOT_A_PARTICIPANT)
        if who.removed:
            return Rejected(Code.REMOVED)
        if kind not in recusal.OPEN_OUTSIDE and recusal.is_outside(state, who):
            return Rejected(Code.OUTSIDE)
        right = NEEDS[kind]
        if right is not None and not holds(state, who.participant_id, right):
            return Rejected(Code.FORBIDDEN)
    if state.phase not in phases_of(kind):
        codes = {MeetingPhase.ADJOURNED: Code.ADJOURNED, MeetingPhase.CANCELLED: Code.CANCELLED}
        return Rejected(codes.get(state.phase, Code.NOT_OPEN))
    return None


def evolve(state: MeetingState | None, event: Event, at: Millis) -> MeetingState:
    """Return the state after ``event``, recorded ``at`` (Unix ms). Also folds the redacted events that a phone receives."""
    if isinstance(event, MeetingConvened):
        return sitting.convened(state, event, at)
    if state is None:
        raise ValueError(f"a journal begins with MeetingConvened, not {type(event).__name__}")
    return _EVOLVE[type(event)](state, event, at)


def without_content(state: MeetingState | None, kind: str) -> MeetingState | None:
    """Return the state after a fact whose content was erased or withheld from the reader. Its number stays taken."""
    if state is None:
        return None
    counters = state.counters
    if kind == ChatPosted.__name__:
        return replace(state, counters=replace(counters, messages=counters.messages + 1))
    if kind == AttendanceContested.__name__:
        return replace(state, counters=replace(counters, contests=counters.contests + 1))
    return state


def replay(facts: Iterable[tuple[Event, Millis]], state: MeetingState | None = None) -> MeetingState | None:
    """Return the state a journal folds to; ``None`` for an empty one."""
    for event, at in facts:
        state = evolve(state, event, at)
    return state


def next_deadline(state: MeetingState) -> Millis | None:
    """Return the next moment (Unix ms) at which ``PassDeadline`` leads to something; ``None``: nothing is pending."""
    if state.phase == MeetingPhase.ADJOURNED:
        return None
    moments: list[Millis] = [p.grace_until for p in state.participants.values() if p.grace_until is not None]
    if state.floor is not None and state.floor.ends_at is not None:
        moments.append(state.floor.ends_at)
    for motion in motions.running(state):
        due = motion.collect_until if motion.phase == MotionPhase.COLLECTING else motion.closes_at
        waits = motion.phase == MotionPhase.VOTING and hall.waits_for_hall(motion) is not None
        if due is not None and motion.phase in (MotionPhase.COLLECTING, MotionPhase.VOTING) and not waits:
            moments.append(due)
    running = roll_call.running(state)
    if running is not None:
        moments.append(running.closes_at)
    return min(moments, default=None)


def _passed(state: MeetingState, now: Millis) -> tuple[Event, ...]:
    """Return everything that is due. Each part sees the state left by the part before it, so that no fact is recorded twice."""
    if state.phase == MeetingPhase.ADJOURNED:
        return ()
    facts: list[Event] = []
    for part in (motions, papers, roll_call, floor, evidence):
        due = part.passed(state, now)
        for event in due:
            state = evolve(state, event, now)
        facts.extend(due)
    return tuple(facts)
