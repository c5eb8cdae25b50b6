"""kill -9 and a full disk: what was acknowledged is stored, what was not is refused, and nothing in between."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from meeting_server.journal.port import StorageUnavailable
from meeting_server.journal.record import EMPTY, faults, head_of
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from tests.kit.servers.journal_writer import MEETINGS, chat, write_for_ever, write_until_full_then_recover

KILLS = 30

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.kit.servers.journal_writer", "aiosqlite"])


def _kill_mid_burst(url: str, round_number: int, after: int) -> list[tuple[str, int, bytes]]:
    """What a writer acknowledged before it was killed."""
    receiving, sending = _processes.Pipe(duplex=False)
    writer = _processes.Process(target=write_for_ever, args=(url, round_number, sending))
    writer.start()
    sending.close()
    seen: list[tuple[str, int, bytes]] = []
    try:
        while len(seen) < after:
            seen += receiving.recv()
        writer.kill()
        writer.join()
        while True:
            seen += receiving.recv()
    except EOFError:
        pass
    finally:
        writer.kill()
        writer.join()
        receiving.close()
    return seen


async def test_every_acknowledged_record_survives_thirty_kills(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'journal.sqlite3'}"
    database = Database(url)
    await database.create_all()
    chance = random.Random(7)
    acknowledged: list[tuple[str, int, bytes]] = []
    for round_number in range(KILLS):
        wanted = chance.randrange(1, 200)
        acknowledged += await asyncio.to_thread(_kill_mid_burst, url, round_number, wanted)
    assert len(acknowledged) > KILLS

    journal = SqlJournal(database)
    stored: dict[tuple[str, int], bytes] = {}
    for meeting_id in MEETINGS:
        records = await journal.read(meeting_id)
        assert list(faults(records)) == []
        assert await journal.head(meeting_id) == head_of(records[-1])
        commands = Counter(record.command_id for record in records)
        assert set(commands.values()) == {2}, "a command is stored wholly or not at all"
        stored |= {(record.meeting_id, record.seq): record.hash for record in records}
    assert {(meeting, seq): hash for meeting, seq, hash in acknowledged}.items() <= stored.items()
    await database.close()


async def test_a_full_disk_is_refused_and_recovered_from_without_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    database = Database(f"sqlite+aiosqlite:///{path}")
    await database.create_all()
    await database.close()
    receiving, sending = _processes.Pipe(duplex=False)
    writer = _processes.Process(target=write_until_full_then_recover, args=(str(path), sending))
    writer.start()
    sending.close()
    try:
        before, refused, after = await asyncio.to_thread(receiving.recv)
        await asyncio.to_thread(writer.join)
    finally:
        writer.kill()
        receiving.close()
    assert refused == "StorageUnavailable"
    assert before > 10
    assert after == before + 1
    database = Database(f"sqlite+aiosqlite:///{path}")
    records = await SqlJournal(database).read(MEETINGS[0])
    assert len(records) == after
    assert list(faults(records)) == []
    await database.close()


async def test_an_erased_message_leaves_no_trace_in_the_files(tmp_path: Path) -> None:
    secret = "电话一三八零零零"
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'journal.sqlite3'}")
    await database.create_all()
    journal = SqlJournal(database)
    await journal.append(MEETINGS[0], EMPTY, [chat(secret, "a"), chat("同意", "b")])
    assert _somewhere_in(tmp_path, secret)
    await journal.erase(MEETINGS[0], 1)
    assert not _somewhere_in(tmp_path, secret)
    assert _somewhere_in(tmp_path, "同意")
    await journal.close()
    await database.close()


async def test_a_database_that_may_not_grow_is_unavailable_only_meanwhile(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'journal.sqlite3'}")
    await database.create_all()
    journal = SqlJournal(database)
    head = head_of((await journal.append(MEETINGS[0], EMPTY, [chat("一", "a")]))[-1])
    async with database.engine.connect() as conn:  # the pool's only connection: the journal writes through it
        await conn.execute(text("PRAGMA max_page_count=1"))
    with pytest.raises(StorageUnavailable):
        await journal.append(MEETINGS[0], head, [chat("字" * 9_000, "b")])
    async with database.engine.connect() as conn:
        await conn.execute(text("PRAGMA max_page_count=1000000"))
    assert (await journal.append(MEETINGS[0], head, [chat("字" * 9_000, "b")]))[-1].seq == 2
    await journal.close()
    await database.close()


def _somewhere_in(folder: Path, wanted: str) -> bool:
    return any(wanted.encode() in file.read_bytes() for file in folder.iterdir())
