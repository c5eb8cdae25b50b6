"""The attendance report: figures, the curve of those present, the drawings, the workbook."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import time

import openpyxl

from meeting_server.archive.attendance.report import attendance_report, presence_steps, strongest
from meeting_server.archive.attendance.workbook import attendance_workbook
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.state import Interval, MeetingState, Participant
from meeting_server.domain.terms import QuorumCheck
from meeting_server.store.schedule.presets import load_presets
from meeting_server.web.attendance.evidence import bars, columns, plot, ticks
from meeting_server.web.site.catalogue import text

MINUTE: Millis = 60_000
START: Millis = 1_795_690_800_000
END = START + 60 * MINUTE


def at(minutes: float) -> Millis:
    return START + round(minutes * MINUTE)


def person(name: str, *intervals: Interval, **fields: object) -> Participant:
    made = Participant(ParticipantId(name), name, Standing.FULL, Role.MEMBER, voting=True, intervals=intervals)
    came = intervals[0].since if intervals else None
    left = intervals[-1].until if intervals else None
    return replace(made, **{"first_arrived_at": came, "left_at": left, **fields})  # type: ignore[arg-type]  # fields by name


def meeting(*people: Participant, over: bool = True) -> MeetingState:
    return MeetingState(
        meeting_id=MeetingId("m1"),
        phase=MeetingPhase.ADJOURNED if over else MeetingPhase.OPEN,
        title="支部党员大会",
        kind="general",
        branch_id="b1",
        branch_name="第二党支部",
        place="A305",
        starts_at=START,
        ends_at=END,
        preset=load_presets()["general_meeting"],
        documents=(),
        participants={p.participant_id: p for p in people},
        agenda=(),
        rooms={},
        opened_at=START,
        adjourned_at=END if over else None,
    )


WHOLE = person("周建华", Interval(at(-5), at(60), "confirmed", "roll_call"))
LATE = person("陈思源", Interval(at(20), at(30), "responsive", "joined"), Interval(at(30), at(60), "connected", "background"))
GONE = person("马丽娟", Interval(at(0), at(10), "connected", "joined"))
HALL = person("孙国栋", Interval(at(0), at(60), "confirmed", "marked", ParticipantId("周建华")))
ABSENT = person("=1+1")
ON_LEAVE = person("王志远", leave_reason="外出调研", leave_approved=True)
EXCLUDED = person("冯晓", excluded_reason="出国（境）半年以上（批准文号：3号）")
GUEST = person("高原", Interval(at(0), at(60), "responsive", "joined"), standing=Standing.GUEST, role=Role.GUEST, voting=False)
EVERYONE = (WHOLE, LATE, GONE, HALL, ABSENT, ON_LEAVE, EXCLUDED, GUEST)


def test_the_figures_count_the_electorate_and_set_the_others_apart() -> None:
    result = attendance_report(meeting(*EVERYONE), END + 999)
    assert (result.quorum.entitled, result.quorum.present, result.quorum.needed) == (6, 4, 3)
    assert (result.in_hall, result.leave, result.absent, result.guests) == (1, 1, 1, 1)
    assert {row.participant.name: row.status for row in result.rows} == {
        "周建华": "present",
        "陈思源": "late",
        "马丽娟": "left_early",
        "孙国栋": "present",
        "=1+1": "absent",
        "王志远": "leave",
        "冯晓": "excluded",
        "高原": "present",
    }


def test_while_it_runs_the_report_counts_who_is_here_now() -> None:
    here = replace(WHOLE, present=True, left_at=None)
    result = attendance_report(meeting(here, GONE, over=False), at(30))
    assert (result.over, result.quorum.present, result.until) == (False, 1, at(30))


def test_leave_granted_since_the_opening_is_no_absence() -> None:
    result = attendance_report(meeting(ABSENT), END, {ParticipantId("=1+1"): ("堵车", True), ParticipantId("nobody"): ("", True)})
    assert (result.leave, result.absent) == (1, 0)


def test_the_curve_follows_arrivals_and_departures() -> None:
    assert presence_steps([WHOLE, LATE, GONE], START, END) == ((at(0), 2), (at(10), 1), (at(20), 2))
    assert presence_steps([], START, END) == ((START, 0),)


def test_a_change_of_level_is_no_departure() -> None:
    assert presence_steps([LATE], START, END) == ((at(0), 0), (at(20), 1))


def test_the_quorum_is_dated_and_going_home_at_the_end_does_not_break_it() -> None:
    early = person("李敏", Interval(at(5), at(59.5), "confirmed", "ballot"))
    result = attendance_report(meeting(WHOLE, early, ABSENT, LATE), END)
    assert result.quorum_since == at(5)
    assert result.lowest == 2


def test_a_quorum_that_was_never_there_is_said() -> None:
    result = attendance_report(meeting(GONE, ABSENT, ON_LEAVE), END)
    assert (result.quorum_since, result.lowest) == (None, 0)


def test_the_strongest_evidence_is_the_latest_of_its_level() -> None:
    confirmed = Interval(0, 1, "confirmed", "roll_call"), Interval(1, 2, "confirmed", "spoke")
    best = strongest(person("x", *confirmed, Interval(2, 3, "connected", "background")))
    assert best is not None
    assert best.reason == "spoke"
    assert strongest(ABSENT) is None


def test_bars_stay_inside_the_band_and_stronger_evidence_is_taller() -> None:
    first, second = bars(LATE.intervals, START, END)
    assert (first.x, first.width, first.y, first.height) == (33.33, 16.67, 6, 12)
    assert (second.x, second.width, second.y, second.height) == (50.0, 50.0, 12, 6)
    (before,) = bars(WHOLE.intervals, START, END)
    assert (before.x, before.width) == (0, 100)
    assert bars((Interval(END, None, "connected", "joined"),), START, END) == ()


def test_ticks_name_both_ends_once() -> None:
    assert [tick.label for tick in ticks(START, END)] == ["19:00", "19:20", "19:40", "20:00"]
    assert [tick.label for tick in ticks(START, START + 1000)] == ["19:00"]


def test_the_line_to_be_reached_lies_between_nobody_and_everyone() -> None:
    drawn = plot(((START, 0), (at(30), 6)), START, END, QuorumCheck(6, 4, 3, True), [(at(30), "表决")], width=320, height=210, left=28)
    assert drawn.need_y == 106
    assert drawn.line == "M28.0 186.0H172.0V26.0H316"
    assert drawn.area.endswith("V186H28Z")
    assert [count for count, _ in drawn.grid] == [0, 3, 6]
    assert [flag.x for flag in drawn.flags] == [172.0]


def test_a_curve_of_an_empty_meeting_can_be_drawn() -> None:
    drawn = plot((), START, START, QuorumCheck(0, 0, 0, True), [], width=1000, height=230, left=44)
    assert drawn.need_y is None


def test_columns_show_the_share_and_leave_is_an_outline() -> None:
    whole, part, leave = columns([("", 1.0, "1/5"), ("part", 0.5, "2/5"), ("leave", 0.0, "3/5")], width=328, height=134)
    assert whole.height == leave.height == 88
    assert part.height == 44
    assert (whole.percent, part.percent, leave.kind) == (100, 50, "leave")


def test_the_workbook_has_a_line_for_everyone_and_no_formula() -> None:
    content = attendance_workbook(attendance_report(meeting(*EVERYONE), END), lambda key, **holes: text("zh-CN", key, **holes))
    book = openpyxl.load_workbook(io.BytesIO(content))
    people, evidence = book.worksheets
    rows = [[cell.value for cell in row] for row in people.iter_rows()]
    assert rows[0][0] == "支部党员大会"
    assert [row[:2] for row in rows if str(row[0]) in ("应到党员", "实到党员", "其中有表决权")] == [
        ["应到党员", 6],
        ["实到党员", 4],
        ["其中有表决权", 6],
    ]
    head = next(n for n, row in enumerate(rows) if row[0] == "姓名")
    by_name = {row[0]: row for row in rows[head + 1 :]}
    assert set(by_name) == {"高原（列席）" if p is GUEST else p.name for p in EVERYONE}
    assert by_name["陈思源"][3:7] == ["迟到", time(19, 20), time(20, 0), 40]
    assert by_name["孙国栋"][11] == "周建华代记"
    assert by_name["王志远"][12] == "外出调研"
    assert all(cell.data_type != "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert evidence.max_row == 1 + sum(len(p.intervals) for p in EVERYONE)


def test_the_workbook_speaks_english_too() -> None:
    content = attendance_workbook(attendance_report(meeting(*EVERYONE), END), lambda key, **holes: text("en", key, **holes))
    people = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert "Name" in {cell.value for row in people.iter_rows() for cell in row}
