"""The archive worker: looks again and again for meetings whose record is behind their journal, and makes it.

The list of work is the journal itself, so that nothing is lost when a process dies between adjourning and telling us.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

import structlog

from meeting_server.archive.record.artefacts import MEDIA_TYPES
from meeting_server.archive.record.manifest import Manifest, StepStatus, save
from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.step import Step
from meeting_server.archive.record.steps import LONG, QUICK, STEPS
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.journal.port import StorageUnavailable
from meeting_server.store.record.holds import Holds

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 2.0
RETRY_AFTER_S = 30.0
NICENESS = 10
DAY_MS: Millis = 86_400_000
RECORDINGS = frozenset(step for step in STEPS if step.makes_recordings())
"""Steps of which nothing is left when the time of recordings is over."""


_Lane = tuple[MeetingId, frozenset[type[Step]]]
"""A meeting and the steps of it that are made one after another."""


class Finished(Protocol):
    """Where adjourned meetings are found, with the position of their journal and when they ended."""

    async def adjourned(self) -> Mapping[MeetingId, tuple[str, Millis]]: ...


class Worker:
    """One worker is enough for one database; two do no harm but the same work twice.

    ``retention_days`` 0 keeps recordings for ever; else sound and pictures are deleted that long after adjourning, but for
    meetings on which there is a hold. ``listener``: names the engine that hears, so that all is looked at again when one arrives.
    """

    def __init__(
        self,
        finished: Finished,
        pipeline: Pipeline,
        retention_days: int = 0,
        holds: Holds | None = None,
        listener: Callable[[], str] = str,
    ) -> None:
        self._finished = finished
        self._holds = holds
        self._listener = listener
        self._pipeline = pipeline
        self._retention_ms = retention_days * DAY_MS
        self._up_to_date: dict[_Lane, str] = {}
        self._not_before: dict[_Lane, float] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; the step that runs then is finished. Long steps are made beside the quick ones."""
        await asyncio.gather(self._keep_looking(QUICK, stop), self._keep_looking(LONG, stop))

    async def _keep_looking(self, steps: Collection[type[Step]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look(stop, steps=steps)
            except StorageUnavailable as error:
                log.warning("the database does not answer", reason=str(error))
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await stop.wait()
            except TimeoutError:
                continue

    async def look(self, stop: asyncio.Event | None = None, now_ms: Millis | None = None, steps: Collection[type[Step]] = STEPS) -> int:
        """Make everything that is behind, once; how many meetings were worked on. Raises StorageUnavailable."""
        now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
        worked = 0
        changes, listener = await self._pipeline.changes(), self._listener()
        kept = await self._holds.standing() if self._holds is not None and self._retention_ms else frozenset()
        for meeting_id, (position, adjourned_at) in (await self._finished.adjourned()).items():
            if stop is not None and stop.is_set():
                break
            over = self._retention_ms and adjourned_at + self._retention_ms < now and meeting_id not in kept
            if over and QUICK.intersection(steps):
                await asyncio.to_thread(self._remove_recordings, meeting_id)
            lane, wanted = (meeting_id, frozenset(steps)), position + changes.get(meeting_id, "") + listener
            if self._up_to_date.get(lane) == wanted or time.monotonic() < self._not_before.get(lane, 0.0):
                continue
            worked += await self._make(lane, position, wanted)
        return worked

    async def _make(self, lane: _Lane, position: str, wanted: str) -> int:
        meeting_id, steps = lane
        try:
            before = self._pipeline.manifest(meeting_id)
            after = await self._pipeline.run(meeting_id, position, steps)
        except StorageUnavailable:
            raise
        except Exception:  # one meeting must not keep all others from being made
            log.exception("a record could not be made", meeting=meeting_id)
            self._not_before[lane] = time.monotonic() + RETRY_AFTER_S
            return 0
        if any(before.status(step.name) != after.status(step.name) for step in LONG & steps):
            self._up_to_date.pop((meeting_id, QUICK), None)  # what was heard is to be found too
        self._up_to_date[lane] = wanted
        return 1

    def _remove_recordings(self, meeting_id: MeetingId) -> None:
        """Delete sound and pictures whose time is over; minutes, results and journal stay."""
        manifest = self._pipeline.manifest(meeting_id)
        if all(manifest.status(step.name).state == "removed" for step in RECORDINGS):
            return
        folder = self._pipeline.folder(meeting_id)
        removed = [path for path in folder.rglob("*") if path.suffix in MEDIA_TYPES]
        for path in removed:
            path.unlink(missing_ok=True)
        if manifest.steps or removed:
            gone = {step.name: StepStatus("removed") for step in RECORDINGS}
            save(folder, Manifest(meeting_id, manifest.position, manifest.steps | gone))
            log.info("recordings deleted: their time is over", meeting=meeting_id, files=len(removed))


def be_gentle() -> None:
    """Give way to the live meetings on this machine."""
    os.nice(NICENESS)
