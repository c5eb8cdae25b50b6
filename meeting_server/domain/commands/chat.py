"""Chat: its messages, and whether any may be written."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.commands.command import FromParticipant
from meeting_server.domain.ids import MessageId


@dataclass(frozen=True, slots=True)
class PostChat(FromParticipant):
    """Post 1 to 2,000 characters to the room one is in."""

    text: str


@dataclass(frozen=True, slots=True)
class RemoveChat(FromParticipant):
    """Remove one's own message. Those who moderate may remove any."""

    message_id: MessageId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PauseChat(FromParticipant):
    """Pause or resume the chat (moderate). While it is paused, only those who run the meeting can post."""

    paused: bool
