"""Spreadsheets of the OpenDocument format (ODS): LibreOffice, WPS and OnlyOffice write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, parse

from meeting_server.roster.figures import DIGITS_KEPT
from meeting_server.roster.sheets import MOST_COLUMNS, MOST_LINES, MOST_SHEETS, Cell, Doubt, Merged, Sheet, UnreadableRoster
from meeting_server.roster.texts import text_cell

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT, _STYLE = (f"{{{_OASIS}{name}:1.0}}" for name in ("table", "office", "text", "style"))


def read_open_document(data: bytes) -> list[Sheet]:
    """All sheets in their order. ``data`` went through ``container.kind_of``. Raises UnreadableRoster: ``wrong_media_type``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("content.xml") as part:
            return _sheets(parse(part).getroot())
    except (ParseError, KeyError, zipfile.BadZipFile, OSError, RuntimeError) as error:  # of these also a nesting without end
        raise UnreadableRoster("wrong_media_type") from error


def _sheets(root: Element) -> list[Sheet]:
    unseen = {
        style.get(f"{_STYLE}name", "")
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iter(f"{_STYLE}table-properties")
        if properties.get(f"{_TABLE}display") == "false"
    }
    tables = [table for table in root.iter(f"{_TABLE}table") if table.get(f"{_TABLE}is-sub-table") != "true"]
    return [_sheet(table, table.get(f"{_TABLE}style-name") in unseen) for table in tables[:MOST_SHEETS]]


def _sheet(table: Element, hidden: bool) -> Sheet:
    sheet = Sheet(" ".join((table.get(f"{_TABLE}name") or "").split()), [], hidden)
    unseen: set[int] = set()
    for row in _rows(table):
        cells, merged = _cells(row, len(sheet.rows))
        room = MOST_LINES - len(sheet.rows)
        times = min(_repeated(row, "rows"), room)
        if times <= 0:
            if any(cell.text for cell in cells):
                raise UnreadableRoster("too_many_rows")
            continue
        if any(cell.text for cell in cells) or times < 50:
            sheet.rows += [list(cells) for _ in range(times)]
        else:
            sheet.rows += [[] for _ in range(times)]
        sheet.merged += merged
        if row.get(f"{_TABLE}visibility") in ("collapse", "filter"):
            unseen |= set(range(len(sheet.rows) - times + 1, len(sheet.rows) + 1))
    sheet.hidden_lines = frozenset(unseen)
    return sheet


def _rows(table: Element) -> Iterator[Element]:
    """Rows stand in groups and among headers too; those of a table inside a cell are not ours."""
    for child in table:
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in (f"{_TABLE}table-rows", f"{_TABLE}table-header-rows", f"{_TABLE}table-row-group"):
            yield from _rows(child)


def _cells(row: Element, line: int) -> tuple[list[Cell], list[Merged]]:
    cells: list[Cell] = []
    merged: list[Merged] = []
    for element in row:
        if element.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        column = len(cells)
        high, wide = _count(element, "number-rows-spanned"), _count(element, "number-columns-spanned")
        if high > 1 or wide > 1:
            merged.append(Merged(line, column, line + high - 1, min(column + wide, MOST_COLUMNS) - 1))
        cells += [_cell(element)] * min(_repeated(element, "columns"), MOST_COLUMNS - column)
        if len(cells) >= MOST_COLUMNS:
            break
    while cells and not cells[-1].text:
        cells.pop()
    return cells, merged


def _cell(element: Element) -> Cell:
    shown = "\n".join("".join(_said(paragraph)) for paragraph in element.findall(f"{_TEXT}p"))
    if element.get(f"{_TABLE}formula") is not None:
        return Cell(shown, computed=True)
    kind = element.get(f"{_OFFICE}value-type", "")
    if kind == "boolean":
        return Cell("是" if element.get(f"{_OFFICE}boolean-value") == "true" else "否")
    if kind == "date":
        return Cell(shown, doubt=Doubt.FORMAT)
    if kind in ("float", "percentage", "currency"):
        try:
            value = float(element.get(f"{_OFFICE}value", "nan"))
        except ValueError:
            value = float("nan")
        return Cell(shown.strip(), doubt=Doubt.ROUNDED if abs(value) >= 10**DIGITS_KEPT else None)
    return text_cell(shown)


def _said(element: Element) -> Iterator[str]:
    """The text of a paragraph; runs of spaces are elements of their own, notes are not part of it."""
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            yield " " * min(_count(child, "c", _TEXT), 100)
        elif child.tag == f"{_TEXT}line-break":
            yield "\n"
        elif child.tag != f"{_OFFICE}annotation":
            yield from _said(child)
        yield child.tail or ""


def _repeated(element: Element, what: str) -> int:
    return _count(element, f"number-{what}-repeated")


def _count(element: Element, name: str, space: str = _TABLE) -> int:
    said = element.get(f"{space}{name}", "1")
    return max(1, int(said)) if said.isascii() and said.isdigit() and len(said) < 9 else 1
