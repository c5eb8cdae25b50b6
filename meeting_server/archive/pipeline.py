"""What is made of an adjourned meeting, step by step, like *make*: a step runs when its input changed or its file is gone.

Any step may be killed at any moment: the next run does what is not done. Progress is in the manifest while it runs.
Steps that take minutes are made beside the quick ones, so that no meeting waits for another one's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

import msgspec
import structlog

from meeting_server.archive.manifest import Manifest, Step, inside, is_done, load, made_file, save, write_whole
from meeting_server.archive.minutes import minutes_of
from meeting_server.archive.mix import NothingToMix, Source, mix
from meeting_server.archive.passages import passages_of
from meeting_server.archive.step import LongStep, Material, Progress, StepFailed, StepStopped
from meeting_server.archive.timeline import timeline_of
from meeting_server.domain.ids import HALL, MeetingId
from meeting_server.journal.port import Journal
from meeting_server.store.search import Search

log = structlog.get_logger(__name__)

STEPS = ("minutes", "timeline", "mix", "speech", "search")
"""In the order in which they are made; texts under ``archive.step.<name>``."""
LONG = frozenset({"speech"})
QUICK = frozenset(STEPS) - LONG
MINUTES, TIMELINE, MIX = "minutes.json", "timeline.json", "mix.m4a"
VERSION = {"minutes": 1, "timeline": 1, "mix": 1, "speech": 1, "search": 1}
"""Raised when a step makes something else of the same input: everything is then made again."""


class Pipeline:
    """Makes the record of meetings under ``recordings/<meeting id>/``. ``speech`` is ``None`` when nobody listens."""

    def __init__(self, journal: Journal, search: Search, recordings: Path, speech: LongStep | None = None) -> None:
        self._journal = journal
        self._search = search
        self._recordings = recordings
        self._speech = speech
        self._make: dict[str, Callable[[Material], Awaitable[tuple[str, ...]]]] = {
            "minutes": self._minutes,
            "timeline": self._timeline,
            "mix": self._mix,
            "speech": self._hear,
            "search": self._index,
        }

    def folder(self, meeting_id: MeetingId) -> Path:
        """The meeting's folder. Raises ValueError for an id that names no folder of ours."""
        folder = inside(self._recordings, meeting_id)
        if folder is None or folder.parent != self._recordings.resolve():
            raise ValueError(f"no folder for {meeting_id!r}")
        return folder

    def manifest(self, meeting_id: MeetingId) -> Manifest:
        return load(self.folder(meeting_id), meeting_id)

    async def run(self, meeting_id: MeetingId, position: str, steps: Collection[str] = STEPS) -> Manifest:
        """Bring these steps of an adjourned meeting up to ``position`` of its journal; the manifest afterwards.

        Two runs for one meeting may go on side by side if they share no step. Raises StorageUnavailable.
        """
        folder = self.folder(meeting_id)
        manifest = load(folder, meeting_id)
        material = await self._material(meeting_id, folder, position)
        if material is None:
            return manifest
        manifest = load(folder, meeting_id)
        manifest = Manifest(meeting_id, position, {name: manifest.steps.get(name, Step()) for name in STEPS})
        for name in steps:
            wanted = self._made_from(name, material)
            if not _settled(folder, manifest.steps[name], wanted):
                manifest = manifest.with_step(name, Step("waiting", wanted))
        save(folder, manifest)
        for name in STEPS:
            wanted = self._made_from(name, material)  # asked again: an earlier step may have changed it
            if name not in steps or _settled(folder, load(folder, meeting_id).steps[name], wanted):
                continue
            _note(folder, meeting_id, name, Step("running", wanted))
            _note(folder, meeting_id, name, await self._do(name, material, wanted))
        return load(folder, meeting_id)

    async def _do(self, name: str, material: Material, made_from: str) -> Step:
        started = time.monotonic()
        try:
            names = await self._make[name](material)
            files = tuple([await asyncio.to_thread(made_file, material.folder, file) for file in names])
        except StepFailed as failed:
            log.warning("a step of the record failed", meeting=material.minutes.meeting_id, step=name, code=failed.code)
            return Step("failed", made_from, (), time.monotonic() - started, failed.code)
        except StepStopped:
            return Step("waiting", made_from)
        log.info("made", meeting=material.minutes.meeting_id, step=name, files=list(names))
        return Step("done", made_from, files, round(time.monotonic() - started, 3))

    def _progress(self, name: str, material: Material) -> Progress:
        """Where a long step says how far it is; noted when it moved."""
        loop = asyncio.get_running_loop()
        meeting_id, made_from = material.minutes.meeting_id, self._made_from(name, material)

        def moved(percent: int) -> None:
            step = load(material.folder, meeting_id).steps.get(name, Step())
            if step.state == "running" and step.percent != percent:
                _note(material.folder, meeting_id, name, Step("running", made_from, percent=percent))

        def progress(percent: int) -> None:
            loop.call_soon_threadsafe(moved, min(percent, 99))

        return progress

    async def _material(self, meeting_id: MeetingId, folder: Path, position: str) -> Material | None:
        records = await self._journal.read(meeting_id)
        try:
            minutes, timeline = await asyncio.to_thread(lambda: (minutes_of(records), timeline_of(records)))
        except ValueError as error:
            log.error("a journal can not be folded", meeting=meeting_id, reason=str(error))
            return None
        if minutes is None or timeline is None:
            return None
        return Material(folder, minutes, timeline, position)

    def _made_from(self, name: str, material: Material) -> str:
        """The version of a step's input. Mix and speech depend on the tracks, everything else on the whole journal."""
        if name == "mix":
            return f"{VERSION[name]}:{_tracks_of_mix(material)}"
        if name == "speech":
            return f"{VERSION[name]}:{self._speech.made_from(material) if self._speech is not None else 'nobody'}"
        return f"{material.position}.{VERSION[name]}"

    # --- the steps ----------------------------------------------------------------------------------------------

    async def _minutes(self, material: Material) -> tuple[str, ...]:
        write_whole(material.folder / MINUTES, msgspec.json.encode(material.minutes))
        return (MINUTES,)

    async def _timeline(self, material: Material) -> tuple[str, ...]:
        write_whole(material.folder / TIMELINE, msgspec.json.encode(material.timeline))
        return (TIMELINE,)

    async def _mix(self, material: Material) -> tuple[str, ...]:
        sources = _sources(material)
        if not sources:
            return ()
        try:
            _, broken = await asyncio.to_thread(mix, sources, material.folder / MIX)
        except NothingToMix:
            raise StepFailed("nothing_readable") from None
        except OSError as error:
            log.error("the sound could not be written", meeting=material.minutes.meeting_id, reason=str(error))
            raise StepFailed("no_space") from error
        if broken:
            log.warning("tracks that could not be read to their end", files=[path.name for path in broken])
        return (MIX,)

    async def _hear(self, material: Material) -> tuple[str, ...]:
        return () if self._speech is None else await self._speech.make(material, self._progress("speech", material))

    async def _index(self, material: Material) -> tuple[str, ...]:
        timeline = material.timeline
        found = list(passages_of(material.minutes, timeline))
        await self._search.replace(timeline.meeting_id, timeline.branch_id, found)
        return ()


def _tracks_of_mix(material: Material) -> str:
    """Which sound there is, so that it is mixed again when a file changed."""
    return ",".join(sorted(f"{source.path.name}@{source.starts_ms}:{_size(source.path)}" for source in _sources(material)))


def _note(folder: Path, meeting_id: MeetingId, name: str, step: Step) -> None:
    """Put one step into the manifest as it is now, whatever else changed in it meanwhile."""
    save(folder, load(folder, meeting_id).with_step(name, step))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _settled(folder: Path, step: Step, made_from: str) -> bool:
    """Nothing to do: done from this input, or known to fail with it, or taken away on purpose."""
    if step.state == "removed":
        return True
    return is_done(folder, step, made_from) or (step.state == "failed" and step.made_from == made_from)


def _sources(material: Material) -> list[Source]:
    """The sound of the hall; group rooms are not mixed into it."""
    timeline = material.timeline
    tracks = (track for track in timeline.tracks if track.media == "audio" and track.room_id == HALL)
    named = ((inside(material.folder, track.path), track.since - timeline.zero) for track in tracks)
    return [Source(path, starts) for path, starts in named if path is not None]
