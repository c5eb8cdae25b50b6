"""Writes the next database revision from the difference between the newest one and the tables in the code.

``PYTHONPATH=.ci python -m tools.make_migration "what changes"``; look at the file before committing it. Before the first release the
only revision, 0001, is made anew: ``PYTHONPATH=.ci python -m tools.make_migration --first``.
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
from meeting_server.store.database import MIGRATIONS, Database, metadata, migration_config

FULL_TEXT = """
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE passages_index USING fts5("
            "characters, sounds, content='', tokenize=\\"unicode61 remove_diacritics 0\\")"
        )
"""


def every_table() -> MetaData:
    """The metadata with the tables of all modules that own any."""
    for name in ("meeting_server.journal.sql", "meeting_server.ballots.box"):
        importlib.import_module(name)
    for module in pkgutil.iter_modules(meeting_server.store.__path__, "meeting_server.store."):
        if not module.ispkg:
            importlib.import_module(module.name)
    return metadata


def is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    """SQLite's full-text index and its own tables are no tables of the metadata."""
    return not (kind == "table" and (name or "").startswith(("passages_index", "alembic_version")))


def _make(conn: Connection, message: str, first: bool) -> None:
    config = migration_config(conn)
    config.attributes |= {"metadata": every_table(), "include_object": is_ours}
    if not first:
        command.upgrade(config, "head")
    revision = "0001" if first else f"{len(list((MIGRATIONS / 'versions').glob('0*.py'))) + 1:04}"
    script: Any = command.revision(config, message, autogenerate=True, rev_id=revision)
    path = Path(script.path)
    text = path.read_text("utf-8")
    if first:
        text = text.replace("    # ### end Alembic commands ###", FULL_TEXT.strip("\n"))
    lines = (line for line in text.splitlines() if not line.strip().startswith("# ###"))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    print(path)


async def _main(message: str, first: bool) -> None:
    if first:
        for path in (MIGRATIONS / "versions").glob("0001*.py"):
            path.unlink()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/migration.sqlite3")
        try:
            async with database.write() as conn:
                await conn.run_sync(_make, message, first)
        finally:
            await database.close()


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--first"]
    asyncio.run(_main(words[0] if words else "All tables", "--first" in sys.argv))
