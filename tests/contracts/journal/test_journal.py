"""What every journal promises, whichever database is under it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from meeting_server.domain.events import ChatPosted, HandRaised, MeetingAdjourned, MeetingOpened
from meeting_server.domain.ids import HALL, CommandId, MeetingId, MessageId, ParticipantId
from meeting_server.journal.port import Draft, Head, JournalConflict
from meeting_server.journal.record import EMPTY, faults, head_of
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database

MEETING, OTHER = MeetingId("m1"), MeetingId("m2")
ANNA = ParticipantId("anna")


@pytest.fixture
async def journal(database: Database) -> AsyncIterator[SqlJournal]:
    journal = SqlJournal(database)
    yield journal
    await journal.close()


def draft(command: str | None = None, at: int = 1_000) -> Draft:
    return Draft(HandRaised(ANNA), ANNA, CommandId(command) if command else None, at)


def chat(text: str) -> Draft:
    return Draft(ChatPosted(MessageId("c1"), HALL, ANNA, text), ANNA, CommandId("say"), 2_000)


async def test_an_empty_journal_has_an_empty_head_and_no_records(journal: SqlJournal) -> None:
    assert await journal.head(MEETING) == EMPTY == Head(0, bytes(32))
    assert await journal.read(MEETING) == []


async def test_what_was_appended_is_read_back_equal_and_verifies(journal: SqlJournal) -> None:
    first = await journal.append(MEETING, EMPTY, [Draft(MeetingOpened(ANNA), None, None, 5), draft("a")])
    second = await journal.append(MEETING, head_of(first[-1]), [draft("b")])
    stored = await journal.read(MEETING)
    assert stored == first + second
    assert [record.seq for record in stored] == [1, 2, 3]
    assert list(faults(stored)) == []
    assert await journal.head(MEETING) == head_of(second[-1])


async def test_reading_starts_after_a_position_and_stops_at_a_limit(journal: SqlJournal) -> None:
    await journal.append(MEETING, EMPTY, [draft() for _ in range(5)])
    assert [record.seq for record in await journal.read(MEETING, after=2)] == [3, 4, 5]
    assert [record.seq for record in await journal.read(MEETING, after=2, limit=2)] == [3, 4]


async def test_a_writer_with_an_old_head_is_refused_and_changes_nothing(journal: SqlJournal) -> None:
    kept = await journal.append(MEETING, EMPTY, [draft("a")])
    with pytest.raises(JournalConflict):
        await journal.append(MEETING, EMPTY, [draft("b")])
    with pytest.raises(JournalConflict):
        await journal.append(MEETING, Head(1, bytes(32)), [draft("b")])
    assert await journal.read(MEETING) == kept


async def test_a_stale_fencing_number_is_refused(journal: SqlJournal) -> None:
    first = await journal.append(MEETING, EMPTY, [draft()], fence=7)
    with pytest.raises(JournalConflict):
        await journal.append(MEETING, head_of(first[-1]), [draft()], fence=6)
    second = await journal.append(MEETING, head_of(first[-1]), [draft()], fence=8)
    with pytest.raises(JournalConflict):
        await journal.append(MEETING, head_of(second[-1]), [draft()], fence=7)


async def test_a_conflict_of_one_meeting_does_not_touch_another_in_the_same_commit(journal: SqlJournal) -> None:
    await journal.append(MEETING, EMPTY, [draft()])
    refused, accepted = await asyncio.gather(
        journal.append(MEETING, EMPTY, [draft()]),
        journal.append(OTHER, EMPTY, [draft()]),
        return_exceptions=True,
    )
    assert isinstance(refused, JournalConflict)
    assert not isinstance(accepted, BaseException)
    assert await journal.read(OTHER) == accepted


async def test_appends_made_at_once_by_many_meetings_are_all_stored(journal: SqlJournal) -> None:
    meetings = [MeetingId(f"m{n}") for n in range(50)]
    written = await asyncio.gather(*(journal.append(name, EMPTY, [draft(), draft()]) for name in meetings))
    for name, records in zip(meetings, written, strict=True):
        assert await journal.read(name) == records


async def test_two_journals_on_one_database_never_both_win(database: Database) -> None:
    one, two = SqlJournal(database), SqlJournal(database)
    try:
        head = EMPTY
        for _ in range(10):
            results = await asyncio.gather(
                one.append(MEETING, head, [draft()]), two.append(MEETING, head, [draft()]), return_exceptions=True
            )
            won = [result for result in results if isinstance(result, list)]
            assert len(won) == 1
            assert sum(isinstance(result, JournalConflict) for result in results) == 1
            head = head_of(won[0][-1])
        assert list(faults(await one.read(MEETING))) == []
    finally:
        await one.close()
        await two.close()


async def test_an_erased_payload_is_gone_and_the_chain_still_verifies(journal: SqlJournal) -> None:
    written = await journal.append(MEETING, EMPTY, [draft(), chat("我的手机号是 13800000000"), draft()])
    await journal.erase(MEETING, 2)
    stored = await journal.read(MEETING)
    assert stored[1] == replace(written[1], payload=None, salt=b"", event=None)
    assert list(faults(stored)) == []
    assert stored[2] == written[2]


async def test_only_erasable_payloads_can_be_erased(journal: SqlJournal) -> None:
    written = await journal.append(MEETING, EMPTY, [draft()])
    with pytest.raises(ValueError, match="HandRaised"):
        await journal.erase(MEETING, 1)
    with pytest.raises(ValueError, match="no record"):
        await journal.erase(MEETING, 2)
    assert await journal.read(MEETING) == written


async def test_adjourned_meetings_are_listed(journal: SqlJournal) -> None:
    await journal.append(OTHER, EMPTY, [draft()])
    await journal.append(MEETING, EMPTY, [Draft(MeetingAdjourned(ANNA, 3, 2, 0), ANNA, None, 9)])
    assert await journal.adjourned() == {MEETING: ("1.0", 9)}


async def test_an_erasure_moves_the_position_of_an_adjourned_meeting(journal: SqlJournal) -> None:
    await journal.append(MEETING, EMPTY, [chat("一"), Draft(MeetingAdjourned(ANNA, 3, 2, 0), ANNA, None, 9)])
    await journal.erase(MEETING, 1)
    await journal.erase(MEETING, 1)
    assert await journal.adjourned() == {MEETING: ("2.1", 9)}


async def test_closing_finishes_what_is_queued(database: Database) -> None:
    journal = SqlJournal(database)
    waiting = [asyncio.ensure_future(journal.append(MeetingId(f"m{n}"), EMPTY, [draft()])) for n in range(3)]
    await asyncio.sleep(0)
    await journal.close()
    assert all(len(records) == 1 for records in await asyncio.gather(*waiting))
