"""Parses what strangers send in small portions, one per turn of the loop, so that nobody waits for all of one connection's bytes.

uvloop delivers up to 256 KB at once. That can be 40,000 frames of six bytes: a third of a second in which no page is rendered. So a
connection parses one portion and queues up for the rest, behind everybody else's.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

TURN_SECONDS = 0.002
"""Seconds of parsing for all in the queue in one turn of the loop. At least one gets its turn."""


class Turns:
    """The queue of one loop. ``line_up``: call it in a later turn, and again as long as it returns true."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._line: deque[Callable[[], bool]] = deque()

    def line_up(self, read: Callable[[], bool]) -> None:
        if not self._line:
            self._loop.call_soon(self._turn)
        self._line.append(read)

    def _turn(self) -> None:
        until = time.monotonic() + TURN_SECONDS
        line = self._line
        while line:
            read = line[0]
            try:
                more = read()
            except BaseException:
                line.popleft()
                if line:
                    self._loop.call_soon(self._turn)
                raise
            line.popleft()
            if more:
                line.append(read)
            if time.monotonic() >= until:
                break
        if line:
            self._loop.call_soon(self._turn)


_of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def turns_of(loop: asyncio.AbstractEventLoop) -> Turns:
    """Return the only queue of this loop."""
    turns = _of_loops.get(loop)
    if turns is None:
        turns = _of_loops[loop] = Turns(loop)
    return turns


class Backlog:
    """Received bytes that are not parsed yet."""

    __slots__ = ("_at", "_data")

    def __init__(self) -> None:
        self._data = b""
        self._at = 0

    def __len__(self) -> int:
        return len(self._data) - self._at

    def add(self, data: bytes) -> None:
        self._data = self._data[self._at :] + data if len(self) else bytes(data)
        self._at = 0

    def take(self, most: int) -> bytes:
        """Take the first ``most`` bytes, or fewer."""
        piece = self._data[self._at : self._at + most]
        self._at += len(piece)
        return piece

    def peek(self) -> memoryview:
        """Return all bytes without taking them."""
        return memoryview(self._data)[self._at :]

    def clear(self) -> None:
        self._data, self._at = b"", 0
