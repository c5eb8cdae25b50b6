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
    MediaRefused,
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

    def report(self, event: MediaEvent) -> None:
        """Tell this side what happened."""
        self.queue.put_nowait(event)


class RehearsalLane(Lane):
    """The side that comes and goes: ``clear`` takes everything of it out of the plane, which lives on."""

    def __init__(self, plane: MediaPlane) -> None:
        super().__init__(plane, REHEARSAL)
        self._clients: set[str] = set()
        self._recorded: set[str] = set()
        self._heard = False

    async def join(self, room: str, client: str, source: str, offer_sdp: str, *, audio_only: bool = False, video_slots: int = 4) -> Answer:
        self._clients.add(client)
        return await super().join(room, client, source, offer_sdp, audio_only=audio_only, video_slots=video_slots)

    async def record(self, room: str, folder: Path | None) -> None:
        if folder is not None:
            self._recorded.add(room)
        await super().record(room, folder)

    async def events(self) -> AsyncIterator[MediaEvent]:
        self._heard = True
        async for event in super().events():
            yield event

    def report(self, event: MediaEvent) -> None:
        if self._heard:  # else it is about a rehearsal that is over
            super().report(event)

    async def clear(self) -> None:
        """End every recording and let every client go, so that neither comes back with a worker that is started again."""
        self._heard = False
        for room in self._recorded:
            with contextlib.suppress(MediaRefused):
                await super().record(room, None)
        for client in self._clients:
            await self.leave(client)
        self._recorded.clear()
        self._clients.clear()
        self.queue = asyncio.Queue()


class MediaLanes:
    """``meetings`` and ``rehearsal``, two ports over one plane. Use as an async context manager inside the plane's life."""

    def __init__(self, plane: MediaPlane) -> None:
        self._plane = plane
        self.meetings = Lane(plane, "")
        self.rehearsal = RehearsalLane(plane)
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
                self.meetings.report(meetings)
            if rehearsal is not None:
                self.rehearsal.report(rehearsal)


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
