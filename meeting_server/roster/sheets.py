"""What every kind of file is read into: sheets of cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

FILE_BYTES = 2 * 1024 * 1024
MOST_ROWS = 2000
MOST_COLUMNS = 60
MOST_SHEETS = 60
MOST_LINES = MOST_ROWS + 100
"""Lines read of one sheet: people, and what stands above and below them."""


class Doubt(StrEnum):
    """Why a figure is not what whoever typed it saw."""

    ROUNDED = "rounded"
    """More digits than a spreadsheet keeps (15): the last ones are zeros now."""
    FORMAT = "format"
    """Shown by a format that we cannot follow."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is seen; ``computed``: a formula stands there."""

    text: str = ""
    computed: bool = False
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells shown as one, from ``top`` and ``left`` to ``bottom`` and ``right`` (from 0, inclusive)."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """One sheet. ``rows`` from line 1 on; ``hidden_lines``: lines nobody sees, hidden by hand or by a filter."""

    name: str
    rows: list[list[Cell]]
    hidden: bool = False
    hidden_lines: frozenset[int] = frozenset()
    merged: list[Merged] = field(default_factory=list)

    def fill_down(self) -> None:
        """Give every line what a merged cell above shows for it."""
        left = MOST_LINES * MOST_COLUMNS  # a file may claim that all its areas cover all its cells
        for area in self.merged:
            for column in range(area.left, area.right + 1):
                shown = self._at(area.top, column)
                lines = range(area.top + 1, min(area.bottom, len(self.rows) - 1) + 1)
                left -= len(lines)
                if left < 0:
                    return
                for line in lines:
                    row = self.rows[line]
                    row.extend(Cell() for _ in range(column + 1 - len(row)))
                    row[column] = shown

    def across(self) -> dict[int, range]:
        """Lines (from 0) on which one cell runs over several columns, and those columns."""
        return {area.top: range(area.left, area.right + 1) for area in self.merged if area.right > area.left and area.top == area.bottom}

    def _at(self, line: int, column: int) -> Cell:
        row = self.rows[line] if line < len(self.rows) else []
        return row[column] if column < len(row) else Cell()


class UnreadableRoster(Exception):
    """No roster can be read from the file. ``code`` is told under ``roster.unreadable``; ``status`` is the HTTP status for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.status = {"too_large": 413, "wrong_media_type": 415, "password": 415, "other_workbook": 415}.get(code, 422)
