"""What one task has open: a transaction that everything it writes takes part in, and what follows when it is committed."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

Effect = Callable[[], Awaitable[object] | object]
"""Something outside the database that follows from what was committed: a socket closed, a worker woken, a file deleted."""


@dataclass(slots=True)
class OpenAct:
    """The open transaction of one task."""

    conn: AsyncConnection
    effects: list[Effect] = field(default_factory=list)

    @asynccontextmanager
    async def part(self) -> AsyncIterator[AsyncConnection]:
        """A part that fails alone: what it wrote is taken back, with what was to follow from it."""
        before = len(self.effects)
        try:
            async with self.conn.begin_nested():
                yield self.conn
        except BaseException:
            del self.effects[before:]
            raise


_open: dict[tuple[asyncio.Task[Any] | None, object], OpenAct] = {}
"""By task, not by context, because a task that is started inside an act must not share its connection."""


@contextmanager
def opened(database: object, conn: AsyncConnection) -> Iterator[OpenAct]:
    """This task's act on a database."""
    key = asyncio.current_task(), database
    act = _open[key] = OpenAct(conn)
    try:
        yield act
    finally:
        del _open[key]


def open_on(database: object) -> OpenAct | None:
    """The act this task has open on a database."""
    return _open.get((asyncio.current_task(), database))


def acting() -> bool:
    """Whether this task is in an act. Whoever waits for another task's write must not be: that waits for the act."""
    task = asyncio.current_task()
    return any(owner is task for owner, _ in _open)


async def follow(effects: Sequence[Effect]) -> None:
    """All of them in order, even when one fails; the first failure is raised after the last."""
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
