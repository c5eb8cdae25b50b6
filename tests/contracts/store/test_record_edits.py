"""Corrections keep their history and redactions leave no text, on every database; also when the whole record is made of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.worker import Worker
from meeting_server.domain.events import TrackRecorded
from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.journal.port import Draft
from meeting_server.journal.record import EMPTY
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from meeting_server.store.record.decided_items import Called, DecidedItem, DecidedItems, Kind, Source, State
from meeting_server.store.record.record_edits import Correction, RecordEdits, Redaction, Tick
from meeting_server.store.record.record_orders import Order, RecordOrders
from meeting_server.store.record.search import Search
from tests.kit.meetings.recordings import voice
from tests.kit.meetings.speeches import ToldSpeech
from tests.kit.meetings.whole_meeting import BRANCH, MEETING, whole_meeting
from tests.kit.work.kept_bytes import kept_bytes

ONE, TWO = MeetingId("m-1"), MeetingId("m-2")
ZHOU = "zhou-audio-1.webm"


def corrected(cue: str, before: str, after: str, meeting: MeetingId = ONE) -> Correction:
    return Correction(meeting, cue, before, after, "he", "何雨桐", 5)


async def test_corrections_keep_their_history_and_change_the_position(database: Database) -> None:
    edits = RecordEdits(database)
    assert await edits.positions() == {}
    await edits.correct(corrected("a.1", "汇抱", "汇报"))
    first = await edits.positions()
    await edits.correct(corrected("a.1", "汇报", "会报"))
    await edits.correct(corrected("b.1", "x", "y", TWO))
    assert [(c.before, c.after) for c in (await edits.of(ONE)).corrections] == [("汇抱", "汇报"), ("汇报", "会报")]
    later = await edits.positions()
    assert set(first) == {ONE}
    assert set(later) == {ONE, TWO}
    assert later[ONE] != first[ONE]
    assert (await edits.of(ONE)).position != (await edits.of(TWO)).position


async def test_a_redaction_forgets_the_corrections_in_it_in_every_file(database: Database) -> None:
    edits = RecordEdits(database)
    await edits.correct(corrected("a.1", "听错的", "家庭住址zanzibar"))
    await edits.correct(corrected("a.2", "别的", "留下的unguja"))
    assert b"zanzibar" in await kept_bytes(database)
    before = await edits.positions()
    await edits.redact(Redaction(ONE, 10, 20, "个人信息", "he", "何雨桐", 6), ["a.1"])
    assert [c.after for c in (await edits.of(ONE)).corrections] == ["留下的unguja"]
    assert [(r.since, r.until, r.reason) for r in (await edits.of(ONE)).redactions] == [(10, 20, "个人信息")]
    assert await edits.positions() != before
    left = await kept_bytes(database)
    assert b"zanzibar" not in left
    assert b"unguja" in left
    assert not await edits.forget_corrections(ONE, ["a.1"])
    assert await edits.forget_corrections(ONE, ["a.2"])
    assert b"unguja" not in await kept_bytes(database)


async def test_a_redaction_forgets_the_ticks_in_it_and_a_tick_is_in_place_of_the_one_before(database: Database) -> None:
    edits = RecordEdits(database)
    await edits.tick([Tick(ONE, "a.1", "zanzibar", "he", "何雨桐", 1), Tick(ONE, "a.2", "old", "he", "何雨桐", 1)])
    await edits.tick([Tick(ONE, "a.2", "new", "he", "何雨桐", 2)])
    assert (await edits.of(ONE)).ticked == {"a.1": "zanzibar", "a.2": "new"}
    assert await edits.positions() == {}
    await edits.redact(Redaction(ONE, 10, 20, "个人信息", "he", "何雨桐", 6), ["a.1"])
    assert (await edits.of(ONE)).ticked == {"a.2": "new"}
    assert b"zanzibar" not in await kept_bytes(database)
    assert await edits.forget_corrections(ONE, ["a.2"])
    assert (await edits.of(ONE)).ticked == {}


async def test_orders_are_placed_called_off_and_told_apart(database: Database) -> None:
    orders = RecordOrders(database)
    assert await orders.positions() == {}
    await orders.place(Order(ONE, "composite", "he", "何雨桐", 5))
    placed = await orders.positions()
    assert set(await orders.of(ONE)) == {"composite"}
    assert await orders.of(TWO) == {}
    await orders.cancel(ONE, "composite")
    assert await orders.of(ONE) == {}
    assert await orders.positions() != placed


async def test_what_is_taken_out_of_a_record_is_found_no_more_and_stands_in_no_file(database: Database, tmp_path: Path) -> None:
    journal, search, edits = SqlJournal(database), Search(database), RecordEdits(database)
    folder = tmp_path / "recordings" / MEETING
    folder.mkdir(parents=True)
    voice(folder / ZHOU, [(0.0, 4.0)], glide=7.0)
    said = [(ZHOU, 0.5, 1.5, "现在开会"), (ZHOU, 2.0, 3.0, "家庭住址绝密zanzibar")]
    worker = Worker(journal, Pipeline(journal, search, tmp_path / "recordings", ToldSpeech(said), edits))
    records = whole_meeting().records
    await journal.append(MEETING, EMPTY, [Draft(r.event, r.actor, r.command_id, r.recorded_at) for r in records if r.event is not None])
    try:
        await worker.look()
        assert [hit.excerpt for hit in await search.find("绝密", branches=[BRANCH])] == ["家庭住址绝密zanzibar"]
        assert b"zanzibar" in await kept_bytes(database)
        zero = next(r.event.started_at for r in records if isinstance(r.event, TrackRecorded) and r.event.path == ZHOU)
        await edits.redact(Redaction(MEETING, zero + 1_900, zero + 3_100, "个人信息", "he", "何雨桐", 1), ())
        await worker.look()
        for query in ("绝密", "zanzibar", "juemi"):
            assert await search.find(query, branches=[BRANCH]) == [], query
        assert [hit.excerpt for hit in await search.find("现在开会", branches=[BRANCH])] == ["现在开会"]
        left = await kept_bytes(database)
        assert b"zanzibar" not in left
        assert "绝密".encode() not in left
    finally:
        await journal.close()


def settled(source_id: str, text: str, at: int, meeting: MeetingId = ONE) -> DecidedItem:
    people = (Called(ParticipantId("li"), "李卫东"), Called(ParticipantId(""), "外聘专家"))
    times = at, at + 5, 0, 100
    return DecidedItem(meeting, "b", Source.SPEECH, source_id, Kind.TASK, text, text, "周建华", *times, people, "2026-12-11", judged_at=1)


async def test_what_was_judged_comes_back_as_it_was_kept_and_once_for_each_source(database: Database) -> None:
    items = DecidedItems(database)
    second, first = settled("c.b.0", "第二件", 20), settled("c.a.0", "第一件", 10)
    for item in (second, first, settled("c.a.0", "别的会", 10, TWO)):
        await items.keep(item)
    assert await items.of(ONE) == (first, second)
    changed = replace(first, state=State.REJECTED, judged_at=2)
    await items.keep(changed)
    assert await items.of(ONE) == (changed, second)
    await items.remove(changed)
    assert await items.of(ONE) == (second,)
    assert len(await items.of(TWO)) == 1


async def test_what_rests_on_words_that_are_taken_out_is_forgotten_in_every_file(database: Database) -> None:
    items = DecidedItems(database)
    await items.keep(settled("c.a.0", "家住zanzibar", 10))
    await items.keep(settled("c.b.0", "留下的unguja", 15))
    await items.keep(replace(settled("m.0.0", "表决过的", 10), source=Source.MOTION, sentence=""))
    await items.forget_said(ONE, 12, 15)
    assert [item.source_id for item in await items.of(ONE)] == ["m.0.0", "c.b.0"]
    left = await kept_bytes(database)
    assert b"zanzibar" not in left
    assert b"unguja" in left
