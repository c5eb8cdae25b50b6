"""Acts are whole: what a request may commit, and an act that is stopped before each of its statements in turn."""

from __future__ import annotations

import asyncio
import hashlib
import re
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from meeting_server.journal.port import StorageUnavailable
from meeting_server.store.database import Database, metadata

LOOKING_MAY_WRITE = {"INSERT INTO access_log", "UPDATE sign_ins SET seen_at", "UPDATE hall_devices SET used_at"}
"""What a GET leaves: that somebody looked. All else it finds."""
BESIDE = {"UPDATE sign_ins SET seen_at"}
"""What any request may commit beside its act, before it: it says nothing of the act."""
_WRITES = re.compile(r"\s*(INSERT INTO \w+|UPDATE \w+ SET \w+|DELETE FROM \w+)")


class Commits:
    """The transactions each task has committed on a database, as the beginnings of the statements that changed something."""

    def __init__(self, database: Database) -> None:
        self._changes: WeakKeyDictionary[Connection, list[str]] = WeakKeyDictionary()
        self._of: WeakKeyDictionary[asyncio.Task[Any], list[tuple[str, ...]]] = WeakKeyDictionary()
        engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._executes)
        event.listen(engine, "commit", self._commits)
        event.listen(engine, "rollback", lambda conn: self._changes.pop(conn, None))

    def mine(self) -> list[tuple[str, ...]]:
        """Those of this task."""
        task = asyncio.current_task()
        assert task is not None
        return self._of.setdefault(task, [])

    def _executes(self, conn: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        found = _WRITES.match(statement)
        if found:
            self._changes.setdefault(conn, []).append(found[1])

    def _commits(self, conn: Connection) -> None:
        changes = self._changes.pop(conn, None)
        if changes:
            self.mine().append(tuple(changes))


class WholeActs(httpx.ASGITransport):
    """Asks the application, and fails when a request that looks has changed something, or one that acts has done it in pieces."""

    def __init__(self, database: Database, app: Any, **options: Any) -> None:
        super().__init__(app=app, **options)
        self._commits = commits_of(database)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        before = len(self._commits.mine())
        response = await super().handle_async_request(request)
        done = [changes for changes in self._commits.mine()[before:] if not BESIDE.issuperset(changes)]
        wrong = wrong_of(request.method, done)
        assert not wrong, f"{request.method} {request.url.path}: {wrong}"
        return response


def wrong_of(method: str, done: list[tuple[str, ...]]) -> str:
    """What is wrong with what a request has committed; empty: nothing."""
    if method in ("GET", "HEAD"):
        changed = sorted({change for changes in done for change in changes} - LOOKING_MAY_WRITE)
        return f"looking has changed something: {', '.join(changed)}" if changed else ""
    return f"one act in {len(done)} transactions: {' | '.join(', '.join(changes) for changes in done)}" if len(done) > 1 else ""


_commits: WeakKeyDictionary[Database, Commits] = WeakKeyDictionary()


def commits_of(database: Database) -> Commits:
    """The one that watches this database."""
    if database not in _commits:
        _commits[database] = Commits(database)
    return _commits[database]


# --- stopped before each statement in turn ------------------------------------------------------------------------------


class Killed(BaseException):
    """As if the process ended here: nobody catches it, and nothing that should follow does."""


def failed() -> BaseException:
    """As if the database failed here."""
    return OperationalError("", {}, Exception("disk I/O error"))


@dataclass
class Stop:
    """Raises before the ``at``-th statement; 0: only counts them. A commit is one too."""

    at: int
    error: Callable[[], BaseException]
    tasks: Callable[[asyncio.Task[Any] | None], bool]
    seen: int = 0

    def statement(self, *_args: object) -> None:
        try:
            task = asyncio.current_task()
        except RuntimeError:  # a connection that is thrown away at the end of the loop
            return
        if self.tasks(task):
            self.seen += 1
            if self.seen == self.at:
                raise self.error()


@contextmanager
def stopping(database: Database, at: int, error: Callable[[], BaseException] = Killed, *, everyone: bool = False) -> Iterator[Stop]:
    """Stop this task (``everyone``: any) before its ``at``-th statement."""
    me = asyncio.current_task()
    stop = Stop(at, error, lambda task: everyone or task is me)
    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", stop.statement)
    event.listen(engine, "commit", stop.statement)
    try:
        yield stop
    finally:
        event.remove(engine, "before_cursor_execute", stop.statement)
        event.remove(engine, "commit", stop.statement)


Rows = dict[str, Counter[tuple[object, ...]]]


def rows_of(file: Path, told_as: Callable[[object], object] | None = None) -> Rows:
    """All rows of all tables of an SQLite database, without when somebody was last seen; ``told_as``: what stands for a value, else
    what is made anew in each run does. Read past the product, which would take half of what these tests cost."""
    told_as = told_as or _same
    rows: Rows = {}
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("BEGIN")
        for name, table in metadata.tables.items():
            columns = ", ".join(column.name for column in table.columns if (name, column.name) != ("sign_ins", "seen_at"))
            rows[name] = Counter(tuple(map(told_as, row)) for row in raw.execute(f"SELECT {columns} FROM {name}"))
    return rows


@dataclass
class Scene:
    """Everything an act needs, in a place of its own. ``again``: what a person or the next start does to finish it when its
    tables and something else (a journal, files) were changed one after the other; ``files``: the folder it writes to."""

    database: Database
    act: Callable[[], Awaitable[object]]
    again: Callable[[], Awaitable[object]] | None = None
    files: Path | None = None

    def kept(self) -> Rows:
        """All rows of all tables, and the files; what is made anew in each run (ids, tokens, times) as such."""
        rows = rows_of(Path(str(self.database.engine.url.database)))
        if self.files is not None:
            found = (file for file in self.files.rglob("*") if file.is_file())
            rows["files"] = Counter((_same(file.name), hashlib.sha256(file.read_bytes()).hexdigest()) for file in found)
        return rows


@dataclass(frozen=True)
class Outcomes:
    """Of an act that was stopped before each of its ``statements``: how often nothing had happened, all, or all after ``again``."""

    statements: int
    nothing: int
    all: int
    finished: int = 0


async def stopped_everywhere(
    make: Callable[[Path], AbstractAsyncContextManager[Scene]],
    folder: Path,
    error: Callable[[], BaseException] = Killed,
    *,
    everyone: bool = False,
) -> Outcomes:
    """Stop an act before each of its statements in turn; each time nothing has happened, or all of it."""
    async with make(_fresh(folder)) as scene:
        with stopping(scene.database, 0, everyone=everyone) as whole:
            before = scene.kept()
            whole.seen = 0
            await scene.act()
            statements = whole.seen
        after = scene.kept()
    assert after != before, "the act changes nothing"
    nothing = everything = finished = 0
    at = 1
    while at <= statements:
        async with make(_fresh(folder)) as scene:
            start = scene.kept()
            while at <= statements:
                await _stopped(scene, at, error, everyone=everyone)
                at += 1
                kept = scene.kept()
                if kept == start:
                    nothing += 1
                    continue
                if differing(kept, after):
                    assert scene.again is not None, f"half done before statement {at - 1}: {differing(kept, after)}"
                    await scene.again()
                    assert not (left := differing(scene.kept(), after)), f"not finished after statement {at - 1}: {left}"
                    finished += 1
                else:
                    everything += 1
                break
    return Outcomes(statements, nothing, everything, finished)


async def _stopped(scene: Scene, at: int, error: Callable[[], BaseException], *, everyone: bool) -> None:
    with stopping(scene.database, at, error, everyone=everyone):
        try:
            await scene.act()
        except (Killed, OperationalError, StorageUnavailable):
            return


def differing(one: Rows, other: Rows) -> dict[str, tuple[object, object]]:
    """The tables that differ, and what each has that the other has not."""
    return {name: (one[name] - other[name], other[name] - one[name]) for name in one if one[name] != other[name]}


def _fresh(folder: Path) -> Path:
    made = folder / f"scene-{sum(1 for _ in folder.glob('scene-*'))}"
    made.mkdir()
    return made


_MADE_ANEW = re.compile(r"[0-9a-f]{16,}|\b(?=[\w-]*\d)[\w-]{20,}\b|\b[a-z]{1,6}-[\w-]{8,}\b")


def _same(value: object) -> object:
    if isinstance(value, str):
        return _MADE_ANEW.sub("*", value)
    if isinstance(value, bytes):
        return b"*"
    return "*" if isinstance(value, int) and value > 10**11 else value
