"""Follow-up work of something committed, retried until it is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import chain, repeat

log = logging.getLogger(__name__)

PAUSES_S = (0.2, 1.0, 5.0, 30.0)
"""Pauses before the second attempt, the third, …; the last one repeats."""


class Again:
    """Each piece of work must be idempotent and must be found again at the next start, because a process that dies does not do it."""

    def __init__(self) -> None:
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Do it now in the background, and retry until it succeeds. After ``stop`` the next start does it."""
        if self._stopping.is_set():
            return
        task = asyncio.create_task(self._until_done(name, work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Finish the attempts under way and start no more."""
        self._stopping.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until_done(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        for pause in chain(PAUSES_S, repeat(PAUSES_S[-1])):
            try:
                await work()
                return
            except Exception as error:  # noqa: BLE001  storage that is gone for a while has many faces
                log.warning("%s: not done yet, %s", name, type(error).__name__)
            try:
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
                return
            except TimeoutError:
                continue
