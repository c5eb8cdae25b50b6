"""What every database promises its stores: acts that are whole, parts that fail alone, rows that two writers keep at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select
from sqlalchemy.exc import IntegrityError

from meeting_server.domain.commands import SERVER, OpenMeeting
from meeting_server.domain.ids import MeetingId
from meeting_server.journal.sql import SqlJournal
from meeting_server.live.registry import Registry
from meeting_server.store.database import Database, put, put_new

things = Table(
    "test_things",
    MetaData(),  # not that of the server: other tests of this process look at every table of it
    Column("name", String(40), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)


@pytest.fixture(autouse=True)
async def _table_of_things(database: Database) -> None:
    async with database.write() as conn:
        await conn.run_sync(things.metadata.create_all)


async def add(database: Database, name: str, value: int = 1) -> None:
    async with database.write() as conn:
        await conn.execute(insert(things).values(name=name, kind="", value=value))


async def kept(database: Database) -> dict[str, int]:
    async with database.read() as conn:
        return {row.name: row.value for row in await conn.execute(select(things).order_by(things.c.name))}


async def test_an_act_commits_what_its_stores_write(database: Database) -> None:
    async with database.act():
        await add(database, "one")
        await add(database, "two")
        assert await asyncio.create_task(kept(database)) == {}
    assert await kept(database) == {"one": 1, "two": 1}


async def test_an_act_that_fails_writes_nothing(database: Database) -> None:
    async def half() -> None:
        async with database.act():
            await add(database, "one")
            raise LookupError

    with pytest.raises(LookupError):
        await half()
    assert await kept(database) == {}


async def test_an_act_reads_what_it_has_written(database: Database) -> None:
    async with database.act():
        await add(database, "one")
        assert await kept(database) == {"one": 1}


async def test_a_part_of_an_act_fails_alone(database: Database) -> None:
    followed: list[str] = []

    async def twice() -> None:
        async with database.act():
            await database.after_commit(lambda: followed.append("of the part"))
            await add(database, "two")
            await add(database, "one")

    async with database.act():
        await add(database, "one")
        with pytest.raises(IntegrityError):
            await twice()
        await add(database, "three")
    assert await kept(database) == {"one": 1, "three": 1}
    assert followed == []


async def test_a_task_begun_in_an_act_writes_apart_from_it(database: Database) -> None:
    begun = asyncio.Event()

    async def beside() -> None:
        begun.set()
        await add(database, "beside")

    async def fails() -> asyncio.Task[None]:
        async with database.act():
            await add(database, "one")
            tasks.append(asyncio.create_task(beside()))
            await begun.wait()
            raise LookupError

    tasks: list[asyncio.Task[None]] = []
    with pytest.raises(LookupError):
        await fails()
    await tasks[0]
    assert await kept(database) == {"beside": 1}


async def test_effects_follow_the_commit_in_their_order(database: Database) -> None:
    seen: list[object] = []

    async def look() -> None:
        seen.append(await asyncio.create_task(kept(database)))

    async with database.act():
        await add(database, "one")
        await database.after_commit(look)
        await database.after_commit(lambda: seen.append("second"))
        assert seen == []
    assert seen == [{"one": 1}, "second"]
    await database.after_commit(lambda: seen.append("at once"))
    assert seen[-1] == "at once"


async def test_effects_do_not_follow_an_act_that_failed(database: Database) -> None:
    seen: list[str] = []

    async def fails() -> None:
        async with database.act():
            await database.after_commit(lambda: seen.append("followed"))
            raise LookupError

    with pytest.raises(LookupError):
        await fails()
    assert seen == []


async def test_an_effect_that_fails_stops_none_behind_it(database: Database) -> None:
    seen: list[str] = []

    def fail() -> None:
        raise LookupError

    async def act() -> None:
        async with database.act():
            await add(database, "one")
            await database.after_commit(fail)
            await database.after_commit(lambda: seen.append("followed"))

    with pytest.raises(LookupError):
        await act()
    assert seen == ["followed"]
    assert await kept(database) == {"one": 1}


async def test_forgetting_in_an_act_follows_its_commit(database: Database) -> None:
    async with database.act():
        await add(database, "one")
        assert await database.forget_deleted("test_things")
    assert await kept(database) == {"one": 1}


async def test_two_writers_of_one_new_key_both_succeed(database: Database) -> None:
    """Both have looked before either writes, as far as the database lets them: on SQLite the second waits for the first."""
    everyone = 8

    async def write(value: int) -> None:
        async with database.write() as conn:
            await put(conn, things, {"name": "same", "kind": "", "value": value})
            await asyncio.sleep(0)

    await asyncio.gather(*(write(value) for value in range(everyone)))
    assert (await kept(database))["same"] in range(everyone)


async def test_figures_of_two_writers_are_added(database: Database) -> None:
    async def count() -> None:
        async with database.write() as conn:
            await put(conn, things, {"name": "sum", "kind": "", "value": 5}, adding=("value",))

    await asyncio.gather(*(count() for _ in range(6)))
    assert await kept(database) == {"sum": 30}


async def test_a_row_is_new_for_one_of_two_writers(database: Database) -> None:
    async def first() -> bool:
        async with database.write() as conn:
            return await put_new(conn, things, {"name": "same", "kind": "", "value": 1})

    assert sorted(await asyncio.gather(first(), first(), first())) == [False, False, True]


@pytest.fixture
async def registry(database: Database) -> AsyncIterator[Registry]:
    journal = SqlJournal(database)

    async def nobody(_meeting_id: MeetingId) -> None:
        return None

    registry = Registry(journal, {}, nobody)
    yield registry
    await registry.stop()
    await journal.close()


async def test_a_meeting_refuses_to_be_asked_inside_an_act(database: Database, registry: Registry) -> None:
    async with database.act():
        with pytest.raises(RuntimeError, match="not inside it"):
            await registry.submit(MeetingId("m-1"), SERVER, OpenMeeting())
