"""Nobody holds a ballot online and one in the hall, however close together they are handed out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from meeting_server.ballots.box import BallotBox
from tests.kit.houses.voting_house import Vote, VotingHouse, approved, vote, voting_house
from tests.kit.phones.bots import Frame

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAMES = ("m1", "m2", "m3", "m4", "m5")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[VotingHouse]:
    async with voting_house(Path(tmp_path_factory.mktemp("hall")), len(NAMES)) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def a_vote(there: VotingHouse) -> AsyncIterator[Vote]:
    """Papers can be collected; m4 and m5 count in the hall."""
    async with vote(there, NAMES) as made:
        await approved(made, scrutineer="m4", teller="m5")
        await made.collecting()
        yield made
        await register(made)
        await made.ended()


async def register(a_vote: Vote, *who: str, by: str = "secretary") -> Frame:
    people = [a_vote.there.people[one] for one in who]
    return await a_vote.phones[by].bot.command("RegisterHallVoters", motion_id=a_vote.motion_id, participants=people)


async def collect(a_vote: Vote, who: str) -> Frame:
    phone = a_vote.phones[who]
    voter = phone.paper(await phone.bot.event("PaperOpened", motion_id=a_vote.motion_id))
    return await phone.asked(a_vote.motion_id, voter.blinded().hex())


async def test_who_holds_a_ballot_on_their_phone_is_not_registered_in_the_hall(a_vote: Vote) -> None:
    await a_vote.collect("m1")
    answer = await register(a_vote, "m1", "m2")
    assert (answer["type"], answer["code"], answer["detail"]) == ("rejected", "hall_voted_online", {"name": "党员1"})
    assert (await register(a_vote, "m2"))["type"] == "ack"


async def test_who_is_registered_in_the_hall_is_handed_no_ballot_online(a_vote: Vote) -> None:
    assert (await register(a_vote, "m1"))["type"] == "ack"
    assert (await collect(a_vote, "m1"))["code"] == "votes_in_hall"
    assert (await collect(a_vote, "m2"))["type"] == "collected"


async def test_a_ballot_on_its_way_to_a_phone_comes_before_the_halls_list(a_vote: Vote, monkeypatch: pytest.MonkeyPatch) -> None:
    box = a_vote.there.site.box
    assert isinstance(box, BallotBox)
    signing, go_on = asyncio.Event(), asyncio.Event()
    collects = box.collect

    async def slowly(paper_id: str, member_id: str, blinded: bytes) -> bytes:
        signing.set()
        await go_on.wait()
        return await collects(paper_id, member_id, blinded)

    monkeypatch.setattr(box, "collect", slowly)
    asked = asyncio.create_task(collect(a_vote, "m1"))
    await signing.wait()
    registering = asyncio.create_task(register(a_vote, "m1"))
    later = asyncio.create_task(collect(a_vote, "m2"))
    go_on.set()
    assert (await asked)["type"] == "collected"
    assert (await registering)["code"] == "hall_voted_online"
    assert (await later)["type"] == "collected"


async def test_who_does_not_run_votes_learns_nothing_of_who_holds_a_ballot(a_vote: Vote) -> None:
    await a_vote.collect("m1")
    assert [(await register(a_vote, who, by="m3"))["code"] for who in ("m1", "m2")] == ["forbidden", "forbidden"]
