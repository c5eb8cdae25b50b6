"""Live captions as the meeting's state wants them: which rooms are captioned, and the lines sent to those in them.

Another process recognises the words. If it is missing or ends by itself, the meeting is told and continues without captions.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import msgspec

from meeting_server.domain import events
from meeting_server.domain.commands import SERVER, ReportCaptionsEnded
from meeting_server.domain.ids import MeetingId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import CaptionsEnd
from meeting_server.live.assembly import Assembly
from meeting_server.live.host import Fact
from meeting_server.live.recording import room_name, room_of
from meeting_server.media.api import MediaPlane, MediaRefused
from meeting_server.media.caption_lines import Ended, Line, Wish
from meeting_server.wire.server_messages import Caption

log = logging.getLogger(__name__)

FindAssembly = Callable[[MeetingId], Coroutine[Any, Any, Assembly | None]]
TOUCHING = events.RoomCaptioned | events.RoomClosed | events.MeetingAdjourned | events.RecordingStarted | events.RecordingStopped
CONNECT_AGAIN_S = 1.0
_said: msgspec.json.Decoder[Line | Ended] = msgspec.json.Decoder(Line | Ended)
_encode = msgspec.json.Encoder().encode


class Captions:
    """Captions of all meetings of this server. ``sockets``: where the captions process listens for us and for audio; ``None``: there is
    no such process.

    ``ready``: whether an engine is installed by now. One that is installed while the server runs is offered from then on.
    """

    def __init__(self, media: MediaPlane | None, sockets: tuple[Path, Path] | None, find: FindAssembly, ready: Callable[[], bool]) -> None:
        self._media = media
        self._sockets = sockets
        self._find = find
        self._ready = ready
        self._on: dict[str, bool] = {}  # room -> whether its captions may be stored
        self._writer: asyncio.StreamWriter | None = None
        self._reader: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def available(self) -> bool:
        """Whether this server offers captions at all."""
        return self._media is not None and self._sockets is not None and self._ready()

    async def start(self) -> None:
        if self._sockets is not None:
            self._reader = asyncio.create_task(self._keep_reading(self._sockets[0]), name="captions")

    async def stop(self) -> None:
        tasks = [*self._tasks, *([self._reader] if self._reader else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def follow(self, assembly: Assembly, facts: Sequence[Fact]) -> None:
        """Start and stop captioning as ``facts`` require."""
        if any(isinstance(fact.event, TOUCHING) for fact in facts):
            self.resume(assembly)

    def resume(self, assembly: Assembly) -> None:
        """Start and stop captioning as the meeting's state requires, also after a restart during the meeting."""
        if wanted_rooms(assembly.state) == self._of(assembly.meeting_id):
            return
        task = asyncio.create_task(self._agree(assembly))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _of(self, meeting_id: MeetingId) -> dict[str, bool]:
        return {room: keep for room, keep in self._on.items() if room_of(room)[0] == meeting_id}

    async def _agree(self, assembly: Assembly) -> None:
        async with self._turn:
            wanted, there = wanted_rooms(assembly.state), self._of(assembly.meeting_id)
            for room in there.keys() - wanted.keys():
                await self._end(room)
            for room, keep in wanted.items():
                if there.get(room) != keep and not await self._begin(room, assembly.state, keep):
                    self._report(assembly, room, "unavailable")

    async def _begin(self, room: str, state: MeetingState | None, keep: bool) -> bool:
        """Start captioning the room. If it is already running, only update whether captions may be stored."""
        if self._media is None or self._sockets is None or self._writer is None:
            return False
        self._writer.write(_encode(Wish(room, True, agenda_of(state), keep, people_of(state))) + b"\n")
        if room in self._on:
            self._on[room] = keep
            return True
        try:
            await self._media.listen(room, self._sockets[1])
        except MediaRefused as refused:
            log.error("room %s cannot be listened to: %s", room, refused)
            self._writer.write(_encode(Wish(room, False)) + b"\n")
            return False
        self._on[room] = keep
        return True

    async def _end(self, room: str) -> None:
        self._on.pop(room, None)
        if self._media is not None:
            try:
                await self._media.listen(room, None)
            except MediaRefused as refused:
                log.warning("ending the listening to room %s: %s", room, refused)
        if self._writer is not None:
            self._writer.write(_encode(Wish(room, False)) + b"\n")

    # --- what comes of it -----------------------------------------------------------------------------------------

    async def _keep_reading(self, path: Path) -> None:
        while True:
            try:
                reader, self._writer = await asyncio.open_unix_connection(path)
            except OSError:
                await asyncio.sleep(CONNECT_AGAIN_S)
                continue
            try:
                while line := await reader.readline():
                    await self._told(_said.decode(line))
            except (ConnectionError, msgspec.DecodeError, ValueError) as error:
                log.error("the captions process speaks nonsense or went away: %s", error)
            finally:
                writer, self._writer = self._writer, None
                writer.close()
            for room in list(self._on):
                await self._ended(room, "unavailable")

    async def _told(self, message: Line | Ended) -> None:
        if isinstance(message, Ended):
            await self._ended(message.room, message.reason)
            return
        meeting_id, room_id = room_of(message.room)
        assembly = await self._find(meeting_id)
        if assembly is not None:
            assembly.broadcast(Caption(message.source, message.since, message.until, message.text), room_id, said_at=message.since)

    async def _ended(self, room: str, reason: CaptionsEnd) -> None:
        async with self._turn:
            await self._end(room)
        assembly = await self._find(room_of(room)[0])
        if assembly is not None:
            self._report(assembly, room, reason)

    def _report(self, assembly: Assembly, room: str, reason: CaptionsEnd) -> None:
        assembly.host.submit(SERVER, ReportCaptionsEnded(room_of(room)[1], reason), None, lambda outcome: None)


def wanted_rooms(state: MeetingState | None) -> dict[str, bool]:
    """Return the rooms with captions on, by their media names, and whether captions are stored, which happens only while recording."""
    if state is None or state.phase != MeetingPhase.OPEN:
        return {}
    keep = state.recording is not None
    return {room_name(state.meeting_id, room.room_id): keep for room in state.rooms.values() if room.captioned}


def people_of(state: MeetingState | None) -> tuple[str, ...]:
    """Return the names on the meeting's list."""
    return tuple(p.name for p in state.participants.values() if p.name and not p.removed) if state is not None else ()


def agenda_of(state: MeetingState | None) -> tuple[str, ...]:
    """Return the titles of its items, because these words are likely to be spoken."""
    return tuple(item.title for item in state.agenda) if state is not None else ()
