"""The only access to a database: engine, transactions, the shared table metadata.

SQLite (a file, WAL, ``synchronous=FULL``) is the embedded default. PostgreSQL uses the same code with another URL.
Each table is declared on ``metadata`` in the module that owns it.
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
"""How long ``close`` waits for open transactions."""

FORGET_TRIES, FORGET_PAUSE_S, FORGET_WAIT_MS = 40, 0.1, 50
"""Number of attempts, pause and timeout for emptying the write-ahead log."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints get stable names, so that a migration can drop them."""

metadata = MetaData(naming_convention=NAMING)
"""All tables except the ballot box's, which has its own metadata (``ballots.tables``)."""


async def put(conn: AsyncConnection, table: Table, row: Mapping[str, Any], *, adding: Collection[str] = ()) -> None:
    """Insert a row, or replace the one with the same primary key. Columns in ``adding`` are added to the stored figures.

    This is one statement, because of two writers that first look for a new key and then insert it, one would fail.
    """
    query = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table).values(**row)
    keys = [column.name for column in table.primary_key]
    rest = {name: table.c[name] + query.excluded[name] if name in adding else query.excluded[name] for name in row if name not in keys}
    await conn.execute(query.on_conflict_do_update(index_elements=keys, set_=rest))


async def put_new(conn: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same primary key exists. Return whether it was new; of two concurrent writers only one gets
    True."""
    query = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table).values(**row)
    keys = [column.name for column in table.primary_key]
    return (await conn.execute(query.on_conflict_do_nothing(index_elements=keys))).rowcount > 0


class DatabaseClosed(RuntimeError):
    """A transaction was started after ``close``."""


class Database:
    """Transactions over one database URL (``sqlite+aiosqlite:///…`` or ``postgresql+asyncpg://…``).

    ``close`` must be awaited before the program ends, because every SQLite connection is a thread.
    Starting a transaction after it raises ``DatabaseClosed``.
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
            hide_parameters=True,  # an error's text must not reveal what was being written
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
        """A consistent view, in which writes are rolled back. Inside an act it sees the act's writes."""
        act = open_on(self)
        if act is not None:
            yield act.conn
            return
        async with self._connected(self.engine) as conn:
            yield conn

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed when the block ends without an exception; inside an act, a part of the act.

        SQLite allows one at a time per process, so do nothing slow inside, and never wait for another task that writes.
        """
        async with self._transaction() as conn:
            yield conn

    @asynccontextmanager
    async def act(self) -> AsyncIterator[None]:
        """Everything this task reads and writes in the block, as one transaction: all or nothing.

        Every ``write`` or nested ``act`` inside joins it, and fails alone if the block continues after its exception. The same rules as
        for ``write`` apply. Raises whatever the block or the commit raises.
        """
        async with self._transaction():
            yield

    async def after_commit(self, effect: Effect) -> None:
        """Run ``effect`` when the act is committed, in the order of registration, and never if it failed; outside an act, at once.

        A process that dies in between does not run it, so what must happen is derived again from the tables at the next start.
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
        """Create the missing ``tables``. For tests; the server uses ``migrating.migrate``."""
        async with self.write() as conn:
            await conn.run_sync(tables.create_all)

    async def forget_deleted(self, *tables: str) -> bool:
        """Remove every copy of erased content from the files of these tables. Return ``False`` while somebody reads; try again then.

        On SQLite the write-ahead log is emptied (freed pages are zeroed anyway). On PostgreSQL the tables are rewritten, because a
        deleted row stays in place until then (PostgreSQL recycles its write-ahead log later). In an act this follows the commit.
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
        """Return whether it could be done at once, so that no write has to wait for a reader."""
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
        """Remove every trace of the order in which rows were written by rewriting the file in key order.

        On SQLite ``VACUUM`` and an empty write-ahead log; on PostgreSQL ``VACUUM FULL`` of ``tables``. Idempotent. Raises OSError if it
        is impossible now.
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
                if busy:  # somebody still reads, so the log keeps the earlier content
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
                    if self._closed.is_set():  # it would return to a pool that nobody empties any more
                        await conn.invalidate()
        finally:
            self._inside -= 1
            if not self._inside:
                self._left.set()

    async def close(self) -> None:
        """End every connection once open transactions have ended or ``CLOSE_WAIT_S`` is over."""
        self._closed.set()
        if self._inside:
            self._left.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_WAIT_S):
                    await self._left.wait()
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
    """Raises OperationalError if another process locks the file for as long as a write would wait."""
    ends = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:  # of two that switch a new file to WAL at once, SQLite lets one fail without waiting
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(0.005)


def _begin(conn: Connection) -> None:
    conn.exec_driver_sql(str(conn.get_execution_options().get("begin", "BEGIN")))
