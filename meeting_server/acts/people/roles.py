"""Giving and withdrawing roles in a branch."""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.acts.people.revoking import catch_up_with
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.people import BranchRole, Member


async def grant_role(at: Context, by: By, member: Member, branch_id: str, role: BranchRole, now: Millis) -> bool:
    """Give a role; False when it was held already. Raises NotInOrder."""
    async with at.database.act():
        granted = await at.directory.grant(member.member_id, branch_id, role, now, by.member_id)
        if granted:
            await _note(at, by, Act.ROLE_GRANTED, member, branch_id, role, now)
        return granted


async def withdraw_role(at: Context, by: By, member: Member, branch_id: str, role: BranchRole, now: Millis) -> bool:
    """Take a role back, with what was issued by its right; False when it was not held. Raises NotInOrder."""
    async with at.database.act():
        withdrawn = await at.directory.withdraw(member.member_id, branch_id, role)
        if withdrawn:
            await _note(at, by, Act.ROLE_WITHDRAWN, member, branch_id, role, now)
            await catch_up_with(at, member.member_id, now)
        return withdrawn


async def _note(at: Context, by: By, act: Act, member: Member, branch_id: str, role: BranchRole, now: Millis) -> None:
    await at.access_log.note(Entry(now, act, by.member_id, by.name, member.member_id, member.name, branch_id, role.value))
