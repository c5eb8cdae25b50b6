"""What the steps that work on words begin with: what was heard, and the transcript that people's changes make of it."""

from __future__ import annotations

import hashlib

import msgspec

from meeting_server.archive.record import cues, number_forms
from meeting_server.archive.record.redaction import covered
from meeting_server.archive.record.step import Material
from meeting_server.archive.record.transcript import Transcript, transcript_of


def said(material: Material) -> Transcript:
    return transcript_of(material.meeting_id, cues.load(material.folder), material.edits)


def heard(material: Material) -> str:
    """The version of what was heard and not taken out, and of how numbers are written: the same before and after the words of
    what was taken out are gone."""
    found = cues.load(material.folder)
    if found is None:
        return "nothing"
    left = [cue for cue in found.cues if not covered(cue.since, cue.until, material.taken_out)]
    lines = [(cue.cue_id, cue.since, cue.until, cue.text, *cue.changes) for cue in left]
    return hashlib.sha256(msgspec.json.encode((number_forms.VERSION, found.engine, lines))).hexdigest()[:16]
