"""Has what is found of every meeting told by meaning as well, once there is a model: also of meetings of long ago."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from meeting_server.archive.record.giving_way import GivingWay
from meeting_server.archive.record.step import StepStopped
from meeting_server.journal.port import StorageUnavailable
from meeting_server.store.record.meanings import Embedder, Meanings

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 5.0


class MeaningKeeper:
    """Looks for passages without a meaning, again and again. ``embedder``: the model, or ``None`` while there is none."""

    def __init__(
        self, meanings: Meanings, embedder: Callable[[], Embedder | None], giving_way: GivingWay, look_every_s: float = LOOK_EVERY_S
    ) -> None:
        self._look_every = look_every_s
        self._meanings = meanings
        self._embedder = embedder
        self._giving_way = giving_way

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; it never fails: what cannot be told now is tried again."""
        while not stop.is_set():
            try:
                await self.look()
            except StepStopped:
                return
            except (StorageUnavailable, OSError, RuntimeError) as error:
                log.warning("what passages mean cannot be told", reason=str(error))
            try:
                async with asyncio.timeout(self._look_every):
                    await stop.wait()
            except TimeoutError:
                continue

    async def look(self) -> int:
        """Tell of everything that is behind, once; how many meetings. Raises StepStopped, StorageUnavailable, OSError."""
        embedder = await asyncio.to_thread(self._embedder)
        if embedder is None:
            return 0
        told = 0
        for meeting_id in await self._meanings.behind(embedder.name):
            told += await self._meanings.embed(meeting_id, embedder, self._between)
        return told

    def _between(self) -> None:
        self._giving_way.wait()
        if self._giving_way.stopped:
            raise StepStopped
