"""The tree of branches. Every act raises NotInOrder for what the tree does not allow."""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.branch_tree import Branch, BranchKind


async def rename_branch(at: Context, by: By, branch_id: str, name: str, now: Millis) -> None:
    async with at.database.act():
        await at.directory.rename_branch(branch_id, name)
        await _note(at, by, Act.BRANCH_RENAMED, branch_id, name, now)


async def move_branch(at: Context, by: By, branch_id: str, parent: Branch, now: Millis) -> None:
    async with at.database.act():
        await at.directory.move_branch(branch_id, parent.branch_id)
        await _note(at, by, Act.BRANCH_MOVED, branch_id, parent.name, now)


async def create_branch(at: Context, by: By, name: str, kind: BranchKind, parent_id: str, now: Millis) -> Branch:
    async with at.database.act():
        made = await at.directory.create_branch(name, kind, parent_id, now)
        await _note(at, by, Act.BRANCH_CREATED, made.branch_id, made.name, now)
        return made


async def remove_branch(at: Context, by: By, branch: Branch, now: Millis) -> None:
    """Take an empty branch out of the tree; the log of the one above says so."""
    async with at.database.act():
        await at.directory.remove_branch(branch.branch_id, now)
        await _note(at, by, Act.BRANCH_REMOVED, branch.parent_id or "", branch.name, now)


async def restore_branch(at: Context, by: By, branch: Branch, now: Millis) -> None:
    async with at.database.act():
        await at.directory.restore_branch(branch.branch_id)
        await _note(at, by, Act.BRANCH_RESTORED, branch.branch_id, branch.name, now)


async def _note(at: Context, by: By, act: Act, branch_id: str, detail: str, now: Millis) -> None:
    await at.access_log.note(Entry(now, act, by.member_id, by.name, branch_id=branch_id, detail=detail))
