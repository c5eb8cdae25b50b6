"""Killed at every step the record comes out the same: minutes, tracks without the passage, mix, words, search, video."""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import shutil
import signal
from pathlib import Path

import pytest

from meeting_server.archive.record.manifest import load
from meeting_server.domain.events import TrackRecorded
from meeting_server.domain.ids import HALL, ParticipantId
from meeting_server.journal.port import Draft
from meeting_server.journal.record import EMPTY
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from meeting_server.store.record.record_edits import RecordEdits, Redaction
from meeting_server.store.record.record_orders import Order, RecordOrders
from meeting_server.store.record.search import Search
from tests.kit.meetings import record_killed
from tests.kit.meetings.recordings import picture, voice
from tests.kit.meetings.whole_meeting import BRANCH, MEETING, STARTS, whole_meeting

pytestmark = pytest.mark.night

ZERO = STARTS + 63_000


async def adjourned(folder: Path) -> None:
    """A meeting that was heard before, of which a passage is to be taken out now and a video is wanted."""
    recordings = folder / "recordings" / MEETING
    recordings.mkdir(parents=True)
    database = Database(f"sqlite+aiosqlite:///{folder / 'meetings.sqlite3'}")
    await database.create_all()
    journal = SqlJournal(database)
    drafts = []
    for record in whole_meeting().records:
        if record.event is not None:
            drafts.append(Draft(record.event, record.actor, record.command_id, record.recorded_at))
    filmed = TrackRecorded(ParticipantId("zhou"), HALL, "video", "zhou-video-1.webm", ZERO, ZERO + 4_000)
    await journal.append(MEETING, EMPTY, [*drafts, Draft(filmed, None, None, drafts[-1].recorded_at + 1)])
    voice(recordings / "zhou-audio-1.webm", [(0.0, 4.0)], glide=9.0)
    voice(recordings / "li-audio-1.webm", [(0.0, 3.0)], glide=5.0)
    picture(recordings / "zhou-video-1.webm", 4.0, keys=10)
    await journal.close()
    await database.close()


async def changed(folder: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{folder / 'meetings.sqlite3'}")
    await RecordEdits(database).redact(Redaction(MEETING, ZERO + 1_800, ZERO + 3_200, "个人信息", "he", "何雨桐", 1), ())
    await RecordOrders(database).place(Order(MEETING, "composite", "he", "何雨桐", 1))
    await database.close()


async def found(folder: Path, query: str) -> list[str]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'meetings.sqlite3'}")
    try:
        return [hit.excerpt for hit in await Search(database).find(query, branches=[BRANCH])]
    finally:
        await database.close()


def made(folder: Path) -> dict[str, str]:
    """What stands in the meeting's folder, but for how long it took."""
    files = [path for path in sorted((folder / "recordings" / MEETING).rglob("*")) if path.is_file() and path.name != "manifest.json"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def live(folder: Path, last: int) -> int:
    """One life of the worker; how it ended."""
    process = multiprocessing.get_context("forkserver").Process(target=record_killed.main, args=(folder, last))
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


async def test_killed_at_every_write_the_record_comes_out_the_same(tmp_path: Path) -> None:
    multiprocessing.get_context("forkserver").set_forkserver_preload(["tests.kit.meetings.record_killed"])
    start = tmp_path / "start"
    await adjourned(start)
    assert await asyncio.to_thread(live, start, 0) == 0  # heard and found, before anybody took anything out
    assert await found(start, "zanzibar") == ["这一句要删去zanzibar"]
    await changed(start)
    untouched = tmp_path / "untouched"
    shutil.copytree(start, untouched)
    assert await asyncio.to_thread(live, untouched, 0) == 0
    wanted = made(untouched)
    assert {"composite.mp4", "mix.m4a", "cues.json", "transcript.json", "minutes.json"} <= set(wanted)
    killed = tmp_path / "killed"
    shutil.copytree(start, killed)
    lives = 1
    while (ended := await asyncio.to_thread(live, killed, lives)) != 0:  # a little further in every life
        assert ended == -signal.SIGKILL
        lives += 1
    assert lives > 10
    assert made(killed) == wanted
    assert load(killed / "recordings" / MEETING, MEETING).complete
    assert await found(killed, "zanzibar") == []
    assert await found(killed, "汇报工作") == await found(untouched, "汇报工作")
