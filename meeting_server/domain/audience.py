"""Who sees what, declared where an event or a field is defined. Nobody sees what is not declared.

An event names its ``Audience``. A class with marked fields has a public part: ``public_part`` omits every unmarked field, so a new field
is private until somebody decides otherwise. ``visibility`` applies both to a meeting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from enum import Enum, StrEnum
from functools import cache
from types import NoneType
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin, get_type_hints

WITHHELD = "withheld"
"""Replaces the reason of an exclusion: others may know that someone is not counted in 应到, but not why."""


class Undeclared(Exception):
    """A class does not declare who may see it, or what others see in its place. The process must not start."""


class Audience(StrEnum):
    """Who gets an event in full. Everyone else gets its public part, if it has one, or learns only that something happened."""

    NOBODY = "nobody"  # for the record only; those who need it get a new snapshot
    RUNNERS = "runners"  # those who run the meeting and keep its record
    CONCERNED = "concerned"  # the participant it concerns, and the runners
    VOTER = "voter"
    COUNTERS = "counters"  # scrutineer and teller of a hall count, and the runners
    MOTION = "motion"  # everyone once the motion was moved or opened; before that the runners
    INSIDE = "inside"  # everyone except those waiting outside the room
    CONVERSATION = "conversation"  # everyone for the hall; for a group room those who were in it, and the runners
    EVERYONE = "everyone"


_ABOUT: Mapping[Audience, str] = {
    Audience.CONCERNED: "participant_id",
    Audience.VOTER: "voter",
    Audience.COUNTERS: "motion_id",
    Audience.MOTION: "motion_id",
    Audience.CONVERSATION: "message_id",
}
"""The field of an event that names the participant, motion or message on which its audience depends."""


def check_declared(events: Iterable[type]) -> None:
    """Raise Undeclared unless each class declares in its own body who sees it, and has the field on which that depends."""
    for cls in events:
        audience = vars(cls).get("seen_by")
        if not isinstance(audience, Audience):
            raise Undeclared(f"{cls.__name__} declares no audience: set its seen_by to an Audience")
        needed = _ABOUT.get(audience)
        if needed is not None and not hasattr(cls, needed):
            raise Undeclared(f"{cls.__name__} is for {audience}, but has no {needed}")
        if has_public_part(cls):
            _reduction(cls)


# --- fields -----------------------------------------------------------------------------------------------------------


class Mark(Enum):
    PUBLIC = "public"
    HINT = "hint"
    PART = "part"


_T = TypeVar("_T")
Public = Annotated[_T, Mark.PUBLIC]
"""Everyone sees this field."""
Hint = Annotated[_T, Mark.HINT]
"""Others see only whether this text is empty: ``WITHHELD`` replaces it."""
PublicPart = Annotated[_T, Mark.PART]
"""Others see the public part of this field's value."""


@dataclass(frozen=True, slots=True)
class _Reduction:
    blanks: Mapping[str, Callable[[], Any]]
    """For each private field, what others see in its place."""
    hints: tuple[str, ...]
    parts: tuple[str, ...]


def has_public_part(cls: type) -> bool:
    """Return whether any field of this class is marked."""
    return is_dataclass(cls) and any(_marks(cls).values())


def private_fields(cls: type) -> tuple[str, ...]:
    """Return the fields of this class that others don't see."""
    return tuple(name for name, mark in _marks(cls).items() if mark is None)


def public_part(whole: _T, **shown: object) -> _T:
    """Return what everyone may see of ``whole``: private fields are empty, except those named in ``shown``.

    Raises Undeclared if a private field has no value that could replace it.
    """
    how = _reduction(cast(Any, type(whole)))
    changes = {name: blank() for name, blank in how.blanks.items() if name not in shown}
    for name in how.hints:
        if name not in shown:
            changes[name] = WITHHELD if getattr(whole, name) else ""
    for name in how.parts:
        changes[name] = public_part(getattr(whole, name))
    return cast(_T, replace(cast(Any, whole), **changes, **shown))


@cache
def _hints(cls: Any) -> Mapping[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name] for field in fields(cls)}


@cache
def _marks(cls: Any) -> Mapping[str, Mark | None]:
    def mark(hint: Any) -> Mark | None:
        extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
        return next((extra for extra in extras if isinstance(extra, Mark)), None)

    return {name: mark(hint) for name, hint in _hints(cls).items()}


@cache
def _reduction(cls: Any) -> _Reduction:
    marks = _marks(cls)
    return _Reduction(
        {field.name: _blank(cls, field, _hints(cls)[field.name]) for field in fields(cls) if marks[field.name] is None},
        tuple(name for name, mark in marks.items() if mark is Mark.HINT),
        tuple(name for name, mark in marks.items() if mark is Mark.PART),
    )


def _blank(cls: type, field: Field[Any], hint: Any) -> Callable[[], Any]:
    if field.default_factory is not MISSING:
        return field.default_factory
    if field.default is not MISSING:
        default = field.default
        return lambda: default
    if NoneType in get_args(hint):
        return lambda: None
    empty = get_origin(hint)
    if empty in (dict, tuple):
        return cast(Callable[[], Any], empty)
    raise Undeclared(f"{cls.__name__}.{field.name} is private and has no default to be seen in its place")
