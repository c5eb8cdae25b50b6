"""What can be read in the files of a database, whatever its tables say."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import text

from meeting_server.store.database import Database


async def kept_bytes(database: Database) -> bytes:
    """All its files: SQLite's with its write-ahead log; PostgreSQL's tables and indexes (it runs on this machine)."""
    if database.is_sqlite:
        path = Path(database.url.removeprefix("sqlite+aiosqlite:///"))
        return await asyncio.to_thread(_read, path.parent.glob(f"{path.name}*"))
    async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
        await conn.execute(text("CHECKPOINT"))  # files of tables that were written anew go away now
        number = (await conn.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()"))).scalar_one()
        data = (await conn.execute(text("SHOW data_directory"))).scalar_one()
    return await asyncio.to_thread(_read, (Path(data) / "base" / str(number)).iterdir())


def _read(paths: Iterable[Path]) -> bytes:
    parts = []
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # the server tidies up meanwhile
            parts.append(path.read_bytes())
    return b"".join(parts)
