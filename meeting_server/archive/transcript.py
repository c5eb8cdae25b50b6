"""The transcript people read: the cues with corrections and redactions folded over them, as ``transcript.json``.

Search, player, exports and lessons read this and never the cues themselves, so that what was taken out is out everywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from meeting_server.archive.manifest import write_whole
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId, RoomId

FORMAT = 1
TRANSCRIPT = "transcript.json"


class Stretch(msgspec.Struct, frozen=True):
    """A stretch of the meeting, Unix ms: from ``since`` up to ``until``."""

    since: Millis
    until: Millis


class Spoken(msgspec.Struct, frozen=True):
    """One cue as it stands now. ``state``: as the machine heard it, as a person corrected it, or taken out (no text then)."""

    cue_id: str
    since: Millis
    until: Millis
    participant_id: ParticipantId
    who: str
    room_id: RoomId
    text: str
    state: Literal["heard", "corrected", "redacted"] = "heard"


class Transcript(msgspec.Struct, frozen=True):
    """``redactions``: stretches taken out of sound and text. ``engine`` is empty when nobody listened (no speech engine)."""

    meeting_id: MeetingId
    engine: str
    language: str
    spoken: tuple[Spoken, ...]
    redactions: tuple[Stretch, ...] = ()
    format: int = FORMAT


def save(folder: Path, transcript: Transcript) -> None:
    """Write ``transcript.json``, wholly or not at all."""
    write_whole(folder / TRANSCRIPT, msgspec.json.encode(transcript))


def load(folder: Path) -> Transcript | None:
    """The transcript in ``folder``; ``None`` when there is none, or none that this program can read."""
    try:
        transcript = msgspec.json.decode((folder / TRANSCRIPT).read_bytes(), type=Transcript)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None
    return transcript if transcript.format == FORMAT else None
