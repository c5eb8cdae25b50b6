"""Keeps the media plane's recording as the meeting's state requires: on while the meeting records, in every room with sound."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from meeting_server.domain.ids import MeetingId, RoomId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.state import MeetingState
from meeting_server.live.assembly import Assembly
from meeting_server.media.api import MediaPlane, MediaRefused
from meeting_server.wire.codes import WireCode
from meeting_server.wire.server_messages import Error

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0


def room_name(meeting_id: MeetingId, room_id: RoomId) -> str:
    """Return the media plane's name of a room."""
    return f"{meeting_id}/{room_id}"


def room_of(name: str) -> tuple[MeetingId, RoomId]:
    """Return the room of a media plane's name."""
    meeting_id, _, room_id = name.rpartition("/")
    return MeetingId(meeting_id), RoomId(room_id)


def recorded_path(room_id: RoomId, path: str) -> str:
    """Return a file's path relative to the meeting's folder. The media plane knows only the room's folder and reports full paths."""
    return f"{room_id}/{Path(path).name}"


class Recording:
    """One meeting's recording. ``agree`` is idempotent and may be called at any time."""

    def __init__(self, media: MediaPlane, folder: Path, assembly: Assembly) -> None:
        self._media = media
        self._folder = folder
        self._assembly = assembly
        self._running: set[RoomId] = set()
        self._turn = asyncio.Lock()

    def lost(self) -> None:
        """Handle the loss of the media worker, whose recordings ended with it."""
        self._running.clear()

    async def agree(self) -> None:
        """Start and stop rooms until the media plane matches the meeting's state. Retry after a failure."""
        async with self._turn:
            while True:
                wanted = wanted_rooms(self._assembly.state)
                if not wanted ^ self._running:
                    return
                failed = [room_id for room_id in wanted - self._running if not await self._start(room_id)]
                for room_id in self._running - wanted:
                    await self._stop(room_id)
                if failed:
                    await asyncio.sleep(RETRY_SECONDS)

    async def _start(self, room_id: RoomId) -> bool:
        assembly = self._assembly
        try:
            await self._media.record(room_name(assembly.meeting_id, room_id), self._folder / room_id)
        except MediaRefused as refused:
            log.error("meeting %s: room %s is not being recorded: %s", assembly.meeting_id, room_id, refused)
            state = assembly.state
            if state is not None and state.recording is not None:
                for connection in assembly.of(state.recording.started_by):
                    connection.send(Error(WireCode.RECORDING_FAILED, "StartRecording", room_id))
            return False
        self._running.add(room_id)
        return True

    async def _stop(self, room_id: RoomId) -> None:
        try:
            await self._media.record(room_name(self._assembly.meeting_id, room_id), None)
        except MediaRefused as refused:
            log.error("meeting %s: ending the recording of room %s: %s", self._assembly.meeting_id, room_id, refused)
        self._running.discard(room_id)


def wanted_rooms(state: MeetingState | None) -> frozenset[RoomId]:
    """Return the rooms that have to be recorded now."""
    if state is None or state.recording is None or state.phase != MeetingPhase.OPEN:
        return frozenset()
    return frozenset(room.room_id for room in state.rooms.values() if room.kind != "text")
