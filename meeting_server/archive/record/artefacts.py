"""Everything that is made of a meeting and lies in its folder: each thing with what is known of it. Who makes it: ``steps``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from meeting_server.archive.record.readers import Part

MEDIA_TYPES: Mapping[str, str] = {
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".jpg": "image/jpeg",
}
"""Of recorded sound and pictures, by suffix. Everything of these kinds goes when its time is over."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file or folder of this name in a meeting's folder."""

    name: str
    given_for: Part | None = None
    """The part of the record of which it is given to a reader as a file; ``None``: it never is, pages show what ``parts`` leaves of it."""
    made_of_tracks: bool = False
    """Whether it holds what tracks hold, so that it is wiped, and made anew, when something is taken out of them."""

    def path(self, folder: Path) -> Path:
        return folder / self.name

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES.get(Path(self.name).suffix, "application/json")

    @property
    def is_recording(self) -> bool:
        """Whether it is sound or pictures."""
        return Path(self.name).suffix in MEDIA_TYPES


MINUTES = Artefact("minutes.json")
TIMELINE = Artefact("timeline.json")
MIX = Artefact("mix.m4a", Part.RESOURCE, made_of_tracks=True)
OPENING = Artefact("opening.m4a", Part.RESOURCE, made_of_tracks=True)
"""The first minutes of the mix, there until the whole is."""
COMPOSITE = Artefact("composite.mp4", Part.RESOURCE, made_of_tracks=True)
CUES = Artefact("cues.json")
"""What was heard; words that were taken out are taken out of it too, and the rest stays, because corrections name its lines."""
TRANSCRIPT = Artefact("transcript.json")
DIGEST = Artefact("digest.json")
HEARD = Artefact(".heard", made_of_tracks=True)
"""A folder: what the speech engine heard so far; gone when the cues are there."""
CAPTIONS = Artefact("captions.jsonl", made_of_tracks=True)
"""The words captioned while the meeting ran; gone when the cues are there."""
LESSONS = Artefact("lessons", made_of_tracks=True)
"""A folder: the clips of micro-lessons."""

ARTEFACTS = tuple(value for value in tuple(globals().values()) if isinstance(value, Artefact))
GIVEN = tuple(artefact for artefact in ARTEFACTS if artefact.given_for is not None)
"""What readers are given as files, beside the tracks."""
