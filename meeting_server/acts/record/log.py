"""How the access log tells what was done with a record; the people whom its meeting concerns can read it."""

from __future__ import annotations

from meeting_server.acts.context import By
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.schedule.schedule import Scheduled


def entry_of(act: Act, by: By, scheduled: Scheduled, now: Millis, detail: str = "") -> Entry:
    """A line about the record of a meeting."""
    plan = scheduled.plan
    return Entry(now, act, by.member_id, by.name, scheduled.meeting_id, plan.title, plan.branch_id, detail)
