"""What every ballot box promises, whichever database it is kept in, and however many servers open it."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import text

from meeting_server.ballots.ballot import issuances_hash, root
from meeting_server.ballots.blind_signature import SigningKey
from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.port import BoxRefused, Receipt, Sealed, paper_id
from meeting_server.domain.ids import MeetingId, MotionId
from meeting_server.rehearsal.voter import Voter
from meeting_server.store.database import Database

SECRET = b"s" * 32
PAPER = paper_id(MeetingId("meeting"), MotionId("m1"))
KEY = SigningKey.generate()
VOTERS = 30


@pytest.fixture(autouse=True)
def quick_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """An RSA key made once for all tests: making one takes a while."""
    monkeypatch.setattr(SigningKey, "generate", staticmethod(lambda: KEY))


async def collected(box: BallotBox, *members: str) -> list[Voter]:
    paper = await box.open(PAPER)
    voters = [Voter(PAPER, int(paper.modulus, 16)) for _ in members]
    for member, voter in zip(members, voters, strict=True):
        voter.collected(await box.collect(PAPER, member, voter.blinded()))
    await box.advance(PAPER, "voting")
    return voters


async def refusal(awaitable: object) -> str:
    with pytest.raises(BoxRefused) as refused:
        await awaitable  # type: ignore[misc]
    return refused.value.code


async def test_a_vote_is_collected_cast_and_sealed_once(box_database: Database) -> None:
    box = BallotBox(box_database, SECRET)
    voters = await collected(box, "a", "b", "c")
    receipts = await asyncio.gather(*(box.cast(PAPER, voter.ballot("for")) for voter in voters))
    assert (await box.cast(PAPER, voters[0].ballot("for"))).leaf == receipts[0].leaf
    assert await refusal(box.cast(PAPER, voters[0].ballot("against"))) == "ballot_conflict"
    assert await box.progress(PAPER) == (3, 3)
    sealed = await box.seal(PAPER)
    assert await box.seal(PAPER) == sealed == await box.bulletin(PAPER)
    assert sealed.root == root([ballot.leaf for ballot in sealed.ballots])
    assert {receipt.leaf for receipt in receipts} == {ballot.leaf for ballot in sealed.ballots}
    assert list(handed := await box.issued_to(PAPER)) == ["a", "b", "c"]
    assert sealed.issuances == issuances_hash(PAPER, handed)
    assert await refusal(box.cast(PAPER, Voter(PAPER, KEY.n).ballot("for"))) in ("bad_token", "poll_closed")


async def test_two_servers_with_one_box_hand_a_member_one_paper_and_take_a_ballot_once(box_database: Database) -> None:
    here, there = BallotBox(box_database, SECRET), BallotBox(Database(box_database.url), SECRET)
    try:
        paper = await here.open(PAPER)
        assert await there.open(PAPER) == paper
        pairs = [(Voter(PAPER, KEY.n), Voter(PAPER, KEY.n)) for _ in range(10)]
        handed = []
        for number, (one, other) in enumerate(pairs):
            answers = await asyncio.gather(
                here.collect(PAPER, f"m{number}", one.blinded()),
                there.collect(PAPER, f"m{number}", other.blinded()),
                return_exceptions=True,
            )
            won = [(voter, answer) for voter, answer in zip((one, other), answers, strict=True) if isinstance(answer, bytes)]
            assert len(won) == 1
            assert [str(answer) for answer in answers if isinstance(answer, BoxRefused)] == ["already_collected"]
            won[0][0].collected(won[0][1])
            handed.append(won[0][0])
        await here.advance(PAPER, "voting")
        for voter in handed:
            ballot = voter.ballot("for")
            receipts = await asyncio.gather(here.cast(PAPER, ballot), there.cast(PAPER, ballot))
            assert receipts[0].leaf == receipts[1].leaf
        sealed = await there.seal(PAPER)
        assert (sealed.issued, len(sealed.ballots)) == (10, 10)
        assert await here.seal(PAPER) == sealed
    finally:
        await there._database.close()


async def test_a_ballot_that_races_the_sealing_is_in_the_root_or_refused(box_database: Database) -> None:
    """One server seals while another takes ballots: whoever has a receipt is in the bulletin, and the root is that of what is there."""
    here, there = BallotBox(box_database, SECRET), BallotBox(Database(box_database.url), SECRET)
    try:
        for race in range(6):
            paper = paper_id(MeetingId("meeting"), MotionId(f"race-{race}"))
            published = await here.open(paper)
            voters = [Voter(paper, int(published.modulus, 16)) for _ in range(12)]
            for number, voter in enumerate(voters):
                voter.collected(await here.collect(paper, f"m{number}", voter.blinded()))
            await here.advance(paper, "voting")
            await there.cast(paper, voters[0].ballot("for"))
            casts = [there.cast(paper, voter.ballot("for")) for voter in voters]
            sealed, *answers = await asyncio.gather(here.seal(paper), *casts, return_exceptions=True)
            assert isinstance(sealed, Sealed), sealed
            leaves = await there.leaves(paper)
            assert leaves is not None
            assert root(leaves) == sealed.root, race
            taken = {answer.leaf for answer in answers if isinstance(answer, Receipt)}
            assert taken <= set(leaves), race
    finally:
        await there._database.close()


async def test_the_rows_of_a_sealed_box_lie_in_the_order_of_their_hashes_whoever_came_first(box_database: Database) -> None:
    box = BallotBox(box_database, SECRET)
    voters = await collected(box, *(f"m{n:02}" for n in range(VOTERS)))
    random.Random(4).shuffle(voters)
    for voter in voters:
        await box.cast(PAPER, voter.ballot("for"))
    await box.seal(PAPER)
    async with box_database.read() as conn:
        for table, by in (("ballot", "key_hash"), ("issuance", "member_id")):
            lying = "" if box_database.is_sqlite else " ORDER BY ctid"
            found = [bytes(row[0]) if by == "key_hash" else row[0] for row in await conn.execute(text(f"SELECT {by} FROM {table}{lying}"))]
            assert len(found) == VOTERS
            assert found == sorted(found), table
        assert (await conn.execute(text("SELECT wrapped FROM paper"))).scalar_one() is None
