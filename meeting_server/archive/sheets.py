"""Sheets of a workbook (XLSX) made for offices to open and print, and the same tables as CSV.

Figures are numbers, so that they add up and sort. Texts are texts, so that none is computed. Every printed page is as wide as the paper
and has column heads and a page number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING

from meeting_server.domain.characters import clean

if TYPE_CHECKING:  # takes a fifth of a second, so only makers of a workbook import it
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COMPUTED = ("=", "+", "-", "@", "\t", "\r")
"""Characters that make a spreadsheet read a cell of a CSV file as a formula."""
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']|\s+")
_PORTRAIT_CHARACTERS = 100
"""A wider sheet is printed in landscape, because in portrait it would be too small to read."""


class Share(float):
    """A fraction shown as a percentage."""


Value = str | int | Share | datetime | time | None
_FORMATS: dict[type, str] = {str: "@", int: "0", Share: "0%", datetime: "yyyy-mm-dd hh:mm:ss", time: "hh:mm"}


def new_workbook() -> Workbook:
    """Return a workbook without a sheet."""
    from openpyxl import Workbook

    workbook = Workbook()
    for sheet in workbook.worksheets:
        workbook.remove(sheet)
    return workbook


def add_sheet(workbook: Workbook, title: str) -> Worksheet:
    """Add a sheet. Its title is cut to what a tab can hold."""
    sheet: Worksheet = workbook.create_sheet(" ".join(_NOT_IN_A_TITLE.sub(" ", clean(title)).split())[:31] or "1")
    return sheet


def put(sheet: Worksheet, row: int, values: Iterable[Value], *, bold: bool = False) -> list[Cell]:
    """Write values into the cells of a row, from the first column on."""
    from openpyxl.cell import Cell
    from openpyxl.styles import Alignment, Font

    cells = []
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column)
        assert isinstance(cell, Cell)
        if value is not None:
            cell.value = clean(value) if isinstance(value, str) else value
            cell.number_format = _FORMATS[type(value)]
        if isinstance(value, str):
            cell.data_type = "s"  # a name that begins with = stays text
        cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
        cell.font = Font(bold=bold)
        cells.append(cell)
    return cells


def put_heads(sheet: Worksheet, row: int, heads: Iterable[str], widths: Sequence[int]) -> None:
    """Write the column heads, which stay visible and are printed on every page. ``widths``: in characters."""
    from openpyxl.styles import PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for cell in put(sheet, row, heads, bold=True):
        cell.fill = PatternFill("solid", fgColor="ECE9E4")
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = f"B{row + 1}"
    sheet.print_title_rows = f"{row}:{row}"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape" if sum(widths) > _PORTRAIT_CHARACTERS else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    footer = sheet.oddFooter
    assert footer is not None
    assert footer.center is not None
    footer.center.text = "&P / &N"


def saved(workbook: Workbook) -> bytes:
    """The file."""
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def write_csv(rows: Iterable[Sequence[Value]]) -> bytes:
    """Return CSV as spreadsheets expect it: UTF-8 with a BOM, CRLF. Nothing in it is computed when it is opened."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_written(value) for value in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def write_xlsx(rows: Sequence[Sequence[Value]], title: str, widths: Sequence[int] = (14, 18, 14, 18, 10, 10)) -> bytes:
    """Return a workbook of one sheet whose first row has the heads. Numbers of people are texts and keep their zeros."""
    workbook = new_workbook()
    sheet = add_sheet(workbook, title)
    for number, row in enumerate(rows, 1):
        put(sheet, number, [escaped(value) if isinstance(value, str) else value for value in row])
    put_heads(sheet, 1, [escaped(str(head)) for head in rows[0]], widths)
    return saved(workbook)


def _written(value: Value) -> str:
    match value:
        case Share():
            return f"{value:.0%}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case time():
            return f"{value:%H:%M}"
        case None:
            return ""
    return escaped(str(value))


def escaped(value: str) -> str:
    """Prefix an apostrophe to a text that a spreadsheet would compute."""
    text = clean(value)
    return f"'{text}" if value.startswith(COMPUTED) else text


def unescaped(text: str) -> str:
    """Remove the apostrophe that ``escaped`` added."""
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in COMPUTED else text
