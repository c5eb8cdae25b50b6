"""Keeps a set of child processes running: starts, restarts with back-off, and stops them in order; none outlives it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

PARENT = "MEETING_PARENT_PID"
FIRST_DELAY, LONGEST_DELAY = 0.3, 15.0
STEADY_SECONDS = 30.0
"""A child that ran this long before it died starts again without delay."""
STOP_SECONDS = 10.0
"""After this a child that was asked to stop is killed."""

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running: this command, with these variables added to our environment.

    ``watch(pid)`` returns when the process, though it runs, does not do its work any more; it is then killed and started again.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    watch: Callable[[int], Awaitable[None]] | None = None
    once: bool = False
    """Its work has an end: it is started again only when a signal ended it."""


def die_with_parent() -> None:
    """Called by a child as it starts: when its supervisor is gone it gets SIGTERM, so no orphan keeps the port.

    Does nothing for a process that was not started by a supervisor, or on systems without it.
    """
    parent = os.environ.get(PARENT)
    if not parent or sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before we could ask
        os.kill(os.getpid(), signal.SIGTERM)


class Supervisor:
    """Runs children until ``stop`` is called; they are stopped last to first."""

    def __init__(self, children: Sequence[Child], stop_seconds: float = STOP_SECONDS) -> None:
        self._children = tuple(children)
        self._stop_seconds = stop_seconds
        self._stopping = asyncio.Event()
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self.restarts: dict[str, int] = {child.name: 0 for child in self._children}
        self._log = structlog.get_logger("supervisor")

    def stop(self) -> None:
        """Ask for the end; ``run`` returns when every child is gone."""
        self._stopping.set()

    async def run_beside(self, child: Child) -> None:
        """Run one more child until its work is done or ``stop`` is called; it is stopped before all others."""
        self.restarts[child.name] = 0
        keeper = asyncio.create_task(self._keep(child), name=f"keep {child.name}")
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({keeper, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await self._end(child.name)
        finally:
            for task in (keeper, stopping):
                task.cancel()
            await asyncio.gather(keeper, stopping, return_exceptions=True)

    def pid(self, name: str) -> int | None:
        """Process id of a child, or ``None`` while it is not running."""
        process = self._running.get(name)
        return process.pid if process and process.returncode is None else None

    async def run(self) -> None:
        """Start the children, keep them alive, and stop them all when asked."""
        keepers = {child.name: asyncio.create_task(self._keep(child), name=f"keep {child.name}") for child in self._children}
        await self._stopping.wait()
        for child in reversed(self._children):
            await self._end(child.name)
        for keeper in keepers.values():
            keeper.cancel()
        await asyncio.gather(*keepers.values(), return_exceptions=True)

    async def _keep(self, child: Child) -> None:
        delay = FIRST_DELAY
        while not self._stopping.is_set():
            began = time.monotonic()
            process = await self._start(child)
            code = await self._ended(child, process)
            if self._stopping.is_set() or (child.once and code >= 0):
                return
            if time.monotonic() - began > STEADY_SECONDS:
                delay = FIRST_DELAY
            self.restarts[child.name] += 1
            self._log.warning("a process ended and is started again", child=child.name, code=code, after_s=round(delay, 1))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._stopping.wait()
            delay = min(delay * 2, LONGEST_DELAY)

    async def _ended(self, child: Child, process: asyncio.subprocess.Process) -> int:
        """The exit code of a process that has ended, of itself or because it did not do its work."""
        if child.watch is None:
            return await process.wait()
        ended = asyncio.ensure_future(process.wait())
        idle = asyncio.ensure_future(child.watch(process.pid))
        try:
            await asyncio.wait({ended, idle}, return_when=asyncio.FIRST_COMPLETED)
            if idle.done() and idle.exception() is not None:
                self._log.error("a process cannot be watched", child=child.name, reason=str(idle.exception()))
            elif not ended.done() and not self._stopping.is_set():
                self._log.error("a process does not do its work and is killed", child=child.name)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            return await ended
        finally:
            for task in (ended, idle):
                task.cancel()
            await asyncio.gather(idle, return_exceptions=True)

    async def _start(self, child: Child) -> asyncio.subprocess.Process:
        # a session of its own: Ctrl-C reaches only us, and we stop the children in order
        process = await asyncio.create_subprocess_exec(
            *child.command,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **child.environment, PARENT: str(os.getpid())},
        )
        self._running[child.name] = process
        return process

    async def _end(self, name: str) -> None:
        process = self._running.get(name)
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(self._stop_seconds):
                await process.wait()
        except TimeoutError:
            self._log.warning("a process did not stop and is killed", child=name)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
