"""The order of names on a ballot (姓氏笔画): by the strokes of the surname, then its first stroke 一丨丿丶乛, then the given name in the
same way.

People with the same surname stay together, and 欧 comes before 欧阳. What is in no table is asked for, never guessed. Names in letters
alone are sorted alphabetically.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from meeting_server.domain.spelling import DOT, spelled
from meeting_server.domain.strokes import Strokes, strokes_of
from meeting_server.domain.surnames import COMPOUND

Told = Mapping[str, tuple[int, int]]
_Key = tuple[list[tuple[str, Strokes]], list[tuple[str, Strokes]]]


@dataclass(frozen=True, slots=True)
class Unordered:
    """The characters whose strokes, or first stroke, somebody has to enter before the names can be ordered."""

    characters: tuple[str, ...]


def _parts(name: str) -> tuple[str, str]:
    """Return surname and given name, or for a name in parts (买买提·艾力) its first part and the others."""
    name = spelled(name)
    if DOT in name:
        first, _, others = name.partition(DOT)
        return first, others.replace(DOT, "")
    name = name.replace(" ", "")
    return (name[:2], name[2:]) if name[:2] in COMPOUND and len(name) > 2 else (name[:1], name[1:])


def in_order(names: Sequence[str], given: Sequence[int] = (), told: Told = MappingProxyType({})) -> tuple[int, ...] | Unordered:
    """Return the places of ``names`` in their order, or what has to be entered first.

    ``told`` holds what somebody entered for characters in no table: number of strokes, and first stroke (1 to 5, or 0). ``given`` holds
    the strokes entered for each name's first character (0: none). A first stroke is asked for only where it decides the order.
    """
    firsts = given or (0,) * len(names)
    parts = [_parts(name) for name in names]
    if not any(strokes_of(character).number for part in parts for character in "".join(part)):
        return tuple(sorted(range(len(names)), key=lambda n: (firsts[n], spelled(names[n]).casefold(), n)))
    keys = [_key(part, first, told) for part, first in zip(parts, firsts, strict=True)]
    asked = [c for key in keys for c, strokes in key[0][:1] if not strokes.number]
    asked += [c for one, other in combinations(keys, 2) for c in _undecided(one, other)]
    if asked:
        return Unordered(tuple(dict.fromkeys(asked)))
    return tuple(sorted(range(len(names)), key=lambda n: ([[strokes for _, strokes in part] for part in keys[n]], n)))


def _key(parts: tuple[str, str], first: int, told: Told) -> _Key:
    """Return each character of surname and given name with its strokes, as far as they are known or were entered."""
    looked = tuple([(c, _look(c, told)) for c in part] for part in parts)
    if first and looked[0] and not looked[0][0][1].number:
        character, strokes = looked[0][0]
        looked[0][0] = (character, strokes._replace(number=first))
    return looked[0], looked[1]


def _look(character: str, told: Told) -> Strokes:
    known = strokes_of(character)
    count, first = told.get(character, (0, 0))
    return Strokes(known.number or count, known.first or first, known.place)


def _undecided(one: _Key, other: _Key) -> tuple[str, ...]:
    """Return the characters whose first stroke decides which of two names comes first."""
    for mine, theirs in zip(one, other, strict=True):
        for (a, first), (b, second) in zip(mine, theirs, strict=False):
            if a != b:
                level = first.number == second.number > 0
                return tuple(c for c, strokes in ((a, first), (b, second)) if level and not strokes.first)
        if len(mine) != len(theirs):
            return ()
    return ()
