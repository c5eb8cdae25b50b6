"""Collects what a media plane reports, for tests that wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from meeting_server.media.api import MediaEvent, MediaPlane

E = TypeVar("E")


class Ears:
    """Everything a media plane reported, and waiting for more."""

    def __init__(self, plane: MediaPlane) -> None:
        self.events: list[MediaEvent] = []
        self._news = asyncio.Condition()
        self._task = asyncio.create_task(self._listen(plane))

    async def _listen(self, plane: MediaPlane) -> None:
        async for event in plane.events():
            async with self._news:
                self.events.append(event)
                self._news.notify_all()

    async def wait(self, kind: type[E], fits: Callable[[E], bool] = lambda _: True, within: float = 15.0, after: int = 0) -> E:
        """The first event of a kind that fits, among those from number ``after`` on."""

        async def found() -> E:
            async with self._news:
                while True:
                    for event in self.events[after:]:
                        if isinstance(event, kind) and fits(event):
                            return event
                    await self._news.wait()

        try:
            async with asyncio.timeout(within):
                return await found()
        except TimeoutError:
            raise AssertionError(f"no such {kind.__name__} among {self.events[after:]}") from None

    def all(self, kind: type[E]) -> list[E]:
        return [e for e in self.events if isinstance(e, kind)]

    def close(self) -> None:
        self._task.cancel()
