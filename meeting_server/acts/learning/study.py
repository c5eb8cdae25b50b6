"""Studying: reporting what was played, saying that something was read, answering its questions.

Each is kept together with what follows from it: that the thing is finished, and what the record store is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from meeting_server.acts.context import Context
from meeting_server.acts.learning.deeds import Studying, tell
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.progress import Interval
from meeting_server.store.learning.quizzes import Attempt, Question


async def report_playing(at: Context, studying: Studying, length: Millis, played: Sequence[Interval], position: Millis, month: str) -> None:
    """Add what a player says it played; ``length`` and ``position``: playing time (ms), ``month``: as ``2026-11``."""
    async with at.database.act():
        await at.learning.progress.report(studying.member_id, studying.studied, length, played, position, studying.now, month)
        await _settle(at, studying)


async def declare_read(at: Context, studying: Studying, month: str) -> None:
    """A member says that they read something that cannot be heard."""
    await report_playing(at, studying, 0, (), 0, month)


async def answer_questions(at: Context, studying: Studying, questions: Sequence[Question], given: Mapping[str, tuple[str, ...]]) -> Attempt:
    """Keep an attempt at all ``questions``; ``given``: the answers by item. Every question that was asked counts, answered or not."""
    right = sum(question.is_right(given[question.item_id]) for question in questions)
    made = Attempt(studying.member_id, studying.studied, right, len(questions), given, studying.now)
    async with at.database.act():
        attempt = await at.learning.quizzes.attempt(made)
        await tell(at, studying, "passed" if attempt.passed else "failed", attempt.at, right=right, asked=len(questions))
        await _settle(at, studying)
    return attempt


async def _settle(at: Context, studying: Studying) -> None:
    """Note the thing as finished when enough was heard and the questions, if any, were passed."""
    book, quizzes = at.learning.progress, at.learning.quizzes
    progress = await book.of(studying.member_id, studying.studied)
    if progress is None:
        return
    if progress.begun_at == progress.latest_at:
        await tell(at, studying, "began", progress.begun_at)
    if progress.completed_at is not None or not progress.whole:
        return
    if studying.studied in await quizzes.asked():
        best = (await quizzes.best([studying.member_id])).get((studying.member_id, studying.studied))
        if best is None or not best.passed:
            return
    await book.complete(progress, studying.now)
    await tell(at, studying, "finished", studying.now, spent=progress.unique)
