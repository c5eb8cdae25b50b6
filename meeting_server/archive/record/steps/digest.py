"""Keywords, key sentences and draft questions."""

from __future__ import annotations

import asyncio

from meeting_server.archive.record import digest
from meeting_server.archive.record.artefacts import CUES, DIGEST, Artefact
from meeting_server.archive.record.step import Material, Progress, Step, Weight
from meeting_server.archive.record.steps.said import heard, said


class MakeDigest(Step):
    name = "digest"
    version = 1
    weight = Weight.QUICK
    reads = (CUES,)
    makes = (DIGEST,)
    failures = ()

    def source(self, material: Material) -> str:
        return f"{material.position}:{material.edits.position}:{heard(material)}"

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        digest.save(material.folder, await asyncio.to_thread(digest.digest_of, material.minutes, material.timeline, said(material)))
        return (DIGEST,)
