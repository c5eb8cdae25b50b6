"""The transcript people read: the cues with corrections and redactions folded over them, as ``transcript.json``.

Search, player, exports and lessons read this and never the cues themselves, so that what was taken out is out everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal

import msgspec

from meeting_server.archive.record.artefacts import TRANSCRIPT
from meeting_server.archive.record.carried import corrected
from meeting_server.archive.record.cues import Change, Cue, Cues, rewritten
from meeting_server.archive.record.manifest import write_whole
from meeting_server.archive.record.number_forms import figures
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId, RoomId
from meeting_server.store.record.record_edits import Edits

FORMAT = 1


class Stretch(msgspec.Struct, frozen=True):
    """A stretch of the meeting, Unix ms: from ``since`` up to ``until``."""

    since: Millis
    until: Millis

    def covers(self, since: Millis, until: Millis) -> bool:
        """Whether something from ``since`` to ``until`` lies in it, wholly or in part."""
        return since < self.until and max(until, since + 1) > self.since


class Spoken(msgspec.Struct, frozen=True):
    """One cue as it stands now. ``state``: as the machine heard it, as a person corrected it, or taken out (no text then).

    ``changes``: what the machine put right by itself, as far as it still stands there.
    """

    cue_id: str
    since: Millis
    until: Millis
    participant_id: ParticipantId
    who: str
    room_id: RoomId
    text: str
    state: Literal["heard", "corrected", "redacted"] = "heard"
    changes: tuple[Change, ...] = ()


class Transcript(msgspec.Struct, frozen=True):
    """``redactions``: stretches taken out of sound and text. ``engine`` is empty when nobody listened (no speech engine)."""

    meeting_id: MeetingId
    engine: str
    language: str
    spoken: tuple[Spoken, ...]
    redactions: tuple[Stretch, ...] = ()
    format: int = FORMAT


def transcript_of(meeting_id: MeetingId, cues: Cues | None, edits: Edits) -> Transcript:
    """What was heard, with its numbers in figures, as it stands after all edits: the newest correction of a cue counts, and no word
    of what was taken out. A correction stays as it was typed."""
    stretches = tuple(Stretch(redaction.since, redaction.until) for redaction in edits.redactions)
    if cues is None:
        return Transcript(meeting_id, "", "", (), stretches)
    written = [in_figures(cue) for cue in cues.cues]
    wanted = corrected(written, [replace(correction, before=figures(correction.before)) for correction in edits.corrections])
    spoken = []
    for heard, cue in zip(cues.cues, written, strict=True):
        text = wanted.get(cue.cue_id, cue.text)
        state: Literal["heard", "corrected", "redacted"] = "heard" if text in (cue.text, heard.text) else "corrected"
        if any(stretch.covers(cue.since, cue.until) for stretch in stretches):
            text, state = "", "redacted"
        changes = still_standing(cue, text)
        spoken.append(Spoken(cue.cue_id, cue.since, cue.until, cue.participant_id, cue.who, cue.room_id, text, state, changes))
    return Transcript(meeting_id, cues.engine, cues.language, tuple(spoken), stretches)


def in_figures(cue: Cue) -> Cue:
    """A cue with its numbers in figures, as the transcript has them before anybody corrects it; the cue itself stays as heard."""
    text = figures(cue.text)
    if text == cue.text:
        return cue
    same = [
        (block.a, block.a + block.size, block.b - block.a) for block in SequenceMatcher(None, cue.text, text, False).get_matching_blocks()
    ]
    changes = [
        msgspec.structs.replace(change, at=change.at + moved)
        for change in cue.changes
        for since, until, moved in same
        if since <= change.at and change.at + len(change.text) <= until
    ]
    return msgspec.structs.replace(cue, text=text, changes=tuple(changes))


def still_standing(cue: Cue, text: str) -> tuple[Change, ...]:
    """Of a cue's changes those that nobody took back or wrote over; none once the text has another length."""
    if len(text) != len(cue.text):
        return ()
    return tuple(change for change in cue.changes if text[change.at :].startswith(change.text))


def taken_back(text: str, change: Change) -> str:
    """``text`` with what was heard at the place of a change."""
    return rewritten(text, (Change(change.at, change.text, change.heard),))


def save(folder: Path, transcript: Transcript) -> None:
    """Write ``transcript.json``, wholly or not at all."""
    write_whole(TRANSCRIPT.path(folder), msgspec.json.encode(transcript))


def load(folder: Path) -> Transcript | None:
    """The transcript in ``folder``; ``None`` when there is none, or none that this program can read."""
    try:
        transcript = msgspec.json.decode((TRANSCRIPT.path(folder)).read_bytes(), type=Transcript)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None
    return transcript if transcript.format == FORMAT else None
