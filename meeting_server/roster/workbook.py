"""Workbooks (XLSX): every sheet with what is shown in its cells, what is merged and what nobody sees."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO
from xml.etree.ElementTree import Element, iterparse, parse

from meeting_server.roster.figures import figure
from meeting_server.roster.sheets import MOST_COLUMNS, MOST_LINES, MOST_SHEETS, Cell, Doubt, Merged, Sheet, UnreadableRoster
from meeting_server.roster.texts import decoded, text_cell

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True, slots=True)
class _Layout:
    merged: list[Merged]
    hidden_lines: frozenset[int]


def read_workbook(data: bytes) -> list[Sheet]:
    """All sheets in their order. ``data`` went through ``container.kind_of``. Raises UnreadableRoster:
    ``wrong_media_type``, ``too_many_rows``."""
    try:
        return _sheets(data)
    except UnreadableRoster:
        raise
    except Exception as error:  # openpyxl raises anything for a damaged workbook
        raise UnreadableRoster("wrong_media_type") from error


def _sheets(data: bytes) -> list[Sheet]:
    import openpyxl  # a fifth of a second, only for those who are given a workbook

    layouts = _layouts(data)
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        found = []
        for sheet in book.worksheets[:MOST_SHEETS]:
            layout = layouts.get(sheet.title, _Layout([], frozenset()))
            rows = [[_cell(cell) for cell in row] for row in sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_LINES)]
            name = " ".join(decoded(sheet.title).split())
            found.append(Sheet(name, rows, sheet.sheet_state != "visible", layout.hidden_lines, layout.merged))
        return found
    finally:
        book.close()


def _cell(cell: object) -> Cell:
    value = getattr(cell, "value", None)
    match value:
        case None:
            return Cell()
        case _ if getattr(cell, "data_type", "") == "f":
            return Cell(str(value), computed=True)
        case bool():
            return Cell("是" if value else "否")
        case int() | float():
            return figure(value, str(getattr(cell, "number_format", "")))
        case datetime() | date() | time():
            return Cell(str(value), doubt=Doubt.FORMAT)
    return text_cell(decoded(str(value)))


def _layouts(data: bytes) -> dict[str, _Layout]:
    """By the name of the sheet; openpyxl reads this only together with every cell in memory."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        with archive.open("xl/_rels/workbook.xml.rels") as part:
            targets = {one.get("Id", ""): one.get("Target", "") for one in parse(part).getroot().iter(_RELATION)}
        with archive.open("xl/workbook.xml") as part:
            sheets = [(one.get("name", ""), targets.get(one.get(_ID, ""), "")) for one in parse(part).getroot().iter(f"{_MAIN}sheet")]
        names = set(archive.namelist())
        layouts = {}
        for name, target in sheets[:MOST_SHEETS]:
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in names:
                with archive.open(path) as part:
                    layouts[name] = _layout(part)
        return layouts


def _layout(part: IO[bytes]) -> _Layout:
    from openpyxl.utils.cell import range_boundaries

    merged: list[Merged] = []
    hidden: set[int] = set()
    line = 0
    for _, element in iterparse(part):
        if element.tag == f"{_MAIN}row":
            line = int(element.get("r", line + 1))
            if line > MOST_LINES and any(cell.find(f"{_MAIN}{what}") is not None for cell in element for what in ("v", "is")):
                raise UnreadableRoster("too_many_rows")
            if line <= MOST_LINES and _is_hidden(element):
                hidden.add(line)
        elif element.tag == f"{_MAIN}mergeCell" and len(merged) < MOST_LINES:
            left, top, right, bottom = (edge or 1 for edge in range_boundaries(element.get("ref", "")))
            if top <= MOST_LINES:
                merged.append(Merged(top - 1, left - 1, bottom - 1, min(right, MOST_COLUMNS) - 1))
        else:
            continue
        element.clear()
    return _Layout(merged, frozenset(hidden))


def _is_hidden(row: Element) -> bool:
    return row.get("hidden") in ("1", "true") or row.get("zeroHeight") in ("1", "true") or row.get("ht") == "0"
