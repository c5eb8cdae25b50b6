"""Reading a roster from a CSV or XLSX file, whoever made it, and writing one that a spreadsheet opens safely.

Reading is strict about what a file is (magic bytes, sizes, no formulas) and lenient about how it names its columns.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import openpyxl

from meeting_server.archive.sheets import unescaped
from meeting_server.domain.roles import Standing
from meeting_server.web.errors import Refused, WebCode

FILE_BYTES = 2 * 1024 * 1024
UNPACKED_BYTES = 30 * 1024 * 1024
"""A spreadsheet that unpacks to more is a bomb or no roster."""
MOST_ENTRIES = 500
MOST_ROWS = 2000
MOST_COLUMNS = 60
CELL_LIMIT = 200


class Column(StrEnum):
    """The columns a roster can have."""

    NAME = "name"
    NUMBER = "number"
    STANDING = "standing"
    GROUP = "group"
    VOTING = "voting"
    COMMITTEE = "committee"


HEADERS: dict[Column, tuple[str, ...]] = {
    Column.NAME: ("姓名", "名字", "党员姓名", "name", "full name"),
    Column.NUMBER: (
        "学号或工号", "学号", "工号", "学号/工号", "学工号", "编号", "人员编号",
        "number", "student number", "staff number", "student or staff number", "id",
    ),
    Column.STANDING: ("身份", "党员身份", "政治面貌", "人员类别", "党员类别", "standing", "status"),
    Column.GROUP: ("党小组", "小组", "所在党小组", "group"),
    Column.VOTING: ("表决权", "有表决权", "voting", "vote", "has a vote"),
    Column.COMMITTEE: ("支委", "委员", "支部委员", "committee"),
}
"""What a header may be called; the first name is the one we write in Chinese."""
ENGLISH: dict[Column, str] = {
    Column.NAME: "Name",
    Column.NUMBER: "Number",
    Column.STANDING: "Standing",
    Column.GROUP: "Group",
    Column.VOTING: "Voting",
    Column.COMMITTEE: "Committee",
}
STANDINGS: dict[Standing, tuple[str, ...]] = {
    Standing.FULL: ("正式党员", "中共党员", "党员", "正式", "full", "full member"),
    Standing.PROBATIONARY: ("预备党员", "中共预备党员", "预备", "probationary", "probationary member"),
    Standing.APPLICANT: ("积极分子", "入党积极分子", "发展对象", "applicant"),
    Standing.GUEST: ("列席", "列席人员", "群众", "guest"),
}
ENGLISH_STANDINGS = {
    Standing.FULL: "Full member",
    Standing.PROBATIONARY: "Probationary member",
    Standing.APPLICANT: "Applicant",
    Standing.GUEST: "Guest",
}
_YES = {"是", "有", "√", "✓", "y", "yes", "true", "1", "对"}
_NO = {"", "否", "无", "没有", "×", "n", "no", "false", "0", "-"}


class Fault(StrEnum):
    """What is wrong with one cell; sentences are in the catalogue under ``roster.fault``."""

    FORMULA = "formula"
    NAME_EMPTY = "name_empty"
    NAME_TOO_LONG = "name_too_long"
    NUMBER_MALFORMED = "number_malformed"
    NUMBER_TWICE = "number_twice"
    NUMBER_ELSEWHERE = "number_elsewhere"
    NAME_TWICE = "name_twice"
    NAME_AMBIGUOUS = "name_ambiguous"
    STANDING_EMPTY = "standing_empty"
    STANDING_UNKNOWN = "standing_unknown"
    GROUP_UNKNOWN = "group_unknown"
    NOT_YES_OR_NO = "not_yes_or_no"
    VOTE_WITHOUT_STANDING = "vote_without_standing"
    CELL_TOO_LONG = "cell_too_long"


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault: the line in the file (the header counts), the column, what stands there."""

    line: int
    column: Column
    fault: Fault
    value: str = ""
    other: int = 0
    """The other line, for duplicates."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person as the file has them; ``voting`` None: not said."""

    line: int
    name: str
    number: str = ""
    standing: Standing | None = None
    group: str = ""
    voting: bool | None = None
    committee: bool | None = None


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A file read: rows that could be read, faults of those that could not, columns we do not use."""

    rows: tuple[RosterRow, ...]
    faults: tuple[RowFault, ...]
    unused: tuple[str, ...] = ()


class UnreadableRoster(Exception):
    """The file is a table but no roster: ``empty``, ``no_header`` or ``too_many_rows``; the catalogue has sentences under
    ``roster.unreadable``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    formula: bool = False


def read_roster(data: bytes) -> RosterFile:
    """A roster from the bytes of a CSV (UTF-8, UTF-16, GBK) or XLSX file.

    Raises Refused: ``too_large``, ``wrong_media_type`` (neither kind, a bomb, an old .xls); UnreadableRoster.
    """
    if len(data) > FILE_BYTES:
        raise Refused(WebCode.TOO_LARGE)
    table = _read_xlsx(data) if data.startswith(b"PK\x03\x04") else _read_csv(data)
    return _understand(table)


def _read_csv(data: bytes) -> list[list[_Cell]]:
    text = _decoded(data)
    sample = text[:4096]
    delimiter = max((",", "\t", ";", "，"), key=sample.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise Refused(WebCode.WRONG_MEDIA_TYPE) from None
    return [[_Cell(unescaped(value.strip()), _is_formula(value.strip())) for value in row[:MOST_COLUMNS]] for row in rows]


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        if b"\0" in data or data.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8", b"GIF8", b"<")):
            raise Refused(WebCode.WRONG_MEDIA_TYPE)
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(ord(character) < 0x20 and character not in "\t\r\n" for character in text[:10_000]):
            break
        return text
    raise Refused(WebCode.WRONG_MEDIA_TYPE)


def _read_xlsx(data: bytes) -> list[list[_Cell]]:
    _check_archive(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            sheet = book.worksheets[0]
            rows: list[list[_Cell]] = []
            for row in sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS + 12):
                rows.append([_sheet_cell(cell) for cell in row])
        finally:
            book.close()
    except Exception as error:  # openpyxl raises anything for a damaged workbook
        raise Refused(WebCode.WRONG_MEDIA_TYPE) from error
    return rows


def _check_archive(data: bytes) -> None:
    """Look at the archive's own list before anything is unpacked, then for entities in what is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
                raise Refused(WebCode.TOO_LARGE)
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
                raise Refused(WebCode.WRONG_MEDIA_TYPE)
            left = UNPACKED_BYTES
            for entry in entries:
                if not entry.filename.endswith((".xml", ".rels")):
                    continue
                with archive.open(entry) as unpacked:
                    # the size an archive claims need not be the one it unpacks to
                    content = unpacked.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise Refused(WebCode.TOO_LARGE)
                if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                    raise Refused(WebCode.WRONG_MEDIA_TYPE)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise Refused(WebCode.WRONG_MEDIA_TYPE) from error


def _sheet_cell(cell: object) -> _Cell:
    value = getattr(cell, "value", None)
    if value is None:
        return _Cell("")
    if getattr(cell, "data_type", "") == "f":
        return _Cell(str(value), formula=True)
    if isinstance(value, bool):
        return _Cell("是" if value else "否")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return _Cell(unescaped(text), isinstance(value, str) and _is_formula(text))


def _is_formula(text: str) -> bool:
    return len(text) > 1 and text.startswith(("=", "@", "+"))


def _understand(table: list[list[_Cell]]) -> RosterFile:
    filled = [(line, row) for line, row in enumerate(table, 1) if any(cell.text for cell in row)]
    if not filled:
        raise UnreadableRoster("empty")
    found = next(((line, _columns(row)) for line, row in filled[:10] if Column.NAME in _columns(row)), None)
    if found is None:
        raise UnreadableRoster("no_header")
    header_line, columns = found
    people = [(line, row) for line, row in filled if line > header_line]
    if not people:
        raise UnreadableRoster("empty")
    if len(people) > MOST_ROWS:
        raise UnreadableRoster("too_many_rows")
    rows: list[RosterRow] = []
    faults: list[RowFault] = []
    for line, cells in people:
        row, wrong = _row(line, cells, columns)
        rows.append(row)
        faults.extend(wrong)
    header = table[header_line - 1]
    unused = tuple(cell.text for index, cell in enumerate(header) if cell.text and index not in columns.values())
    return RosterFile(tuple(rows), tuple(faults), unused)


def _columns(row: Sequence[_Cell]) -> dict[Column, int]:
    found: dict[Column, int] = {}
    for index, cell in enumerate(row):
        name = " ".join(cell.text.replace("*", "").split()).strip().lower()
        for column, names in HEADERS.items():
            if name in names and column not in found:
                found[column] = index
    return found


def _row(line: int, cells: Sequence[_Cell], columns: dict[Column, int]) -> tuple[RosterRow, list[RowFault]]:
    faults: list[RowFault] = []
    said: dict[Column, str] = {}
    for column, index in columns.items():
        cell = cells[index] if index < len(cells) else _Cell("")
        if cell.formula:
            faults.append(RowFault(line, column, Fault.FORMULA, cell.text[:60]))
        elif len(cell.text) > CELL_LIMIT:
            faults.append(RowFault(line, column, Fault.CELL_TOO_LONG, cell.text[:60]))
        else:
            said[column] = cell.text

    def yes_or_no(column: Column) -> bool | None:
        value = said.get(column)
        if value is None or (value == "" and column is Column.VOTING):
            return None
        if value.lower() in _YES:
            return True
        if value.lower() not in _NO:
            faults.append(RowFault(line, column, Fault.NOT_YES_OR_NO, value[:60]))
        return False

    standing: Standing | None = None
    word = said.get(Column.STANDING, "").lower()
    if word:
        standing = next((standing for standing, names in STANDINGS.items() if word in names), None)
        if standing is None:
            faults.append(RowFault(line, Column.STANDING, Fault.STANDING_UNKNOWN, said[Column.STANDING][:60]))
    elif not any(fault.column is Column.STANDING for fault in faults):
        faults.append(RowFault(line, Column.STANDING, Fault.STANDING_EMPTY))
    row = RosterRow(
        line, said.get(Column.NAME, ""), said.get(Column.NUMBER, ""), standing, said.get(Column.GROUP, ""),
        yes_or_no(Column.VOTING), yes_or_no(Column.COMMITTEE),
    )
    return row, faults


# --- writing


def header(language: str) -> list[str]:
    """The header row we write."""
    return [ENGLISH[column] if language == "en" else HEADERS[column][0] for column in Column]


def standing_word(standing: Standing, language: str) -> str:
    """The word for a standing that reading understands again."""
    return ENGLISH_STANDINGS[standing] if language == "en" else STANDINGS[standing][0]


def yes_word(value: bool, language: str) -> str:
    """The word for yes or no that reading understands again."""
    return ("Yes" if value else "No") if language == "en" else ("是" if value else "否")
