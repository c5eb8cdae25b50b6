"""The revisions lead to exactly the tables the code declares, from nothing and again and again, on every database."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

from meeting_server.domain.ids import MeetingId
from meeting_server.store.database import MIGRATIONS, Database, metadata, migrate
from meeting_server.store.search import Passage, Search
from tools.make_migration import every_table, is_ours


async def emptied(database: Database) -> None:
    """The contract's database comes with every table; a migration starts from none."""

    def drop(conn: Connection) -> None:
        if conn.dialect.name == "sqlite":
            conn.execute(text("DROP TABLE IF EXISTS passages_index"))
        found = MetaData()
        found.reflect(conn)
        found.drop_all(conn)

    async with database.write() as conn:
        await conn.run_sync(drop)


def differences(conn: Connection) -> list[object]:
    options = {"compare_type": True, "include_object": is_ours, "target_metadata": every_table()}
    return list(compare_metadata(MigrationContext.configure(conn, opts=options), every_table()))


async def test_the_newest_revision_has_exactly_the_tables_of_the_code(database: Database) -> None:
    await emptied(database)
    await migrate(database.url)
    async with database.read() as conn:
        assert await conn.run_sync(differences) == []


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await emptied(database)
    await migrate(database.url)
    await Search(database).replace(MeetingId("m1"), "b1", [Passage("chat", 1, "", "支部大会")])
    await migrate(database.url)
    assert [hit.excerpt for hit in await Search(database).find("大会", branches=["b1"])] == ["支部大会"]


async def test_two_processes_that_start_at_once_migrate_one_after_the_other(database: Database) -> None:
    await emptied(database)
    await asyncio.gather(migrate(database.url), migrate(database.url))
    async with database.read() as conn:
        assert await conn.run_sync(differences) == []


async def test_the_journal_keeps_its_partial_index_and_its_order_on_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'made.sqlite3'}")
    await migrate(database.url)
    async with database.read() as conn:
        rows = (await conn.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))).all()
        made = {row.name: row.sql for row in rows}
        indexes = await conn.run_sync(lambda sync: {index["name"] for index in inspect(sync).get_indexes("journal")})
    await database.close()
    assert "WITHOUT ROWID" in made["journal"]
    assert re.search(r"WHERE kind = 'MeetingAdjourned'", made["ix_journal_adjourned"])
    assert {"ix_journal_command", "ix_journal_adjourned"} <= indexes
    assert set(metadata.tables) <= set(made)


def test_revisions_follow_one_another() -> None:
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
