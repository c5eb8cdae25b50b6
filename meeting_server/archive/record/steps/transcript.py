"""The transcript that people read."""

from __future__ import annotations

from meeting_server.archive.record import transcript
from meeting_server.archive.record.artefacts import CUES, TRANSCRIPT, Artefact
from meeting_server.archive.record.step import Material, Progress, Step, Weight
from meeting_server.archive.record.steps.said import heard, said


class MakeTranscript(Step):
    name = "transcript"
    version = 1
    weight = Weight.QUICK
    reads = (CUES,)
    makes = (TRANSCRIPT,)
    failures = ()

    def source(self, material: Material) -> str:
        return f"{material.edits.position}:{heard(material)}"

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        transcript.save(material.folder, said(material))
        return (TRANSCRIPT,)
