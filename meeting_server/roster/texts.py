"""Texts of cells as they were meant: without the marks that programs leave in them."""

from __future__ import annotations

import re

from meeting_server.archive.sheets import unescaped
from meeting_server.domain.characters import clean
from meeting_server.roster.sheets import Cell

_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LITERAL = re.compile(r'="([^"]*)"')
"""How exports keep zeros in front in a CSV file: a formula that is but a text."""


def text_cell(value: str) -> Cell:
    """A cell that holds a text."""
    text = value.strip()
    literal = _LITERAL.fullmatch(text)
    if literal is not None:
        text = literal[1].strip()
    computed = len(text) > 1 and text.startswith(("=", "@", "+"))
    return Cell(clean(unescaped(text)).strip(), computed)


def decoded(value: str) -> str:
    """A text of a workbook with its coded characters (ECMA-376 22.9.2.19): ``_x000D_`` is a carriage return."""
    return _CODED.sub(lambda found: chr(int(found[1], 16)), value)
