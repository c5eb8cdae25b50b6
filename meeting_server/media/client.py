"""The adapter of the media port that drives local media workers: starts them, restarts them, and remembers what must outlive them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import tempfile
import time
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import structlog

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
    Ping,
    Ready,
    Record,
    Refused,
    Report,
    Request,
    Resume,
    Want,
    frame,
    read_frame,
    reports,
)
from .exposition import exposition
from .probing import until_deaf
from .settings import MediaSettings
from .turn import turn_servers

START_WITHIN_S = 15.0
MEET_WITHIN_S = 5.0
REPLY_WITHIN_S = 30.0
PING_EVERY_S, PONG_WITHIN_S = 2.0, 8.0
LONGEST_PAUSE_S = 5.0

log = structlog.get_logger("media")

Reply = Done | Answered | Detailed | Measured | Refused


class WorkerLink:
    """The connection to one worker, and the worker itself when we started it."""

    def __init__(self, name: str, path: Path, start: list[str] | None, report: Callable[[WorkerLink, Report | None], None]) -> None:
        self.name = name
        self._path = path
        self._start = start
        self._report = report
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._numbers = itertools.count(1)
        self._task: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()
        self.port = 0
        self.pid = 0

    async def open(self) -> None:
        """Returns when the worker is ready, or when one that is not ours to start is late (it is waited for in the background).

        Raises MediaRefused media_unavailable when a worker that we start does not come up in time.
        """
        self._task = asyncio.create_task(self._keep())
        try:
            await asyncio.wait_for(self.ready.wait(), START_WITHIN_S if self._start is not None else MEET_WITHIN_S)
        except TimeoutError as reason:
            if self._start is None:
                return  # a worker that runs on its own may come later: until then every join is refused with a code
            await self.close()
            raise MediaRefused("media_unavailable", f"{self.name} did not start") from reason

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._drop()
        if self._process is not None:
            await self._end_process(gently=True)

    async def _end_process(self, *, gently: bool) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            if gently:
                process.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), 25.0)
                    return
            process.kill()
        await process.wait()

    async def _keep(self) -> None:
        """Connect, serve until the worker is lost, and again."""
        pause = 0.1
        while True:
            began = time.monotonic()
            try:
                await self._serve()
            except (OSError, asyncio.IncompleteReadError, msgspec.DecodeError, ValueError, TimeoutError):
                pass  # lost: reported below, and started again
            was_ready = self.ready.is_set()
            self._drop()
            await self._end_process(gently=False)
            if was_ready:
                self._report(self, None)
            if time.monotonic() - began > 10:
                pause = 0.1
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE_S, pause * 2)

    def _drop(self) -> None:
        self.ready.clear()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(MediaRefused("media_unavailable", f"{self.name} was lost"))

    async def _serve(self) -> None:
        if self._start is not None:
            self._process = await asyncio.create_subprocess_exec(*self._start)
        reader, writer = await self._connect()
        self._writer = writer
        first = await asyncio.wait_for(read_frame(reader, reports), START_WITHIN_S)
        if not isinstance(first, Ready):
            raise ValueError("the worker did not say that it is ready")
        self.port, self.pid = first.port, first.pid
        self.ready.set()
        self._report(self, first)
        watching = [asyncio.create_task(self._ping())]
        if self._process is not None:
            watching.append(asyncio.create_task(self._probe(self._process)))
        try:
            while True:
                message = await read_frame(reader, reports)
                if isinstance(message, Done | Answered | Detailed | Measured | Refused):
                    future = self._waiting.pop(message.number, None)
                    if future is not None and not future.done():
                        future.set_result(message)
                else:
                    self._report(self, message)
        finally:
            for task in watching:
                task.cancel()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            try:
                return await asyncio.open_unix_connection(self._path)
            except (FileNotFoundError, ConnectionRefusedError):
                if self._process is not None and self._process.returncode is not None:
                    raise
                await asyncio.sleep(0.05)

    async def _ping(self) -> None:
        """A worker that does not answer is as good as dead."""
        while True:
            await asyncio.sleep(PING_EVERY_S)
            try:
                await asyncio.wait_for(self.call(Ping()), PONG_WITHIN_S)
            except (MediaRefused, TimeoutError):
                if self._writer is not None:
                    self._writer.transport.abort()
                return

    async def _probe(self, process: asyncio.subprocess.Process) -> None:
        """A worker of ours that no longer hears is ended; it is started again when its connection ends with it."""
        await until_deaf(self._path, process.pid)
        log.error("a media worker no longer hears and is ended", worker=self.name, pid=process.pid)
        with contextlib.suppress(ProcessLookupError):
            process.kill()

    async def call(self, command: Command) -> Reply:
        """Raises MediaRefused."""
        if self._writer is None or not self.ready.is_set():
            raise MediaRefused("media_unavailable", f"{self.name} is not there")
        number = next(self._numbers)
        try:
            request = frame(Request(number, command))
        except UnicodeEncodeError as reason:  # half of a character, which JSON can hold and no text can
            raise MediaRefused("bad_sdp", str(reason)) from reason
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._writer.write(request)
        try:
            reply = await asyncio.wait_for(future, REPLY_WITHIN_S)
        except TimeoutError as reason:
            raise MediaRefused("media_unavailable", f"{self.name} does not answer") from reason
        finally:
            self._waiting.pop(number, None)
        if isinstance(reply, Refused):
            raise MediaRefused(reply.code, reply.detail)
        return reply


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
