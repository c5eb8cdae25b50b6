"""What a step of the record works on, and how it says how far it is, that it can not be done, or that it was stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from meeting_server.archive.minutes.minutes import Minutes
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Stretch
from meeting_server.store.record.record_edits import Edits

Progress = Callable[[int], None]
"""Called with the percentage that is done, from any thread."""


class StepFailed(Exception):
    """A step that can not be done with this input; ``code`` is told under ``archive.failed.<code>``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class StepStopped(Exception):
    """The process is to end: what is done of the step is kept, the rest is done by the next one."""


NO_EDITS = Edits()


@dataclass(frozen=True, slots=True)
class Material:
    """What the steps work on: the meeting folded, its folder, what people changed in it, and the steps they asked for."""

    folder: Path
    minutes: Minutes
    timeline: Timeline
    position: str
    edits: Edits = NO_EDITS
    ordered: frozenset[str] = frozenset()

    @property
    def taken_out(self) -> tuple[Stretch, ...]:
        """Stretches of which nothing may be left."""
        return tuple(Stretch(redaction.since, redaction.until) for redaction in self.edits.redactions)


class LongStep(Protocol):
    """A step that takes minutes and is made beside the others."""

    def made_from(self, material: Material) -> str:
        """The version of its input, so that it is made again when that changes."""

    async def make(self, material: Material, progress: Progress) -> tuple[str, ...]:
        """Make it; the names of its files. Raises StepFailed, StepStopped."""
