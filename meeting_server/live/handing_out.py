"""A secret vote's ballots are handed out online by the box and in the hall by people: here the two are kept apart in time.

Many are handed out online at once. While a list of the hall is being recorded none is: it waits until the meeting has the list, and
is then refused by it. So the box's answer to "who has one already" holds until the list is in the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class HandingOut:
    """Of one vote, in the process that owns its meeting."""

    def __init__(self) -> None:
        self._online = 0
        self._nobody_online = asyncio.Event()
        self._nobody_online.set()
        self._hall = asyncio.Lock()

    @asynccontextmanager
    async def online(self) -> AsyncIterator[None]:
        """Hand one out online; together with others, never while the hall's list is recorded."""
        while self._hall.locked():
            async with self._hall:
                pass
        self._online += 1
        self._nobody_online.clear()
        try:
            yield
        finally:
            self._online -= 1
            if not self._online:
                self._nobody_online.set()

    @asynccontextmanager
    async def in_hall(self) -> AsyncIterator[None]:
        """Record who votes in the hall; those who are being handed a ballot online have it first."""
        async with self._hall:
            await self._nobody_online.wait()
            yield
