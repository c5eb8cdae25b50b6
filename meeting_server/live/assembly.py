"""Everyone connected to one meeting: they enter at a position, get every record, and are disconnected when removed."""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Callable, Iterable, Sequence

from meeting_server.domain.commands import SERVER, CloseConnection, OpenConnection
from meeting_server.domain.events import (
    BallotCast,
    MeetingAdjourned,
    MeetingConvened,
    MotionClosed,
    MotionPublished,
    ParticipantRemoved,
    PresenceConfirmed,
)
from meeting_server.domain.ids import ConnectionId, MeetingId, Millis, ParticipantId, RoomId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.recusal import place_of, was_outside
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Device
from meeting_server.live.clock import Clock
from meeting_server.live.connection import Connection, Outlet
from meeting_server.live.fan_out import fan_out
from meeting_server.live.history import Entry
from meeting_server.live.host import Fact, Host
from meeting_server.live.resume import Snapshots, catch_up
from meeting_server.wire.close_codes import Close
from meeting_server.wire.codec import encode
from meeting_server.wire.frames import Frames
from meeting_server.wire.server_messages import HeadFrame, ServerMessage, Welcome, You

MOST_DEVICES = 6
"""Most open sockets of one participant. One more closes the oldest."""

REST_PER_PHONE = 50e-6
"""Seconds: several times the cost of sending to one phone. After a quiet moment everyone gets a record at once. Under load a meeting of a
thousand gets twenty broadcasts a second, so that broadcasts never delay acknowledgements."""
OF_A_COUNT = (BallotCast, PresenceConfirmed)
"""Facts of which others see only a growing number. They can wait twice as long, so that more of them are sent together."""

WORTH_KEEPING = (MotionClosed, MotionPublished, MeetingAdjourned)
"""Facts after which every phone gets the record's head, so that nobody can replace the record unnoticed."""

Follower = Callable[["Assembly", Sequence[Fact]], None]


class Assembly:
    """The connections around one host, and the parts of the server that follow the meeting."""

    def __init__(self, make_host: Callable[[Callable[[Host, Sequence[Fact]], None]], Host], clock: Clock) -> None:
        self.host = make_host(self._told)
        self.connections: dict[ConnectionId, Connection] = {}
        self._followers: tuple[Follower, ...] = ()
        self._leavers: tuple[Callable[[Connection], None], ...] = ()
        self._clock = clock
        self._snapshots = Snapshots()
        self._untold: list[Entry] = []
        self._told_at = -math.inf
        self._tell_timer: asyncio.TimerHandle | None = None

    @property
    def meeting_id(self) -> MeetingId:
        return self.host.meeting_id

    @property
    def state(self) -> MeetingState | None:
        return self.host.state

    def followed_by(self, followers: Iterable[Follower], leavers: Iterable[Callable[[Connection], None]]) -> None:
        """From here on call ``followers`` with every batch of facts, after the phones got them, and ``leavers`` with every connection
        that is gone. Called once the meeting is loaded: nobody follows what was recorded before."""
        self._followers, self._leavers = tuple(followers), tuple(leavers)

    async def reread(self) -> None:
        """Drop what was kept, because something of the journal was erased."""
        await self.host.reread()
        self._snapshots = Snapshots()

    # --- coming and going -------------------------------------------------------------------------------------

    def enter(
        self,
        participant_id: ParticipantId,
        device: Device,
        position: str | None,
        outlet: Outlet,
        *,
        media: bool,
        captions: bool = False,
        bound: bool = False,
    ) -> Connection | Close:
        """Let a phone in and send it ``welcome`` with what it missed, or return why it cannot enter."""
        closed = self.closed_to(participant_id)
        if closed is not None:
            return closed
        state = self.host.state
        assert state is not None
        participant = state.participants[participant_id]
        self._tell()  # what is still unsent is part of what the newcomer gets here
        self._make_room_for(participant_id)
        connection_id = ConnectionId(secrets.token_urlsafe(9))
        connection = Connection(connection_id, participant_id, device, outlet, self._clock(), bound=bound)
        caught_up = catch_up(self.host, self._snapshots, state, participant_id, position)
        welcome = Welcome(
            You(participant_id, participant.name, connection_id),
            caught_up.resumed,
            self.host.head.position,
            self._clock(),
            caught_up.missed,
            media,
            captions,
            self.host.head.evidence,
        )
        connection.catch_up(Frames((encode(welcome), *caught_up.payloads)))
        self.connections[connection_id] = connection
        self.host.submit(SERVER, OpenConnection(participant_id, connection_id, device), None, lambda outcome: None)
        return connection

    def closed_to(self, participant_id: ParticipantId) -> Close | None:
        """Return why someone cannot enter, or ``None``."""
        state = self.host.state
        participant = state.participants.get(participant_id) if state is not None else None
        if state is None or participant is None:
            return Close.FORBIDDEN
        if state.phase == MeetingPhase.CANCELLED:
            return Close.UNKNOWN_MEETING
        return Close.REMOVED if participant.removed else None

    def leave(self, connection: Connection, last_evidence_at: Millis | None = None) -> None:
        """Handle a closed socket. Absence is dated to the last sign of life, not to the moment of this call."""
        if self.connections.pop(connection.connection_id, None) is None:
            return
        connection.open = False
        for leaver in self._leavers:
            leaver(connection)
        heard = connection.last_heard if last_evidence_at is None else last_evidence_at
        closed = CloseConnection(connection.participant_id, connection.connection_id, heard)
        self.host.submit(SERVER, closed, None, lambda outcome: None)

    def of(self, participant_id: ParticipantId) -> list[Connection]:
        """The devices of one participant, oldest first."""
        return [c for c in self.connections.values() if c.participant_id == participant_id]

    def close(self, connections: Iterable[Connection], code: Close) -> None:
        for connection in list(connections):
            connection.close(code)
            self.leave(connection)

    def _make_room_for(self, participant_id: ParticipantId) -> None:
        devices = self.of(participant_id)
        self.close(devices[: max(0, len(devices) + 1 - MOST_DEVICES)], Close.REPLACED)

    # --- telling ----------------------------------------------------------------------------------------------

    def broadcast(self, message: ServerMessage, room_id: RoomId, but: ParticipantId | None = None, said_at: Millis | None = None) -> None:
        """Send an unrecorded message to everyone in one room. ``said_at``: when its content began; people who were outside then don't get
        it."""
        state = self.host.state
        if state is None:
            return
        frames = Frames((encode(message),))
        for connection in list(self.connections.values()):
            participant = state.participants.get(connection.participant_id)
            if participant is None or place_of(state, participant) != room_id or connection.participant_id == but:
                continue
            if said_at is None or not was_outside(state, participant, said_at):
                connection.deliver(frames)

    def tell_all(self, message: ServerMessage) -> None:
        """Send an unrecorded message to everyone in the meeting."""
        frames = Frames((encode(message),))
        for connection in list(self.connections.values()):
            connection.deliver(frames)

    def _told(self, host: Host, facts: Sequence[Fact]) -> None:
        self._untold.extend(fact.entry for fact in facts)
        fresh = frozenset[ParticipantId]().union(*(fact.entry.fresh for fact in facts))
        shown_out = any(isinstance(fact.event, ParticipantRemoved | MeetingConvened) for fact in facts)
        if fresh or shown_out:
            self._tell()
            self._refresh(fresh)
            self._show_out()
        else:
            self._tell_soon(all(isinstance(fact.event, OF_A_COUNT) for fact in facts))
        if any(isinstance(fact.event, WORTH_KEEPING) for fact in facts):
            self.tell_all(HeadFrame(host.head.evidence))
        for follower in self._followers:
            follower(self, facts)

    def _tell_soon(self, can_wait: bool) -> None:
        """Broadcast at once after a quiet moment, otherwise when the pause is over."""
        loop = asyncio.get_running_loop()
        at = self._told_at + len(self.connections) * REST_PER_PHONE * (2 if can_wait else 1)
        if at <= loop.time():
            self._tell()
        elif self._tell_timer is None or at < self._tell_timer.when():
            self._stop_timer()
            self._tell_timer = loop.call_at(at, self._tell)

    def _stop_timer(self) -> None:
        if self._tell_timer is not None:
            self._tell_timer.cancel()
            self._tell_timer = None

    def _tell(self) -> None:
        """Send everyone what was not sent yet."""
        self._stop_timer()
        if not self._untold:
            return
        entries, self._untold = self._untold, []
        self._told_at = asyncio.get_running_loop().time()
        fan_out(entries, list(self.connections.values()))

    def _refresh(self, viewers: frozenset[ParticipantId]) -> None:
        """Send a new snapshot to everyone whose rights changed."""
        state = self.host.state
        if state is None or not viewers:
            return
        for connection in list(self.connections.values()):
            if connection.participant_id in viewers:
                connection.catch_up(Frames((self._snapshots.frame(self.host.head, state, connection.participant_id),)))

    def _show_out(self) -> None:
        """Close the sockets of everyone who is no longer on the list."""
        state = self.host.state
        if state is None:
            return
        if state.phase == MeetingPhase.CANCELLED:
            self.close(self.connections.values(), Close.UNKNOWN_MEETING)
        gone = [
            connection
            for connection in self.connections.values()
            if (p := state.participants.get(connection.participant_id)) is None or p.removed
        ]
        self.close(gone, Close.REMOVED)
