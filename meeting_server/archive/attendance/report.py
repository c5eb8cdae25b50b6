"""The attendance report of one meeting: figures, the curve of those present, one line per person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from meeting_server.domain.attendance.expected import expected
from meeting_server.domain.attendance.report import LATE_AFTER, Row, report
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.state import Interval, MeetingState, Participant
from meeting_server.domain.terms import EvidenceLevel, QuorumCheck
from meeting_server.domain.vote_terms import MotionForce
from meeting_server.domain.votes.electorate import electorate
from meeting_server.domain.votes.rules import quorum_check

LEVELS: tuple[EvidenceLevel, ...] = ("connected", "responsive", "confirmed")
"""Weakest first."""
THERE = frozenset({"present", "late", "left_early", "late_and_left_early"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment marked on the curve."""

    at: Millis
    kind: Literal["roll_call", "motion"]
    title: str


@dataclass(frozen=True, slots=True)
class AttendanceReport:
    """Attendance as of ``until``. Leave and absence count the expected members, with or without a vote; ``quorum`` and the curve count
    only those with a vote; guests are counted apart."""

    title: str
    branch_name: str
    place: str
    opened_at: Millis | None
    until: Millis
    over: bool
    quorum: QuorumCheck
    """``present``: now, while the meeting runs; at any time, once it is over."""
    in_hall: int
    leave: int
    absent: int
    guests: int
    lowest: int
    """Fewest present since the quorum was first reached, except in the last minute; 0 if it never was."""
    quorum_since: Millis | None
    steps: tuple[tuple[Millis, int], ...]
    """How many of the electorate were present, from each moment on."""
    marks: tuple[Mark, ...]
    rows: tuple[Row, ...]
    entitled: frozenset[ParticipantId]
    expected: frozenset[ParticipantId]
    """应到党员."""
    attended: int
    """实到党员: present now, while the meeting runs; at any time, once it is over."""

    def takes_part_without_vote(self, row: Row) -> bool:
        """参加（无表决权）: a member who attended and has no vote."""
        who = row.participant.participant_id
        return who in self.expected and who not in self.entitled and row.status in THERE

    @property
    def since(self) -> Millis:
        return self.opened_at if self.opened_at is not None else self.until


def attendance_report(state: MeetingState, now: Millis, leaves: Mapping[ParticipantId, tuple[str, bool]] | None = None) -> AttendanceReport:
    """Return the report as of ``now``, or of the adjournment.

    ``leaves`` holds reason and approval of leave asked for since the meeting opened. It overrides the convening's.
    """
    state = _with_leaves(state, leaves or {})
    rows = report(state, now)
    entitled, members = frozenset(electorate(state, state.preset)), frozenset(expected(state))
    over = state.phase == MeetingPhase.ADJOURNED
    counted = [row for row in rows if row.participant.participant_id in members]
    voting = [row for row in rows if row.participant.participant_id in entitled]

    def here(row: Row) -> bool:
        return row.status in THERE if over else row.participant.present

    there = sum(here(row) for row in voting)
    quorum = quorum_check(state.preset.quorum, len(entitled), there)
    until = state.adjourned_at if state.adjourned_at is not None else now
    since = state.opened_at if state.opened_at is not None else until
    steps = presence_steps([row.participant for row in voting], since, until)
    quorum_since = next((at for at, count in steps if count >= quorum.needed), None)
    return AttendanceReport(
        title=state.title,
        branch_name=state.branch_name,
        place=state.place,
        opened_at=state.opened_at,
        until=until,
        over=over,
        quorum=quorum,
        in_hall=sum(1 for row in counted if row.status in THERE and _was_marked(row.participant)),
        leave=sum(1 for row in counted if row.status == "leave"),
        absent=sum(1 for row in counted if row.status == "absent"),
        guests=sum(1 for row in rows if row.participant.participant_id not in members and row.status in THERE),
        lowest=_lowest(steps, quorum_since, until - (LATE_AFTER if over else 0)),
        quorum_since=quorum_since,
        steps=steps,
        marks=_marks(state),
        rows=rows,
        entitled=entitled,
        expected=members,
        attended=sum(here(row) for row in counted),
    )


def presence_steps(people: list[Participant], since: Millis, until: Millis) -> tuple[tuple[Millis, int], ...]:
    """Return the number of people with evidence of presence as a step function from ``since``. The last step lasts to ``until``."""
    change: dict[Millis, int] = {since: 0}
    for person in people:
        for start, end in _stretches(person.intervals, since, until):
            change[start] = change.get(start, 0) + 1
            if end < until:
                change[end] = change.get(end, 0) - 1
    steps: list[tuple[Millis, int]] = []
    count = 0
    for at in sorted(change):
        count += change[at]
        if not steps or steps[-1][1] != count:
            steps.append((at, count))
    return tuple(steps)


def _stretches(intervals: tuple[Interval, ...], since: Millis, until: Millis) -> list[tuple[Millis, Millis]]:
    """Return evidence of any level between ``since`` and ``until``, with adjacent intervals joined."""
    joined: list[tuple[Millis, Millis]] = []
    for interval in sorted(intervals, key=lambda i: i.since):
        start, end = max(interval.since, since), min(interval.until if interval.until is not None else until, until)
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _lowest(steps: tuple[tuple[Millis, int], ...], since: Millis | None, until: Millis) -> int:
    """Return the fewest from ``since`` to ``until``. Leaving in the last minute of a meeting is not a loss of quorum."""
    if since is None:
        return 0
    return min(count for at, count in steps if since <= at and (at < until or at == since))


def strongest(person: Participant) -> Interval | None:
    """Return the latest interval of the strongest level someone reached."""
    best: Interval | None = None
    for interval in person.intervals:
        if best is None or LEVELS.index(interval.level) >= LEVELS.index(best.level):
            best = interval
    return best


def _with_leaves(state: MeetingState, leaves: Mapping[ParticipantId, tuple[str, bool]]) -> MeetingState:
    changed = {
        who: replace(state.participants[who], leave_reason=reason, leave_approved=approved)
        for who, (reason, approved) in leaves.items()
        if who in state.participants
    }
    return replace(state, participants={**state.participants, **changed}) if changed else state


def _was_marked(person: Participant) -> bool:
    return any(interval.reason in ("marked", "hall_code") for interval in person.intervals)


def _marks(state: MeetingState) -> tuple[Mark, ...]:
    marks = [
        Mark(m.opened_at, "motion", m.title) for m in state.motions.values() if m.opened_at is not None and m.force == MotionForce.MOTION
    ]
    if state.roll_call is not None:
        marks.append(Mark(state.roll_call.opened_at, "roll_call", ""))
    return tuple(sorted(marks, key=lambda mark: mark.at))
