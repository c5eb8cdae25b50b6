"""What can be studied, named: a meeting's resource or a micro-lesson. Quizzes, notes, progress and courses are of one of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

StudiedKind = Literal["meeting", "lesson"]
KINDS: tuple[StudiedKind, ...] = get_args(StudiedKind)


@dataclass(frozen=True, slots=True, order=True)
class Studied:
    """``thing_id`` is a meeting's or a lesson's id."""

    kind: StudiedKind
    thing_id: str

    @property
    def address(self) -> str:
        """Its page."""
        return f"/learn/{self.kind}s/{self.thing_id}"
