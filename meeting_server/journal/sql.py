"""The journal in the database: one writer that commits, at once, everything that queued during the last commit."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.journal.port import Draft, Head, JournalConflict, Record, StorageUnavailable
from meeting_server.journal.record import EMPTY, erasable, head_of, seal
from meeting_server.journal.upcast import event_of
from meeting_server.store.database import Database, metadata

journal_head = Table(
    "journal_head",
    metadata,
    Column("meeting_id", String(64), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("erasures", Integer, nullable=False, server_default="0"),
)
"""Where each meeting stands, the highest fencing number that ever wrote it, and how many payloads were erased."""

journal = Table(
    "journal",
    metadata,
    Column("meeting_id", String(64), ForeignKey("journal_head.meeting_id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("actor", String(64)),
    Column("command_id", String(64)),
    Column("kind", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("payload", LargeBinary),
    Column("payload_hash", LargeBinary(32), nullable=False),
    Column("prev_hash", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Index("ix_journal_command", "meeting_id", "command_id"),
    sqlite_with_rowid=False,
)
"""The records, in one tree by meeting and sequence."""

_adjourned = journal.c.kind == "MeetingAdjourned"
Index("ix_journal_adjourned", journal.c.meeting_id, sqlite_where=_adjourned, postgresql_where=_adjourned)

BATCH_LIMIT = 5_000
"""Records in one commit at most, so that the first of a flood is not kept waiting for the last."""


@dataclass(slots=True)
class _Append:
    meeting_id: MeetingId
    after: Head
    drafts: Sequence[Draft]
    fence: int
    done: asyncio.Future[list[Record]]

    def seal(self) -> list[Record]:
        records: list[Record] = []
        head = self.after
        for draft in self.drafts:
            records.append(seal(self.meeting_id, head, draft))
            head = head_of(records[-1])
        return records

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)

    def finish(self, records: list[Record]) -> None:
        if not self.done.done():
            self.done.set_result(records)


class SqlJournal:
    """Journal over SQLite or PostgreSQL. ``close`` finishes what is queued; the database is closed by its owner."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: list[_Append] = []
        self._wake = asyncio.Event()
        self._closing = False
        self._writer: asyncio.Task[None] | None = None

    async def append(self, meeting_id: MeetingId, after: Head, drafts: Sequence[Draft], fence: int = 0) -> list[Record]:
        if not drafts:
            return []
        if self._closing:
            raise StorageUnavailable("the journal is closed")
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_batches(), name="journal-writer")
        done: asyncio.Future[list[Record]] = asyncio.get_running_loop().create_future()
        self._queue.append(_Append(meeting_id, after, drafts, fence, done))
        self._wake.set()
        return await done

    async def read(self, meeting_id: MeetingId, after: int = 0, limit: int | None = None, kinds: Collection[str] = ()) -> list[Record]:
        query = select(journal).where(journal.c.meeting_id == meeting_id, journal.c.seq > after).order_by(journal.c.seq).limit(limit)
        if kinds:
            query = query.where(journal.c.kind.in_(sorted(kinds)))
        async with self._reading() as conn:
            return [_record(row) for row in await conn.execute(query)]

    async def head(self, meeting_id: MeetingId) -> Head:
        query = select(journal_head.c.seq, journal_head.c.hash).where(journal_head.c.meeting_id == meeting_id)
        async with self._reading() as conn:
            row = (await conn.execute(query)).one_or_none()
        return EMPTY if row is None else Head(row.seq, row.hash)

    async def adjourned(self) -> dict[MeetingId, tuple[str, Millis]]:
        """Every meeting that has ended: its position (last record, number of erasures) and when it ended (Unix ms)."""
        query = (
            select(journal.c.meeting_id, journal_head.c.seq, journal_head.c.erasures, func.max(journal.c.recorded_at))
            .join(journal_head, journal_head.c.meeting_id == journal.c.meeting_id)
            .where(_adjourned)
            .group_by(journal.c.meeting_id, journal_head.c.seq, journal_head.c.erasures)
            .order_by(func.max(journal.c.recorded_at))
        )
        async with self._reading() as conn:
            rows = await conn.execute(query)
            return {MeetingId(name): (f"{seq}.{erasures}", at) for name, seq, erasures, at in rows}

    async def erase(self, meeting_id: MeetingId, *seqs: int) -> int:
        wanted = sorted(set(seqs))
        these = and_(journal.c.meeting_id == meeting_id, journal.c.seq.in_(wanted))
        try:
            async with self._database.write() as conn:
                kinds = {row.seq: row.kind for row in await conn.execute(select(journal.c.seq, journal.c.kind).where(these))}
                for seq in wanted:
                    if seq not in kinds:
                        raise ValueError(f"no record {seq}")
                    if not erasable(kinds[seq]):
                        raise ValueError(f"{kinds[seq]} cannot be erased")
                changed = await conn.execute(update(journal).where(these, journal.c.payload.is_not(None)).values(payload=None, salt=b""))
                await conn.execute(
                    update(journal_head)
                    .where(journal_head.c.meeting_id == meeting_id)
                    .values(erasures=journal_head.c.erasures + changed.rowcount)
                )
        except (SQLAlchemyError, OSError) as error:
            raise StorageUnavailable(str(error)) from error
        if self._database.is_sqlite:
            await self._database.after_commit(self.forget_erased)
        return changed.rowcount

    async def forget_erased(self) -> None:
        try:
            if not await self._database.forget_deleted("journal"):
                raise StorageUnavailable("somebody reads the database: what was erased is still in its write-ahead log")
        except (SQLAlchemyError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    async def close(self) -> None:
        """Commit what is queued and end the writer; idempotent."""
        self._closing = True
        self._wake.set()
        if self._writer is not None:
            await self._writer
            self._writer = None

    def _reading(self) -> _Reading:
        return _Reading(self._database)

    async def _write_batches(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                batch = self._take()
                try:
                    await self._commit(batch)
                except asyncio.CancelledError:
                    for append in [*batch, *self._queue]:
                        append.fail(StorageUnavailable("the journal was stopped"))
                    raise
                except Exception as error:  # noqa: BLE001  the writer must outlive every failure; each caller is told
                    for append in batch:
                        append.fail(error)
            if self._closing:
                return

    def _take(self) -> list[_Append]:
        """The appends for one commit, in order of arrival."""
        count = size = 0
        for append in self._queue:
            size += len(append.drafts)
            count += 1
            if size >= BATCH_LIMIT:
                break
        taken, self._queue = self._queue[:count], self._queue[count:]
        return [append for append in taken if not append.done.done()]

    async def _commit(self, batch: list[_Append]) -> None:
        """One transaction for the whole batch; who has the wrong head or fence is refused alone."""
        if not batch:
            return
        written: list[tuple[_Append, list[Record]]] = []
        refused: list[tuple[_Append, JournalConflict]] = []
        try:
            async with self._database.write() as conn:
                heads = await self._heads(conn, {append.meeting_id for append in batch})
                known = set(heads)
                for append in batch:
                    head, fence = heads.get(append.meeting_id, (EMPTY, 0))
                    if append.fence < fence:
                        refused.append((append, JournalConflict(f"fence {append.fence} is older than {fence}")))
                    elif append.after != head:
                        refused.append((append, JournalConflict(f"head is {head.position}, not {append.after.position}")))
                    else:
                        records = append.seal()
                        heads[append.meeting_id] = (head_of(records[-1]), append.fence)
                        written.append((append, records))
                if written:
                    await _store(conn, [record for _, records in written for record in records], heads, known)
        except IntegrityError as error:
            # Another node wrote one of these meetings between our check and our write: find out which, one by one.
            if len(batch) == 1:
                batch[0].fail(JournalConflict("another writer was first"))
                return
            del error
            for append in batch:
                await self._commit([append])
            return
        except (SQLAlchemyError, OSError) as error:
            for append in batch:
                append.fail(StorageUnavailable(str(error)))
            return
        for append, conflict in refused:
            append.fail(conflict)
        for append, records in written:
            append.finish(records)

    async def _heads(self, conn: AsyncConnection, meetings: set[MeetingId]) -> dict[MeetingId, tuple[Head, int]]:
        query = select(journal_head).where(journal_head.c.meeting_id.in_(sorted(meetings)))
        if not self._database.is_sqlite:
            query = query.order_by(journal_head.c.meeting_id).with_for_update()
        rows = await conn.execute(query)
        return {MeetingId(row.meeting_id): (Head(row.seq, row.hash), row.fence) for row in rows}


class _Reading:
    """A read transaction whose database errors come out as StorageUnavailable."""

    def __init__(self, database: Database) -> None:
        self._context = database.read()

    async def __aenter__(self) -> AsyncConnection:
        try:
            return await self._context.__aenter__()
        except (SQLAlchemyError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        try:
            await self._context.__aexit__(kind, error, trace)
        except (SQLAlchemyError, OSError) as failure:
            raise StorageUnavailable(str(failure)) from failure


async def _store(
    conn: AsyncConnection,
    records: list[Record],
    heads: dict[MeetingId, tuple[Head, int]],
    known: set[MeetingId],
) -> None:
    touched = {record.meeting_id for record in records}
    rows = [{"of": name, "seq": heads[name][0].seq, "hash": heads[name][0].hash, "fence": heads[name][1]} for name in sorted(touched)]
    new = [{**row, "meeting_id": row["of"]} for row in rows if row["of"] not in known]
    old = [row for row in rows if row["of"] in known]
    if new:
        await conn.execute(insert(journal_head), [{k: v for k, v in row.items() if k != "of"} for row in new])
    await conn.execute(insert(journal), [_columns(record) for record in records])
    if old:
        await conn.execute(
            update(journal_head)
            .where(journal_head.c.meeting_id == bindparam("of"))
            .values(seq=bindparam("seq"), hash=bindparam("hash"), fence=bindparam("fence")),
            old,
        )


def _columns(record: Record) -> dict[str, object]:
    return {column.name: getattr(record, column.name) for column in journal.columns}


def _record(row: Row[Any]) -> Record:
    event = None if row.payload is None else event_of(row.kind, row.version, row.payload)
    fields = {str(name): value for name, value in row._mapping.items()}
    return Record(**fields, event=event)
