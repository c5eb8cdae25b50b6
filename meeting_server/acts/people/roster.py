"""The roster of a branch: adding, changing, importing, removing and restoring people."""

from __future__ import annotations

from functools import partial

from meeting_server.acts.context import By, Context
from meeting_server.acts.people.revoking import catch_up_with
from meeting_server.domain.ids import Millis
from meeting_server.roster.plan import RosterPlan
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.people import Member


async def add_member(at: Context, by: By, member: Member, now: Millis) -> Member:
    """Raises NotInOrder."""
    async with at.database.act():
        added = await at.directory.add_member(member, now, by.name)
        await _note(at, by, Act.MEMBER_ADDED, added, now)
        return added


async def change_member(at: Context, by: By, before: Member, member: Member, now: Millis) -> bool:
    """Save what is said of someone; False when that is what was said before. Raises NotInOrder."""
    async with at.database.act():
        after = await at.directory.change_member(member)
        if after != before:
            await _note(at, by, Act.MEMBER_CHANGED, after, now)
        return after != before


async def import_roster(at: Context, by: By, branch_id: str, plan: RosterPlan, now: Millis) -> None:
    """Everyone of the plan, or nobody. Raises NotInOrder."""
    async with at.database.act():
        await at.directory.save_roster(plan.members, now, by.name)
        counted = f"+{len(plan.additions)} ~{len(plan.changes)}"
        await at.access_log.note(Entry(now, Act.ROSTER_IMPORTED, by.member_id, by.name, branch_id=branch_id, detail=counted))


async def remove_member(at: Context, by: By, member: Member, now: Millis) -> None:
    """Take someone off the roster, sign them out everywhere, and take back what they issued; records stay. Raises NotInOrder."""
    async with at.database.act():
        await at.directory.remove_member(member.member_id, now)
        await at.accounts.revoke_links(member.member_id, now)
        ended = await at.accounts.end_all_of(member.member_id)
        await at.database.after_commit(partial(at.sign_outs.announce, ended))
        await catch_up_with(at, member.member_id, now)
        await _note(at, by, Act.MEMBER_REMOVED, member, now)


async def restore_member(at: Context, by: By, member: Member, now: Millis) -> Member:
    """Undo a removal. Raises NotInOrder."""
    async with at.database.act():
        restored = await at.directory.restore_member(member.member_id)
        await _note(at, by, Act.MEMBER_RESTORED, restored, now)
        return restored


async def _note(at: Context, by: By, act: Act, member: Member, now: Millis) -> None:
    await at.access_log.note(Entry(now, act, by.member_id, by.name, member.member_id, member.name, member.branch_id))
