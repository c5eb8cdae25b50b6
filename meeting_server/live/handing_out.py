"""The box hands out a secret vote's ballots online, and people do so in the hall. This module keeps the two apart in time.

Many ballots are handed out online at once, but none while the hall's list is being recorded: a request waits until the meeting has the
list, which may then refuse it. So the box's answer to "who has one already" stays true until the list is in the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class HandingOut:
    """The order of the two for one vote, in the process that owns its meeting."""

    def __init__(self) -> None:
        self._online = 0
        self._nobody_online = asyncio.Event()
        self._nobody_online.set()
        self._hall = asyncio.Lock()

    @asynccontextmanager
    async def online(self) -> AsyncIterator[None]:
        """Hand out one ballot online, concurrently with others but never while the hall's list is recorded."""
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
        """Record who votes in the hall, after every online ballot that is being handed out."""
        async with self._hall:
            await self._nobody_online.wait()
            yield
