"""What people took out goes out of the tracks, out of what was heard, and out of what was made of both."""

from __future__ import annotations

import asyncio

import msgspec
import structlog

from meeting_server.archive.record import cues
from meeting_server.archive.record.artefacts import CUES, Artefact
from meeting_server.archive.record.manifest import Manifest, load, made_file, note
from meeting_server.archive.record.redaction import covered, holds_words, take_out_of_folder, without_words
from meeting_server.archive.record.step import Material, Progress, Step, StepFailed, Weight
from meeting_server.archive.record.steps.speech import HearSpeech
from meeting_server.store.record.record_edits import Edits

log = structlog.get_logger(__name__)


class Redact(Step):
    """What was made of the tracks goes first, so that nothing of it can be heard while the tracks are written anew."""

    name = "redact"
    version = 1
    weight = Weight.QUICK
    reads = ()
    makes = ()
    rewrites = (CUES,)
    failures = ("no_space",)

    @classmethod
    def is_done(cls, manifest: Manifest, edits: Edits) -> bool:
        """Whether all that was taken out is out of the record's files too."""
        status = manifest.status(cls.name)
        return status.state == "done" and status.made_from == f"{cls.version}:{edits.taken_out}"

    def source(self, material: Material) -> str:
        left = holds_words(cues.load(material.folder), material.taken_out)
        return f"{material.edits.taken_out}{':words' if left else ''}"

    def made_from_then(self, material: Material, before: str) -> str:
        return self.made_from(material)  # nothing is left to be taken out

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        meeting_id, folder, stretches = material.meeting_id, material.folder, material.taken_out
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
            hearing = load(folder, meeting_id).status(HearSpeech.name)
            if hearing.state == "done":  # its file is another one now, and still what was heard
                note(folder, meeting_id, HearSpeech.name, msgspec.structs.replace(hearing, files=(made_file(folder, CUES.name),)))
        if self.tools.edits is not None and heard is not None:
            await self.tools.edits.forget_corrections(meeting_id, [c.cue_id for c in heard.cues if covered(c.since, c.until, stretches)])
        return ()
