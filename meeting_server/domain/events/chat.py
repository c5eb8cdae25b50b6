"""Chat: its messages, and whether any may be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from meeting_server.domain.audience import Audience
from meeting_server.domain.events.event import Event
from meeting_server.domain.ids import MessageId, ParticipantId, RoomId


@dataclass(frozen=True, slots=True)
class ChatPosted(Event):
    """``audience`` names who was in the group room (empty: everyone), ``withheld_from`` who was waiting outside the hall."""

    seen_by: ClassVar[Audience] = Audience.CONVERSATION
    erasable: ClassVar[bool] = True
    message_id: MessageId
    room_id: RoomId
    author_id: ParticipantId
    text: str
    audience: tuple[ParticipantId, ...] = ()
    withheld_from: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRemoved(Event):
    """The author or a moderator removed the message. The record says who and why."""

    seen_by: ClassVar[Audience] = Audience.CONVERSATION
    message_id: MessageId
    removed_by: ParticipantId
    reason: str


@dataclass(frozen=True, slots=True)
class ChatPaused(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    paused: bool
