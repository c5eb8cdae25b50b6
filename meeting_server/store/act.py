"""The open act of one task: a transaction that all its writes join, and the effects that follow its commit."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

Effect = Callable[[], Awaitable[object] | object]
"""An effect outside the database that follows a commit: closing a socket, waking a worker, deleting a file."""


@dataclass(slots=True)
class OpenAct:
    """The open transaction of one task."""

    conn: AsyncConnection
    effects: list[Effect] = field(default_factory=list)

    @asynccontextmanager
    async def part(self) -> AsyncIterator[AsyncConnection]:
        """A part that fails alone: its writes are rolled back and its effects dropped."""
        before = len(self.effects)
        try:
            async with self.conn.begin_nested():
                yield self.conn
        except BaseException:
            del self.effects[before:]
            raise


_open: dict[tuple[asyncio.Task[Any] | None, object], OpenAct] = {}
"""Keyed by task, not by context, because a task started inside an act must not share its connection."""


@contextmanager
def opened(database: object, conn: AsyncConnection) -> Iterator[OpenAct]:
    """Return this task's act on a database."""
    key = asyncio.current_task(), database
    act = _open[key] = OpenAct(conn)
    try:
        yield act
    finally:
        del _open[key]


def open_on(database: object) -> OpenAct | None:
    """Open this task's act on a database."""
    return _open.get((asyncio.current_task(), database))


def acting() -> bool:
    """Return whether this task is in an act. A task in an act must not wait for another task's write, which waits for the act."""
    task = asyncio.current_task()
    return any(owner is task for owner, _ in _open)


async def follow(effects: Sequence[Effect]) -> None:
    """Run all of them in order even if one fails, then raise the first failure."""
    failed: list[Exception] = []
    for effect in effects:
        try:
            result = effect()
            if inspect.isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001  those behind it follow from the commit too
            failed.append(error)
    if failed:
        raise failed[0]
