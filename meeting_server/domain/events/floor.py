"""Who has the floor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from meeting_server.domain.audience import Audience
from meeting_server.domain.events.event import Event
from meeting_server.domain.ids import Millis, ParticipantId


@dataclass(frozen=True, slots=True)
class HandRaised(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class HandLowered(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class FloorGranted(Event):
    """Someone got the floor, which lowers their hand. ``ends_at`` is ``None`` if there is no limit."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    granted_by: ParticipantId
    seconds: int
    ends_at: Millis | None


@dataclass(frozen=True, slots=True)
class FloorExtended(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    ends_at: Millis


@dataclass(frozen=True, slots=True)
class FloorEnded(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    reason: Literal["returned", "revoked", "expired", "left"]
