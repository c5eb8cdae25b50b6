"""The links to a meeting: issuing, renewing and taking them back with what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.schedule.invitations import Admits, Invitation
from meeting_server.store.schedule.schedule import Scheduled

DAY: Millis = 86_400_000
AFTER_END: Millis = DAY
"""Links end a day after the planned end: a meeting may run long, and start late."""


async def invite_members(at: Context, by: By, scheduled: Scheduled, member_ids: Sequence[str], now: Millis) -> None:
    """A personal link for each of these members."""
    async with at.database.act():
        for member_id in member_ids:
            await _issue(at, by, scheduled, now, member_id=member_id)
        await _note(at, by, scheduled, Act.INVITATION_ISSUED, now)


async def invite_group(at: Context, by: By, scheduled: Scheduled, admits: Admits, now: Millis, max_uses: int = 0) -> Invitation:
    """One link for all members, or for guests. ``max_uses`` 0: no limit."""
    async with at.database.act():
        invitation = await _issue(at, by, scheduled, now, max_uses=max_uses, admits=admits)
        await _note(at, by, scheduled, Act.INVITATION_ISSUED, now)
        return invitation


async def renew_invitation(at: Context, by: By, scheduled: Scheduled, member_id: str, name: str, now: Millis) -> None:
    """A new personal link in place of what a member has, and of what came of that."""
    async with at.database.act():
        await _end_links_of(at, scheduled, member_id, now)
        await _issue(at, by, scheduled, now, member_id=member_id)
        await _note(at, by, scheduled, Act.INVITATION_ISSUED, now, member_id, name)


async def revoke_invitation(at: Context, by: By, scheduled: Scheduled, invitation_id: str, member_id: str | None, now: Millis) -> bool:
    """Take a link back; a personal one (``member_id``) with what came of it. False when there is none to take back."""
    async with at.database.act():
        if not await at.invitations.revoke(scheduled.meeting_id, invitation_id, now):
            return False
        if member_id:
            await _end_links_of(at, scheduled, member_id, now)
        await _note(at, by, scheduled, Act.INVITATION_REVOKED, now)
        return True


async def _end_links_of(at: Context, scheduled: Scheduled, member_id: str, now: Millis) -> None:
    """Take a member's links back, with every sign-in at this meeting that came of them and every device let in beside them."""
    await at.invitations.revoke_all_of(scheduled.meeting_id, now, member_id=member_id)
    await at.knocks.forget(scheduled.meeting_id, member_id)
    ended = await at.accounts.end_at_meeting(scheduled.meeting_id, [member_id])
    await at.database.after_commit(partial(at.sign_outs.announce, ended))


async def _issue(
    at: Context,
    by: By,
    scheduled: Scheduled,
    now: Millis,
    *,
    member_id: str | None = None,
    max_uses: int = 0,
    admits: Admits = "guests",
) -> Invitation:
    ends = max(scheduled.plan.ends_at, now) + AFTER_END
    return await at.invitations.issue(
        scheduled.meeting_id,
        issued_by=by.member_id,
        now=now,
        expires_at=ends,
        member_id=member_id,
        max_uses=max_uses,
        admits=admits,
    )


async def _note(at: Context, by: By, scheduled: Scheduled, act: Act, now: Millis, member_id: str = "", name: str = "") -> None:
    plan = scheduled.plan
    entry = Entry(now, act, by.member_id, by.name, member_id or scheduled.meeting_id, name or plan.title, plan.branch_id)
    await at.access_log.note(entry)
