"""The strokes of Han characters: their number, the shape of the first one, and the order among equal characters.

``strokes.dat`` is a constant of this package, made by ``.ci/tools/strokes.py`` from the Unihan database: every unified ideograph has
its number of strokes (``kTotalStrokes``), and the 8,105 characters of the 通用规范汉字表 (``kTGH``) have a first stroke and a place.
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xFA0E, 0xFA2A), (0x20000, 0x323B0))
FIRST_STROKES = "一丨丿丶乛"
"""The five shapes of a first stroke, in order. A first stroke is stored as its place here, from 1."""
MOST_STROKES = 84


class Strokes(NamedTuple):
    """The strokes of one character, compared by number, then first stroke, then place."""

    number: int
    """0: not known."""
    first: int
    """1 to 5; 0: unknown."""
    place: int
    """Orders otherwise equal characters: by their place in the standard's table, then by code point."""


@cache
def _tables() -> tuple[bytes, dict[str, tuple[int, int]]]:
    """Return the number of strokes per code point of ``_BLOCKS``, and first stroke and place of each character of the standard."""
    content = zlib.decompress(files(__package__).joinpath("strokes.dat").read_bytes())
    size = sum(end - begin for begin, end in _BLOCKS)
    standard: dict[str, tuple[int, int]] = {}
    for line in content[size:].decode().splitlines():
        _, first, run = line.split(" ")
        for character in run:
            standard[character] = (int(first), len(standard))
    return content[:size], standard


def strokes_of(character: str) -> Strokes:
    """Return the strokes of one character as ``spelling.spelled`` leaves it. Unknown values are 0."""
    counts, standard = _tables()
    code = ord(character)
    first, place = standard.get(character, (0, len(standard) + code))
    before = 0
    for begin, end in _BLOCKS:
        if begin <= code < end:
            return Strokes(counts[before + code - begin], first, place)
        before += end - begin
    return Strokes(0, 0, place)
