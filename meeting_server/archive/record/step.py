"""What a step of the record is: an object that owns its name, version, weight, inputs, outputs and failures, and can be run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import ClassVar, Protocol

from meeting_server.archive.minutes.minutes import Minutes
from meeting_server.archive.record.artefacts import Artefact
from meeting_server.archive.record.giving_way import GivingWay
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Stretch
from meeting_server.domain.ids import MeetingId
from meeting_server.journal.port import Journal
from meeting_server.store.record.record_edits import Edits, RecordEdits
from meeting_server.store.record.record_orders import Order, RecordOrders
from meeting_server.store.record.search import Search

Progress = Callable[[int], None]
"""Called with the percentage that is done, from any thread."""


class StepFailed(Exception):
    """A step that can't be done with this input; ``code`` is one of its ``failures``, told under ``archive.failed.<code>``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class StepStopped(Exception):
    """The process is to end: what is done of the step is kept, the rest is done by the next one."""


NO_EDITS = Edits()


@dataclass(frozen=True, slots=True)
class Material:
    """What the steps work on: the meeting folded, its folder, what people changed in it, and the steps they asked for.

    ``called``: the names of everyone on the meeting's list.
    """

    folder: Path
    minutes: Minutes
    timeline: Timeline
    position: str
    edits: Edits = NO_EDITS
    ordered: Mapping[str, Order] = field(default_factory=dict)
    called: tuple[str, ...] = ()

    @property
    def meeting_id(self) -> MeetingId:
        return self.minutes.meeting_id

    @property
    def taken_out(self) -> tuple[Stretch, ...]:
        """Stretches of which nothing may be left."""
        return tuple(Stretch(redaction.since, redaction.until) for redaction in self.edits.redactions)


class Hears(Protocol):
    """Who hears what was said in the tracks."""

    def made_from(self, material: Material) -> str:
        """The version of what it would hear, so that it is heard again when that changes."""

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        """Write the cues. Raises StepFailed, StepStopped."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What steps work with. Without ``edits`` and ``orders`` nobody changed or ordered anything; without ``hearing`` nobody listens."""

    journal: Journal
    search: Search
    giving_way: GivingWay
    hearing: Hears | None = None
    edits: RecordEdits | None = None
    orders: RecordOrders | None = None

    async def edits_of(self, meeting_id: MeetingId) -> Edits:
        """What people changed. Raises StorageUnavailable."""
        return await self.edits.of(meeting_id) if self.edits is not None else NO_EDITS

    async def orders_of(self, meeting_id: MeetingId) -> Mapping[str, Order]:
        """What people asked for, by the name of the step. Raises StorageUnavailable."""
        return await self.orders.of(meeting_id) if self.orders is not None else {}


class Weight(Enum):
    """Steps of one weight are made one after another; the two lanes go on side by side, so that no meeting waits for another one's."""

    QUICK = "quick"
    LONG = "long"
    """Takes minutes."""


class Step(ABC):
    """One thing that is made of an adjourned meeting. A subclass that leaves out one of these can't be defined: TypeError."""

    name: ClassVar[str]
    """In manifests and orders, where it may never change, and in its title."""
    version: ClassVar[int]
    """Raised when the step makes something else of the same input: everything is then made again."""
    weight: ClassVar[Weight]
    reads: ClassVar[tuple[Artefact, ...]]
    """What it takes from earlier steps; ``source`` must change when they do."""
    makes: ClassVar[tuple[Artefact, ...]]
    """All it may leave in the folder."""
    rewrites: ClassVar[tuple[Artefact, ...]] = ()
    """What it changes of other steps, whether they are made before it or not."""
    failures: ClassVar[tuple[str, ...]]
    """Codes of StepFailed, each with a text under ``archive.failed``."""
    awaits: ClassVar[frozenset[str]] = frozenset()
    """Those of ``failures`` that pass by themselves: what is lacking is on its way, and nobody is warned."""
    title_key: ClassVar[str]
    """Its name for people, in the catalogue."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        forgotten = [said for said in ("name", "version", "weight", "reads", "makes", "failures") if said not in cls.__dict__]
        if forgotten:
            raise TypeError(f"step {cls.__name__} does not say its {', '.join(forgotten)}")
        cls.title_key = f"archive.step.{cls.name}"

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    @classmethod
    def makes_recordings(cls) -> bool:
        """Whether what it makes is sound or pictures, and goes when their time is over."""
        return any(artefact.is_recording for artefact in cls.makes)

    @abstractmethod
    def source(self, material: Material) -> str:
        """The version of the input: the step is made again when this changes."""

    def made_from(self, material: Material) -> str:
        """What the manifest keeps of the input."""
        return f"{self.version}:{self.source(material)}"

    def made_from_then(self, material: Material, before: str) -> str:
        """What the manifest keeps once it is made from ``before``; another only for a step that changes its own input."""
        return before

    @abstractmethod
    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        """Make it; what of ``makes`` there is now. Raises StepFailed with one of ``failures``, StepStopped, StorageUnavailable."""


def size_of(path: Path) -> int:
    """Bytes of an input; -1 when it isn't there."""
    return path.stat().st_size if path.is_file() else -1
