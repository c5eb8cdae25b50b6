"""Writes the next revision of a chain from the difference between its newest one and the tables in the code.

``PYTHONPATH=.ci python -m tools.make_migration "what changes"`` for the meetings' database, with ``--box`` for the ballot
box's; look at the file before committing it.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Connection, MetaData

import meeting_server.store
from meeting_server.ballots.tables import BALLOT_BOX
from meeting_server.store.database import Database
from meeting_server.store.migrating import MEETINGS, Chain, migration_config


def every_table(chain: Chain) -> MetaData:
    """The tables of a chain, of all modules that own any."""
    if chain.tables is MEETINGS.tables:
        importlib.import_module("meeting_server.journal.sql")
        for module in pkgutil.walk_packages(meeting_server.store.__path__, "meeting_server.store."):
            importlib.import_module(module.name)
    return chain.tables


def is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    """SQLite's full-text index and its own tables are no tables of the metadata."""
    return not (kind == "table" and (name or "").startswith("passages_index"))


def _make(conn: Connection, message: str, chain: Chain) -> None:
    config = migration_config(conn, chain)
    config.attributes |= {"metadata": every_table(chain), "include_object": is_ours}
    command.upgrade(config, "head")
    revision = f"{len(list(chain.versions.glob('0*.py'))) + 1:04}"
    script: Any = command.revision(config, message, autogenerate=True, rev_id=revision, version_path=str(chain.versions))
    path = Path(script.path)
    lines = (line for line in path.read_text("utf-8").splitlines() if not line.strip().startswith("# ###"))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    print(path)


async def make(message: str, chain: Chain) -> None:
    """Write the next revision of ``chain``."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/migration.sqlite3")
        try:
            async with database.write() as conn:
                await conn.run_sync(_make, message, chain)
        finally:
            await database.close()


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--box"]
    if len(words) != 1:
        sys.exit(__doc__)
    asyncio.run(make(words[0], BALLOT_BOX if "--box" in sys.argv else MEETINGS))
