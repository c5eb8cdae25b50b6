"""The adapter of the media port that drives local media workers: starts them, restarts them, and remembers what must outlive them."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

from .api import (
    Answer,
    ClientDetails,
    ClientLost,
    ClientsKept,
    IceServer,
    Layer,
    MediaEvent,
    MediaRefused,
    WorkerLost,
)
from .control import (
    Answered,
    Command,
    Detailed,
    Details,
    Done,
    Join,
    Leave,
    Listen,
    Measured,
    Metrics,
    Move,
    Permit,
    Ready,
    Record,
    Refused,
    Report,
    Resume,
    Want,
)
from .exposition import exposition
from .settings import MediaSettings
from .turn import turn_servers
from .worker_link import WorkerLink


class MediaWorkers:
    """MediaPlane over one or several local workers. Rooms that share the part before the first "/" share a worker."""

    def __init__(self, settings: MediaSettings) -> None:
        self._settings = settings
        self._links: list[WorkerLink] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._events: asyncio.Queue[MediaEvent] = asyncio.Queue()
        self._link_of: dict[str, WorkerLink] = {}
        self._kept: dict[str, WorkerLink] = {}  # clients of before that nobody has resumed
        self._permits: dict[str, Permit] = {}
        self._wants: dict[str, Want] = {}
        self._recordings: dict[str, Path] = {}
        self._listeners: dict[str, Path] = {}
        self._background: set[asyncio.Task[None]] = set()

    @property
    def links(self) -> list[WorkerLink]:
        """The workers, for those who watch over them."""
        return self._links

    async def start(self) -> None:
        if self._links:
            return
        settings = self._settings
        if settings.sockets:
            self._links = [WorkerLink(f"worker {i}", path, None, self._reported) for i, path in enumerate(settings.sockets)]
        else:
            if settings.folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="media-")
            folder = settings.folder or Path(self._folder.name if self._folder else "")
            for i in range(settings.workers):
                path = folder / f"media-{i}.sock"
                command = [sys.executable, "-m", "meeting_server.media.worker", "--attended", "--socket", str(path)]
                command += ["--bind", settings.bind, "--port", str(settings.port + i if settings.port else 0)]
                for host in settings.hosts:
                    command += ["--host", host]
                self._links.append(WorkerLink(f"worker {i}", path, command, self._reported))
        try:
            await asyncio.gather(*(link.open() for link in self._links))
        except MediaRefused:
            await self.stop()
            raise

    async def stop(self) -> None:
        links, self._links = self._links, []
        for task in self._background:
            task.cancel()
        await asyncio.gather(*(link.close() for link in links))
        self._link_of.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    # ---- what the workers report

    def _reported(self, link: WorkerLink, message: Report | None) -> None:
        if message is None:
            lost = tuple(c for c, where in self._link_of.items() if where is link)
            for client in lost:
                del self._link_of[client]
            self._events.put_nowait(WorkerLost(lost))
        elif isinstance(message, Ready):
            for room, folder in self._recordings.items():
                if self._link_for(room) is link:
                    self._later(link, Record(room, str(folder)))
            for room, socket in self._listeners.items():
                if self._link_for(room) is link:
                    self._later(link, Listen(room, str(socket)))
        elif not isinstance(message, Done | Answered | Detailed | Measured | Refused):
            if isinstance(message, ClientLost):
                self._forget(message.client)
            elif isinstance(message, ClientsKept):
                self._kept |= {kept.client: link for kept in message.clients}
            self._events.put_nowait(message)

    def _later(self, link: WorkerLink, command: Command) -> None:
        async def call() -> None:
            with contextlib.suppress(MediaRefused):  # the worker went away again: its next start repeats this
                await link.call(command)

        task = asyncio.create_task(call())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _forget(self, client: str) -> None:
        self._link_of.pop(client, None)
        self._kept.pop(client, None)
        self._permits.pop(client, None)
        self._wants.pop(client, None)

    def _link_for(self, room: str) -> WorkerLink:
        if not self._links:
            raise MediaRefused("media_unavailable", "not started")
        return self._links[zlib.crc32(room.split("/", 1)[0].encode()) % len(self._links)]

    def _link(self, client: str) -> WorkerLink:
        link = self._link_of.get(client)
        if link is None:
            raise MediaRefused("unknown_client", client)
        return link

    # ---- the port

    async def join(self, room: str, client: str, source: str, offer_sdp: str, *, audio_only: bool = False, video_slots: int = 4) -> Answer:
        link = self._link_for(room)
        before = self._link_of.get(client)
        if before is not None and before is not link:
            await self._leave(client)
        reply = await link.call(Join(room, client, source, offer_sdp, audio_only, video_slots))
        if not isinstance(reply, Answered):
            raise MediaRefused("media_unavailable", "an unexpected reply")
        self._link_of[client] = link
        if before is not link:  # a new worker knows nothing of what was decided before
            for remembered in (self._permits.get(client), self._wants.get(client)):
                if remembered is not None:
                    await link.call(remembered)
        return reply.answer

    async def resume(self, client: str) -> None:
        link = self._kept.pop(client, None)
        if link is None:
            raise MediaRefused("unknown_client", client)
        await link.call(Resume(client))
        self._link_of[client] = link

    async def leave(self, client: str) -> None:
        await self._leave(client)
        self._forget(client)

    async def _leave(self, client: str) -> None:
        link = self._link_of.pop(client, None) or self._kept.pop(client, None)
        if link is not None:
            with contextlib.suppress(MediaRefused):  # a lost worker has forgotten the client already
                await link.call(Leave(client))

    async def move(self, client: str, room: str) -> None:
        if self._link_for(room) is not self._link(client):
            raise MediaRefused("unknown_client", "that room lives on another worker: join it")
        await self._link(client).call(Move(client, room))

    async def permit(self, client: str, *, audio: bool, video: bool, screen: bool) -> None:
        command = Permit(client, audio, video, screen)
        reply = self._link(client).call(command)
        self._permits[client] = command
        await reply

    async def want(self, client: str, *, video: int, pinned: str | None = None, screen: bool = True, layer: Layer = "f") -> None:
        command = Want(client, video, pinned, screen, layer)
        reply = self._link(client).call(command)
        self._wants[client] = command
        await reply

    async def record(self, room: str, folder: Path | None) -> None:
        link = self._link_for(room)
        if folder is None:
            self._recordings.pop(room, None)
            await link.call(Record(room, None))
            return
        await link.call(Record(room, str(folder)))
        self._recordings[room] = folder

    async def listen(self, room: str, socket: Path | None) -> None:
        link = self._link_for(room)
        if socket is None:
            self._listeners.pop(room, None)
            await link.call(Listen(room, None))
            return
        await link.call(Listen(room, str(socket)))
        self._listeners[room] = socket

    async def details(self, client: str) -> ClientDetails:
        reply = await self._link(client).call(Details(client))
        if not isinstance(reply, Detailed):
            raise MediaRefused("media_unavailable", "an unexpected reply")
        return reply.details

    async def metrics(self) -> str:
        workers: dict[str, tuple[dict[str, float], dict[str, int]]] = {}
        for link in self._links:
            try:
                reply = await link.call(Metrics())
            except MediaRefused:
                continue  # its absence shows in the missing figures
            if isinstance(reply, Measured):
                workers[link.name] = reply.figures, reply.rejected
        return exposition(workers)

    def ice_servers(self, client: str) -> tuple[IceServer, ...]:
        return turn_servers(self._settings.turn_urls, self._settings.turn_secret, client, time.time())

    async def events(self) -> AsyncIterator[MediaEvent]:
        while True:
            yield await self._events.get()
