"""The revisions lead to exactly the tables the code declares, from nothing, from before and again and again, on every database."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from meeting_server.ballots.ballot import root
from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.tables import BALLOT_BOX
from meeting_server.domain.ids import MeetingId
from meeting_server.store.database import Database, metadata
from meeting_server.store.migrating import MEETINGS, Chain, MisplacedTables, migrate
from meeting_server.store.record.search import Passage, Search
from tests.kit.houses import old_installation as old
from tools.make_migration import every_table, is_ours, make

CHAINS = pytest.mark.parametrize("chain", [MEETINGS, BALLOT_BOX], ids=["meetings", "box"])


@pytest.fixture(scope="module")
def votes(tmp_path_factory: pytest.TempPathFactory) -> old.Votes:
    return asyncio.run(old.held(tmp_path_factory.mktemp("votes")))


def differences(conn: Connection, chain: Chain) -> list[object]:
    options = {"compare_type": True, "include_object": is_ours, "version_table": chain.version_table}
    return list(compare_metadata(MigrationContext.configure(conn, opts=options), every_table(chain)))


async def tables(database: Database) -> set[str]:
    async with database.read() as conn:
        names = await conn.run_sync(lambda sync: inspect(sync).get_table_names())
    return {name for name in names if not name.startswith("passages_index")}


@CHAINS
async def test_the_newest_revision_has_exactly_the_tables_of_the_code(empty_database: Database, chain: Chain) -> None:
    await migrate(empty_database.url, chain)
    async with empty_database.read() as conn:
        assert await conn.run_sync(differences, chain) == []
    assert await tables(empty_database) == {chain.version_table, *every_table(chain).tables}


async def test_migrating_twice_changes_nothing(empty_database: Database) -> None:
    await migrate(empty_database.url, MEETINGS)
    await Search(empty_database).replace(MeetingId("m1"), "b1", [Passage("chat", 1, "", "支部大会")])
    await migrate(empty_database.url, MEETINGS)
    assert [hit.excerpt for hit in await Search(empty_database).find("大会", branches=["b1"])] == ["支部大会"]


@CHAINS
async def test_two_processes_that_start_at_once_migrate_one_after_the_other(empty_database: Database, chain: Chain) -> None:
    await asyncio.gather(migrate(empty_database.url, chain), migrate(empty_database.url, chain))
    async with empty_database.read() as conn:
        assert await conn.run_sync(differences, chain) == []


async def test_one_database_for_both_holds_the_tables_of_both(empty_database: Database) -> None:
    for _ in range(2):
        for chain in (MEETINGS, BALLOT_BOX):
            await migrate(empty_database.url, chain)
    names = {chain.version_table for chain in (MEETINGS, BALLOT_BOX)}
    assert await tables(empty_database) == names | set(every_table(MEETINGS).tables) | set(BALLOT_BOX.tables.tables)


async def test_an_old_database_of_both_keeps_its_members_and_its_ballots(empty_database: Database, votes: old.Votes) -> None:
    await old.old_tables(empty_database)
    await old.put_members(empty_database)
    await old.put_votes(empty_database, votes)
    for chain in (MEETINGS, BALLOT_BOX):
        await migrate(empty_database.url, chain)
    box = BallotBox(empty_database, old.SECRET)
    for ballot in votes.waiting:
        await box.cast(old.VOTING, ballot)
    sealed = await box.seal(old.VOTING)
    assert sealed.root == root([ballot.leaf for ballot in sealed.ballots])
    assert {ballot.leaf for ballot in sealed.ballots} == {ballot.leaf for ballot in (*votes.cast, *votes.waiting)}
    async with empty_database.read() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM members")) == len(old.MEMBERS)


async def test_an_old_box_in_a_database_of_its_own_loses_every_other_table(empty_database: Database, votes: old.Votes) -> None:
    await old.old_tables(empty_database)
    await old.put_votes(empty_database, votes)
    await migrate(empty_database.url, BALLOT_BOX, apart_from=MEETINGS)
    assert await tables(empty_database) == {BALLOT_BOX.version_table, *BALLOT_BOX.tables.tables}
    async with empty_database.read() as conn:
        assert await conn.run_sync(differences, BALLOT_BOX) == []
    assert (await BallotBox(empty_database, old.SECRET).progress(old.VOTING)) == (len(old.MEMBERS), len(votes.cast))


@pytest.mark.parametrize("whose", ["meetings", "box"])
async def test_rows_in_the_wrong_database_stop_the_migration_and_stay(empty_database: Database, votes: old.Votes, whose: str) -> None:
    await old.old_tables(empty_database)
    await old.put_members(empty_database)
    await old.put_votes(empty_database, votes)
    before = await tables(empty_database)
    chain, other = (MEETINGS, BALLOT_BOX) if whose == "meetings" else (BALLOT_BOX, MEETINGS)
    with pytest.raises(MisplacedTables, match="ballot" if whose == "meetings" else "members"):
        await migrate(empty_database.url, chain, apart_from=other)
    assert await tables(empty_database) == before
    async with empty_database.read() as conn:
        assert await conn.scalar(text("SELECT version_num FROM alembic_version")) == old.LAST_SHARED


async def test_meetings_and_copies_made_under_the_text_of_2014_keep_it_by_its_name(empty_database: Database) -> None:
    await old.old_tables(empty_database)
    meeting = "INSERT INTO meetings VALUES (:id, 'b', '', '', '', 1, 2, :preset, :no, 'convened', 0, 1, '', 1, 1, NULL, NULL, '', '')"
    copy = "INSERT INTO branch_presets VALUES (:id, 'b', :preset, '{}', '', 1, NULL)"
    async with empty_database.write() as conn:
        for preset in ("admission", "full_membership", "election"):
            await conn.execute(text(meeting), {"id": f"m-{preset}", "preset": preset, "no": False})
            await conn.execute(text(copy), {"id": f"own-{preset}", "preset": preset})
    await migrate(empty_database.url, MEETINGS)
    async with empty_database.read() as conn:
        planned = (await conn.execute(text("SELECT preset_id FROM meetings ORDER BY meeting_id"))).scalars().all()
        copied = (await conn.execute(text("SELECT copied_from FROM branch_presets ORDER BY preset_id"))).scalars().all()
    assert planned == copied == ["admission_2014", "election", "full_membership_2014"]


async def test_two_urls_of_one_database_are_found_out_before_anything_is_made(empty_database: Database) -> None:
    await migrate(empty_database.url, MEETINGS, apart_from=BALLOT_BOX)
    before = await tables(empty_database)
    with pytest.raises(MisplacedTables):
        await migrate(empty_database.url, BALLOT_BOX, apart_from=MEETINGS)
    assert await tables(empty_database) == before


async def test_the_journal_keeps_its_partial_index_and_its_order_on_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'made.sqlite3'}")
    await migrate(database.url, MEETINGS)
    async with database.read() as conn:
        rows = (await conn.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))).all()
        made = {row.name: row.sql for row in rows}
        indexes = await conn.run_sync(lambda sync: {index["name"] for index in inspect(sync).get_indexes("journal")})
    await database.close()
    assert "WITHOUT ROWID" in made["journal"]
    assert re.search(r"WHERE kind = 'MeetingAdjourned'", made["ix_journal_adjourned"])
    assert {"ix_journal_command", "ix_journal_adjourned"} <= indexes
    assert set(metadata.tables) <= set(made)


@CHAINS
def test_make_migration_writes_the_next_revision_of_either_chain(tmp_path: Path, chain: Chain) -> None:
    copied = Chain(Path(shutil.copytree(chain.versions, tmp_path / "versions")), chain.version_table, chain.tables)
    before = set(copied.versions.glob("0*.py"))
    asyncio.run(make("nothing at all", copied))
    (written,) = set(copied.versions.glob("0*.py")) - before
    assert written.name == f"{len(before) + 1:04}_nothing_at_all.py"
    assert "def upgrade() -> None:\n    pass\n" in written.read_text()  # the code declares what the revisions lead to


@CHAINS
def test_revisions_follow_one_another(chain: Chain) -> None:
    names = sorted(path.name for path in chain.versions.glob("*.py"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
