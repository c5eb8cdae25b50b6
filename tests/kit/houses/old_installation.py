"""An installation as it was before the ballot box had a chain of its own: both databases with every table, made by the old revisions.

The box holds a sealed vote, one that is going on and one that collects; the meetings have a branch and its members.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from sqlalchemy import text

from meeting_server.ballots.ballot import Ballot
from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.tables import BALLOT_BOX
from meeting_server.domain.terms import Paper
from meeting_server.rehearsal.voter import Voter
from meeting_server.store.database import Database
from meeting_server.store.migrating import MEETINGS, migration_config

LAST_SHARED = "0010"
"""The last revision of the meetings' chain that made the tables of the box too."""
SECRET = b"s" * 32
SEALED, VOTING, COLLECTING = "meeting/sealed", "meeting/voting", "meeting/collecting"
MEMBERS = tuple(f"member-{number:02}" for number in range(12))
COLUMNS = {
    "paper": ("paper_id", "modulus", "receipt_key", "wrapped", "state", "root"),
    "issuance": ("paper_id", "member_id", "blinded", "signature"),
    "ballot": ("paper_id", "key_hash", "key", "prefix", "token", "choices", "signature", "version"),
}


@dataclass(frozen=True, slots=True)
class Votes:
    """What was voted when the old server ended. ``waiting``: phones that voted in ``VOTING`` after the update only."""

    papers: dict[str, Paper]
    cast: tuple[Ballot, ...]
    waiting: tuple[Ballot, ...]
    rows: dict[str, list[tuple[object, ...]]]


async def held(folder: Path) -> Votes:
    """Votes held in a box of today, in a database of its own."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'scratch.sqlite3'}")
    await database.create_all(BALLOT_BOX.tables)
    box, papers, ballots = BallotBox(database, SECRET), {}, {}
    for name in (SEALED, VOTING, COLLECTING):
        papers[name] = await box.open(name)
        voters = [Voter(name, int(papers[name].modulus, 16)) for _ in MEMBERS]
        for member, voter in zip(MEMBERS, voters, strict=True):
            voter.collected(await box.collect(name, member, voter.blinded()))
        ballots[name] = [voter.ballot("for") for voter in voters]
    for name, taken in ((SEALED, len(MEMBERS)), (VOTING, 8)):
        await box.advance(name, "voting")
        for ballot in ballots[name][:taken]:
            await box.cast(name, ballot)
    await box.seal(SEALED)
    rows = {}
    async with database.read() as conn:
        for table, columns in COLUMNS.items():
            rows[table] = [tuple(row) for row in await conn.execute(text(f"SELECT {', '.join(columns)} FROM {table}"))]
    await database.close()
    return Votes(papers, tuple(ballots[VOTING][:8]), tuple(ballots[VOTING][8:]), rows)


async def old_tables(database: Database) -> None:
    """Every table there was, as the old server made them in each of its databases."""
    async with database.write() as conn:
        await conn.run_sync(lambda sync: command.upgrade(migration_config(sync, MEETINGS), LAST_SHARED))


async def put_votes(database: Database, votes: Votes, *, backwards: bool = False) -> None:
    """Each row in a transaction of its own, as they came. ``backwards``: members and ballots came in the opposite order."""
    for table, columns in COLUMNS.items():
        put = text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{column}' for column in columns)})")
        for row in votes.rows[table][:: -1 if backwards and table != "paper" else 1]:
            async with database.write() as conn:
                await conn.execute(put, dict(zip(columns, row, strict=True)))


async def put_members(database: Database) -> None:
    """A branch and its members."""
    put = text(
        "INSERT INTO members (member_id, branch_id, name, pinyin, number, standing, voting, committee, exclusion, exclusion_reference, "
        "added_at, added_by) VALUES (:member, 'b1', :member, '', '', 'full', true, false, '', '', 1, '')"
    )
    async with database.write() as conn:
        await conn.execute(text("INSERT INTO branches (branch_id, kind, name, added_at) VALUES ('b1', 'branch', '旧支部', 1)"))
        await conn.execute(put, [{"member": member} for member in MEMBERS])


async def old_installation(data_dir: Path, votes: Votes) -> None:
    """``meetings.sqlite3`` and ``ballot-box.sqlite3`` as an old server left them."""
    data_dir.mkdir(parents=True, exist_ok=True)
    for name, fill in (("meetings", put_members), ("ballot-box", lambda database: put_votes(database, votes))):
        database = Database(f"sqlite+aiosqlite:///{data_dir / name}.sqlite3")
        await old_tables(database)
        await fill(database)
        await database.close()
