"""The sound of the whole meeting in one file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from meeting_server.archive.record.artefacts import MIX, OPENING, Artefact
from meeting_server.archive.record.manifest import inside
from meeting_server.archive.record.step import Material, Progress, Step, StepFailed, Weight, size_of
from meeting_server.domain.ids import HALL

if TYPE_CHECKING:
    from meeting_server.archive.record.mix import Source

log = structlog.get_logger(__name__)


class MixSound(Step):
    name = "mix"
    version = 1
    weight = Weight.QUICK
    reads = ()
    makes = (MIX, OPENING)
    failures = ("nothing_readable", "no_space")

    def source(self, material: Material) -> str:
        """Which sound there is, so that it is mixed again when a file changed."""
        return ",".join(sorted(f"{source.path.name}@{source.starts_ms}:{size_of(source.path)}" for source in _sources(material)))

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        from meeting_server.archive.record.mix import NothingToMix, mix  # codecs, for those who mix

        sources = _sources(material)
        if not sources:
            return ()
        target, opening = MIX.path(material.folder), OPENING.path(material.folder)
        try:
            _, broken = await asyncio.to_thread(mix, sources, target, opening, self.tools.giving_way.wait)
        except NothingToMix:
            raise StepFailed("nothing_readable") from None
        except OSError as error:
            log.error("the sound could not be written", meeting=material.meeting_id, reason=str(error))
            raise StepFailed("no_space") from error
        opening.unlink(missing_ok=True)
        if broken:
            log.warning("tracks that could not be read to their end", files=[path.name for path in broken])
        return (MIX,)


def _sources(material: Material) -> list[Source]:
    """The sound of the hall; group rooms are not mixed into it."""
    from meeting_server.archive.record.mix import Source

    timeline = material.timeline
    tracks = (track for track in timeline.tracks if track.media == "audio" and track.room_id == HALL)
    named = ((inside(material.folder, track.path), track.since - timeline.zero) for track in tracks)
    return [Source(path, starts) for path, starts in named if path is not None]
