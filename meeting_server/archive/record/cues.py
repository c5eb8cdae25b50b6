"""What was heard in a meeting, as ``cues.json`` in its recordings folder: one line of speech with its times and its speaker.

Cues come from a speech engine after the meeting, or were kept from live captions. They are what a machine heard, never changed:
what people corrected or took out is kept apart (``store.record_edits``) and folded over them in ``archive.transcript``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from meeting_server.archive.record.artefacts import CUES
from meeting_server.archive.record.manifest import write_whole
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId, RoomId

FORMAT = 1


class SpokenWord(msgspec.Struct, frozen=True):
    """One word (for Chinese: one token of the engine), Unix ms."""

    since: Millis
    until: Millis
    text: str


class Change(msgspec.Struct, frozen=True):
    """A word put in place of another that sounds the same: ``text`` stands at ``at`` in the cue, where ``heard`` was written.

    Both are of one length, so that changes stay where they are when another is taken back.
    """

    at: int
    heard: str
    text: str


class Cue(msgspec.Struct, frozen=True):
    """One sentence or part of one. ``cue_id`` stays the same when the same track is heard again by the same engine:
    ``<track file's stem>.<ms since the track's beginning>``. ``who`` is empty for a microphone that several share.
    ``changes``: what was put right in ``text`` after it was heard, in order; none in cues from before that was kept.
    """

    cue_id: str
    since: Millis
    until: Millis
    participant_id: ParticipantId
    who: str
    room_id: RoomId
    text: str
    words: tuple[SpokenWord, ...] = ()
    source: Literal["speech", "caption"] = "speech"
    changes: tuple[Change, ...] = ()


class Cues(msgspec.Struct, frozen=True):
    """All cues of a meeting in the order of their beginning. ``engine`` names engine and model; ``language`` is BCP 47."""

    meeting_id: MeetingId
    engine: str
    language: str
    cues: tuple[Cue, ...]
    format: int = FORMAT


def rewritten(text: str, changes: Sequence[Change]) -> str:
    """``text`` with the changes made."""
    for change in changes:
        text = text[: change.at] + change.text + text[change.at + len(change.text) :]
    return text


def save(folder: Path, cues: Cues) -> None:
    """Write ``cues.json``, wholly or not at all."""
    write_whole(CUES.path(folder), msgspec.json.encode(cues))


def load(folder: Path) -> Cues | None:
    """The cues in ``folder``; ``None`` when there are none, or none that this program can read."""
    try:
        cues = msgspec.json.decode((CUES.path(folder)).read_bytes(), type=Cues)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None
    return cues if cues.format == FORMAT else None


def in_order(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """By beginning; of two that begin together, the one heard longer first."""
    return tuple(sorted(cues, key=lambda cue: (cue.since, -cue.until, cue.cue_id)))
