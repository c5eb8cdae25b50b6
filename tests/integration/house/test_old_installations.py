"""An installation from before the ballot box had tables of its own is brought up to date whole, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.tables import BALLOT_BOX
from meeting_server.config import Settings
from meeting_server.processes import migrated
from meeting_server.store.backup import back_up
from meeting_server.store.database import Database
from meeting_server.store.migrating import MEETINGS
from tests.kit.houses import old_installation as old
from tests.kit.servers.running import Server
from tools.make_migration import every_table

MEETINGS_FILE, BOX_FILE = "meetings.sqlite3", "ballot-box.sqlite3"
OF_THE_BOX = {"paper", "issuance", "ballot", "ballot_box_version"}
Content = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def votes(tmp_path_factory: pytest.TempPathFactory) -> old.Votes:
    return asyncio.run(old.held(tmp_path_factory.mktemp("votes")))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, votes: old.Votes) -> Path:
    """The data folder of an old server; to be copied, never to be opened."""
    folder = tmp_path_factory.mktemp("old") / "var"
    asyncio.run(old.old_installation(folder, votes))
    return folder


@pytest.fixture
def data(tmp_path: Path, installed: Path) -> Path:
    return Path(shutil.copytree(installed, tmp_path / "var"))


def content(file: Path) -> Content:
    """Every table and its rows, without those of SQLite and of the full-text index."""
    with closing(sqlite3.connect(file)) as raw:
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {name: raw.execute(f"SELECT * FROM {name}").fetchall() for name in names if not name.startswith("passages_index")}


def of_both(data: Path) -> tuple[Content, Content]:
    return content(data / MEETINGS_FILE), content(data / BOX_FILE)


async def up_to_date(data: Path) -> None:
    await migrated(Settings(data_dir=data))


def is_whole(before: tuple[Content, Content], after: tuple[Content, Content]) -> None:
    """The meetings have no table of the box and the box has none but its own; each kept every row of its own."""
    (old_meetings, old_box), (meetings, box) = before, after
    assert set(meetings) & OF_THE_BOX == set()
    assert set(meetings) == {"alembic_version", *every_table(MEETINGS).tables}
    assert set(box) == OF_THE_BOX == {BALLOT_BOX.version_table, *BALLOT_BOX.tables.tables}
    assert {name: box[name] for name in BALLOT_BOX.tables.tables} == {name: old_box[name] for name in BALLOT_BOX.tables.tables}
    assert len(meetings["members"]) == len(old_meetings["members"]) == len(old.MEMBERS)
    assert len(meetings["branches"]) == 1


def test_the_product_starts_on_an_old_installation_and_leaves_each_file_its_own_tables(tmp_path: Path, data: Path) -> None:
    before = of_both(data)
    with Server(tmp_path, MEETING_MEDIA="0"):
        pass
    is_whole(before, of_both(data))
    for name in ("members", "role_grants", "journal"):  # nor what is left of a table that was dropped
        assert f"TABLE {name}".encode() not in (data / BOX_FILE).read_bytes()
    for name in BALLOT_BOX.tables.tables:
        assert f"TABLE {name} ".encode() not in (data / MEETINGS_FILE).read_bytes()


async def test_a_vote_that_was_going_on_is_gone_on_with_and_sealed(data: Path, votes: old.Votes) -> None:
    await up_to_date(data)
    database = Database(f"sqlite+aiosqlite:///{data / BOX_FILE}")
    box = BallotBox(database, old.SECRET)
    assert [await box.progress(name) for name in (old.SEALED, old.VOTING, old.COLLECTING)] == [(12, 12), (12, 8), (12, 0)]
    for ballot in (*votes.waiting, votes.cast[0]):
        await box.cast(old.VOTING, ballot)
    sealed = await box.seal(old.VOTING)
    assert await box.bulletin(old.SEALED) is not None
    assert await box.open(old.COLLECTING) == votes.papers[old.COLLECTING]
    await database.close()
    assert {ballot.leaf for ballot in sealed.ballots} == {ballot.leaf for ballot in (*votes.cast, *votes.waiting)}


def test_ballots_beside_the_members_stop_the_start_until_the_box_is_said_to_be_there(tmp_path: Path, votes: old.Votes) -> None:
    """A server that was told of one SQLite file for everything, and is told so no more."""
    var = tmp_path / "var"
    var.mkdir()
    file = var / MEETINGS_FILE

    async def made() -> None:
        database = Database(f"sqlite+aiosqlite:///{file}")
        await old.old_tables(database)
        await old.put_members(database)
        await old.put_votes(database, votes)
        await database.close()

    asyncio.run(made())
    before = content(file)
    for command in ("migrate", "web"):
        refused = Server(tmp_path, MEETING_MEDIA="0").command(command, check=False)
        assert (refused.returncode, "MEETING_BALLOT_DATABASE_URL" in refused.stderr, "Traceback" in refused.stderr) == (1, True, False)
    assert content(file) == before
    server = Server(tmp_path, MEETING_MEDIA="0", MEETING_BALLOT_DATABASE_URL=f"sqlite+aiosqlite:///{var}/../var/{MEETINGS_FILE}")
    with server:
        pass
    after = content(file)
    assert {name: after[name] for name in BALLOT_BOX.tables.tables} == {name: before[name] for name in BALLOT_BOX.tables.tables}
    assert len(after["members"]) == len(old.MEMBERS)


@contextmanager
def kills(data: Path, into: Path) -> Iterator[tuple[list[Path], list[str]]]:
    """What a kill before each statement would leave on the disk: copies of the files, one of each kind; and the statements."""
    left: dict[bytes, Path] = {}
    statements: list[str] = []

    def copy(*words: Any) -> None:
        statements.append(str(words[2]) if len(words) > 2 else "COMMIT")
        files = [file for file in sorted(data.iterdir()) if not file.name.endswith("-shm")]  # SQLite makes that anew
        state = b"".join(file.name.encode() + file.read_bytes() for file in files)
        if state not in left:
            left[state] = into / f"killed-{len(left)}"
            left[state].mkdir(parents=True)
            for file in files:
                shutil.copy(file, left[state])

    found: list[Path] = []
    event.listen(Engine, "before_cursor_execute", copy)
    event.listen(Engine, "commit", copy)
    try:
        yield found, statements
    finally:
        event.remove(Engine, "before_cursor_execute", copy)
        event.remove(Engine, "commit", copy)
        found += left.values()


async def test_a_migration_killed_between_any_two_statements_is_finished_by_the_next(tmp_path: Path, data: Path) -> None:
    before = of_both(data)
    with kills(data, tmp_path) as (moments, statements):
        await up_to_date(data)
    is_whole(before, of_both(data))
    assert sum(statement.lstrip().startswith("DROP TABLE") for statement in statements) >= 40
    assert len(moments) >= 2  # before either file, and between the two: each is changed in one transaction
    for left in moments:
        for name, own in ((MEETINGS_FILE, "members"), (BOX_FILE, "ballot")):
            assert len(content(left / name)[own]) > 0
        await up_to_date(left)
        is_whole(before, of_both(left))


async def test_a_backup_from_before_is_restored_and_brought_up_to_date(tmp_path: Path, data: Path) -> None:
    before, settings = of_both(data), Settings(data_dir=data)
    await back_up(settings.database, settings.ballot_database, data, tmp_path / "copy")
    await up_to_date(data)
    shutil.rmtree(data)
    (tmp_path / "copy").rename(data)
    await up_to_date(data)
    is_whole(before, of_both(data))


async def test_a_box_that_was_migrated_in_a_vote_keeps_no_order_of_arrival(tmp_path: Path, votes: old.Votes) -> None:
    """Two old boxes with the same ballots in opposite order are the same bytes once they are migrated and sealed."""
    files = []
    for name, backwards in (("one", False), ("other", True)):
        (tmp_path / name).mkdir()
        files.append(tmp_path / name / BOX_FILE)
        database = Database(f"sqlite+aiosqlite:///{files[-1]}")
        await old.old_tables(database)
        await old.put_votes(database, votes, backwards=backwards)
        await database.close()
    unsealed = [file.read_bytes() for file in files]
    assert unsealed[0] != unsealed[1]
    for file in files:
        await up_to_date(file.parent)
        database = Database(f"sqlite+aiosqlite:///{file}")
        box = BallotBox(database, old.SECRET)
        for name in (old.VOTING, old.COLLECTING):
            await box.seal(name)
        await database.close()
    header = 100  # holds SQLite's own change counter
    sealed = [file.read_bytes()[header:] for file in files]
    assert sealed[0] == sealed[1]
    assert [path.name for path in files[0].parent.iterdir() if path.name.startswith(BOX_FILE)] == [BOX_FILE]
