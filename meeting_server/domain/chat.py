"""The chat of the hall and of the group rooms, and its moderation."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import PauseChat, PostChat, RemoveChat
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, checked_text, holds
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import ChatPaused, ChatPosted, ChatRemoved
from meeting_server.domain.ids import HALL, MessageId, Millis
from meeting_server.domain.recusal import waiting
from meeting_server.domain.roles import Right
from meeting_server.domain.rooms import in_room
from meeting_server.domain.state import CHAT_KEPT, MeetingState, Message

LONGEST_TEXT = 2000
LONGEST_REASON = 200


def _post(state: MeetingState, command: PostChat, asked: Asked) -> Decision:
    text = checked_text(command.text, "text", LONGEST_TEXT)
    if isinstance(text, Rejected):
        return text
    if state.chat_paused and not holds(state, asked.who, Right.MODERATE):
        return Rejected(Code.CHAT_PAUSED)
    room_id = state.participants[asked.who].room_id
    audience = () if room_id == HALL else tuple(p.participant_id for p in in_room(state, room_id))
    away = waiting(state) if room_id == HALL else ()
    return (ChatPosted(MessageId(f"c{state.counters.messages + 1}"), room_id, asked.who, text, audience, away),)


def _remove(state: MeetingState, command: RemoveChat, asked: Asked) -> Decision:
    message = next((m for m in state.chat if m.message_id == command.message_id), None)
    if message is None:
        return Rejected(Code.UNKNOWN_MESSAGE, "message_id")
    if message.author_id != asked.who and not holds(state, asked.who, Right.MODERATE):
        return Rejected(Code.FORBIDDEN)
    if message.removed_by is not None:
        return ()
    if len(command.reason) > LONGEST_REASON:
        return Rejected(Code.TOO_LONG, "reason", (("longest", LONGEST_REASON),))
    return (ChatRemoved(command.message_id, asked.who, command.reason.strip()),)


def _pause(state: MeetingState, command: PauseChat, asked: Asked) -> Decision:
    return () if state.chat_paused == command.paused else (ChatPaused(command.paused),)


DECIDE: dict[type, Decide] = {PostChat: _post, RemoveChat: _remove, PauseChat: _pause}


def _posted(state: MeetingState, event: ChatPosted, at: Millis) -> MeetingState:
    message = Message(event.message_id, event.room_id, event.author_id, at, event.text, event.audience, event.withheld_from)
    chat = state.chat
    if len(chat) >= CHAT_KEPT:  # trimmed per room, so that a busy room does not shorten another's history
        here = [index for index, m in enumerate(chat) if m.room_id == event.room_id]
        if len(here) >= CHAT_KEPT:
            chat = chat[: here[0]] + chat[here[0] + 1 :]
    return replace(
        state,
        chat=(*chat, message),
        counters=replace(state.counters, messages=state.counters.messages + 1),
    )


def _removed(state: MeetingState, event: ChatRemoved, at: Millis) -> MeetingState:
    return replace(
        state,
        chat=tuple(replace(m, text="", removed_by=event.removed_by) if m.message_id == event.message_id else m for m in state.chat),
    )


def _paused(state: MeetingState, event: ChatPaused, at: Millis) -> MeetingState:
    return replace(state, chat_paused=event.paused)


EVOLVE: dict[type, Evolve] = {ChatPosted: _posted, ChatRemoved: _removed, ChatPaused: _paused}
