"""One device in the media plane as the meeting sees it: who is behind it, where it is, and where the meeting wants it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal, Protocol

from meeting_server.domain.consent import may_be_sent_on
from meeting_server.domain.ids import ConnectionId, ParticipantId, RoomId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.recusal import is_outside, place_of
from meeting_server.domain.terms import MediaKind
from meeting_server.live.assembly import Assembly
from meeting_server.live.recording import room_name
from meeting_server.wire.server_messages import ServerMessage

NOTHING: frozenset[MediaKind] = frozenset()


class Party(Protocol):
    """Whoever sits behind a media client: a phone's connection, or a camera or screen of the hall."""

    @property
    def connection_id(self) -> ConnectionId: ...

    @property
    def participant_id(self) -> ParticipantId: ...

    def send(self, *messages: ServerMessage) -> None: ...


@dataclass(slots=True)
class MediaClient:
    """One device in the media plane. ``room`` and ``permitted`` are what it was last told; ``room`` empty: not joined.

    ``hall_room``: a camera or screen of the hall, let into this room; one that is no participant stays there.
    """

    assembly: Assembly
    connection: Party
    room: str = ""
    permitted: frozenset[MediaKind] = NOTHING
    hall_room: RoomId | None = None
    level: Literal[0, 1, 2, 3] = 3
    unheard: bool = False  # another device of the same participant speaks for them
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def name(self) -> str:
        return self.connection.connection_id

    def wanted(self) -> tuple[str, frozenset[MediaKind]]:
        """The room and permissions the meeting's state gives this device now."""
        state = self.assembly.state
        me = state.participants.get(self.connection.participant_id) if state is not None else None
        if state is None or me is None:
            return (self.room if self.hall_room is None else room_name(self.assembly.meeting_id, self.hall_room)), NOTHING
        # who waits, at the door or outside the room, is neither heard nor seen
        silent = me.removed or state.phase != MeetingPhase.OPEN or not may_be_sent_on(state, me) or is_outside(state, me)
        heard = NOTHING if silent else frozenset(me.media) - ({"audio"} if self.unheard else NOTHING)
        return room_name(state.meeting_id, place_of(state, me)), heard

    @property
    def over(self) -> bool:
        """Whether a device of the hall has nothing to do here any more: nobody is there to close its socket."""
        state = self.assembly.state
        if self.hall_room is None or state is None:
            return False
        me = state.participants.get(self.connection.participant_id)
        return (
            state.phase in (MeetingPhase.ADJOURNED, MeetingPhase.CANCELLED)
            or self.hall_room not in state.rooms
            or (me is not None and me.removed)
        )
