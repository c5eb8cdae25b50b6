"""Rooms, who is in which (moderate), and what of them is heard and seen."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.commands.command import FromParticipant, FromServer
from meeting_server.domain.ids import Millis, ParticipantId, RoomId
from meeting_server.domain.terms import CaptionsEnd, MediaKind, RoomKind


@dataclass(frozen=True, slots=True)
class OpenRoom(FromParticipant):
    title: str
    kind: RoomKind = "voice"


@dataclass(frozen=True, slots=True)
class CloseRoom(FromParticipant):
    room_id: RoomId


@dataclass(frozen=True, slots=True)
class ModerateRoom(FromParticipant):
    room_id: RoomId
    moderated: bool


@dataclass(frozen=True, slots=True)
class CaptionRoom(FromParticipant):
    """Switch a room's live captions on or off: a machine writes down what is said, for everyone in the room."""

    room_id: RoomId
    captioned: bool


@dataclass(frozen=True, slots=True)
class MoveParticipant(FromParticipant):
    """Send someone to a group room, or with the hall's id call them back."""

    participant_id: ParticipantId
    room_id: RoomId


@dataclass(frozen=True, slots=True)
class RecuseParticipant(FromParticipant):
    """Ask someone to leave the room for the current agenda item (回避). They wait and get no sound, picture, chat or text of it."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class RecallParticipant(FromParticipant):
    """Let someone back in before the item ends. When it ends, they return automatically."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class OpenMedia(FromParticipant):
    """Open one's own microphone, camera or screen. ``floor_required`` in a moderated room; one screen at a time."""

    media: MediaKind


@dataclass(frozen=True, slots=True)
class CloseMedia(FromParticipant):
    """Close one's own microphone, camera or screen. Those who moderate may close another's."""

    media: MediaKind
    participant_id: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class MuteAll(FromParticipant):
    """Close every microphone except one's own and the floor holder's (moderate)."""


@dataclass(frozen=True, slots=True)
class ReportSpeakerTurn(FromServer):
    participant_id: ParticipantId
    room_id: RoomId
    started_at: Millis
    ended_at: Millis


@dataclass(frozen=True, slots=True)
class ReportCaptionsEnded(FromServer):
    """The captions of a room can't continue."""

    room_id: RoomId
    reason: CaptionsEnd
