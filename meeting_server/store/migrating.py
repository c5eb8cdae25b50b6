"""Migrates a database to its newest revision.

The meetings and the ballot box each have their own chain of revisions, tables and version table, so that each can be in a database of its
own. If both are in one database (PostgreSQL), neither touches the other's tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData, inspect, make_url, text

from meeting_server.store.database import Database, metadata

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).resolve().parent / "migrations"
"""Alembic's environment and revision template, for every chain."""

MIGRATION_LOCK = 0x6D656574
"""PostgreSQL advisory lock that makes processes starting at the same time migrate one after the other."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A linear chain of revisions, and the tables it leads to."""

    versions: Path
    version_table: str
    tables: MetaData


MEETINGS = Chain(SCRIPTS / "versions", "alembic_version", metadata)


class MisplacedTables(Exception):
    """A database has non-empty tables that belong in another one. Nothing was changed."""

    def __init__(self, url: str, tables: set[str]) -> None:
        self.place = make_url(url).render_as_string(hide_password=True)
        self.tables = ", ".join(sorted(tables))
        super().__init__(f"{self.place} holds tables that belong into another database: {self.tables}")


def same_database(one: str, other: str) -> bool:
    """Return whether two URLs name the same database, as far as this is known without connecting."""
    first, second = make_url(one), make_url(other)
    if first.get_backend_name() == second.get_backend_name() == "sqlite":
        return Path(str(first.database)).resolve() == Path(str(second.database)).resolve()
    return first == second


async def migrate(url: str, chain: Chain, *, apart_from: Chain | None = None) -> None:
    """Migrate the database at ``url`` to the newest revision of ``chain``, completely or not at all. Every process calls this at every
    start.

    ``apart_from``: the chain whose tables are in another database. Raises MisplacedTables if some of them are here.
    """
    database = Database(url)
    try:
        async with database.write() as conn:
            if not database.is_sqlite:
                await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            await conn.run_sync(_upgrade, chain)
            there = set(await conn.run_sync(lambda sync: inspect(sync).get_table_names()))
            if apart_from is not None and (misplaced := there & apart_from.tables.tables.keys()):
                raise MisplacedTables(url, misplaced)
    finally:
        await database.close()


def migration_config(connection: Connection, chain: Chain) -> Config:
    """Return Alembic's configuration for the revisions of ``chain`` and an open connection."""
    from alembic.config import Config  # takes a third of a second, so only migrations import it

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(chain.versions).replace("%", "%%"))
    config.attributes |= {"connection": connection, "version_table": chain.version_table, "metadata": chain.tables}
    return config


def _upgrade(connection: Connection, chain: Chain) -> None:
    from alembic import command

    command.upgrade(migration_config(connection, chain), "head")
