"""Erasing for good: one message, or what is held about somebody who left.

Journal and tables are in one database, so that contents go from both in one transaction. What follows from it (memory, files
made of the journal) is made anew, by this process at once and by the record's worker in any case.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.journal.erasing import OF_PEOPLE, words_of
from meeting_server.journal.port import Record
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.people import Member
from meeting_server.store.people.personal import PersonalData
from meeting_server.store.schedule.schedule import Scheduled

Remake = Callable[[MeetingId], Awaitable[object]]
"""Makes anew what lies beside the journal of a meeting."""


async def erase_message(at: Context, by: By, scheduled: Scheduled, message: Record, remake: Remake, now: Millis) -> None:
    """Erase a message of a finished meeting; that it was there, when and by whom, stays. Raises StorageUnavailable."""
    async with at.database.act():
        await _erase(at, scheduled.meeting_id, (message.seq,), remake)
        plan, detail = scheduled.plan, str(message.seq)
        entry = Entry(now, Act.MESSAGE_ERASED, by.member_id, by.name, scheduled.meeting_id, plan.title, plan.branch_id, detail)
        await at.access_log.note(entry)


async def erase_person(at: Context, by: By, member: Member, remake: Remake, now: Millis) -> None:
    """In every meeting they were called to, and in the house. Again: the same. Raises StorageUnavailable."""
    who = ParticipantId(member.member_id)
    async with at.database.act():
        for scheduled in await at.schedule.concerning(who):
            found = words_of(await at.registry.records(scheduled.meeting_id, kinds=OF_PEOPLE), who)
            if found:
                await _erase(at, scheduled.meeting_id, found, remake)
        ended = await at.accounts.end_all_of(member.member_id)
        await at.database.after_commit(partial(at.sign_outs.announce, ended))
        await PersonalData(at.database).erase(member.member_id)
        await at.access_log.note(Entry(now, Act.PERSON_ERASED, by.member_id, by.name, member.member_id, "", member.branch_id))


async def _erase(at: Context, meeting_id: MeetingId, seqs: Sequence[int], remake: Remake) -> None:
    await at.registry.erase(meeting_id, *seqs)
    await at.database.after_commit(partial(at.registry.reread, meeting_id))
    await at.database.after_commit(partial(remake, meeting_id))
