"""The columns of a roster, what offices call them, and on which line they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from meeting_server.domain.spelling import spelled
from meeting_server.roster.sheets import Cell

LOOKED_THROUGH = 40
"""Lines that are filled in among which the header is looked for: a title, whose list it is, how to fill it in."""


class Column(StrEnum):
    """The columns a roster can have."""

    NAME = "name"
    NUMBER = "number"
    STANDING = "standing"
    GROUP = "group"
    VOTING = "voting"
    COMMITTEE = "committee"


HEADERS: dict[Column, tuple[str, ...]] = {
    Column.NAME: ("姓名", "名字", "党员姓名", "学生姓名", "教师姓名", "name", "full name"),
    Column.NUMBER: (
        "学号或工号",
        "学号",
        "工号",
        "学号/工号",
        "学工号",
        "工号/学号",
        "学号工号",
        "编号",
        "人员编号",
        "职工号",
        "教工号",
        "學號",
        "number",
        "student number",
        "staff number",
        "student or staff number",
        "student id",
        "staff id",
        "id",
    ),
    Column.STANDING: (
        "身份",
        "党员身份",
        "政治面貌",
        "人员类别",
        "党员类别",
        "人员身份",
        "身份类别",
        "类别",
        "身分",
        "standing",
        "status",
        "party standing",
    ),
    Column.GROUP: ("党小组", "小组", "所在党小组", "所属党小组", "党小组名称", "所在小组", "小组名称", "黨小組", "group", "party group"),
    Column.VOTING: ("表决权", "有表决权", "有无表决权", "是否有表决权", "voting", "vote", "has a vote"),
    Column.COMMITTEE: ("支委", "委员", "支部委员", "支委会", "是否支委", "是否委员", "committee", "committee member"),
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
_ASIDE = re.compile(r"[(\[（【〔][^)\]）】〕]*[)\]）】〕]")
_BETWEEN = re.compile(r"[\s*＊:：·.。、]+")


def _plain(text: str) -> str:
    """A header without spaces and line breaks, stars, and what stands in brackets."""
    said = unicodedata.normalize("NFKC", spelled(text)).lower()
    return _BETWEEN.sub("", _ASIDE.sub("", said)) or _BETWEEN.sub("", said)


_COLUMN_OF = {_plain(name): column for column, names in HEADERS.items() for name in names}


def columns_of(row: Sequence[Cell]) -> dict[Column, int]:
    """Which columns a line names, if it is a header, and where they stand; the first of two of one kind counts."""
    found: dict[Column, int] = {}
    for index, cell in enumerate(row):
        column = _COLUMN_OF.get(_plain(cell.text)) if len(cell.text) <= 60 else None
        if column is not None:
            found.setdefault(column, index)
    return found


def header_of(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[Column, int]] | None:
    """The line (from 0) that names most columns, a name among them, and those columns. None: there is none."""
    best: tuple[int, dict[Column, int]] | None = None
    filled = (number for number, row in enumerate(rows) if any(cell.text for cell in row))
    for number, _ in zip(filled, range(LOOKED_THROUGH), strict=False):
        columns = columns_of(rows[number])
        if Column.NAME in columns and (best is None or len(columns) > len(best[1])):
            best = number, columns
    return best


def named_columns(rows: list[list[Cell]]) -> int:
    """How many columns of a roster the header of a table names; 0: it has none."""
    found = header_of(rows)
    return 0 if found is None else len(found[1])


def header(language: str) -> list[str]:
    """The header row we write."""
    return [ENGLISH[column] if language == "en" else HEADERS[column][0] for column in Column]
