"""A record is not made at the cost of a meeting that runs: sound and video wait while the machine is busy, and go on after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from meeting_server.archive.record.giving_way import GivingWay
from meeting_server.archive.record.manifest import load
from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.steps import OF_NAME
from meeting_server.archive.record.worker import Worker
from meeting_server.domain.events import TrackRecorded
from meeting_server.domain.ids import HALL, ParticipantId
from meeting_server.journal.port import Draft
from meeting_server.journal.record import EMPTY
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from meeting_server.store.record.record_orders import Order, RecordOrders
from meeting_server.store.record.search import Search
from tests.kit.meetings.recordings import picture, voice
from tests.kit.meetings.whole_meeting import MEETING, STARTS, whole_meeting

ZERO = STARTS + 63_000


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - it is asked from another thread
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("step", "file"), [("mix", "mix.m4a"), ("composite", "composite.mp4")])
async def test_a_costly_step_waits_while_a_meeting_runs_on_a_busy_machine(tmp_path: Path, step: str, file: str) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'house.sqlite3'}")
    await database.create_all()
    journal, orders = SqlJournal(database), RecordOrders(database)
    drafts = [Draft(r.event, r.actor, r.command_id, r.recorded_at) for r in whole_meeting().records if r.event is not None]
    filmed = TrackRecorded(ParticipantId("zhou"), HALL, "video", "zhou-video-1.webm", ZERO, ZERO + 2_000)
    await journal.append(MEETING, EMPTY, [*drafts, Draft(filmed, None, None, drafts[-1].recorded_at + 1)])
    folder = tmp_path / "recordings" / MEETING
    folder.mkdir(parents=True)
    voice(folder / "zhou-audio-1.webm", [(0.0, 3.0)])
    picture(folder / "zhou-video-1.webm", 2.0)
    await orders.place(Order(MEETING, "composite", "he", "何雨桐", 5))
    asked = 0

    def others() -> float:
        nonlocal asked
        asked += 1
        return 0.95  # another meeting takes all there is, for as long as it runs

    giving_way = GivingWay(others, look_every_s=0.01)
    giving_way.live = True
    worker = Worker(journal, Pipeline(journal, Search(database), tmp_path / "recordings", orders=orders, giving_way=giving_way))
    making = asyncio.create_task(worker.look(steps=[OF_NAME[step]]))
    try:
        await until(lambda: asked > 5)
        assert load(folder, MEETING).steps[step].state == "running"
        assert not (folder / file).exists()
        before = asked
        await until(lambda: asked > before + 5)  # it still only asks
        assert not (folder / file).exists()
        giving_way.live = False  # the meeting is over; the machine is as busy as before
        async with asyncio.timeout(60):
            await making
        assert load(folder, MEETING).steps[step].state == "done"
        assert (folder / file).exists()
    finally:
        giving_way.stop()
        await asyncio.gather(making, return_exceptions=True)
        await journal.close()
        await database.close()
