"""The connection to one media worker, and the worker itself when we started it: started again whenever it is lost or deaf."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from .api import MediaRefused
from .control import (
    Answered,
    Command,
    Detailed,
    Done,
    Measured,
    Ping,
    Ready,
    Refused,
    Report,
    Request,
    frame,
    read_frame,
    reports,
)
from .probing import until_deaf

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
            async with asyncio.timeout(START_WITHIN_S if self._start is not None else MEET_WITHIN_S):
                await self.ready.wait()
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
                    async with asyncio.timeout(25.0):
                        await process.wait()
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
        async with asyncio.timeout(START_WITHIN_S):
            first = await read_frame(reader, reports)
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
                async with asyncio.timeout(PONG_WITHIN_S):
                    await self.call(Ping())
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
            async with asyncio.timeout(REPLY_WITHIN_S):
                reply = await future
        except TimeoutError as reason:
            raise MediaRefused("media_unavailable", f"{self.name} does not answer") from reason
        finally:
            self._waiting.pop(number, None)
        if isinstance(reply, Refused):
            raise MediaRefused(reply.code, reply.detail)
        return reply
