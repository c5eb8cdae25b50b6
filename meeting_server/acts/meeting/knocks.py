"""Browsers that knock at a meeting, and those who answer."""

from __future__ import annotations

from functools import partial
from typing import Literal

from meeting_server.acts.context import By, Context
from meeting_server.acts.people.signing_in import Browser
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.knocks import Knock
from meeting_server.store.people.people import Member
from meeting_server.store.schedule.schedule import Scheduled

Answer = Literal["let_in", "refused"]


async def knock(
    at: Context, browser: Browser, household: str, scheduled: Scheduled, member: Member | None, typed: str, now: Millis
) -> Knock:
    """Ask to come in as ``member``, or as nobody who is known. Raises TooManyKnocks."""
    async with at.database.act():
        asked = await at.knocks.ask(
            scheduled.meeting_id,
            member.member_id if member else None,
            typed or (member.name if member else ""),
            device_hash=browser.device_hash,
            device=browser.device,
            household=household,
            now=now,
        )
        if member is not None:
            branch_id = scheduled.plan.branch_id
            await at.access_log.note(Entry(now, Act.KNOCKED, "", "", member.member_id, member.name, branch_id, asked.device))
        await _tell(at, asked)
        return asked


async def answer_knock(at: Context, by: By, scheduled: Scheduled, knock_id: str, answer: Answer, now: Millis) -> Knock | None:
    """Let a browser in, or refuse it; ``None`` when it no longer waits."""
    async with at.database.act():
        answered = await at.knocks.answer(knock_id, answer, by.member_id, by.name, now)
        if answered is None:
            return None
        if answered.member_id is not None:
            member = await at.directory.member(answered.member_id)
            act = Act.KNOCK_LET_IN if answer == "let_in" else Act.KNOCK_REFUSED
            name, branch_id = member.name if member else "", scheduled.plan.branch_id
            await at.access_log.note(Entry(now, act, by.member_id, by.name, answered.member_id, name, branch_id, answered.device))
        await _tell(at, answered)
        return answered


async def _tell(at: Context, knock: Knock) -> None:
    await at.database.after_commit(partial(at.registry.nudge, knock.meeting_id, knock.member_id))
