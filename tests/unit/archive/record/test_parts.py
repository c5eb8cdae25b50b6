"""What is left of a record for each reader, and that nothing rests on what is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meeting_server.archive.minutes.minutes import Minutes, minutes_of
from meeting_server.archive.record.digest import digest_of
from meeting_server.archive.record.parts import HoldsReasons, seen_minutes, seen_records, seen_timeline
from meeting_server.archive.record.readers import SEES, Audience, Part, seen_by
from meeting_server.archive.record.timeline import Timeline, timeline_of
from meeting_server.domain.attendance.report import report
from meeting_server.domain.events import AbsenceExplained, LeaveRecorded, MeetingConvened, ParticipantAdmitted
from meeting_server.domain.state import MeetingState
from meeting_server.domain.votes.electorate import electorate
from meeting_server.journal.bundle import record_of
from meeting_server.journal.fold import after
from meeting_server.journal.port import Record
from meeting_server.journal.record import erasable, erased, faults
from tests.kit.meetings.whole_meeting import whole_meeting
from tests.kit.paths import GOLDEN

RECORDS = whole_meeting().records


def minutes() -> Minutes:
    made = minutes_of(RECORDS)
    assert made is not None
    return made


def timeline() -> Timeline:
    made = timeline_of(RECORDS)
    assert made is not None
    return made


def folded(records: list[Record]) -> MeetingState:
    state: MeetingState | None = None
    for record in records:
        state = after(state, record)
    assert state is not None
    return state


def test_reasons_are_for_chair_and_secretary_alone() -> None:
    assert {audience for audience, parts in SEES.items() if Part.REASONS in parts} == {Audience.RUNNER, Audience.SECRETARY}


def test_who_only_studies_a_record_sees_nothing_that_members_do_not() -> None:
    assert SEES[Audience.LEARNER] < SEES[Audience.MEMBER]
    assert all(SEES[Audience.MEMBER] <= SEES[audience] for audience in Audience if audience is not Audience.LEARNER)


def test_a_journal_says_why_somebody_is_away_in_nothing_but_what_can_be_erased() -> None:
    for record in RECORDS:
        match record.event:
            case MeetingConvened(convening):
                assert {p.leave_reason for p in convening.participants} == {""}
                assert {p.excluded_reason for p in convening.participants} == {"", "withheld"}
            case ParticipantAdmitted(participant):
                assert participant.leave_reason == ""
            case LeaveRecorded(_, reason):
                assert reason == ""
    said = {record.event.leave or record.event.exclusion for record in RECORDS if isinstance(record.event, AbsenceExplained)}
    assert said == {"外出调研", "出国八个月，校党〔2026〕12号", "在国外"}


def test_nobody_is_counted_otherwise_once_everything_erasable_is_erased() -> None:
    left = [erased(record) if erasable(record.kind) else record for record in RECORDS]
    assert list(faults(left)) == []
    before, now = folded(RECORDS), folded(left)
    assert electorate(now, now.preset) == electorate(before, before.preset)
    end = RECORDS[-1].recorded_at
    assert [(row.status, row.effective) for row in report(now, end)] == [(row.status, row.effective) for row in report(before, end)]
    assert now.motions == before.motions
    assert now.counters == before.counters  # numbers are never given twice
    made = minutes_of(left)
    assert made is not None
    assert made.quorum == minutes().quorum
    assert {person.reason for person in (*made.on_leave, *made.excluded)} == {""}


def test_a_learner_s_time_axis_has_no_secret_and_no_unpublished_vote() -> None:
    whole = timeline()
    assert {mark.title for mark in whole.marks if not mark.open} == {"", "接收林晓雨同志为中共预备党员"}  # "": the roll call
    seen = seen_timeline(whole, seen_by([Audience.LEARNER]), None)
    assert {mark.title for mark in seen.marks} == {"通过支部 2026 年度工作总结", "志愿服务对象扩大到留学生", "明年组织生活放在哪天"}
    assert (seen.chat, seen.participants, seen.agreed) == ((), (), ())


def test_an_older_time_axis_tells_a_learner_of_no_vote_until_it_is_made_again() -> None:
    older = replace(timeline(), marks=tuple(replace(mark, open=False) for mark in timeline().marks))
    assert seen_timeline(older, seen_by([Audience.LEARNER]), None).marks == ()


def test_a_learner_s_minutes_have_no_names_no_notes_and_no_figures_of_secret_votes() -> None:
    seen = seen_minutes(minutes(), seen_by([Audience.LEARNER]))
    assert (seen.absent, seen.on_leave, seen.excluded, seen.attending) == ((), (), (), ())
    results = [result for item in seen.items for result in item.results]
    assert {result.method for result in results} <= {"open", "named"}
    assert {named for result in results for named in result.named} == set()
    assert not [item for item in seen.items if item.points or item.dissent or item.resolutions]


def test_a_draft_for_learners_repeats_no_secret_result_and_no_dissent() -> None:
    drafted = digest_of(minutes(), timeline(), None)
    told = drafted.summary + "".join(drafted.keywords)
    for never in ("预备党员", "马丽娟", "修改后上报学院党委"):  # the resolution stands under an item with a secret vote
        assert never not in told


def test_the_journal_of_an_earlier_version_is_not_handed_to_who_may_not_see_its_reasons() -> None:
    older = [record_of(line) for line in (GOLDEN / "journal_v2.jsonl").read_bytes().splitlines()]
    with pytest.raises(HoldsReasons):
        seen_records(older, seen_by([Audience.COUNTER]))
    assert seen_records(older, seen_by([Audience.SECRETARY]))[0] == older[0]


def test_what_is_left_out_of_a_bundle_leaves_the_chain_whole() -> None:
    given = seen_records(RECORDS, seen_by([Audience.COUNTER]))
    assert list(faults(given)) == []
    assert {record.kind for record in given if record.payload is None} == {
        "AbsenceExplained",
        "AttendanceContested",
        "ContestAnswered",
        "BallotCast",
        "ChatPosted",
    }
