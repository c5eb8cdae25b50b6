"""The attendance report as a workbook (XLSX): one line a person, and every interval of evidence."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from meeting_server.archive.attendance_report import AttendanceReport, strongest
from meeting_server.domain.attendance import Row
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.state import Interval

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")

Say = Callable[..., str]
"""A text of the catalogue: ``say(key, **holes)``; keys used here lie under ``attendance.``."""

COLUMNS = (
    ("name", 12),
    ("standing", 12),
    ("role", 10),
    ("status", 14),
    ("arrived", 10),
    ("left", 10),
    ("minutes", 8),
    ("confirmed", 8),
    ("responsive", 8),
    ("connected", 8),
    ("rooms", 26),
    ("evidence", 22),
    ("note", 36),
)
"""Of the sheet with one line a person: the key under ``attendance.column`` and the width."""
EVIDENCE_COLUMNS = (("name", 12), ("from", 20), ("to", 20), ("minutes", 8), ("level", 12), ("evidence", 24))


def attendance_workbook(result: AttendanceReport, say: Say) -> bytes:
    """The report as XLSX: one sheet a line a person, one sheet every interval of evidence. Text is never a formula."""
    workbook = Workbook()
    people = workbook.active
    assert isinstance(people, Worksheet)
    people.title = say("attendance.sheet.people")
    _facts(people, result, say)
    _people(people, result, say)
    _evidence(workbook.create_sheet(say("attendance.sheet.evidence")), result, say)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _facts(sheet: Worksheet, result: AttendanceReport, say: Say) -> None:
    quorum = result.quorum
    facts: list[tuple[str, str | int]] = [
        ("branch", result.branch_name),
        ("place", result.place),
        ("opened", _stamp(result.opened_at)),
        ("adjourned" if result.over else "as_of", _stamp(result.until)),
        ("expected", quorum.entitled),
        ("attended" if result.over else "present_now", quorum.present),
        ("needed", quorum.needed),
        ("leave", result.leave),
        ("absent", result.absent),
        ("guests", result.guests),
    ]
    sheet.append([result.title])
    _as_text(sheet.cell(1, 1)).font = Font(bold=True, size=14)
    for key, value in facts:
        sheet.append([say(f"attendance.fact.{key}"), value])
        row = sheet.max_row
        _as_text(sheet.cell(row, 1)).font = Font(bold=True)
        _as_text(sheet.cell(row, 2)).alignment = Alignment(horizontal="left")
    sheet.append([])


def _people(sheet: Worksheet, result: AttendanceReport, say: Say) -> None:
    names = {row.participant.participant_id: row.participant.name for row in result.rows}
    _heads(sheet, COLUMNS, say)
    head_row = sheet.max_row
    for row in result.rows:
        person = row.participant
        best = strongest(person)
        sheet.append(
            [
                person.name,
                say(f"attendance.standing.{person.standing.value}"),
                say(f"attendance.role.{person.role.value}"),
                say(f"attendance.status.{row.status}"),
                _clock(person.first_arrived_at),
                _clock(person.left_at) if not person.present else "",
                _minutes(row.effective),
                _minutes(row.by_level["confirmed"]),
                _minutes(row.by_level["responsive"]),
                _minutes(row.by_level["connected"]),
                rooms_words(row, say),
                "" if best is None else _evidence_words(best, names, say),
                person.excluded_reason or person.leave_reason,
            ]
        )
    _finish(sheet, head_row, COLUMNS)


def _evidence(sheet: Worksheet, result: AttendanceReport, say: Say) -> None:
    names = {row.participant.participant_id: row.participant.name for row in result.rows}
    _heads(sheet, EVIDENCE_COLUMNS, say)
    for row in result.rows:
        for interval in row.participant.intervals:
            end = interval.until if interval.until is not None else result.until
            sheet.append(
                [
                    row.participant.name,
                    _stamp(interval.since),
                    _stamp(end),
                    _minutes(end - interval.since),
                    say(f"attendance.level.{interval.level}"),
                    _evidence_words(interval, names, say),
                ]
            )
    _finish(sheet, 1, EVIDENCE_COLUMNS)


def rooms_words(row: Row, say: Say) -> str:
    """Minutes in each room, for those who were in more than the hall."""
    if len(row.by_room) < 2 and not (row.by_room and row.by_room[0][0]):
        return ""
    return say("attendance.list_separator").join(
        say("attendance.in_room", room=title or say("attendance.hall"), n=_minutes(time)) for title, time in row.by_room
    )


def _evidence_words(interval: Interval, names: Mapping[ParticipantId, str], say: Say) -> str:
    if interval.marked_by is not None:
        return say("attendance.marked_by", name=names.get(interval.marked_by, ""))
    return say(f"attendance.reason.{interval.reason}")


def _heads(sheet: Worksheet, columns: tuple[tuple[str, int], ...], say: Say) -> None:
    sheet.append([say(f"attendance.column.{key}") for key, _ in columns])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="ECE9E4")


def _finish(sheet: Worksheet, head_row: int, columns: tuple[tuple[str, int], ...]) -> None:
    for row in sheet.iter_rows(min_row=head_row + 1):
        for number in range(len(row)):
            _as_text(row[number])
    for number, (_, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = f"B{head_row + 1}"


def _as_text(cell: Cell | MergedCell) -> Cell:
    """A name that begins with ``=`` stays a name."""
    assert isinstance(cell, Cell)
    if isinstance(cell.value, str):
        cell.data_type = "s"
    return cell


def _stamp(at: Millis | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at / 1000, ZONE):%Y-%m-%d %H:%M:%S}"


def _clock(at: Millis | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at / 1000, ZONE):%H:%M}"


def _minutes(duration: Millis) -> int:
    return 0 if duration <= 0 else max(1, round(duration / 60_000))
