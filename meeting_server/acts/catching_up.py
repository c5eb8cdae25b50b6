"""What a server that died left undone after a commit, done before the next one takes requests.

Only a start repairs; looking at a page never does. Each is idempotent, and finds its work in what was committed.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from meeting_server.acts.schedule import phases
from meeting_server.archive.record.lesson_clips import remove_clips_but
from meeting_server.domain.ids import MeetingId
from meeting_server.journal.port import Journal
from meeting_server.store.database import Database
from meeting_server.store.learning.lessons import Lessons
from meeting_server.store.schedule.documents import Documents
from meeting_server.store.schedule.schedule import Schedule

ERASED_FROM = ("transcript_corrections", "number_ticks", "publications", "study_notes", "access_log", "members")
"""Where people take something out for good. Who died right then has deleted it, and left a copy in the database's files."""


async def catch_up(database: Database, journal: Journal, documents: Documents, recordings: Path) -> tuple[MeetingId, ...]:
    """Bring schedule, files and what was erased to what was committed; which meetings are open. Raises StorageUnavailable, OSError."""
    await database.forget_deleted(*ERASED_FROM)
    await documents.tidy()
    await asyncio.to_thread(remove_clips_but, recordings, await Lessons(database).ids())
    return await phases.catch_up(Schedule(database), journal)
