"""The files of a micro-lesson beside its meeting's record: sound, pictures and a thumbnail, cut when they are first needed.

They are made of the record as it is now: when something was taken out of that they are cut again, and until the record is
clean of it nothing is given out.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from pathlib import Path

import msgspec

from meeting_server.archive.record.artefacts import LESSONS, MEDIA_TYPES, MIX
from meeting_server.archive.record.clip import NothingThere, cut_pictures, cut_sound, form_of, thumbnail
from meeting_server.archive.record.manifest import write_whole
from meeting_server.archive.record.record_files import RecordedFile, RecordFiles
from meeting_server.archive.record.redaction import covered, wipe
from meeting_server.archive.record.steps.redact import Redact
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Stretch
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.record.record_edits import Edits

SOUND, THUMBNAIL = "m4a", "jpg"
FILES = {kind: MEDIA_TYPES[f".{kind}"] for kind in (SOUND, "webm", "mp4", THUMBNAIL)}
"""The files of a lesson by their endings, and what they are."""
_cutting = threading.Lock()


class LessonClip(msgspec.Struct, frozen=True):
    """What there is of a lesson. ``offset``: where in the pictures the lesson begins (ms). ``made_from``: of what it was cut.
    ``form``: what kind of file the pictures are in, "webm" or "mp4"."""

    made_from: str
    sound: bool = False
    pictures: bool = False
    offset: Millis = 0
    form: str = "webm"


def clip_of(record_files: RecordFiles, timeline: Timeline, lesson: Lesson, edits: Edits) -> LessonClip | None:
    """The lesson's files, cut now if they are not there; ``None`` while the record itself is being made or cleaned.

    Reads and writes files: not for the event loop. Raises OSError.
    """
    folder, mix = record_files.folder(lesson.meeting_id), record_files.made(lesson.meeting_id, MIX)
    if folder is None or mix is None or not is_clean(record_files, lesson, edits):
        return None
    picture = _best_picture(record_files, timeline, lesson)
    of = [f"{file.name}@{file.path.stat().st_size}.{file.path.stat().st_mtime_ns}" for file in (mix, picture) if file is not None]
    made_from = f"{lesson.since - timeline.zero}-{lesson.until - timeline.zero}:{edits.taken_out}:{','.join(of)}"
    with _cutting:
        kept = _load(folder, lesson)
        if kept is None or kept.made_from != made_from:
            kept = _cut(folder, timeline, lesson, mix, picture, made_from)
        return kept


def is_clean(record_files: RecordFiles, lesson: Lesson, edits: Edits) -> bool:
    """Whether all that was taken out of this stretch is out of the record's files too."""
    taken_out = [Stretch(redaction.since, redaction.until) for redaction in edits.redactions]
    if not covered(lesson.since, lesson.until, taken_out):
        return True
    return Redact.is_done(record_files.manifest(lesson.meeting_id), edits)


def file_of(record_files: RecordFiles, lesson: Lesson, kind: str) -> Path | None:
    """Where a file of the lesson lies; ``None`` when there is none."""
    folder = record_files.folder(lesson.meeting_id)
    path = _path(folder, lesson, kind) if folder is not None and kind in FILES else None
    return path if path is not None and path.is_file() else None


def remove_clip(record_files: RecordFiles, lesson: Lesson) -> None:
    """Nothing is left of the lesson's files. Raises OSError."""
    folder = record_files.folder(lesson.meeting_id)
    if folder is not None:
        with _cutting:
            for kind in (*FILES, "json"):
                wipe(_path(folder, lesson, kind))


def remove_clips_but(recordings: Path, lesson_ids: Collection[str]) -> int:
    """Remove what is left of lessons that are gone; how many files. What is removed too much is cut again. Raises OSError."""
    left = [path for path in recordings.glob(f"*/{LESSONS.name}/*.*") if path.name.partition(".")[0] not in lesson_ids]
    with _cutting:
        for path in left:
            wipe(path)
    return len(left)


def _cut(folder: Path, timeline: Timeline, lesson: Lesson, mix: RecordedFile, picture: RecordedFile | None, made_from: str) -> LessonClip:
    start, end = lesson.since - timeline.zero, lesson.until - timeline.zero
    for kind in FILES:
        wipe(_path(folder, lesson, kind))
    LESSONS.path(folder).mkdir(exist_ok=True)
    clip = LessonClip(made_from)
    try:
        cut_sound(mix.path, _path(folder, lesson, SOUND), start, end)
        clip = msgspec.structs.replace(clip, sound=True)
        if picture is not None and picture.track is not None:
            form = form_of(picture.path)
            shift, pictures = timeline.zero - picture.track.since, _path(folder, lesson, form)
            offset = cut_pictures(picture.path, pictures, start + shift, end + shift)
            thumbnail(pictures, _path(folder, lesson, THUMBNAIL), max(0, offset))
            clip = msgspec.structs.replace(clip, pictures=True, offset=offset, form=form)
    except NothingThere:
        pass  # what could be cut is there: a lesson without pictures, or with nothing but its text
    write_whole(_path(folder, lesson, "json"), msgspec.json.encode(clip))
    return clip


def _best_picture(record_files: RecordFiles, timeline: Timeline, lesson: Lesson) -> RecordedFile | None:
    """What to look at: the shared screen, else the camera that is there longest."""

    def shown(file: RecordedFile) -> tuple[bool, Millis]:
        assert file.track is not None
        return file.track.media == "screen", min(file.track.until, lesson.until) - max(file.track.since, lesson.since)

    pictures = [file for file in record_files.tracks(timeline, all_rooms=False) if file.track is not None and file.track.media != "audio"]
    return max((file for file in pictures if shown(file)[1] > 0), key=shown, default=None)


def _path(folder: Path, lesson: Lesson, kind: str) -> Path:
    return LESSONS.path(folder) / f"{lesson.lesson_id}.{kind}"


def _load(folder: Path, lesson: Lesson) -> LessonClip | None:
    try:
        clip = msgspec.json.decode(_path(folder, lesson, "json").read_bytes(), type=LessonClip)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None
    there = {kind: _path(folder, lesson, kind).is_file() for kind in (SOUND, clip.form)}
    return clip if clip.sound <= there[SOUND] and clip.pictures <= there[clip.form] else None
