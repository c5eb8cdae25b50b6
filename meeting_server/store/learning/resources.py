"""What stands in the library, named: a published meeting, a micro-lesson, or what came from another institution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

ResourceKind = Literal["meeting", "lesson", "shared"]
RESOURCE_KINDS: tuple[ResourceKind, ...] = get_args(ResourceKind)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """``thing_id`` is the id of a meeting, a lesson, or a shared resource."""

    kind: ResourceKind
    thing_id: str

    @property
    def address(self) -> str:
        """Its page."""
        return f"/sharing/{self.thing_id}" if self.kind == "shared" else f"/learn/{self.kind}s/{self.thing_id}"


def moved(things: Sequence[T], one: T, by: int) -> tuple[T, ...]:
    """The list with one of it moved by so many places, as far as there are any; the same when it is not in it."""
    rest = list(things)
    if one in rest:
        at = rest.index(one)
        rest.insert(min(max(0, at + by), len(rest) - 1), rest.pop(at))
    return tuple(rest)
