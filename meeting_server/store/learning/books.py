"""The stores of learning, put together once per server: lessons, questions, notes, progress, courses, the library."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.store.database import Database
from meeting_server.store.learning.collections import Collections
from meeting_server.store.learning.courses import Courses
from meeting_server.store.learning.lesson_lines import LessonLines
from meeting_server.store.learning.lessons import Lessons
from meeting_server.store.learning.progress import ProgressBook
from meeting_server.store.learning.quizzes import Quizzes
from meeting_server.store.learning.shelf import Shelf
from meeting_server.store.learning.study_notes import StudyNotes


@dataclass(frozen=True, slots=True)
class Learning:
    """Kept in the house as ``learning``."""

    lessons: Lessons
    lines: LessonLines
    quizzes: Quizzes
    notes: StudyNotes
    progress: ProgressBook
    courses: Courses
    shelf: Shelf
    collections: Collections

    @classmethod
    def over(cls, database: Database) -> Learning:
        return cls(
            Lessons(database),
            LessonLines(database),
            Quizzes(database),
            StudyNotes(database),
            ProgressBook(database),
            Courses(database),
            Shelf(database),
            Collections(database),
        )

    async def held(self, member_id: str) -> dict[str, object]:
        """Everything kept about how one member learns."""
        return {
            **await self.progress.held(member_id),
            "answers": await self.quizzes.held(member_id),
            "notes": await self.notes.held(member_id),
            **await self.shelf.held(member_id),
        }
