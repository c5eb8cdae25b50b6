"""The sound that may be downloaded: the mix of a meeting, but not while it still contains redacted passages."""

from __future__ import annotations

from pathlib import Path

from meeting_server.archive.record.artefacts import MIX
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.archive.record.steps.redact import Redact
from meeting_server.domain.ids import MeetingId
from meeting_server.store.record.record_edits import Edits


def clean_mix(record_files: RecordFiles, meeting_id: MeetingId, edits: Edits) -> Path | None:
    """Return the path of the mix; ``None`` if there is none, or if the worker has not yet cut redacted passages from it. Reads files."""
    mix = record_files.made(meeting_id, MIX)
    if mix is None:
        return None
    return mix.path if not edits.redactions or Redact.is_done(record_files.manifest(meeting_id), edits) else None
