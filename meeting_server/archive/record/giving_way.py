"""Work on records gives way to live meetings: while one runs and this machine is busy, it waits."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

from meeting_server.domain.ids import MeetingId
from meeting_server.journal.port import StorageUnavailable

BUSY = 0.6
"""Share of all cores that others use, from which a live meeting may feel our work."""
LOOK_EVERY_S = 1.0
WATCH_EVERY_S = 5.0


class OthersShare:
    """The share of all cores that work with normal priority used since the last question (our own is niced)."""

    def __init__(self, stat: Path = Path("/proc/stat")) -> None:
        self._stat = stat
        self._before = self._read()

    def __call__(self) -> float:
        """0 to 1. Where the kernel does not tell, the load of the last minute."""
        before, now = self._before, self._read()
        if before is None or now is None:
            return min(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        self._before = now
        total = now[1] - before[1]
        return (now[0] - before[0]) / total if total > 0 else 0.0

    def _read(self) -> tuple[int, int] | None:
        """Ticks of others, and all of them."""
        try:
            user, niced, system, idle, waiting, *rest = map(int, self._stat.read_text().split("\n", 1)[0].split()[1:9])
        except (OSError, ValueError):
            return None
        return user + system + sum(rest), user + niced + system + idle + waiting + sum(rest)


class GivingWay:
    """Set ``live`` while a meeting runs; long work calls ``wait`` every now and then, from any thread."""

    def __init__(self, others: Callable[[], float] | None = None, look_every_s: float = LOOK_EVERY_S) -> None:
        self._others = others if others is not None else OthersShare()
        self._look_every = look_every_s
        self._next_look = 0.0
        self._stopped = threading.Event()
        self.live = False
        self.waited_s = 0.0

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """Nobody waits any longer; long work ends at its next ``wait``."""
        self._stopped.set()

    async def watch(self, running: Callable[[], Awaitable[Collection[MeetingId]]], stop: asyncio.Event) -> None:
        """Keep ``live`` true while ``running`` names a meeting, until ``stop``."""
        while not stop.is_set():
            try:
                self.live = bool(await running())
            except StorageUnavailable:
                self.live = True  # rather too polite than not
            try:
                async with asyncio.timeout(WATCH_EVERY_S):
                    await stop.wait()
            except TimeoutError:
                continue

    def wait(self) -> None:
        """Returns when there is room for work that can wait."""
        while self.live and not self.stopped and time.monotonic() >= self._next_look:
            if self._others() < BUSY:
                self._next_look = time.monotonic() + self._look_every
                return
            self._stopped.wait(self._look_every)
            self.waited_s += self._look_every
