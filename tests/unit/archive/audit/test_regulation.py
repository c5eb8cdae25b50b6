"""The audit counts every vector of the regulation again, from a bundle of its meeting, and names what is decided by another rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from meeting_server.archive.audit.audit import MINUTES, audit
from meeting_server.archive.audit.bulletin import read
from meeting_server.archive.audit.findings import Audit
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.domain.events import Event, MotionClosed, MotionOpened, MotionPublished, PaperCountEntered, PaperOpened
from meeting_server.journal.bundle import read_bundle, record_of, write_bundle
from tests.kit.houses.bundle_parts import Parts, resealed
from tests.kit.meetings.regulation import MEETING, Case, cases, go_through
from tests.kit.meetings.regulation_bundle import BoxedMeeting
from tests.kit.meetings.whole_meeting import BULLETIN
from tests.kit.meetings.whole_meeting import MEETING as WHOLE_MEETING
from tests.kit.paths import GOLDEN

CASES = {case.case: case for case in cases()}
LEFT = CASES["four phones that go after casting don't elect a candidate with nine of twenty"]
LATE = CASES["two who come late and collect belong to those present"]
HANDS = CASES["five online and three hands in the hall carry what five would not"]


def held(case: Case) -> BoxedMeeting:
    meeting = BoxedMeeting(case)
    assert go_through(case, meeting) == []
    return meeting


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_the_audit_comes_to_what_the_regulation_says(case: Case) -> None:
    meeting = held(case)
    if meeting.state.opened_at is None:  # nobody came: there is no record to audit
        return
    result = audit(read_bundle(meeting.bundle()))
    assert (result.findings, result.exit_code) == ((), 0)
    assert result["attending"].told == ()


def forged(case: Case, change: Callable[[Event], Event]) -> Audit:
    """The audit of the case's bundle with each event changed, its hashes made anew and its minutes after it."""
    meeting = held(case)
    meeting.bundle()
    parts = Parts(meeting.records, meeting.files)
    parts.events(lambda event: [change(event)])
    records = resealed(parts.records)
    return audit(read_bundle(write_bundle(MEETING, records, {**parts.files, MINUTES: msgspec.json.encode(minutes_of(records))})))


def named(result: Audit) -> set[str]:
    return {str(finding.check) for finding in result.findings}


def test_somebody_left_out_of_those_present_is_named() -> None:
    assert "attending" in named(forged(LEFT, lambda e: replace(e, attending=(e.attending or ())[:-4]) if isinstance(e, PaperOpened) else e))


def test_the_base_of_the_closing_under_the_rule_of_today_is_named() -> None:
    def at_closing(event: Event) -> Event:
        if not isinstance(event, MotionClosed) or event.tally is None or event.verdict is None or not event.issued:
            return event
        verdict = replace(event.verdict, carried=True, needed=9, base_count=16)
        return replace(event, tally=replace(event.tally, present=16), verdict=verdict)

    assert {"tally", "verdict"} <= named(forged(LEFT, at_closing))


def test_who_came_late_and_collected_can_not_be_left_out() -> None:
    assert "attending" in named(forged(LATE, lambda e: replace(e, joined=()) if isinstance(e, MotionClosed) else e))


def test_a_vote_under_the_rule_of_before_is_no_doubt_and_is_named() -> None:
    def of_before(event: Event) -> Event:
        if isinstance(event, MotionOpened | PaperOpened):
            return replace(event, attending=None)
        return replace(event, present_at_close=None, joined=()) if isinstance(event, MotionClosed) else event

    case = CASES["a general meeting of sixteen has quorum with eight"]
    result = forged(case, of_before)
    assert (result.findings, result.exit_code, result["attending"].told) == ((), 0, (case.case,))


def test_a_later_vote_does_not_go_back_to_the_rule_of_before() -> None:
    """An election follows the approval of its officers, which was opened under the rule of today."""
    assert "attending" in named(forged(LEFT, lambda e: replace(e, attending=None) if isinstance(e, PaperOpened) else e))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_bundle_of_an_earlier_version_keeps_its_verdicts_and_its_rule_is_named(version: int) -> None:
    records = [record_of(line) for line in (GOLDEN / f"journal_v{version}.jsonl").read_bytes().splitlines()]
    files = {"papers/m5.json": msgspec.json.encode(read(BULLETIN.read_bytes())), MINUTES: msgspec.json.encode(minutes_of(records))}
    result = audit(read_bundle(write_bundle(WHOLE_MEETING, records, files)))
    assert (result.findings, result.exit_code) == ((), 0)
    assert "接收林晓雨同志为中共预备党员" in result["attending"].told
    assert len(result["attending"].told) == 4


@pytest.mark.parametrize(
    "change",
    [
        lambda e: replace(e, count=replace(e.count, issued=11, returned=11)) if isinstance(e, PaperCountEntered) else e,
        lambda e: replace(e, count=replace(e.count, teller=e.count.scrutineer)) if isinstance(e, PaperCountEntered) else e,
        lambda e: replace(e, count=replace(e.count, counts=(("for", 4),))) if isinstance(e, PaperCountEntered) else e,
        lambda e: replace(e, hall_voters=e.hall_voters[:-1]) if isinstance(e, MotionOpened) else e,
    ],
    ids=["more than people", "one officer", "lines that don't add up", "papers for nobody"],
)
def test_a_hall_count_that_can_not_be_is_named(change: Callable[[Event], Event]) -> None:
    assert "hall_counts" in named(forged(HANDS, change))


def test_another_hall_count_than_the_signed_one_can_not_be_published() -> None:
    def other(event: Event) -> Event:
        if isinstance(event, MotionPublished) and event.paper_count is not None:
            return replace(event, paper_count=replace(event.paper_count, returned=2))
        return event

    assert "publication" in named(forged(HANDS, other))
