"""What of a meeting can be found: its passages in the search index, which is no file of ours."""

from __future__ import annotations

from meeting_server.archive.record.artefacts import CUES, Artefact
from meeting_server.archive.record.passages import passages_of
from meeting_server.archive.record.step import Material, Progress, Step, Weight
from meeting_server.archive.record.steps.said import heard, said


class IndexForSearch(Step):
    name = "search"
    version = 2
    weight = Weight.QUICK
    reads = (CUES,)
    makes = ()
    failures = ()

    def source(self, material: Material) -> str:
        return f"{material.position}:{material.edits.position}:{heard(material)}"

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        timeline, search = material.timeline, self.tools.search
        await search.replace(timeline.meeting_id, timeline.branch_id, list(passages_of(material.minutes, timeline, said(material))))
        erased = not material.position.endswith(".0")
        if material.taken_out or erased:
            await search.forget_deleted()
        if erased:
            await self.tools.journal.forget_erased()
        return ()
