"""A database that is closed while somebody is in it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from meeting_server.store.database import Database, DatabaseClosed


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/some.sqlite3")
    yield database
    await database.close()


async def test_who_is_inside_leaves_before_the_database_is_closed(database: Database) -> None:
    inside, may_leave = asyncio.Event(), asyncio.Event()

    async def reader() -> None:
        async with database.read() as conn:
            await conn.execute(text("SELECT 1"))
            inside.set()
            await may_leave.wait()

    reading = asyncio.create_task(reader())
    await inside.wait()
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    assert not closing.done()
    may_leave.set()
    await asyncio.gather(reading, closing)
    gc.collect()  # a connection that nobody closed says so now, and the test fails


@pytest.mark.parametrize("begin", ["read", "write", "act"])
async def test_nobody_comes_in_after_the_database_was_closed(database: Database, begin: str) -> None:
    await database.close()
    with pytest.raises(DatabaseClosed):
        async with getattr(database, begin)():
            pass


async def test_who_does_not_leave_in_time_closes_their_own_connection(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meeting_server.store.database.CLOSE_WAIT_S", 0)
    async with database.write() as conn:
        await conn.execute(text("CREATE TABLE something (column_of_it)"))
        await database.close()
    gc.collect()
