"""Rooms, who is in which, and what of them is heard and seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from meeting_server.domain.audience import Audience
from meeting_server.domain.events.event import Event
from meeting_server.domain.ids import ItemId, Millis, ParticipantId, RoomId
from meeting_server.domain.terms import CaptionsEnd, MediaKind, RoomKind


@dataclass(frozen=True, slots=True)
class RoomOpened(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    room_id: RoomId
    title: str
    kind: RoomKind


@dataclass(frozen=True, slots=True)
class RoomClosed(Event):
    """Everyone who was still in the room is back in the hall."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    room_id: RoomId


@dataclass(frozen=True, slots=True)
class RoomModerated(Event):
    """In a moderated room, only the floor holder and those who run the meeting are heard."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    room_id: RoomId
    moderated: bool


@dataclass(frozen=True, slots=True)
class RoomCaptioned(Event):
    """A room's live captions were switched on or off by ``changed_by``, or by the server (``None``) for ``reason``."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    room_id: RoomId
    captioned: bool
    changed_by: ParticipantId | None = None
    reason: CaptionsEnd | None = None


@dataclass(frozen=True, slots=True)
class ParticipantMoved(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    room_id: RoomId
    moved_by: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantRecused(Event):
    """Someone was asked to leave the room for the item that concerns them (回避)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    item_id: ItemId
    recused_by: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantRecalled(Event):
    """Someone is back in the room. ``recalled_by`` is ``None`` if the item ended."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    item_id: ItemId
    recalled_by: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class MediaOpened(Event):
    """A microphone, camera or shared screen is on; everyone sees that."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    media: MediaKind


@dataclass(frozen=True, slots=True)
class MediaClosed(Event):
    """``closed_by`` differs from the participant if somebody else closed it."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    media: MediaKind
    closed_by: ParticipantId


@dataclass(frozen=True, slots=True)
class SpeakerTurnEnded(Event):
    """A stretch of speech, detected by the media plane from audio levels, for the record's timeline."""

    seen_by: ClassVar[Audience] = Audience.NOBODY
    participant_id: ParticipantId
    room_id: RoomId
    started_at: Millis
    ended_at: Millis
