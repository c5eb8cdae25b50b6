"""Bringing a database to its newest revision.

The meetings and the ballot box each have a chain of revisions, tables of their own and a table that says where they are,
so that each can lie in a database of its own. Where both lie in one database (PostgreSQL), neither touches the other's.
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
"""Alembic's environment and the template of a revision, for every chain."""

MIGRATION_LOCK = 0x6D656574
"""PostgreSQL advisory lock, so that two processes starting at once migrate one after the other."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Revisions in a line, and the tables they lead to."""

    versions: Path
    version_table: str
    tables: MetaData


MEETINGS = Chain(SCRIPTS / "versions", "alembic_version", metadata)


class MisplacedTables(Exception):
    """A database holds tables that belong into another one, and they are not empty; nothing was changed."""

    def __init__(self, url: str, tables: set[str]) -> None:
        self.place = make_url(url).render_as_string(hide_password=True)
        self.tables = ", ".join(sorted(tables))
        super().__init__(f"{self.place} holds tables that belong into another database: {self.tables}")


def same_database(one: str, other: str) -> bool:
    """Whether two URLs name one database, as far as can be told without asking it."""
    first, second = make_url(one), make_url(other)
    if first.get_backend_name() == second.get_backend_name() == "sqlite":
        return Path(str(first.database)).resolve() == Path(str(second.database)).resolve()
    return first == second


async def migrate(url: str, chain: Chain, *, apart_from: Chain | None = None) -> None:
    """Bring the database at ``url`` to the newest revision of ``chain``, whole or not at all; called at every start, by every process.

    ``apart_from``: whose tables lie in another database. Raises MisplacedTables when some are here all the same.
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
    """Alembic over the revisions of ``chain`` and an open connection."""
    from alembic.config import Config  # a third of a second, for those who migrate

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(chain.versions).replace("%", "%%"))
    config.attributes |= {"connection": connection, "version_table": chain.version_table, "metadata": chain.tables}
    return config


def _upgrade(connection: Connection, chain: Chain) -> None:
    from alembic import command

    command.upgrade(migration_config(connection, chain), "head")
