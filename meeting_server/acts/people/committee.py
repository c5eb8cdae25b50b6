"""The elected become the committee: by one act, from the published result."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.committees import CommitteeTerm


class Seating(StrEnum):
    """What an election does to the committee there was."""

    ANEW = "anew"  # 换届: the elected, and nobody else
    ADDED = "added"  # 补选: the elected beside those who are on it


async def seat_committee(
    at: Context, by: By, branch_id: str, meeting_id: MeetingId, elected: Collection[str], seating: Seating, now: Millis
) -> bool:
    """Make those elected in a meeting the committee of its branch; False when they are that already, or another meeting's came later.

    Who is not on the branch's roster is passed over until they are; of nobody no committee is made. Raises NotInOrder.
    """
    async with at.database.act():
        roster = await at.directory.roster(branch_id)
        seated = frozenset(member.member_id for member in roster if member.member_id in elected)
        before, latest = await at.committees.of_meeting(meeting_id), await at.committees.latest(branch_id)
        superseded = latest is not None and before is not None and latest.meeting_id != meeting_id
        if superseded or not seated or (before is not None and before.elected == seated):
            return False
        await at.committees.put(CommitteeTerm(meeting_id, branch_id, seated, by.member_id, by.name, now))
        for member in roster:
            on_it = member.member_id in seated or (seating is Seating.ADDED and member.committee)
            if member.committee != on_it:
                await at.directory.change_member(replace(member, committee=on_it))
        counted = f"{seating.value} {len(seated)}"
        await at.access_log.note(Entry(now, Act.COMMITTEE_SEATED, by.member_id, by.name, meeting_id, branch_id=branch_id, detail=counted))
        return True
