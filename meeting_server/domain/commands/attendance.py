"""Who is there, and how it is established."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.commands.command import FromParticipant, FromServer
from meeting_server.domain.ids import ConnectionId, Millis, ParticipantId
from meeting_server.domain.terms import Device


@dataclass(frozen=True, slots=True)
class LeaveMeeting(FromParticipant):
    """Leave on purpose, without a grace period."""


@dataclass(frozen=True, slots=True)
class OpenRollCall(FromParticipant):
    """Ask everyone to answer within ``seconds``, 10 to 600 (run_meeting)."""

    seconds: int = 60


@dataclass(frozen=True, slots=True)
class AnswerRollCall(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class CloseRollCall(FromParticipant):
    """End the roll call early (run_meeting)."""


@dataclass(frozen=True, slots=True)
class MarkPresent(FromParticipant):
    """Record that the secretary saw the member in the hall (run_meeting). The record names the secretary."""

    participant_id: ParticipantId
    note: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawMark(FromParticipant):
    """Undo ``MarkPresent`` (run_meeting)."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class ContestAttendance(FromParticipant):
    """Object to what is recorded about one's own attendance; possible after the meeting too."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerContest(FromParticipant):
    """Answer an objection (run_meeting)."""

    contest_id: str
    accepted: bool
    text: str


@dataclass(frozen=True, slots=True)
class OpenConnection(FromServer):
    participant_id: ParticipantId
    connection_id: ConnectionId
    device: Device


@dataclass(frozen=True, slots=True)
class CloseConnection(FromServer):
    """``last_evidence_at``: the last moment the socket gave a sign of life."""

    participant_id: ParticipantId
    connection_id: ConnectionId
    last_evidence_at: Millis


@dataclass(frozen=True, slots=True)
class ResetConnections(FromServer):
    """Close all connections, dated to ``last_evidence_at``, because no socket survives a restart of the host."""

    last_evidence_at: Millis


@dataclass(frozen=True, slots=True)
class ChangeResponsiveness(FromServer):
    participant_id: ParticipantId
    connection_id: ConnectionId
    responsive: bool


@dataclass(frozen=True, slots=True)
class ScanHallCode(FromServer):
    """A signed-in member scanned the code of ``window``. The web layer has checked the code."""

    participant_id: ParticipantId
    window: int
