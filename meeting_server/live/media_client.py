"""One device in the media plane from the meeting's point of view: whose it is, where it is and should be, and how it gets there."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Literal, Protocol

from meeting_server.domain.consent import may_be_sent_on
from meeting_server.domain.ids import ConnectionId, ParticipantId, RoomId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.recusal import is_outside, place_of
from meeting_server.domain.terms import MediaKind
from meeting_server.live.assembly import Assembly
from meeting_server.live.recording import room_name
from meeting_server.media import api
from meeting_server.wire.client_messages import Want
from meeting_server.wire.server_messages import MediaLost, ServerMessage

log = logging.getLogger(__name__)

NOTHING: frozenset[MediaKind] = frozenset()
RETRY_MS = 500


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

    async def agree(self, media: api.MediaPlane) -> None:
        """Bring the media plane into agreement with the meeting's state."""
        async with self.turn:
            await self.adjust(media, sure=True)

    async def adjust(self, media: api.MediaPlane, *, sure: bool) -> None:
        """Send to the media plane until it agrees; whoever calls holds ``turn``. ``sure``: it is known to have ``permitted``. A client
        that joined again keeps the permissions it had, so they are sent once more."""
        try:
            while self.room:
                room, permitted = self.wanted()
                if room == self.room and permitted == self.permitted and sure:
                    return
                told = permitted if room == self.room else permitted & self.permitted
                if told != self.permitted or not sure:  # first mute, then move, then unmute
                    await media.permit(self.name, audio="audio" in told, video="video" in told, screen="screen" in told)
                    self.permitted, sure = told, True
                if room != self.room:
                    await media.move(self.name, room)
                    self.room = room
        except api.MediaRefused as refused:
            self._refused(refused)

    async def want(self, media: api.MediaPlane, message: Want) -> None:
        """Tell the media plane which pictures this device has room for."""
        async with self.turn:
            try:
                wished = max(0, message.video)
                await media.want(self.name, video=wished, pinned=message.pinned, screen=message.screen, layer=message.layer)
            except api.MediaRefused as refused:
                self._refused(refused)

    async def leave(self, media: api.MediaPlane) -> None:
        async with self.turn:
            self.room = ""
            await media.leave(self.name)

    def join_again(self, retry_after_ms: int) -> None:
        """Tell the device that the media plane no longer has it."""
        self.room, self.permitted = "", NOTHING
        self.connection.send(MediaLost(retry_after_ms))

    def _refused(self, refused: api.MediaRefused) -> None:
        log.warning("media client %s must join again: %s", self.name, refused)
        self.join_again(RETRY_MS)
