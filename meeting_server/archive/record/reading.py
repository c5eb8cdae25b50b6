"""The transcript as it is read: turns as paragraphs, without what only fills a pause. The exact words stay where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

LONG_PAUSE_MS = 4_000
"""Somebody who is silent for this long begins a new thought."""
ENOUGH = 160
"""Characters after which a paragraph ends with its sentence."""
_STOP = "，、。！？；,.!?;"
_ENDS = "。！？!?."
_FILLER = "(?:嗯+|呃+|额|唔|(?:[Uu]m+|[Uu]h+|[Ee]r+m?)(?![A-Za-z]))"
_SPOKEN = "(?:那个|这个|就是说|就是|怎么说呢)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^{_FILLER}\s*[，、,]\s*",
        rf"(?<=[{_STOP}])\s*{_FILLER}\s*[，、,]",  # between two stops, with the one behind it
        rf"(?:^|(?<=[{_STOP}]))呃+(?=我|你|他|她|这|那)",  # before a pronoun, run into it
        rf"(?:^|(?<=[{_STOP}]))(?:{_SPOKEN}[，、])+",
        r"^啊[，、]",
        r"(我们|你们|他们|咱们|大家|这个|那个|就是|然后|因为|所以)(?=\1)",
        r"([我你他她它对是好有在不])\1(?=\1)",  # three at least, because 好好 and 对对 are words
        r"([我你他她它对是好有在不])(?=\1(?!\1))(?<=\1\1)",
    )
)


class Line(Protocol):
    """As ``transcript.Spoken`` has it; moments in Unix ms."""

    @property
    def since(self) -> int: ...
    @property
    def until(self) -> int: ...
    @property
    def who(self) -> str: ...
    @property
    def text(self) -> str: ...


L = TypeVar("L", bound=Line)


def fillers(text: str) -> tuple[tuple[int, int], ...]:
    """Stretches (from, to) of a line that a reader does not need; none where nothing else would be left."""
    gone: set[int] = set()
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            gone |= set(range(match.start(), match.end()))
    if not any(letter.isalnum() for n, letter in enumerate(text) if n not in gone):
        return ()
    return tuple(_runs(sorted(gone)))


def turns(lines: Sequence[L]) -> Iterator[tuple[L, ...]]:
    """Lines in the order of their moments, by who spoke: a paragraph each, cut at long pauses and when it is long enough."""
    turn: list[L] = []
    for line in lines:
        if turn and (line.who != turn[-1].who or line.since - turn[-1].until >= LONG_PAUSE_MS or _is_enough(turn)):
            yield tuple(turn)
            turn = []
        turn.append(line)
    if turn:
        yield tuple(turn)


def _is_enough(turn: Sequence[Line]) -> bool:
    return turn[-1].text[-1:] in _ENDS and sum(len(line.text) for line in turn) >= ENOUGH


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    begin = end = -1
    for place in places:
        if place != end:
            if begin >= 0:
                yield begin, end
            begin = place
        end = place + 1
    if begin >= 0:
        yield begin, end
