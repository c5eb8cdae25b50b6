"""What was said, heard by an engine or taken from the captions."""

from __future__ import annotations

from meeting_server.archive.record.artefacts import CUES, HEARD, Artefact
from meeting_server.archive.record.step import Material, Progress, Step, Weight

NOT_INSTALLED = "speech_not_installed"
"""The code of an engine that the server installs for itself, before it is there."""


class HearSpeech(Step):
    name = "speech"
    version = 1
    weight = Weight.LONG
    reads = ()
    makes = (CUES, HEARD)
    failures = (NOT_INSTALLED, "no_speech_engine", "no_speech_model", "no_speech_service", "wrong_speech_model", "speech_broke")
    awaits = frozenset({NOT_INSTALLED})

    def source(self, material: Material) -> str:
        return self.tools.hearing.made_from(material) if self.tools.hearing is not None else "nobody"

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        return () if self.tools.hearing is None else await self.tools.hearing.make(material, progress)
