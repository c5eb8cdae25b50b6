"""Requests to a meeting, in the imperative. Each is answered by events or by a rejection.

A command never names its sender: the server attaches the actor. Those ``FromServer`` are accepted only from the
server (``SERVER``), never from a socket.
"""

from __future__ import annotations

# In the order of a meeting, because the documents of the wire list them so.
# isort: off
from meeting_server.domain.commands.command import Actor, Command, FromParticipant, FromServer, SERVER
from meeting_server.domain.commands.sitting import (
    AdjournMeeting,
    AdmitParticipant,
    AssignRole,
    ConveneMeeting,
    OpenMeeting,
    PassDeadline,
    ReadmitParticipant,
    RecordLeave,
    RemoveParticipant,
)
from meeting_server.domain.commands.attendance import (
    AnswerContest,
    AnswerRollCall,
    ChangeResponsiveness,
    CloseConnection,
    CloseRollCall,
    ContestAttendance,
    LeaveMeeting,
    MarkPresent,
    OpenConnection,
    OpenRollCall,
    ResetConnections,
    ScanHallCode,
    WithdrawMark,
)
from meeting_server.domain.commands.agenda import (
    AddAgendaItem,
    EditAgendaItem,
    MoveAgendaItem,
    RemoveAgendaItem,
    ShowPage,
    StepAgenda,
    StopShowing,
)
from meeting_server.domain.commands.floor import EndFloor, ExtendFloor, GrantFloor, LowerHand, RaiseHand
from meeting_server.domain.commands.rooms import (
    CaptionRoom,
    CloseMedia,
    CloseRoom,
    ModerateRoom,
    MoveParticipant,
    MuteAll,
    OpenMedia,
    OpenRoom,
    RecallParticipant,
    RecuseParticipant,
    ReportCaptionsEnded,
    ReportSpeakerTurn,
)
from meeting_server.domain.commands.chat import PauseChat, PostChat, RemoveChat
from meeting_server.domain.commands.votes import (
    AmendMotion,
    AppointOfficer,
    CastBallot,
    CloseCollecting,
    CloseDiscussion,
    CloseMotion,
    DraftMotion,
    EnterPaperCount,
    FileWrittenOpinion,
    IssuePaper,
    MoveMotion,
    OpenBatch,
    OpenMotion,
    PublishMotion,
    ReduceSeats,
    RegisterHallVoters,
    ReleaseOfficer,
    ReportSealed,
    Revote,
    SignPaperCount,
    SignReport,
    WithdrawMotion,
)
from meeting_server.domain.commands.recording import (
    AcknowledgeRecording,
    RemoveNote,
    ReportTrackRecorded,
    StartRecording,
    StopRecording,
    TakeNote,
)
# isort: on


def _kinds(root: type[Command]) -> dict[str, type[Command]]:
    return {cls.__name__: cls for cls in root.__subclasses__()}


KINDS: dict[str, type[Command]] = _kinds(FromParticipant)
"""Commands a phone may send, by wire name."""
SERVER_KINDS: dict[str, type[Command]] = _kinds(FromServer)
