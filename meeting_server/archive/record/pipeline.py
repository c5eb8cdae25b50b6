"""What is made of an adjourned meeting, step by step, like *make*: a step runs when its input changed or its file is gone.

Any step may be killed at any moment: the next run does what is not done. Progress is in the manifest while it runs.
Steps that take minutes are made beside the quick ones, so that no meeting waits for another one's.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

import msgspec
import structlog

from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.record import cues, digest, transcript
from meeting_server.archive.record.composite import Composite
from meeting_server.archive.record.giving_way import GivingWay
from meeting_server.archive.record.manifest import Manifest, Step, inside, is_done, load, made_file, save, write_whole
from meeting_server.archive.record.mix import NothingToMix, Source, mix
from meeting_server.archive.record.passages import passages_of
from meeting_server.archive.record.redaction import covered, holds_words, take_out_of_folder, without_words
from meeting_server.archive.record.step import LongStep, Material, Progress, StepFailed, StepStopped
from meeting_server.archive.record.timeline import timeline_of
from meeting_server.domain.ids import HALL, MeetingId
from meeting_server.journal.port import Journal
from meeting_server.store.record.record_edits import Edits, RecordEdits
from meeting_server.store.record.record_orders import RecordOrders
from meeting_server.store.record.search import Search

log = structlog.get_logger(__name__)

STEPS = ("minutes", "timeline", "redact", "mix", "speech", "transcript", "digest", "search", "composite")
"""In the order in which they are made; texts under ``archive.step.<name>``."""
LONG = frozenset({"speech", "composite"})
QUICK = frozenset(STEPS) - LONG
MINUTES, TIMELINE, MIX, COMPOSITE = "minutes.json", "timeline.json", "mix.m4a", "composite.mp4"
OPENING = "opening.m4a"
"""The first minutes of the mix, there until the whole is."""
VERSION = {"minutes": 1, "timeline": 3, "redact": 1, "mix": 1, "speech": 1, "transcript": 1, "digest": 1, "search": 2, "composite": 1}
"""Raised when a step makes something else of the same input: everything is then made again."""


class Pipeline:
    """Makes the record of meetings under ``recordings/<meeting id>/``. ``speech`` is ``None`` when nobody listens.

    ``edits`` and ``orders`` are where people's changes and wishes are read; without them there are none.
    """

    def __init__(
        self,
        journal: Journal,
        search: Search,
        recordings: Path,
        speech: LongStep | None = None,
        edits: RecordEdits | None = None,
        orders: RecordOrders | None = None,
        giving_way: GivingWay | None = None,
    ) -> None:
        self._journal = journal
        self._search = search
        self._recordings = recordings
        self._speech = speech
        self._edits = edits
        self._orders = orders
        self._giving_way = giving_way if giving_way is not None else GivingWay()
        self._composite = Composite(self._still_wanted, giving_way)
        self._make: dict[str, Callable[[Material], Awaitable[tuple[str, ...]]]] = {
            "minutes": self._minutes,
            "timeline": self._timeline,
            "redact": self._redact,
            "mix": self._mix,
            "speech": self._hear,
            "transcript": self._transcript,
            "digest": self._digest,
            "search": self._index,
            "composite": self._compose,
        }

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
        edited = await self._edits.positions() if self._edits is not None else {}
        ordered = await self._orders.positions() if self._orders is not None else {}
        return {meeting_id: edited.get(meeting_id, "") + ordered.get(meeting_id, "") for meeting_id in edited | ordered}

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
        if name == "redact":
            made_from = self._made_from(name, material)  # it changes its own input: nothing is left to be taken out
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
        edits = await self._edits.of(meeting_id) if self._edits is not None else Edits()
        ordered = frozenset(await self._orders.of(meeting_id)) if self._orders is not None else frozenset()
        return Material(folder, minutes, timeline, position, edits, ordered)

    def _made_from(self, name: str, material: Material) -> str:
        """The version of a step's input: the tracks, what was heard, what people changed, or the whole journal."""
        match name:
            case "redact":
                left = holds_words(cues.load(material.folder), material.taken_out)
                source = f"{material.edits.taken_out}{':words' if left else ''}"
            case "mix":
                source = _tracks_of_mix(material)
            case "speech":
                source = self._speech.made_from(material) if self._speech is not None else "nobody"
            case "transcript":
                source = f"{material.edits.position}:{_heard(material)}"
            case "digest" | "search":
                source = f"{material.position}:{material.edits.position}:{_heard(material)}"
            case "composite":
                source = self._composite.made_from(material)
            case _:
                return f"{material.position}.{VERSION[name]}"
        return f"{VERSION[name]}:{source}"

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
            opening, breathe = material.folder / OPENING, self._giving_way.wait
            _, broken = await asyncio.to_thread(mix, sources, material.folder / MIX, opening, breathe)
        except NothingToMix:
            raise StepFailed("nothing_readable") from None
        except OSError as error:
            log.error("the sound could not be written", meeting=material.minutes.meeting_id, reason=str(error))
            raise StepFailed("no_space") from error
        opening.unlink(missing_ok=True)
        if broken:
            log.warning("tracks that could not be read to their end", files=[path.name for path in broken])
        return (MIX,)

    async def _redact(self, material: Material) -> tuple[str, ...]:
        """What was made of the tracks goes first, so that nothing of it can be heard while the tracks are written anew."""
        meeting_id, folder, stretches = material.minutes.meeting_id, material.folder, material.taken_out
        if not stretches:
            return ()
        heard = cues.load(folder)
        try:
            await asyncio.to_thread(take_out_of_folder, folder, material.timeline.tracks, stretches)
        except OSError as error:
            log.error("a track could not be written anew", meeting=meeting_id, reason=str(error))
            raise StepFailed("no_space") from error
        if heard is not None and holds_words(heard, stretches):
            cues.save(folder, without_words(heard, stretches))
            hearing = load(folder, meeting_id).steps.get("speech", Step())
            if hearing.state == "done":  # its file is another one now, and still what was heard
                _note(folder, meeting_id, "speech", msgspec.structs.replace(hearing, files=(made_file(folder, cues.CUES),)))
        if self._edits is not None and heard is not None:
            await self._edits.forget_corrections(meeting_id, [c.cue_id for c in heard.cues if covered(c.since, c.until, stretches)])
        return ()

    async def _hear(self, material: Material) -> tuple[str, ...]:
        return () if self._speech is None else await self._speech.make(material, self._progress("speech", material))

    async def _transcript(self, material: Material) -> tuple[str, ...]:
        said = transcript.transcript_of(material.minutes.meeting_id, cues.load(material.folder), material.edits)
        transcript.save(material.folder, said)
        return (transcript.TRANSCRIPT,)

    async def _digest(self, material: Material) -> tuple[str, ...]:
        said = transcript.transcript_of(material.minutes.meeting_id, cues.load(material.folder), material.edits)
        digest.save(material.folder, await asyncio.to_thread(digest.digest_of, material.minutes, material.timeline, said))
        return (digest.DIGEST,)

    async def _index(self, material: Material) -> tuple[str, ...]:
        timeline = material.timeline
        said = transcript.transcript_of(timeline.meeting_id, cues.load(material.folder), material.edits)
        await self._search.replace(timeline.meeting_id, timeline.branch_id, list(passages_of(material.minutes, timeline, said)))
        erased = not material.position.endswith(".0")
        if material.taken_out or erased:
            await self._search.forget_deleted()
        if erased:
            await self._journal.forget_erased()
        return ()

    async def _compose(self, material: Material) -> tuple[str, ...]:
        return await self._composite.make(material, self._progress("composite", material))

    async def _still_wanted(self, material: Material) -> bool:
        """Whether nobody called it off or took something out of it meanwhile."""
        meeting_id = material.minutes.meeting_id
        ordered = await self._orders.of(meeting_id) if self._orders is not None else {}
        edits = await self._edits.of(meeting_id) if self._edits is not None else Edits()
        return "composite" in ordered and edits.taken_out == material.edits.taken_out


def _tracks_of_mix(material: Material) -> str:
    """Which sound there is, so that it is mixed again when a file changed."""
    return ",".join(sorted(f"{source.path.name}@{source.starts_ms}:{_size(source.path)}" for source in _sources(material)))


def _heard(material: Material) -> str:
    """What was heard and not taken out: the same before and after the words of what was taken out are gone from the cues."""
    heard = cues.load(material.folder)
    if heard is None:
        return "nothing"
    lines = [(cue.cue_id, cue.since, cue.until, cue.text) for cue in heard.cues if not covered(cue.since, cue.until, material.taken_out)]
    return hashlib.sha256(msgspec.json.encode((heard.engine, lines))).hexdigest()[:16]


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
