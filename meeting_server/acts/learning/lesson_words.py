"""A lesson's own words, apart from the record's."""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.lesson_lines import LessonLine
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.schedule.schedule import Scheduled


async def retell_line(at: Context, by: By, scheduled: Scheduled, line: LessonLine, clock: str, now: Millis) -> None:
    """Keep what a lesson says in place of a line of the record; the record stays as it is. ``clock``: its time in the lesson."""
    async with at.database.act():
        await at.learning.lines.keep(line)
        await at.access_log.note(_entry(by, scheduled, clock, now))


async def put_line_back(at: Context, by: By, scheduled: Scheduled, lesson_id: str, cue_id: str, clock: str, now: Millis) -> None:
    """The lesson says again what the record says."""
    async with at.database.act():
        await at.learning.lines.put_back(lesson_id, cue_id)
        await at.access_log.note(_entry(by, scheduled, clock, now))


def _entry(by: By, scheduled: Scheduled, clock: str, now: Millis) -> Entry:
    plan = scheduled.plan
    return Entry(now, Act.LESSON_RETOLD, by.member_id, by.name, scheduled.meeting_id, plan.title, plan.branch_id, clock)
