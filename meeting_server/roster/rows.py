"""The people of one sheet, line by line, and what is wrong with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from meeting_server.domain.roles import Standing
from meeting_server.domain.spelling import spelled
from meeting_server.roster.figures import DIGITS_KEPT, looks_rounded, may_be_rounded
from meeting_server.roster.headers import Column, columns_of
from meeting_server.roster.sheets import Cell, Doubt, Sheet
from meeting_server.roster.words import standing_of, yes_or_no

CELL_LIMIT = 200
_SHOWN = 60
_ABOUT_THE_LIST = re.compile(
    r"(注|备注|说明|填表|制表|填报|审核|合计|总计|共计|统计|日期|单位|支部书记|负责人)[人时]?[\s:：]|(合计|总计|共计)$|共\s*\d+\s*人"
)
_GROUP_HEADING = re.compile(r"组\s*[:：]?\s*(\(.*\)|（.*）)?$")


class Fault(StrEnum):
    """What is wrong with one cell; sentences are in the catalogue under ``roster.fault``."""

    FORMULA = "formula"
    NAME_EMPTY = "name_empty"
    NAME_TOO_LONG = "name_too_long"
    NUMBER_MALFORMED = "number_malformed"
    NUMBER_ROUNDED = "number_rounded"
    NUMBER_FORMAT = "number_format"
    NUMBER_TWICE = "number_twice"
    NUMBER_ELSEWHERE = "number_elsewhere"
    NUMBER_OF_ANOTHER = "number_of_another"
    NAME_TWICE = "name_twice"
    NAME_AMBIGUOUS = "name_ambiguous"
    STANDING_EMPTY = "standing_empty"
    STANDING_UNKNOWN = "standing_unknown"
    GROUP_UNKNOWN = "group_unknown"
    NOT_YES_OR_NO = "not_yes_or_no"
    VOTE_WITHOUT_STANDING = "vote_without_standing"
    CELL_TOO_LONG = "cell_too_long"


_FAULT_OF_DOUBT = {Doubt.ROUNDED: Fault.NUMBER_ROUNDED, Doubt.FORMAT: Fault.NUMBER_FORMAT}


class At(NamedTuple):
    """A line of the file (from 1, the header counts) and its sheet; no sheet where there is but one."""

    line: int
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault: the line in the file, the column, what stands there."""

    at: At
    column: Column
    fault: Fault
    value: str = ""
    other: At | None = None
    """The other line, for duplicates."""
    name: str = ""
    """The other person, where there is one."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person as the file has them; ``voting`` None: not said. ``by_sheet``: the group is but the sheet's name."""

    at: At
    name: str
    number: str = ""
    standing: Standing | None = None
    group: str = ""
    voting: bool | None = None
    committee: bool | None = None
    by_sheet: bool = False


@dataclass(slots=True)
class SheetRows:
    """What one sheet held. ``unused``: heads of columns we do not use; ``unseen``: lines with something that nobody sees."""

    rows: list[RosterRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    unused: tuple[str, ...] = ()
    unseen: list[tuple[At, str]] = field(default_factory=list)


def rows_of(sheet: Sheet, name: str, header: int, columns: dict[Column, int], *, typed: bool) -> SheetRows:
    """The people below the header on line ``header`` (from 0) of a sheet that was filled down.

    ``name``: what to call the sheet; ``typed``: the file tells numbers from texts, so that a long text is as it was typed.
    """
    found = SheetRows()
    across = sheet.across()
    found.unused = tuple(
        dict.fromkeys(cell.text for index, cell in enumerate(sheet.rows[header]) if cell.text and index not in columns.values())
    )
    heading = ""
    for number, cells in enumerate(sheet.rows[header + 1 :], header + 1):
        at = At(number + 1, name)
        said = {column: cells[index] if index < len(cells) else Cell() for column, index in columns.items()}
        if number in across and columns[Column.NAME] in across[number]:
            heading = _heading(cells[across[number].start].text) or heading
            continue
        if not any(cell.text for cell in said.values()) or _is_no_person(cells, said):
            continue
        if at.line in sheet.hidden_lines:
            found.unseen.append((at, spelled(said[Column.NAME].text)[:_SHOWN]))
            continue
        row, wrong = _row(at, said)
        if not row.group and heading:
            row = replace(row, group=heading)
        found.rows.append(row)
        found.faults += wrong
    if not typed:
        _doubt_long_numbers(found)
    return found


def _heading(text: str) -> str:
    """A group, where one cell over all columns names it for the lines below."""
    said = spelled(text)
    return re.sub(r"\s*[:：]?\s*(\(.*\)|（.*）)?$", "", said) if _GROUP_HEADING.search(said) and len(said) <= _SHOWN else ""


def _is_no_person(cells: Sequence[Cell], said: dict[Column, Cell]) -> bool:
    """The header once more on the next page, a line about the list below it, a line with nothing but its group."""
    if Column.NAME in columns_of(cells) and len(columns_of(cells)) == len(said):
        return True
    filled = [column for column, cell in said.items() if cell.text]
    if filled == [Column.GROUP]:
        return True
    if filled == [Column.NAME]:
        return _ABOUT_THE_LIST.match(said[Column.NAME].text) is not None
    return False


def _row(at: At, cells: dict[Column, Cell]) -> tuple[RosterRow, list[RowFault]]:
    faults: list[RowFault] = []
    said: dict[Column, str] = {}
    for column, cell in cells.items():
        if cell.computed:
            faults.append(RowFault(at, column, Fault.FORMULA, cell.text[:_SHOWN]))
        elif len(cell.text) > CELL_LIMIT:
            faults.append(RowFault(at, column, Fault.CELL_TOO_LONG, cell.text[:_SHOWN]))
        elif column is Column.NUMBER and (doubt := _doubt(cell)) is not None:
            faults.append(RowFault(at, column, doubt, cell.text[:_SHOWN]))
        else:
            said[column] = cell.text

    def told(column: Column) -> bool | None:
        value = said.get(column)
        if value is None or (value == "" and column is Column.VOTING):
            return None
        answer = yes_or_no(value)
        if answer is None:
            faults.append(RowFault(at, column, Fault.NOT_YES_OR_NO, value[:_SHOWN]))
        return bool(answer)

    standing: Standing | None = None
    word = said.get(Column.STANDING, "")
    if word:
        standing = standing_of(word)
        if standing is None:
            faults.append(RowFault(at, Column.STANDING, Fault.STANDING_UNKNOWN, word[:_SHOWN]))
    elif not any(fault.column is Column.STANDING for fault in faults):
        faults.append(RowFault(at, Column.STANDING, Fault.STANDING_EMPTY))
    row = RosterRow(
        at,
        spelled(said.get(Column.NAME, "")),
        _number(said.get(Column.NUMBER, "")),
        standing,
        spelled(said.get(Column.GROUP, "")),
        told(Column.VOTING),
        told(Column.COMMITTEE),
    )
    return row, faults


def _doubt(cell: Cell) -> Fault | None:
    if cell.doubt is not None:
        return _FAULT_OF_DOUBT[cell.doubt]
    return Fault.NUMBER_ROUNDED if looks_rounded(cell.text) else None


def _number(text: str) -> str:
    """Without spaces, and without the apostrophe that says: this is a text."""
    number = "".join(unicodedata.normalize("NFKC", text).split())
    return number[1:] if number[:1] == "'" else number


def _doubt_long_numbers(found: SheetRows) -> None:
    """In a file of plain text a spreadsheet may have rounded: every long number ends in zeros then."""
    long = [row for row in found.rows if len(row.number) > DIGITS_KEPT]
    if long and all(may_be_rounded(row.number) for row in long):
        found.faults += [RowFault(row.at, Column.NUMBER, Fault.NUMBER_ROUNDED, row.number[:_SHOWN]) for row in long]
