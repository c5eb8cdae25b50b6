"""The attendance report: for everyone on the list, whether they came, when, for how long and on what evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meeting_server.domain.ids import Millis
from meeting_server.domain.state import Interval, MeetingState, Participant
from meeting_server.domain.terms import EvidenceLevel

LATE_AFTER: Millis = 60_000
"""Arriving later than this after the opening is 迟到; leaving earlier than this before the end is 早退."""

Status = Literal["present", "late", "left_early", "late_and_left_early", "leave", "absent", "excluded"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the attendance report. Durations in milliseconds, within the time the meeting was open."""

    participant: Participant
    status: Status
    effective: Millis
    by_level: dict[EvidenceLevel, Millis]
    by_room: tuple[tuple[str, Millis], ...] = ()
    """Time spent in each room, by its title (empty: the hall), in the order in which they were first entered."""


def _within(interval: Interval, since: Millis, until: Millis) -> Millis:
    end = until if interval.until is None else min(interval.until, until)
    return max(0, end - max(interval.since, since))


def report(state: MeetingState, now: Millis) -> tuple[Row, ...]:
    """Return the attendance of everyone on the list, as of ``now`` or of the adjournment."""
    since = state.opened_at if state.opened_at is not None else now
    until = state.adjourned_at if state.adjourned_at is not None else now
    return tuple(_row(state, p, since, until) for p in state.participants.values() if p.kind == "person")


def _row(state: MeetingState, p: Participant, since: Millis, until: Millis) -> Row:
    by_level: dict[EvidenceLevel, Millis] = {"connected": 0, "responsive": 0, "confirmed": 0}
    for interval in p.intervals:
        by_level[interval.level] += _within(interval, since, until)
    effective = sum(by_level.values())
    return Row(p, _status(state, p, since, until), effective, by_level, _by_room(p, since, until))


def _by_room(p: Participant, since: Millis, until: Millis) -> tuple[tuple[str, Millis], ...]:
    """Split the evidence of presence at the changes of room."""
    starts = [(min((i.since for i in p.intervals), default=since), ""), *((move.at, move.title) for move in p.moves)]
    ends = [*(at for at, _ in starts[1:]), until]
    spent: dict[str, Millis] = {}
    for (start, title), end in zip(starts, ends, strict=True):
        inside = sum(_within(interval, max(start, since), min(end, until)) for interval in p.intervals)
        spent[title] = spent.get(title, 0) + inside
    return tuple((title, time) for title, time in spent.items() if time > 0)


def _status(state: MeetingState, p: Participant, since: Millis, until: Millis) -> Status:
    came = p.first_arrived_at is not None and (state.opened_at is None or _was_there(p, since, until))
    if not came:
        if p.is_excluded:
            return "excluded"
        return "leave" if p.leave_approved else "absent"
    assert p.first_arrived_at is not None
    late = state.opened_at is not None and p.first_arrived_at > since + LATE_AFTER
    early = p.left_at is not None and not p.present and p.left_at < until - LATE_AFTER
    if late and early:
        return "late_and_left_early"
    return "late" if late else "left_early" if early else "present"


def _was_there(p: Participant, since: Millis, until: Millis) -> bool:
    return p.present or any(_within(interval, since, until) > 0 for interval in p.intervals)
