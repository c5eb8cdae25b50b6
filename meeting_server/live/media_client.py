"""One device in the media plane from the meeting's point of view: whose it is, where it is and where it should be."""

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
    """What is behind a media client: a phone's connection, or a camera or screen of the hall."""

    @property
    def connection_id(self) -> ConnectionId: ...

    @property
    def participant_id(self) -> ParticipantId: ...

    def send(self, *messages: ServerMessage) -> None: ...


@dataclass(slots=True)
class MediaClient:
    """One device in the media plane. ``room`` and ``permitted``: as last sent to the media plane; an empty ``room``: not joined.

    ``hall_room``: the room of a camera or screen of the hall. One that is not a participant stays there.
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
        """Return the room and permissions that the meeting's state gives this device now."""
        state = self.assembly.state
        me = state.participants.get(self.connection.participant_id) if state is not None else None
        if state is None or me is None:
            return (self.room if self.hall_room is None else room_name(self.assembly.meeting_id, self.hall_room)), NOTHING
        # whoever waits, before the opening or outside the room, is neither heard nor seen
        silent = me.removed or state.phase != MeetingPhase.OPEN or not may_be_sent_on(state, me) or is_outside(state, me)
        heard = NOTHING if silent else frozenset(me.media) - ({"audio"} if self.unheard else NOTHING)
        return room_name(state.meeting_id, place_of(state, me)), heard

    @property
    def over(self) -> bool:
        """Return whether a device of the hall has to be ended, because no socket of its own would close it."""
        state = self.assembly.state
        if self.hall_room is None or state is None:
            return False
        me = state.participants.get(self.connection.participant_id)
        return (
            state.phase in (MeetingPhase.ADJOURNED, MeetingPhase.CANCELLED)
            or self.hall_room not in state.rooms
            or (me is not None and me.removed)
        )
