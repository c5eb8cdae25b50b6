"""What every fact of a meeting is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from meeting_server.domain.audience import Audience


@dataclass(frozen=True, slots=True)
class Event:
    """A fact. An ``erasable`` payload may be removed from the journal on request; the chain still verifies.

    A ``withholdable`` payload stays in the journal, but may be left out of a bundle for readers who don't need it.
    """

    seen_by: ClassVar[Audience] = Audience.NOBODY
    version: ClassVar[int] = 1
    erasable: ClassVar[bool] = False
    withholdable: ClassVar[bool] = False
