"""The ballot box over a real file: one paper a member, one ballot a paper, nothing that links them."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from meeting_server.ballots.ballot import receipt_message, root, verify_p256
from meeting_server.ballots.blind_signature import SigningKey
from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.port import BoxRefused, Sealed
from meeting_server.ballots.tables import BALLOT_BOX
from meeting_server.rehearsal.voter import Voter
from meeting_server.store.database import Database

PAPER = "meeting/m1"
SECRET = b"s" * 32
KEYS = [SigningKey.generate(), SigningKey.generate()]


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """RSA keys made once for all tests: making one takes up to a second."""
    made = iter(KEYS)
    monkeypatch.setattr(SigningKey, "generate", staticmethod(lambda: next(made)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "box.sqlite3"


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{file}")
    await database.create_all(BALLOT_BOX.tables)
    yield database
    await database.close()


@pytest.fixture
async def box(database: Database) -> BallotBox:
    return BallotBox(database, SECRET)


async def voters(box: BallotBox, *members: str) -> dict[str, Voter]:
    """Phones that have collected their paper; voting is open."""
    paper = await box.open(PAPER)
    phones = {member: Voter(PAPER, int(paper.modulus, 16)) for member in members}
    for member, phone in phones.items():
        phone.collected(await box.collect(PAPER, member, phone.blinded()))
    await box.advance(PAPER, "voting")
    return phones


async def refusal(awaitable: object) -> str:
    with pytest.raises(BoxRefused) as refused:
        await awaitable  # type: ignore[misc]
    return refused.value.code


async def test_a_whole_vote_is_sealed_with_every_ballot_and_its_receipt(box: BallotBox) -> None:
    phones = await voters(box, "a", "b", "c")
    paper = await box.open(PAPER)
    receipts = [await box.cast(PAPER, phone.ballot("for")) for phone in phones.values()]
    sealed = await box.seal(PAPER)
    assert (sealed.issued, len(sealed.ballots)) == (3, 3)
    for receipt in receipts:
        message = receipt_message(PAPER, receipt.leaf)
        assert verify_p256(bytes.fromhex(paper.receipt_key), message, receipt.signature)
        assert receipt.leaf in [ballot.leaf for ballot in sealed.ballots]
    assert sealed.root == root([ballot.leaf for ballot in sealed.ballots])


async def test_the_same_request_is_answered_again_and_another_is_refused(box: BallotBox) -> None:
    paper = await box.open(PAPER)
    phone, other = (Voter(PAPER, int(paper.modulus, 16)) for _ in range(2))
    blinded = phone.blinded()
    assert await box.collect(PAPER, "a", blinded) == await box.collect(PAPER, "a", blinded)
    assert await refusal(box.collect(PAPER, "a", other.blinded())) == "already_collected"


async def test_papers_are_handed_out_only_while_collecting(box: BallotBox) -> None:
    await voters(box, "a")
    paper = await box.open(PAPER)
    late = Voter(PAPER, int(paper.modulus, 16))
    assert await refusal(box.collect(PAPER, "b", late.blinded())) == "not_collecting"


async def test_a_reply_lost_after_collecting_closed_is_still_answered(box: BallotBox) -> None:
    phones = await voters(box, "a")
    phones["a"].collected(await box.collect(PAPER, "a", phones["a"].blinded()))


async def test_a_ballot_counts_once_and_the_first_choice_stands(box: BallotBox) -> None:
    phone = (await voters(box, "a"))["a"]
    first = await box.cast(PAPER, phone.ballot("for"))
    assert (await box.cast(PAPER, phone.ballot("for"))).leaf == first.leaf
    assert await refusal(box.cast(PAPER, phone.ballot("against"))) == "ballot_conflict"
    assert [ballot.choices for ballot in (await box.seal(PAPER)).ballots] == [("for",)]


async def test_no_ballot_before_voting_or_after_closing(box: BallotBox) -> None:
    paper = await box.open(PAPER)
    phone = Voter(PAPER, int(paper.modulus, 16))
    phone.collected(await box.collect(PAPER, "a", phone.blinded()))
    assert await refusal(box.cast(PAPER, phone.ballot("for"))) == "not_voting"
    await box.advance(PAPER, "closing")
    assert await refusal(box.cast(PAPER, phone.ballot("for"))) == "poll_closed"


async def test_a_ballot_without_a_paper_is_refused(box: BallotBox) -> None:
    phone = (await voters(box, "a"))["a"]
    forger = Voter(PAPER, phone.modulus)
    forger.token = phone.token
    assert await refusal(box.cast(PAPER, forger.ballot("for"))) == "bad_token"


async def test_a_ballot_of_another_paper_is_refused(box: BallotBox) -> None:
    phone = (await voters(box, "a"))["a"]
    await box.open("meeting/m2")
    await box.advance("meeting/m2", "voting")
    assert await refusal(box.cast("meeting/m2", phone.ballot("for"))) == "bad_token"


async def test_sealing_again_gives_the_same(box: BallotBox) -> None:
    phones = await voters(box, "a", "b")
    for phone in phones.values():
        await box.cast(PAPER, phone.ballot("for"))
    assert await box.seal(PAPER) == await box.seal(PAPER)


async def test_a_phone_checks_its_ballot_in_the_sealed_bulletin_by_itself(box: BallotBox) -> None:
    phones = await voters(box, "a", "b", "c", "d", "e")
    for phone in phones.values():
        await box.cast(PAPER, phone.ballot("against"))
    sealed = await box.seal(PAPER)
    leaves = await box.leaves(PAPER)
    assert leaves is not None
    assert root(leaves) == sealed.root
    for phone in phones.values():
        assert next(b for b in sealed.ballots if b.key == phone.key).leaf in leaves


async def test_the_leaves_are_nobodys_before_the_box_is_sealed(box: BallotBox) -> None:
    phones = await voters(box, "a")
    await box.cast(PAPER, phones["a"].ballot("for"))
    assert await box.leaves(PAPER) is None


async def test_the_keys_are_gone_when_the_box_is_sealed(box: BallotBox, database: Database) -> None:
    phones = await voters(box, "a")
    await box.seal(PAPER)
    again = BallotBox(database, SECRET)
    assert await refusal(again.collect(PAPER, "b", phones["a"].blinded())) == "not_collecting"


async def test_a_hall_that_asks_at_once_makes_the_key_be_read_once(
    box: BallotBox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = await box.open(PAPER)
    phones = [Voter(PAPER, int(paper.modulus, 16)) for _ in range(40)]
    read: list[bytes] = []
    from_der = SigningKey.from_der

    def counted(der: bytes) -> SigningKey:
        read.append(der)
        return from_der(der)

    monkeypatch.setattr(SigningKey, "from_der", staticmethod(counted))
    started = BallotBox(database, SECRET)
    handed = await asyncio.gather(*(started.collect(PAPER, f"m{n}", phone.blinded()) for n, phone in enumerate(phones)))
    assert len(set(handed)) == len(phones)
    assert len(read) == 1


async def test_another_installation_can_not_unwrap_the_keys(box: BallotBox, database: Database) -> None:
    phones = await voters(box, "a")
    stranger = BallotBox(database, b"x" * 32)
    with pytest.raises(InvalidTag):
        await stranger.collect(PAPER, "b", phones["a"].blinded())


async def test_the_sealed_file_is_the_same_whatever_order_the_ballots_came_in(
    box: BallotBox, database: Database, file: Path, tmp_path: Path
) -> None:
    """Physical order, row ids, free pages and the write-ahead log: none of them holds the order of arrival."""
    phones = await voters(box, *(f"member-{n:02}" for n in range(24)))
    ballots = [phone.ballot("for") for phone in phones.values()]
    await database.forget_order(())
    twin = tmp_path / "twin.sqlite3"
    shutil.copy(file, twin)
    other = Database(f"sqlite+aiosqlite:///{twin}")
    for where, order in ((box, ballots), (BallotBox(other, SECRET), ballots[::-1])):
        for ballot in order:
            await where.cast(PAPER, ballot)
    unsealed = [path.read_bytes() + Path(f"{path}-wal").read_bytes() for path in (file, twin)]
    assert unsealed[0] != unsealed[1]
    await box.seal(PAPER)
    await BallotBox(other, SECRET).seal(PAPER)
    await other.close()
    header = 100  # holds SQLite's own change counter
    assert file.read_bytes()[header:] == twin.read_bytes()[header:]
    assert Path(f"{file}-wal").stat().st_size == 0
    with sqlite3.connect(file) as raw:
        columns = [row[1] for table in ("ballot", "issuance", "paper") for row in raw.execute(f"PRAGMA table_info({table})")]
    assert not any("time" in name or name.endswith("_at") for name in columns)


async def test_ballots_that_come_at_once_are_all_in_the_box(box: BallotBox) -> None:
    phones = await voters(box, *(f"m{n}" for n in range(60)))
    await asyncio.gather(*(box.cast(PAPER, phone.ballot("for")) for phone in phones.values()))
    sealed: Sealed = await box.seal(PAPER)
    assert len(sealed.ballots) == 60
