"""The sound that may leave: the mix of a meeting, but not while something that was taken out of the record is still in it."""

from __future__ import annotations

from pathlib import Path

from meeting_server.archive.record.manifest import Step
from meeting_server.archive.record.pipeline import VERSION
from meeting_server.archive.record.record_files import Shelf
from meeting_server.domain.ids import MeetingId
from meeting_server.store.record.record_edits import Edits


def clean_mix(shelf: Shelf, meeting_id: MeetingId, edits: Edits) -> Path | None:
    """Where the mix lies; ``None`` when there is none, or when the worker has not taken out yet what people took out. Reads files."""
    mix = shelf.mix(meeting_id)
    if mix is None:
        return None
    redact = shelf.manifest(meeting_id).steps.get("redact", Step())
    clean = redact.state == "done" and redact.made_from == f"{VERSION['redact']}:{edits.taken_out}"
    return mix.path if clean or not edits.redactions else None
