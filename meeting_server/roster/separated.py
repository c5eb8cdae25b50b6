"""Tables as plain text (CSV, TSV): encoding and separator are those that yield a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from meeting_server.roster.sheets import MOST_COLUMNS, Cell, Sheet, UnreadableRoster
from meeting_server.roster.texts import text_cell

SEPARATORS = (",", "\t", ";", "，", "|", "；", "、")
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_NO_TEXT = (b"%PDF", b"\x89PNG", b"\xff\xd8", b"GIF8", b"PK", b"\xd0\xcf\x11\xe0")
_CONTROLS = frozenset(chr(code) for code in range(0x20)) - set("\t\r\n\x0b\x0c")

Score = Callable[[list[list[Cell]]], int]
"""How many columns of a roster a table's header names; 0: it has none."""


def read_separated(data: bytes, score: Score) -> Sheet:
    """The table. Raises UnreadableRoster: ``wrong_media_type`` for what is no text."""
    best, most = None, -1
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding).lstrip("\ufeff")  # some programs write the mark twice
        except UnicodeDecodeError:
            continue
        if not _CONTROLS.isdisjoint(text[:10_000]):
            continue
        rows, named = _by_separator(text, score)
        if named > most:
            best, most = rows, named
    if best is None:
        raise UnreadableRoster("wrong_media_type")
    return Sheet("", best)


def _encodings(data: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return (encoding,)
    if data.startswith(_NO_TEXT):
        return ()
    if data.lstrip()[:1] == b"<":
        raise UnreadableRoster("other_workbook" if b"<table" in data.lower() or b"Excel.Sheet" in data else "wrong_media_type")
    if b"\0" in data:  # UTF-16 without a mark: one byte of every ASCII character is nought
        return ("utf-16-le", "utf-16-be") if data.count(b"\0") * 20 > len(data) else ()
    return ("utf-8", "gb18030", "big5")


def _by_separator(text: str, score: Score) -> tuple[list[list[Cell]], int]:
    best: list[list[Cell]] | None = None
    most = -1
    for separator in sorted((one for one in SEPARATORS if one in text), key=lambda one: -text.count(one)) or [","]:
        try:
            table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except csv.Error:
            continue
        rows = [[text_cell(value) for value in row[:MOST_COLUMNS]] for row in table]
        named = score(rows)
        if named > most:
            best, most = rows, named
    if best is None:
        raise UnreadableRoster("wrong_media_type")
    return best, most
