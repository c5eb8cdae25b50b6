"""Who is there, and how it was established."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from meeting_server.domain.audience import Audience
from meeting_server.domain.events.event import Event
from meeting_server.domain.ids import ConnectionId, Millis, ParticipantId, RollCallId
from meeting_server.domain.terms import ConfirmedBy, Device


@dataclass(frozen=True, slots=True)
class ConnectionOpened(Event):
    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    connection_id: ConnectionId
    device: Device


@dataclass(frozen=True, slots=True)
class ConnectionClosed(Event):
    """Absence is dated from the last sign of life (``last_evidence_at``), never from the timeout."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    connection_id: ConnectionId
    last_evidence_at: Millis


@dataclass(frozen=True, slots=True)
class ResponsivenessChanged(Event):
    """The device came to the foreground and sends heartbeats (``responsive``), or went to the background."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    connection_id: ConnectionId
    responsive: bool


@dataclass(frozen=True, slots=True)
class ParticipantArrived(Event):
    """Connected for the first time or after having left, or was marked present in the hall."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantLeft(Event):
    """The grace period after the last connection ran out, or the member left on purpose (``deliberate``)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    left_at: Millis
    deliberate: bool
    never_came: bool = False
    """The only evidence of presence was a mark made by mistake, so they count as never having come."""


@dataclass(frozen=True, slots=True)
class PresenceConfirmed(Event):
    """The strongest evidence of presence. For ``marked``, ``marked_by`` names the secretary."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    by: ConfirmedBy
    marked_by: ParticipantId | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PresenceMarkWithdrawn(Event):
    """The secretary's mark was a mistake. Both the mark and its withdrawal stay in the record."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    withdrawn_by: ParticipantId


@dataclass(frozen=True, slots=True)
class HallCodeScanned(Event):
    """A member scanned the hall's rotating code. ``window`` numbers the code, so that each is accepted once per member."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    window: int


@dataclass(frozen=True, slots=True)
class AttendanceContested(Event):
    """A member objected to what is recorded about their attendance. It stays in the record with its answer."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    erasable: ClassVar[bool] = True
    contest_id: str
    participant_id: ParticipantId
    text: str


@dataclass(frozen=True, slots=True)
class ContestAnswered(Event):
    seen_by: ClassVar[Audience] = Audience.CONCERNED
    erasable: ClassVar[bool] = True
    contest_id: str
    participant_id: ParticipantId
    accepted: bool
    text: str
    answered_by: ParticipantId


@dataclass(frozen=True, slots=True)
class RollCallOpened(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    roll_call_id: RollCallId
    opened_by: ParticipantId
    closes_at: Millis
    expected: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class RollCallAnswered(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    roll_call_id: RollCallId
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class RollCallClosed(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    roll_call_id: RollCallId
    expected: int
    answered: int
