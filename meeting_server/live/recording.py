"""Keeps the media plane's recording as the meeting says: on while the meeting records, in every room that has sound."""

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
    """What the media plane calls a room."""
    return f"{meeting_id}/{room_id}"


def room_of(name: str) -> tuple[MeetingId, RoomId]:
    """Back from the media plane's name."""
    meeting_id, _, room_id = name.rpartition("/")
    return MeetingId(meeting_id), RoomId(room_id)


def recorded_path(room_id: RoomId, path: str) -> str:
    """Where a file lies under the meeting's folder: the media plane knows the room's only, and names its files in full."""
    return f"{room_id}/{Path(path).name}"


class Recording:
    """One meeting's recording. ``agree`` may be called at any time and as often as one likes."""

    def __init__(self, media: MediaPlane, folder: Path, assembly: Assembly) -> None:
        self._media = media
        self._folder = folder
        self._assembly = assembly
        self._running: set[RoomId] = set()
        self._turn = asyncio.Lock()

    def lost(self) -> None:
        """The media worker went away, and with it whatever it recorded."""
        self._running.clear()

    async def agree(self) -> None:
        """Start and stop rooms until the media plane does what the meeting says; again after a failure."""
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
    """The rooms that are to be recorded now."""
    if state is None or state.recording is None or state.phase != MeetingPhase.OPEN:
        return frozenset()
    return frozenset(room.room_id for room in state.rooms.values() if room.kind != "text")
