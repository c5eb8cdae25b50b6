"""One media plane for two control planes: the meetings of the server, and a rehearsal beside them.

A media worker has one driver, and its reports have one reader. Names of the rehearsal's rooms and clients carry a prefix on the
way down and lose it on the way up, so that neither side ever sees the other's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from .api import (
    ActiveSpeakers,
    Answer,
    ClientDetails,
    ClientsKept,
    IceServer,
    Layer,
    MediaEvent,
    MediaPlane,
    SpeakerTurn,
    TrackEnded,
    TrackRecorded,
    TrackStarted,
    WorkerLost,
)

REHEARSAL = "rehearsal~"


class Lane:
    """A media plane as one of two sees it. ``start`` and ``stop`` are the owner's business and do nothing here."""

    def __init__(self, plane: MediaPlane, prefix: str) -> None:
        self._plane = plane
        self._prefix = prefix
        self.queue: asyncio.Queue[MediaEvent] = asyncio.Queue()

    async def start(self) -> None:
        """The whole plane is started by its owner."""

    async def stop(self) -> None:
        """The whole plane is stopped by its owner."""

    async def join(self, room: str, client: str, source: str, offer_sdp: str, *, audio_only: bool = False, video_slots: int = 4) -> Answer:
        return await self._plane.join(
            self._prefix + room, self._prefix + client, source, offer_sdp, audio_only=audio_only, video_slots=video_slots
        )

    async def resume(self, client: str) -> None:
        await self._plane.resume(self._prefix + client)

    async def leave(self, client: str) -> None:
        await self._plane.leave(self._prefix + client)

    async def move(self, client: str, room: str) -> None:
        await self._plane.move(self._prefix + client, self._prefix + room)

    async def permit(self, client: str, *, audio: bool, video: bool, screen: bool) -> None:
        await self._plane.permit(self._prefix + client, audio=audio, video=video, screen=screen)

    async def want(self, client: str, *, video: int, pinned: str | None = None, screen: bool = True, layer: Layer = "f") -> None:
        await self._plane.want(self._prefix + client, video=video, pinned=pinned, screen=screen, layer=layer)

    async def record(self, room: str, folder: Path | None) -> None:
        await self._plane.record(self._prefix + room, folder)

    async def listen(self, room: str, socket: Path | None) -> None:
        await self._plane.listen(self._prefix + room, socket)

    async def details(self, client: str) -> ClientDetails:
        return await self._plane.details(self._prefix + client)

    async def metrics(self) -> str:
        """Those of the whole plane: there is one set of workers."""
        return await self._plane.metrics()

    def ice_servers(self, client: str) -> tuple[IceServer, ...]:
        return self._plane.ice_servers(client)

    async def events(self) -> AsyncIterator[MediaEvent]:
        while True:
            yield await self.queue.get()


class MediaLanes:
    """``meetings`` and ``rehearsal``, two ports over one plane. Use as an async context manager inside the plane's life."""

    def __init__(self, plane: MediaPlane) -> None:
        self._plane = plane
        self.meetings = Lane(plane, "")
        self.rehearsal = Lane(plane, REHEARSAL)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> MediaLanes:
        self._task = asyncio.create_task(self._sort(), name="media-lanes")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _sort(self) -> None:
        async for event in self._plane.events():
            meetings, rehearsal = sorted_out(event)
            if meetings is not None:
                self.meetings.queue.put_nowait(meetings)
            if rehearsal is not None:
                self.rehearsal.queue.put_nowait(rehearsal)


def sorted_out(event: MediaEvent) -> tuple[MediaEvent | None, MediaEvent | None]:
    """The event as the meetings and as the rehearsal see it; ``None``: it is not for them."""
    match event:
        case WorkerLost(clients):
            mine, theirs = _split(clients)
            return WorkerLost(mine), WorkerLost(theirs)
        case ClientsKept(clients):  # a rehearsal does not outlive the process that drove it: its clients are let go
            return ClientsKept(tuple(kept for kept in clients if not kept.client.startswith(REHEARSAL))), None
        case SpeakerTurn() | ActiveSpeakers() | TrackStarted() | TrackEnded() | TrackRecorded():
            if event.room.startswith(REHEARSAL):
                return None, msgspec.structs.replace(event, room=event.room.removeprefix(REHEARSAL))
        case _:
            if event.client.startswith(REHEARSAL):
                return None, msgspec.structs.replace(event, client=event.client.removeprefix(REHEARSAL))
    return event, None


def _split(clients: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    theirs = tuple(name.removeprefix(REHEARSAL) for name in clients if name.startswith(REHEARSAL))
    return tuple(name for name in clients if not name.startswith(REHEARSAL)), theirs
