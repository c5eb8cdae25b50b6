"""A roster from the bytes of a file, whoever made it: all its sheets, and what was passed over, said."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from meeting_server.roster.container import kind_of
from meeting_server.roster.headers import header_of, named_columns
from meeting_server.roster.open_document import read_open_document
from meeting_server.roster.rows import At, RosterRow, RowFault, rows_of
from meeting_server.roster.separated import read_separated
from meeting_server.roster.sheets import FILE_BYTES, MOST_ROWS, Sheet, UnreadableRoster
from meeting_server.roster.workbook import read_workbook

_MEANS_NOTHING = re.compile(r"(sheet|table|工作表|表|页)?\s*\d*|.*(名册|名单|花名册|汇总|总表|roster|members).*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What became of one sheet. ``group``: the group its name stands for, where people on it have no other."""

    name: str
    people: int = 0
    group: str = ""
    state: Literal["read", "hidden", "no_header", "empty"] = "read"


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A file read: rows that could be read, faults of those that could not, and what was not taken in.

    ``unused``: heads of columns we do not use; ``unseen``: lines that are hidden or filtered out, with the name on them.
    """

    rows: tuple[RosterRow, ...]
    faults: tuple[RowFault, ...]
    unused: tuple[str, ...] = ()
    sheets: tuple[SheetRead, ...] = ()
    unseen: tuple[tuple[At, str], ...] = ()


def read_roster(data: bytes) -> RosterFile:
    """A roster from a workbook (XLSX, ODS) or a table in plain text (CSV, TSV; UTF-8, UTF-16, GB 18030, Big5).

    Raises UnreadableRoster: ``too_large``, ``wrong_media_type``, ``password``, ``other_workbook``, ``empty``, ``no_header``,
    ``too_many_rows``.
    """
    if len(data) > FILE_BYTES:
        raise UnreadableRoster("too_large")
    kind = kind_of(data)
    if kind == "separated":
        return _understand([read_separated(data, named_columns)], typed=False)
    return _understand(read_workbook(data) if kind == "workbook" else read_open_document(data), typed=True)


def _understand(sheets: list[Sheet], *, typed: bool) -> RosterFile:
    if not any(cell.text for sheet in sheets for row in sheet.rows for cell in row):
        raise UnreadableRoster("empty")
    for sheet in sheets:
        sheet.fill_down()
    headers = {number: header for number, sheet in enumerate(sheets) if not sheet.hidden and (header := header_of(sheet.rows)) is not None}
    if not headers:
        raise UnreadableRoster("no_header")
    several = len(headers) > 1
    rows: list[RosterRow] = []
    faults: list[RowFault] = []
    unused: dict[str, None] = {}
    unseen: list[tuple[At, str]] = []
    told: list[SheetRead] = []
    for number, sheet in enumerate(sheets):
        if number not in headers:
            if any(cell.text for row in sheet.rows for cell in row):
                told.append(SheetRead(sheet.name, state="hidden" if sheet.hidden else "no_header"))
            continue
        line, columns = headers[number]
        found = rows_of(sheet, sheet.name if several else "", line, columns, typed=typed)
        group = sheet.name if sheet.name and not _MEANS_NOTHING.fullmatch(sheet.name) else ""
        rows += [replace(row, group=group, by_sheet=True) if group and not row.group else row for row in found.rows]
        faults += found.faults
        unused |= dict.fromkeys(found.unused)
        unseen += found.unseen
        told.append(SheetRead(sheet.name, len(found.rows), group, "read" if found.rows else "empty"))
    if not rows:
        raise UnreadableRoster("hidden" if unseen else "empty")
    if len(rows) > MOST_ROWS:
        raise UnreadableRoster("too_many_rows")
    return RosterFile(tuple(rows), tuple(faults), tuple(unused), tuple(told), tuple(unseen))
