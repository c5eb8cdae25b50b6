"""The time axis: chapters, tracks, marks and chat, as the journal folds to them."""

from __future__ import annotations

import msgspec

from meeting_server.archive.record.artefacts import TIMELINE, Artefact
from meeting_server.archive.record.manifest import write_whole
from meeting_server.archive.record.step import Material, Progress, Step, Weight


class MakeTimeline(Step):
    name = "timeline"
    version = 3
    weight = Weight.QUICK
    reads = ()
    makes = (TIMELINE,)
    failures = ()

    def source(self, material: Material) -> str:
        return material.position

    def made_from(self, material: Material) -> str:
        return f"{self.source(material)}.{self.version}"  # as the first manifests have it

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        write_whole(TIMELINE.path(material.folder), msgspec.json.encode(material.timeline))
        return (TIMELINE,)
