"""The attendance report as a workbook (XLSX): one line per person, and every interval of evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from meeting_server.archive.attendance.report import AttendanceReport, strongest
from meeting_server.archive.minutes.results import called
from meeting_server.archive.sheets import Value, add_sheet, new_workbook, put, put_heads, saved
from meeting_server.domain.attendance.report import Row
from meeting_server.domain.characters import cleaned
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.state import Interval

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")

Say = Callable[..., str]
"""A text of the catalogue: ``say(key, **holes)``. Keys used here are below ``attendance.``."""

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
"""The columns of the sheet with one line per person: the key below ``attendance.column`` and the width."""
EVIDENCE_COLUMNS = (("name", 12), ("from", 20), ("to", 20), ("minutes", 8), ("level", 12), ("evidence", 24))


def attendance_workbook(result: AttendanceReport, say: Say) -> bytes:
    """Return the report as XLSX: one sheet with a line per person, one with every interval of evidence. Text is never a formula."""
    result = cleaned(result)
    workbook = new_workbook()
    people = add_sheet(workbook, say("attendance.sheet.people"))
    _people(people, _facts(people, result, say), result, say)
    _evidence(add_sheet(workbook, say("attendance.sheet.evidence")), result, say)
    return saved(workbook)


def _facts(sheet: Worksheet, result: AttendanceReport, say: Say) -> int:
    """Write the facts above the table and return the row after them."""
    from openpyxl.styles import Alignment, Font

    quorum = result.quorum
    facts: list[tuple[str, Value]] = [
        ("branch", result.branch_name),
        ("place", result.place),
        ("opened", _stamp(result.opened_at)),
        ("adjourned" if result.over else "as_of", _stamp(result.until)),
        ("members", len(result.expected)),
        ("members_attended", result.attended),
        ("expected", quorum.entitled),
        ("attended" if result.over else "present_now", quorum.present),
        ("needed", quorum.needed),
        ("leave", result.leave),
        ("absent", result.absent),
        ("guests", result.guests),
    ]
    (title,) = put(sheet, 1, [result.title])
    title.font = Font(bold=True, size=14)
    title.alignment = Alignment()
    for row, (key, value) in enumerate(facts, 2):
        label, said = put(sheet, row, [say(f"attendance.fact.{key}"), value])
        label.font = Font(bold=True)
        said.alignment = Alignment(horizontal="left")  # not wrapped, so that a branch's name continues over the cells beside it
    return len(facts) + 3


def _people(sheet: Worksheet, head: int, result: AttendanceReport, say: Say) -> None:
    names = {row.participant.participant_id: called(row.participant) for row in result.rows}
    put_heads(sheet, head, [say(f"attendance.column.{key}") for key, _ in COLUMNS], [width for _, width in COLUMNS])
    for number, row in enumerate(result.rows, head + 1):
        person = row.participant
        best = strongest(person)
        put(
            sheet,
            number,
            [
                called(person),
                say(f"attendance.standing.{person.standing.value}"),
                say(f"attendance.role.{person.role.value}"),
                _status(result, row, say),
                _clock(person.first_arrived_at),
                _clock(person.left_at) if not person.present else None,
                _minutes(row.effective),
                _minutes(row.by_level["confirmed"]),
                _minutes(row.by_level["responsive"]),
                _minutes(row.by_level["connected"]),
                rooms_words(row, say),
                "" if best is None else _evidence_words(best, names, say),
                person.excluded_reason or person.leave_reason,
            ],
        )


def _status(result: AttendanceReport, row: Row, say: Say) -> str:
    status = say(f"attendance.status.{row.status}")
    return f"{status}{say('attendance.list_separator')}{say('attendance.without_vote')}" if result.takes_part_without_vote(row) else status


def _evidence(sheet: Worksheet, result: AttendanceReport, say: Say) -> None:
    names = {row.participant.participant_id: called(row.participant) for row in result.rows}
    put_heads(sheet, 1, [say(f"attendance.column.{key}") for key, _ in EVIDENCE_COLUMNS], [width for _, width in EVIDENCE_COLUMNS])
    intervals = ((called(row.participant), interval) for row in result.rows for interval in row.participant.intervals)
    for number, (name, interval) in enumerate(intervals, 2):
        end = interval.until if interval.until is not None else result.until
        put(
            sheet,
            number,
            [
                name,
                _stamp(interval.since),
                _stamp(end),
                _minutes(end - interval.since),
                say(f"attendance.level.{interval.level}"),
                _evidence_words(interval, names, say),
            ],
        )


def rooms_words(row: Row, say: Say) -> str:
    """Return the minutes in each room, for those who were not only in the hall."""
    if len(row.by_room) < 2 and not (row.by_room and row.by_room[0][0]):
        return ""
    return say("attendance.list_separator").join(
        say("attendance.in_room", room=title or say("attendance.hall"), n=_minutes(time)) for title, time in row.by_room
    )


def _evidence_words(interval: Interval, names: Mapping[ParticipantId, str], say: Say) -> str:
    if interval.marked_by is not None:
        return say("attendance.marked_by", name=names.get(interval.marked_by, ""))
    return say(f"attendance.reason.{interval.reason}")


def _stamp(at: Millis | None) -> datetime | None:
    """Return the moment in local time, because a workbook has no time zones."""
    return None if at is None else datetime.fromtimestamp(at // 1000, ZONE).replace(tzinfo=None)


def _clock(at: Millis | None) -> time | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, ZONE).time().replace(second=0, microsecond=0)


def _minutes(duration: Millis) -> int:
    return 0 if duration <= 0 else max(1, round(duration / 60_000))
