"""A member decides over what their studying leaves: whether it is told elsewhere, and whether it is kept at all."""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act, Entry


async def delete_learning(at: Context, by: By, branch_id: str, now: Millis) -> None:
    """Delete progress, what was finished, and answers to quizzes. Notes have a page of their own."""
    async with at.database.act():
        progress = await at.learning.progress.delete_all(by.member_id)
        if await at.learning.quizzes.delete_attempts(by.member_id) or progress:
            await _note(at, by, Act.LEARNING_DELETED, branch_id, now)


async def agree_to_telling(at: Context, by: By, branch_id: str, now: Millis) -> None:
    """From now on what the member finishes is told to the university's store."""
    async with at.database.act():
        await at.statements.agree(by.member_id, now)
        await _note(at, by, Act.TELLING_AGREED, branch_id, now)


async def stop_telling(at: Context, by: By, branch_id: str, now: Millis) -> None:
    """Agree no more; what was not sent yet is deleted."""
    async with at.database.act():
        await at.statements.withdraw(by.member_id)
        await _note(at, by, Act.TELLING_STOPPED, branch_id, now)


async def _note(at: Context, by: By, act: Act, branch_id: str, now: Millis) -> None:
    await at.access_log.note(Entry(now, act, by.member_id, by.name, by.member_id, by.name, branch_id))
