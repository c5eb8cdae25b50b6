"""Micro-lessons, as far as more than their row is touched."""

from __future__ import annotations

import asyncio
from functools import partial

from meeting_server.acts.context import Context
from meeting_server.archive.record.lesson_clips import remove_clip
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.learning.resources import Resource


async def remove_lesson(at: Context, record_files: RecordFiles, lesson: Lesson) -> None:
    """Remove a lesson, and its files when that is committed. Raises OSError when they cannot be deleted.

    Files that are left go at the next start (``remove_clips_but``).
    """
    async with at.database.act():
        await at.learning.lessons.remove(lesson.lesson_id)
        await at.learning.lines.forget([lesson.lesson_id])
        await at.learning.shelf.forget([Resource("lesson", lesson.lesson_id)])
        await at.database.after_commit(partial(asyncio.to_thread, remove_clip, record_files, lesson))
