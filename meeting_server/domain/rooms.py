"""The hall and the group rooms, who is in which, and what media is open in them."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import (
    CaptionRoom,
    CloseMedia,
    CloseRoom,
    ModerateRoom,
    MoveParticipant,
    MuteAll,
    OpenMedia,
    OpenRoom,
    ReportCaptionsEnded,
)
from meeting_server.domain.consent import may_be_sent_on
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, checked_text, holds, known, with_participant
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import (
    Event,
    MediaClosed,
    MediaOpened,
    ParticipantMoved,
    RoomCaptioned,
    RoomClosed,
    RoomModerated,
    RoomOpened,
)
from meeting_server.domain.floor import may_be_heard, needs_floor
from meeting_server.domain.ids import HALL, Millis, ParticipantId, RoomId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.recusal import place_of
from meeting_server.domain.roles import Right
from meeting_server.domain.state import MeetingState, Move, Participant, Room
from meeting_server.domain.terms import MediaKind, RoomKind

LONGEST_TITLE = 60
MOST_ROOMS = 50

CARRIES: dict[RoomKind, frozenset[MediaKind]] = {
    "text": frozenset(),
    "voice": frozenset({"audio", "screen"}),
    "video": frozenset({"audio", "video", "screen"}),
}
"""The media that each kind of room carries."""


def in_room(state: MeetingState, room_id: RoomId) -> tuple[Participant, ...]:
    """Return everyone in a room, present or not, except those waiting outside."""
    return tuple(p for p in state.participants.values() if place_of(state, p) == room_id and not p.removed)


def _open_room(state: MeetingState, command: OpenRoom, asked: Asked) -> Decision:
    title = checked_text(command.title, "title", LONGEST_TITLE)
    if isinstance(title, Rejected):
        return title
    if len(state.rooms) >= MOST_ROOMS:
        return Rejected(Code.OUT_OF_RANGE, "title", (("most", MOST_ROOMS),))
    return (RoomOpened(RoomId(f"r{state.counters.rooms + 1}"), title, command.kind),)


def _close_room(state: MeetingState, command: CloseRoom, asked: Asked) -> Decision:
    if command.room_id not in state.rooms:
        return Rejected(Code.UNKNOWN_ROOM, "room_id")
    if command.room_id == HALL:
        return Rejected(Code.FORBIDDEN, "room_id")
    assigned = (p for p in state.participants.values() if p.room_id == command.room_id and not p.removed)
    back = tuple(event for p in assigned for event in moved(state, p.participant_id, HALL, asked.who))
    return (*back, RoomClosed(command.room_id))


def _moderate(state: MeetingState, command: ModerateRoom, asked: Asked) -> Decision:
    room = state.rooms.get(command.room_id)
    if room is None:
        return Rejected(Code.UNKNOWN_ROOM, "room_id")
    if room.moderated == command.moderated:
        return Rejected(Code.NOTHING_CHANGED, "moderated")
    fact = RoomModerated(command.room_id, command.moderated)
    after = _moderated(state, fact, asked.now)
    silenced = tuple(
        MediaClosed(p.participant_id, "audio", asked.who)
        for p in in_room(state, command.room_id)
        if "audio" in p.media and not may_be_heard(after, p.participant_id)
    )
    return (fact, *silenced)


def moved(state: MeetingState, who: ParticipantId, room_id: RoomId, by: ParticipantId) -> tuple[Event, ...]:
    """Return the facts of a move. Media that the new room does not carry or would not let be heard is closed first."""
    participant = state.participants[who]
    fact = ParticipantMoved(who, room_id, by)
    carried = CARRIES[state.rooms[room_id].kind]
    after = _participant_moved(state, fact, 0)
    closed = tuple(
        MediaClosed(who, media, by)
        for media in participant.media
        if media == "screen" or media not in carried or (media == "audio" and not may_be_heard(after, who))
    )
    return (*closed, fact)


def _move(state: MeetingState, command: MoveParticipant, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if command.room_id not in state.rooms:
        return Rejected(Code.UNKNOWN_ROOM, "room_id")
    if participant.room_id == command.room_id:
        return Rejected(Code.NOTHING_CHANGED, "room_id")
    return moved(state, command.participant_id, command.room_id, asked.who)


def _open_media(state: MeetingState, command: OpenMedia, asked: Asked) -> Decision:
    participant = state.participants[asked.who]
    if command.media in participant.media:
        return ()  # a second device of the same person
    if state.phase == MeetingPhase.CONVENED and participant.kind == "person":  # nobody is heard or seen before the meeting opens
        return Rejected(Code.NOT_OPEN, "media")
    if not may_be_sent_on(state, participant):
        return Rejected(Code.CONSENT_NEEDED, "media")
    if command.media not in CARRIES[state.rooms[participant.room_id].kind]:
        return Rejected(Code.NO_MEDIA_HERE, "media")
    if command.media == "audio" and not may_be_heard(state, asked.who):
        return Rejected(Code.FLOOR_REQUIRED, "media")
    if command.media == "screen":
        if needs_floor(state, asked.who) and not may_be_heard(state, asked.who):
            return Rejected(Code.FLOOR_REQUIRED, "media")
        if any("screen" in p.media for p in in_room(state, participant.room_id)):
            return Rejected(Code.SCREEN_TAKEN, "media")
    return (MediaOpened(asked.who, command.media),)


def _close_media(state: MeetingState, command: CloseMedia, asked: Asked) -> Decision:
    whose = command.participant_id if command.participant_id is not None else asked.who
    if whose != asked.who and not holds(state, asked.who, Right.MODERATE):
        return Rejected(Code.FORBIDDEN)
    participant = known(state, whose)
    if isinstance(participant, Rejected):
        return participant
    if command.media not in participant.media:
        return ()  # already so
    return (MediaClosed(whose, command.media, asked.who),)


def _mute_all(state: MeetingState, command: MuteAll, asked: Asked) -> Decision:
    holder = state.floor.participant_id if state.floor else None
    here = state.participants[asked.who].room_id
    return tuple(
        MediaClosed(p.participant_id, "audio", asked.who)
        for p in in_room(state, here)
        if "audio" in p.media and p.participant_id not in (asked.who, holder)
    )


def _caption(state: MeetingState, command: CaptionRoom, asked: Asked) -> Decision:
    room = state.rooms.get(command.room_id)
    if room is None:
        return Rejected(Code.UNKNOWN_ROOM, "room_id")
    if room.kind == "text":
        return Rejected(Code.NO_MEDIA_HERE, "room_id")
    if room.captioned == command.captioned:
        return Rejected(Code.NOTHING_CHANGED, "captioned")
    return (RoomCaptioned(command.room_id, command.captioned, asked.who),)


def _captions_ended(state: MeetingState, command: ReportCaptionsEnded, asked: Asked) -> Decision:
    room = state.rooms.get(command.room_id)
    if room is None or not room.captioned:
        return ()
    return (RoomCaptioned(command.room_id, False, None, command.reason),)


DECIDE: dict[type, Decide] = {
    OpenRoom: _open_room,
    CloseRoom: _close_room,
    ModerateRoom: _moderate,
    CaptionRoom: _caption,
    ReportCaptionsEnded: _captions_ended,
    MoveParticipant: _move,
    OpenMedia: _open_media,
    CloseMedia: _close_media,
    MuteAll: _mute_all,
}


def _room_opened(state: MeetingState, event: RoomOpened, at: Millis) -> MeetingState:
    room = Room(event.room_id, event.title, event.kind)
    return replace(
        state,
        rooms={**state.rooms, event.room_id: room},
        counters=replace(state.counters, rooms=state.counters.rooms + 1),
    )


def _room_closed(state: MeetingState, event: RoomClosed, at: Millis) -> MeetingState:
    return replace(state, rooms={i: room for i, room in state.rooms.items() if i != event.room_id})


def _moderated(state: MeetingState, event: RoomModerated, at: Millis) -> MeetingState:
    room = replace(state.rooms[event.room_id], moderated=event.moderated)
    return replace(state, rooms={**state.rooms, event.room_id: room})


def _captioned(state: MeetingState, event: RoomCaptioned, at: Millis) -> MeetingState:
    room = replace(state.rooms[event.room_id], captioned=event.captioned)
    return replace(state, rooms={**state.rooms, event.room_id: room})


def _participant_moved(state: MeetingState, event: ParticipantMoved, at: Millis) -> MeetingState:
    participant = state.participants.get(event.participant_id)
    room = state.rooms.get(event.room_id)
    if participant is None:
        return state
    move = Move(event.room_id, room.title if room is not None else "", at)
    return with_participant(state, event.participant_id, room_id=event.room_id, moves=(*participant.moves, move))


def _media_opened(state: MeetingState, event: MediaOpened, at: Millis) -> MeetingState:
    participant = state.participants.get(event.participant_id)
    if participant is None or event.media in participant.media:
        return state
    return with_participant(state, event.participant_id, media=(*participant.media, event.media))


def _media_closed(state: MeetingState, event: MediaClosed, at: Millis) -> MeetingState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    return with_participant(state, event.participant_id, media=tuple(media for media in participant.media if media != event.media))


EVOLVE: dict[type, Evolve] = {
    RoomOpened: _room_opened,
    RoomClosed: _room_closed,
    RoomModerated: _moderated,
    RoomCaptioned: _captioned,
    ParticipantMoved: _participant_moved,
    MediaOpened: _media_opened,
    MediaClosed: _media_closed,
}
