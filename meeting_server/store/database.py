"""The one way to a database: engine, transactions, the shared table metadata.

SQLite (a file, WAL, ``synchronous=FULL``) is the embedded default; PostgreSQL is the same code with another URL.
Tables are declared, on ``metadata``, in the module that owns them.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from meeting_server.store.act import Effect, follow, open_on, opened

BUSY_TIMEOUT_MS = 10_000
"""How long SQLite waits for another process's write before it gives up."""

CLOSE_WAIT_S = 10.0
"""How long ``close`` waits for those who are inside a transaction."""

FORGET_TRIES, FORGET_PAUSE_S, FORGET_WAIT_MS = 40, 0.1, 50
"""How often, how far apart and how patiently the write-ahead log is asked to be emptied."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints get stable names, so that a migration can drop them."""

metadata = MetaData(naming_convention=NAMING)
"""All tables but those of the ballot box, which has its own (``ballots.tables``)."""


async def put(conn: AsyncConnection, table: Table, row: Mapping[str, Any], *, adding: Collection[str] = ()) -> None:
    """Keep a whole row, new or in place of the one with the same primary key; figures ``adding`` are added to what is there.

    One statement, because of two writers of the same new key who look first and insert then, one would fail.
    """
    query = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table).values(**row)
    keys = [column.name for column in table.primary_key]
    rest = {name: table.c[name] + query.excluded[name] if name in adding else query.excluded[name] for name in row if name not in keys}
    await conn.execute(query.on_conflict_do_update(index_elements=keys, set_=rest))


async def put_new(conn: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Keep a row unless there is one with the same primary key; whether it was new. Of two writers at once one is first."""
    query = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table).values(**row)
    keys = [column.name for column in table.primary_key]
    return (await conn.execute(query.on_conflict_do_nothing(index_elements=keys))).rowcount > 0


class DatabaseClosed(RuntimeError):
    """Somebody began a transaction after ``close``."""


class Database:
    """Transactions over one database URL (``sqlite+aiosqlite:///…`` or ``postgresql+asyncpg://…``).

    ``close`` must be awaited before the program ends: every SQLite connection is a thread.
    Whoever begins a transaction after it gets ``DatabaseClosed``.
    Raises ValueError for an SQLite database in memory: it has no WAL, and two connections would see two databases.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if parsed.database in (None, "", ":memory:"):
                raise ValueError("an SQLite database needs a file: sqlite+aiosqlite:////path/meetings.sqlite3")
            Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            parsed,
            pool_pre_ping=not self.is_sqlite,
            hide_parameters=True,  # what was being written must not come out with an error's text
        )
        self._writing = asyncio.Lock()
        self._inside = 0
        self._left = asyncio.Event()
        self._closed = asyncio.Event()
        self._write_engine = self.engine
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _set_pragmas)
            event.listen(self.engine.sync_engine, "begin", _begin)
            self._write_engine = self.engine.execution_options(begin="BEGIN IMMEDIATE")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A consistent view; what is written in it is rolled back. Inside an act it sees what the act has written."""
        act = open_on(self)
        if act is not None:
            yield act.conn
            return
        async with self._connected(self.engine) as conn:
            yield conn

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed when the block ends without an exception; inside an act, a part of it.

        On SQLite one at a time in the process: do nothing slow inside, and never wait for another task that writes.
        """
        async with self._transaction() as conn:
            yield conn

    @asynccontextmanager
    async def act(self) -> AsyncIterator[None]:
        """All that this task reads and writes in the block, as one transaction: all of it happens, or nothing.

        Whoever writes inside (``write``, another ``act``) takes part, and fails alone when the block goes on after its exception.
        The same as for ``write`` holds. Raises whatever the block or the commit raises.
        """
        async with self._transaction():
            yield

    async def after_commit(self, effect: Effect) -> None:
        """Run ``effect`` when the act is committed, in the order given and never when it failed; at once outside an act.

        A process that dies in between does not run it: what must happen is done again from the tables, at the next start.
        """
        act = open_on(self)
        if act is None:
            await follow([effect])
        else:
            act.effects.append(effect)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        act = open_on(self)
        if act is not None:
            async with act.part() as conn:
                yield conn
            return
        async with self._alone(), self._connected(self._write_engine) as conn, conn.begin():
            with opened(self, conn) as act:
                yield conn
        await follow(act.effects)

    def _alone(self) -> AbstractAsyncContextManager[object]:
        return self._writing if self.is_sqlite else nullcontext()

    async def create_all(self, tables: MetaData = metadata) -> None:
        """Create every one of ``tables`` that is not there yet; for tests, the server uses ``migrating.migrate``."""
        async with self.write() as conn:
            await conn.run_sync(tables.create_all)

    async def forget_deleted(self, *tables: str) -> bool:
        """Leave no copy of erased content in the files of these tables; ``False`` when somebody reads just now: ask again.

        On SQLite the write-ahead log is emptied (freed pages are zeroed anyway); on PostgreSQL the tables are written anew,
        for a deleted row stays where it was until then. (Its write-ahead log is recycled in its own time.) In an act it follows
        from the commit.
        """
        if open_on(self) is not None:
            await self.after_commit(partial(self.forget_deleted, *tables))
            return True
        if self.is_sqlite:
            for _ in range(FORGET_TRIES):
                if await self._empty_log():
                    return True
                await asyncio.sleep(FORGET_PAUSE_S)
            return False
        if tables:
            await self.forget_order(tables)
        return True

    async def _empty_log(self) -> bool:
        """Whether it could be done at once: nobody's write is made to wait for somebody who reads."""
        async with self._writing, self._connected(self.engine) as conn:
            raw = await conn.get_raw_connection()
            driver: Any = raw.driver_connection
            try:
                await driver.execute(f"PRAGMA busy_timeout={FORGET_WAIT_MS}")
                cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, *_ = await cursor.fetchone()
                await cursor.close()
            finally:
                await driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        return not busy

    async def forget_order(self, tables: tuple[str, ...]) -> None:
        """Leave no trace of the order rows were written in: the file is written anew, in key order.

        On SQLite ``VACUUM`` and an empty write-ahead log; on PostgreSQL ``VACUUM FULL`` of ``tables``. Again: the same.
        Raises OSError when it cannot be done now.
        """
        if self.is_sqlite:
            async with self._writing, self._connected(self.engine) as conn:
                raw = await conn.get_raw_connection()
                try:
                    await raw.driver_connection.execute("VACUUM")  # type: ignore[union-attr]  # aiosqlite's own
                    cursor = await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]  # aiosqlite's own
                    busy, *_ = await cursor.fetchone()
                    await cursor.close()
                except sqlite3.Error as error:
                    raise OSError(str(error)) from error
                if busy:  # someone still reads: the log keeps what was before
                    raise OSError("the write-ahead log is being read")
            return
        async with self._connected(self.engine.execution_options(isolation_level="AUTOCOMMIT")) as conn:
            for table in tables:
                await conn.execute(text(f"VACUUM FULL {table}"))

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        if self._closed.is_set():
            raise DatabaseClosed(self.engine.url.database)
        self._inside += 1
        try:
            async with engine.connect() as conn:
                try:
                    yield conn
                finally:
                    if self._closed.is_set():  # it would go back to a pool that nobody empties any more
                        await conn.invalidate()
        finally:
            self._inside -= 1
            if not self._inside:
                self._left.set()

    async def close(self) -> None:
        """End every connection, when those who are inside have left or ``CLOSE_WAIT_S`` is over."""
        self._closed.set()
        if self._inside:
            self._left.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._left.wait(), CLOSE_WAIT_S)
        await self.engine.dispose()


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    # SQLAlchemy emits BEGIN itself (see _begin): sqlite3's own guess about when to begin breaks IMMEDIATE and DDL.
    adapted: Any = connection
    adapted.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _use_wal(cursor)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _use_wal(cursor: DBAPICursor) -> None:
    """Raises OperationalError when another process keeps the file from it for as long as a write would wait."""
    ends = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:  # of two that turn a new file to WAL at once, SQLite lets one fail without waiting
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(0.005)


def _begin(conn: Connection) -> None:
    conn.exec_driver_sql(str(conn.get_execution_options().get("begin", "BEGIN")))
