"""The video of the whole meeting, made only when somebody asked for it."""

from __future__ import annotations

import asyncio

import structlog

from meeting_server.archive.record.artefacts import COMPOSITE, MIX, Artefact
from meeting_server.archive.record.redaction import wipe
from meeting_server.archive.record.step import Material, Progress, Step, StepFailed, StepStopped, Weight, size_of

log = structlog.get_logger(__name__)


class Compose(Step):
    """It asks every second whether it is still wanted: a composite that was called off is not made to its end."""

    name = "composite"
    version = 1
    weight = Weight.LONG
    reads = (MIX,)
    makes = (COMPOSITE,)
    failures = ("no_pictures", "no_space")

    def source(self, material: Material) -> str:
        """Nothing when nobody asked; else the tracks that are there, and the mix."""
        if self.name not in material.ordered:
            return "not asked for"
        from meeting_server.archive.record.composite import pictures_of

        pictures = ",".join(f"{path.name}@{track.since}:{size_of(path)}" for track, path in pictures_of(material))
        return f"{material.edits.taken_out}:{size_of(MIX.path(material.folder))}:{pictures}"

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        import av  # a fifth of a second of codecs and figures, not for those who only ask what the step is called

        from meeting_server.archive.record.composite import NothingToShow, write

        target, giving_way = COMPOSITE.path(material.folder), self.tools.giving_way
        if self.name not in material.ordered:
            await asyncio.to_thread(wipe, target)
            return ()
        loop = asyncio.get_running_loop()

        def still_wanted() -> bool:
            giving_way.wait()
            return not giving_way.stopped and asyncio.run_coroutine_threadsafe(self._still_wanted(material), loop).result()

        try:
            await asyncio.to_thread(write, material, target, progress, still_wanted)
        except NothingToShow:
            raise StepFailed("no_pictures") from None
        except (OSError, av.FFmpegError) as error:
            log.error("the composite could not be written", meeting=material.meeting_id, reason=str(error))
            raise StepFailed("no_space") from error
        if not await self._still_wanted(material):
            await asyncio.to_thread(wipe, target)
            raise StepStopped
        return (COMPOSITE,)

    async def _still_wanted(self, material: Material) -> bool:
        """Whether nobody called it off or took something out of it meanwhile."""
        ordered, edits = await self.tools.orders_of(material.meeting_id), await self.tools.edits_of(material.meeting_id)
        return self.name in ordered and edits.taken_out == material.edits.taken_out
