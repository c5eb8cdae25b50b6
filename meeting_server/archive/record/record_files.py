"""Where finished records stand: reads what the archive worker made of a meeting, and says which files may be opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from meeting_server.archive.minutes.minutes import FORMAT, Minutes
from meeting_server.archive.record.artefacts import MEDIA_TYPES, MINUTES, TIMELINE, Artefact
from meeting_server.archive.record.manifest import Manifest, inside, load
from meeting_server.archive.record.timeline import Closure, Timeline, Track
from meeting_server.archive.record.transcript import Transcript
from meeting_server.archive.record.transcript import load as load_transcript
from meeting_server.domain.ids import HALL, MeetingId


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file that may be opened. ``track`` is ``None`` for what was made of all of them."""

    path: Path
    name: str
    track: Track | None

    @property
    def media_type(self) -> str:
        found = MEDIA_TYPES.get(self.path.suffix, "application/octet-stream")
        return found.replace("video/", "audio/") if self.track is not None and self.track.media == "audio" else found


class _Closures(msgspec.Struct, frozen=True):
    closures: tuple[Closure, ...] = ()


class RecordFiles:
    """The records under one recordings folder; nothing is kept in memory."""

    def __init__(self, recordings: Path) -> None:
        self._recordings = recordings

    def folder(self, meeting_id: MeetingId) -> Path | None:
        folder = inside(self._recordings, meeting_id)
        return folder if folder is not None and folder.parent == self._recordings.resolve() else None

    def manifest(self, meeting_id: MeetingId) -> Manifest:
        folder = self.folder(meeting_id)
        return Manifest(meeting_id) if folder is None else load(folder, meeting_id)

    def minutes(self, meeting_id: MeetingId) -> Minutes | None:
        """The minutes as made; ``None`` until they are, or when an older program made them."""
        try:
            made = msgspec.json.decode(self._read(meeting_id, MINUTES), type=Minutes)
        except msgspec.DecodeError:
            return None
        return made if made.format == FORMAT else None

    def timeline(self, meeting_id: MeetingId) -> Timeline | None:
        """The time axis as made; ``None`` until it is, or when an older program made it."""
        try:
            return msgspec.json.decode(self._read(meeting_id, TIMELINE), type=Timeline)
        except msgspec.DecodeError:
            return None

    def closures(self, meeting_id: MeetingId) -> tuple[Closure, ...]:
        """What of a meeting is closed to whom, and nothing else of its time axis: every list of a library asks for all of them."""
        try:
            return msgspec.json.decode(self._read(meeting_id, TIMELINE), type=_Closures).closures
        except msgspec.DecodeError:
            return ()

    def made(self, meeting_id: MeetingId, artefact: Artefact) -> RecordedFile | None:
        """One file that was made of the meeting, if it is there."""
        folder = self.folder(meeting_id)
        if folder is None or not artefact.path(folder).is_file():
            return None
        return RecordedFile(artefact.path(folder), artefact.name, None)

    def transcript(self, meeting_id: MeetingId) -> Transcript | None:
        """What was said, as it stands; ``None`` until it is made."""
        folder = self.folder(meeting_id)
        return None if folder is None else load_transcript(folder)

    def tracks(self, timeline: Timeline, *, all_rooms: bool) -> tuple[RecordedFile, ...]:
        """Recorded tracks that are there; those of group rooms only for who may hear all rooms."""
        folder = self.folder(timeline.meeting_id)
        if folder is None:
            return ()
        named = ((track, inside(folder, track.path)) for track in timeline.tracks if all_rooms or track.room_id == HALL)
        return tuple(RecordedFile(path, track.path, track) for track, path in named if path is not None and path.is_file())

    def _read(self, meeting_id: MeetingId, artefact: Artefact) -> bytes:
        folder = self.folder(meeting_id)
        try:
            return b"" if folder is None else artefact.path(folder).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return b""
