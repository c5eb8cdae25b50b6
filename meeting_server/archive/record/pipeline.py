"""What is made of an adjourned meeting, step by step, like *make*: a step runs when its input changed or its file is gone.

Any step may be killed at any moment: the next run does what is not done. Progress is in the manifest while it runs.
Steps that take minutes are made beside the quick ones, so that no meeting waits for another one's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from pathlib import Path

import structlog

from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.record.giving_way import GivingWay
from meeting_server.archive.record.glossary import people_called
from meeting_server.archive.record.manifest import Manifest, StepStatus, inside, is_done, load, made_file, note, save
from meeting_server.archive.record.step import Hears, Material, Progress, Step, StepFailed, StepStopped, Tools
from meeting_server.archive.record.steps import STEPS
from meeting_server.archive.record.timeline import timeline_of
from meeting_server.domain.ids import MeetingId
from meeting_server.journal.port import Journal
from meeting_server.store.record.record_edits import RecordEdits
from meeting_server.store.record.record_orders import RecordOrders
from meeting_server.store.record.search import Search

log = structlog.get_logger(__name__)


class Pipeline:
    """Makes the record of meetings under ``recordings/<meeting id>/``. ``speech`` is ``None`` when nobody listens.

    ``edits`` and ``orders`` are where people's changes and wishes are read; without them there are none.
    """

    def __init__(
        self,
        journal: Journal,
        search: Search,
        recordings: Path,
        speech: Hears | None = None,
        edits: RecordEdits | None = None,
        orders: RecordOrders | None = None,
        giving_way: GivingWay | None = None,
    ) -> None:
        self._recordings = recordings
        self._tools = Tools(journal, search, giving_way if giving_way is not None else GivingWay(), speech, edits, orders)
        self._steps = {step: step(self._tools) for step in STEPS}

    def folder(self, meeting_id: MeetingId) -> Path:
        """The meeting's folder. Raises ValueError for an id that names no folder of ours."""
        folder = inside(self._recordings, meeting_id)
        if folder is None or folder.parent != self._recordings.resolve():
            raise ValueError(f"no folder for {meeting_id!r}")
        return folder

    def manifest(self, meeting_id: MeetingId) -> Manifest:
        return load(self.folder(meeting_id), meeting_id)

    async def changes(self) -> dict[str, str]:
        """By meeting, something that differs whenever people changed it or asked for something. Raises StorageUnavailable."""
        tools = self._tools
        edited = await tools.edits.positions() if tools.edits is not None else {}
        ordered = await tools.orders.positions() if tools.orders is not None else {}
        return {meeting_id: edited.get(meeting_id, "") + ordered.get(meeting_id, "") for meeting_id in edited | ordered}

    async def run(self, meeting_id: MeetingId, position: str, steps: Collection[type[Step]] = STEPS) -> Manifest:
        """Bring these steps of an adjourned meeting up to ``position`` of its journal; the manifest afterwards.

        Two runs for one meeting may go on side by side if they share no step. Raises StorageUnavailable.
        """
        folder = self.folder(meeting_id)
        manifest = load(folder, meeting_id)
        material = await self._material(meeting_id, folder, position)
        if material is None:
            return manifest
        manifest = load(folder, meeting_id)
        manifest = Manifest(meeting_id, position, {step.name: manifest.status(step.name) for step in STEPS})
        wanted = [step for kind, step in self._steps.items() if kind in steps]
        for step in wanted:
            made_from = step.made_from(material)
            if not _settled(folder, manifest.status(step.name), made_from):
                manifest = manifest.with_step(step.name, StepStatus("waiting", made_from))
        save(folder, manifest)
        for step in wanted:
            made_from = step.made_from(material)  # asked again: an earlier step may have changed it
            if _settled(folder, load(folder, meeting_id).status(step.name), made_from):
                continue
            self._note(material, step, StepStatus("running", made_from))
            self._note(material, step, await self._do(step, material, made_from))
        return load(folder, meeting_id)

    async def _do(self, step: Step, material: Material, made_from: str) -> StepStatus:
        started = time.monotonic()
        try:
            made = await step.make(material, self._progress(step, material, made_from))
            files = tuple([await asyncio.to_thread(made_file, material.folder, artefact.name) for artefact in made])
        except StepFailed as failed:
            tell = log.info if failed.code in step.awaits else log.warning
            tell("a step of the record failed", meeting=material.meeting_id, step=step.name, code=failed.code)
            return StepStatus("failed", made_from, (), time.monotonic() - started, failed.code)
        except StepStopped:
            return StepStatus("waiting", made_from)
        log.info("made", meeting=material.meeting_id, step=step.name, files=[artefact.name for artefact in made])
        return StepStatus("done", step.made_from_then(material, made_from), files, round(time.monotonic() - started, 3))

    def _note(self, material: Material, step: Step, status: StepStatus) -> None:
        note(material.folder, material.meeting_id, step.name, status)

    def _progress(self, step: Step, material: Material, made_from: str) -> Progress:
        """Where a step says how far it is; noted when it moved."""
        loop = asyncio.get_running_loop()

        def moved(percent: int) -> None:
            status = load(material.folder, material.meeting_id).status(step.name)
            if status.state == "running" and status.percent != percent:
                self._note(material, step, StepStatus("running", made_from, percent=percent))

        def progress(percent: int) -> None:
            loop.call_soon_threadsafe(moved, min(percent, 99))

        return progress

    async def _material(self, meeting_id: MeetingId, folder: Path, position: str) -> Material | None:
        records = await self._tools.journal.read(meeting_id)
        try:
            minutes, timeline, called = await asyncio.to_thread(lambda: (minutes_of(records), timeline_of(records), people_called(records)))
        except ValueError as error:
            log.error("a journal cannot be folded", meeting=meeting_id, reason=str(error))
            return None
        if minutes is None or timeline is None:
            return None
        edits = await self._tools.edits_of(meeting_id)
        return Material(folder, minutes, timeline, position, edits, await self._tools.orders_of(meeting_id), called)


def _settled(folder: Path, status: StepStatus, made_from: str) -> bool:
    """Nothing to do: done from this input, or known to fail with it, or taken away on purpose."""
    if status.state == "removed":
        return True
    return is_done(folder, status, made_from) or (status.state == "failed" and status.made_from == made_from)
