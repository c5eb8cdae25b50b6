"""Files that take long to make: in a separate process, one request per person at a time, cached by their inputs.

Files are pure functions of their inputs, so an order is worked on once however many people ask for it, and is never stale. The process
starts with the first order, ends with ours, and gives way to meetings.
"""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from typing import Any, ParamSpec, TypeVar

import structlog

from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.workbench import LENGTH, perform

log = structlog.get_logger(__name__)

LONGEST_SECONDS = 120.0
"""Most seconds for one order. Then its process is ended, and the next order starts another."""
KEPT_BYTES = 64 * 1024 * 1024
"""Most bytes of finished work kept, the newest."""
KEPT_FOLDS = 16
AT_ONCE = 4
"""Most requests processed at once, of all people together."""
MOST_OF_A_PERSON = 4
"""Most requests of one person processed or waiting. The next is told to retry."""
MOST_WAITING = 400
"""The same for all people, because a whole hall may fetch its minutes at the same moment."""
COME_AGAIN_SECONDS = 10

P = ParamSpec("P")
T = TypeVar("T")


class WorkFailed(Exception):
    """The process died, or took too long."""


class Workshop:
    """The workshop of a server. ``apart`` false: works in a thread instead of a process."""

    def __init__(self, *, apart: bool = True) -> None:
        self._apart = apart
        self._process: asyncio.subprocess.Process | None = None
        self._bench = asyncio.Lock()
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._folds: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Any]] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._people: dict[str, tuple[asyncio.Lock, int]] = {}
        self._waiting = 0

    # --- whose turn it is -----------------------------------------------------------------------------------------

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """Admit one request per person at a time, and a few in all. Raises Refused(rate_limited)."""
        lock, count = self._people.get(who, (None, 0))
        if count >= MOST_OF_A_PERSON or self._waiting >= MOST_WAITING:
            raise Refused(WebCode.RATE_LIMITED, retry_after=COME_AGAIN_SECONDS)
        lock = lock or asyncio.Lock()
        self._people[who] = (lock, count + 1)
        self._waiting += 1
        try:
            async with lock, self._at_once:
                yield
        finally:
            self._waiting -= 1
            count = self._people[who][1] - 1
            if count:
                self._people[who] = (lock, count)
            else:
                del self._people[who]

    # --- work -----------------------------------------------------------------------------------------------------

    async def make(self, work: Callable[P, bytes], /, *args: P.args, **words: P.kwargs) -> bytes:
        """Return the result of ``work`` for its arguments, all of which can be pickled. Raises what it raises, and WorkFailed."""
        order = pickle.dumps((work, args, words))
        key = hashlib.sha256(order).digest()
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        made: bytes = await self._once(key, lambda: self._perform(order))
        if key not in self._kept and len(made) <= KEPT_BYTES // 4:
            self._kept[key] = made
            self._kept_bytes += len(made)
            while self._kept_bytes > KEPT_BYTES:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])
        return made

    async def do(self, work: Callable[P, object], /, *args: P.args, **words: P.kwargs) -> None:
        """Do the same for work that writes a file itself. It is done every time."""
        await self._perform(pickle.dumps((work, args, words)))

    async def folded(self, key: Hashable, fold: Callable[[], Awaitable[T]]) -> T:
        """Return the result of ``fold`` for the journal. ``key`` names the meeting and its head, so that it is computed once for each."""
        if key in self._folds:
            self._folds.move_to_end(key)
        else:
            self._folds[key] = await self._once(key, fold)
            while len(self._folds) > KEPT_FOLDS:
                self._folds.popitem(last=False)
        found: T = self._folds[key]
        return found

    def forget(self) -> None:
        """Drop all cached results, because something they were made of was erased."""
        self._kept.clear()
        self._folds.clear()
        self._kept_bytes = 0

    async def _once(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """However many ask at the same time."""

        async def made() -> T:
            try:
                return await make()
            finally:
                del self._making[key]

        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(made())
            task.add_done_callback(lambda done: done.cancelled() or done.exception())  # all callers may have been cancelled
        result: T = await asyncio.shield(task)
        return result

    # --- the process ----------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Stop and cancel the work under way, because a fold reads the database, which is closed next."""
        making = list(self._making.values())
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)
        await self.stop()

    async def stop(self) -> None:
        """End the process. Work under way fails."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _perform(self, order: bytes) -> Any:
        if not self._apart:
            good, result = pickle.loads(await asyncio.to_thread(perform, order))
        else:
            async with self._bench:
                good, result = pickle.loads(await self._sent(order))  # the data comes from our own process
        if not good:
            raise result
        return result

    async def _sent(self, order: bytes) -> bytes:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "meeting_server.web.site.workbench", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                process.stdin.write(LENGTH.pack(len(order)) + order)
                await process.stdin.drain()
                (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
                return await process.stdout.readexactly(length)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            log.error("work failed", error=type(error).__name__)
            await self.stop()
            raise WorkFailed from error
        except asyncio.CancelledError:
            await self.stop()  # or the next order would get this one's answer
            raise
