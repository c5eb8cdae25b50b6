"""A whole secret vote over the real application, and every fault of it with its stated result."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import event

from meeting_server.ballots.ballot import receipt_message, root, verify_p256
from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.port import paper_id
from meeting_server.domain.ids import MotionId
from meeting_server.rehearsal.voter import Voter
from tests.kit.houses.voting_house import Vote, VotingHouse, ballot_body, cast, nameless, send, vote, voting_house

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAMES = ("m1", "m2", "m3", "m4", "m5")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[VotingHouse]:
    async with voting_house(tmp_path_factory.mktemp("votes"), len(NAMES)) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def ballots(there: VotingHouse) -> AsyncIterator[httpx.AsyncClient]:
    async with nameless(there.url) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def a_vote(there: VotingHouse) -> AsyncIterator[Vote]:
    """Everyone is in the meeting; no vote is left running behind."""
    async with vote(there, (*NAMES, "p1")) as made:
        yield made
        await made.ended()


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def counts(data: dict[str, object]) -> dict[str, int]:
    tally = data["tally"]
    assert isinstance(tally, dict)
    return dict(tally["counts"])


async def test_a_whole_vote_is_collected_cast_sealed_and_published(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    motion = await a_vote.collecting()
    papers = await a_vote.collect("secretary", *NAMES)
    await a_vote.voting()
    chosen = dict(zip(papers, ("for", "for", "for", "for", "against", "abstain"), strict=True))
    opened = (await a_vote.chair.event("PaperOpened", motion_id=motion))["data"]
    receipts = {}
    for who, voter in papers.items():
        answer = await cast(ballots, voter, chosen[who])
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        receipts[who] = answer.json()
        leaf, signature = bytes.fromhex(answer.json()["leaf"]), bytes.fromhex(answer.json()["signature"])
        message = receipt_message(paper_id(a_vote.there.meeting_id, motion), leaf)  # type: ignore[arg-type]  # an id
        assert verify_p256(bytes.fromhex(opened["paper"]["receipt_key"]), message, signature)
    await a_vote.chair.until(lambda: any(f["type"] == "paper" and (f["issued"], f["returned"]) == (6, 6) for f in a_vote.chair.others))
    closed = await a_vote.closed()
    assert (closed["issued"], closed["returned"]) == (6, 6)
    published = await a_vote.published()
    assert counts(published) == {"for": 4, "against": 1, "abstain": 1}
    assert published["verdict"]["carried"]
    for who, voter in papers.items():  # each phone checks its own receipt against the published root
        leaves = (await ballots.get(f"/papers/{voter.paper_id}/leaves")).json()["leaves"]
        assert receipts[who]["leaf"] in leaves
        assert root([bytes.fromhex(leaf) for leaf in leaves]).hex() == closed["root"]
    for phone in a_vote.phones.values():  # nobody was told what anyone chose
        await phone.bot.event("MotionPublished", motion_id=motion)
        assert not any(r.get("kind") == "BallotCast" and r["data"]["motion_id"] == motion for r in phone.bot.records)


async def test_no_ballot_is_taken_while_papers_are_collected(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    await a_vote.collecting()
    paper = (await a_vote.collect("m1"))["m1"]
    assert refused(await cast(ballots, paper, "for")) == (409, "not_voting")


async def test_a_phone_wiped_after_collecting_is_not_handed_another_paper(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    motion = await a_vote.collecting()
    papers = await a_vote.collect(*NAMES)
    wiped = a_vote.phones["m1"]
    fresh = wiped.paper(await wiped.bot.event("PaperOpened", motion_id=motion))
    assert (await wiped.asked(motion, fresh.blinded().hex()))["code"] == "already_collected"
    await a_vote.voting()
    for name in NAMES[1:]:
        assert (await cast(ballots, papers[name], "for")).status_code == 200
    closed = await a_vote.closed()
    assert (closed["issued"], closed["returned"]) == (5, 4)
    assert counts(closed)["for"] == 4


async def test_a_collecting_whose_reply_was_lost_is_answered_again_even_on_a_new_socket(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    motion = await a_vote.collecting()
    phone = a_vote.phones["m1"]
    voter = phone.paper(await phone.bot.event("PaperOpened", motion_id=motion))
    blinded = voter.blinded().hex()
    phone.bot.others.clear()
    await phone.bot.say({"type": "collect", "id": "lost-reply-1", "motion_id": motion, "blinded": blinded})
    phone.bot.drop()
    await a_vote.chair.until(lambda: any(f.get("motion_id") == motion and f.get("issued") == 1 for f in a_vote.chair.others))
    await a_vote.voting()  # the phone comes back only after collecting has closed
    phone.bot = await a_vote.there.enter("m1")
    try:
        answers = [await phone.asked(motion, blinded) for _ in range(2)]
        assert [answer["type"] for answer in answers] == ["collected", "collected"]
        assert answers[0]["blind_signature"] == answers[1]["blind_signature"]
        voter.collected(bytes.fromhex(answers[0]["blind_signature"]))
        assert (await cast(ballots, voter, "for")).status_code == 200
    finally:
        await phone.bot.close()
    assert (await a_vote.closed())["issued"] == 1


async def test_a_ballot_whose_reply_was_lost_is_counted_once_and_its_first_receipt_stands(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    await a_vote.collecting()
    voter = (await a_vote.collect("m1"))["m1"]
    await a_vote.voting()
    body = ballot_body(voter.ballot("for"))
    async with nameless(a_vote.there.url) as lost:
        with pytest.raises(httpx.TimeoutException):
            await lost.post(f"/papers/{voter.paper_id}/ballots", json=body, timeout=httpx.Timeout(10, read=0.000001))
    first, again = await send(ballots, voter.paper_id, body), await send(ballots, voter.paper_id, body)
    signed_anew = await cast(ballots, voter, "for")  # a phone that signs again sends other bytes for the same choice
    assert {answer.status_code for answer in (first, again, signed_anew)} == {200}
    assert len({answer.json()["leaf"] for answer in (first, again, signed_anew)}) == 1
    assert (await a_vote.closed())["returned"] == 1


async def test_another_choice_under_the_same_key_is_a_conflict_and_the_first_stands(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    await a_vote.collecting()
    voter = (await a_vote.collect("m1"))["m1"]
    await a_vote.voting()
    assert (await cast(ballots, voter, "for")).status_code == 200
    assert refused(await cast(ballots, voter, "against")) == (409, "ballot_conflict")
    closed = await a_vote.closed()
    assert counts(closed) == {"for": 1, "against": 0, "abstain": 0}


async def test_of_two_devices_one_is_handed_a_paper_and_the_other_is_told(a_vote: Vote) -> None:
    motion = await a_vote.collecting()
    first = a_vote.phones["m1"]
    async with await a_vote.there.enter("m1", device="desktop") as bot:
        second = type(first)(a_vote.there.url, bot, a_vote.there.meeting_id)
        opened = await first.bot.event("PaperOpened", motion_id=motion)
        papers = [device.paper(opened) for device in (first, second)]
        answers = await asyncio.gather(
            *(device.asked(motion, paper.blinded().hex()) for device, paper in zip((first, second), papers, strict=True))
        )
    assert sorted(answer["type"] for answer in answers) == ["collected", "rejected"]
    assert next(answer for answer in answers if answer["type"] == "rejected")["code"] == "already_collected"


async def test_the_server_decides_at_the_closing_instant(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    motion = await a_vote.collecting(seconds=30)  # a longer leap of the clock, and phones would be taken for silent and let go
    papers = await a_vote.collect("m1", "m2")
    await a_vote.voting()
    closes_at = (await a_vote.chair.event("CollectingClosed", motion_id=motion))["data"]["closes_at"]
    try:
        a_vote.there.clock.held = closes_at - 1
        assert (await cast(ballots, papers["m1"], "for")).status_code == 200
        a_vote.there.clock.held = closes_at
        assert refused(await cast(ballots, papers["m2"], "for")) == (409, "poll_closed")
        assert (await cast(ballots, papers["m1"], "for")).status_code == 200  # it is in already: the receipt again
    finally:
        a_vote.there.clock.held = None
    closed = await a_vote.closed()
    assert (closed["issued"], closed["returned"]) == (2, 1)


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_phone_whose_clock_is_a_day_off_votes_like_any_other(a_vote: Vote, ballots: httpx.AsyncClient, days: int) -> None:
    motion = await a_vote.collecting(seconds=600)
    its_time = datetime.now(UTC) + timedelta(days=days)
    await a_vote.phones["m1"].bot.say({"type": "ping", "sent": int(its_time.timestamp() * 1000)})
    voter = (await a_vote.collect("m1"))["m1"]
    await a_vote.voting()
    answer = await ballots.post(
        f"/papers/{voter.paper_id}/ballots", json=ballot_body(voter.ballot("for")), headers={"date": format_datetime(its_time, usegmt=True)}
    )
    assert answer.status_code == 200
    assert (await a_vote.closed())["returned"] == 1
    assert motion == a_vote.motion_id


async def test_who_collected_before_being_removed_is_counted_and_who_had_not_is_refused(tmp_path: Path) -> None:
    async with voting_house(tmp_path, 3) as there, vote(there, ("m1", "m2", "m3")) as a_vote, nameless(there.url) as ballots:
        motion = await a_vote.collecting()
        collected = (await a_vote.collect("m1"))["m1"]
        late = a_vote.phones["m2"]
        unasked = late.paper(await late.bot.event("PaperOpened", motion_id=motion))
        for name in ("m1", "m2"):
            answer = await a_vote.chair.command("RemoveParticipant", participant_id=there.people[name], reason="试")
            assert answer["type"] == "ack"
        await late.bot.closed()
        box = there.site.box
        assembly = await there.site.registry.assembly(there.meeting_id)
        refusals: list[object] = []

        class Phone:
            """A socket of a removed member that the server has not cut yet."""

            participant_id = there.people["m2"]
            send = staticmethod(refusals.append)

        phone: Any = Phone()
        assert assembly is not None
        there.site.registry.papers.collect(assembly, phone, "late-collect", MotionId(motion), unasked.blinded().hex())
        await asyncio.sleep(0)  # it is looked at in a task of its own
        assert [getattr(frame, "code", None) for frame in refusals] == ["removed"]
        await a_vote.voting()
        assert (await cast(ballots, collected, "for")).status_code == 200
        closed = await a_vote.closed()
        assert (closed["issued"], closed["returned"]) == (1, 1)
        assert list(await box.issued_to(paper_id(there.meeting_id, motion))) == [there.people["m1"]]  # type: ignore[arg-type]  # an id


async def test_a_member_without_the_right_to_vote_is_handed_no_paper(a_vote: Vote) -> None:
    motion = await a_vote.collecting()
    phone = a_vote.phones["p1"]
    voter = phone.paper(await phone.bot.event("PaperOpened", motion_id=motion))
    assert (await phone.asked(motion, voter.blinded().hex()))["code"] == "no_voting_right"


@pytest.mark.parametrize("blinded", ["", "zz", "00", "ab" * 255, "ff" * 256, "ab" * 1000])
async def test_a_blinded_message_that_is_none_is_refused_and_costs_no_paper(a_vote: Vote, blinded: str) -> None:
    motion = await a_vote.collecting()
    answer = await a_vote.phones["m1"].asked(motion, blinded)
    assert (answer["type"], answer["code"]) == ("rejected", "bad_message")
    await a_vote.collect("m1")


async def test_ballots_that_are_none_are_refused_and_nothing_is_kept(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    await a_vote.collecting()
    papers = await a_vote.collect("m1", "m2")
    await a_vote.voting()
    voter = papers["m1"]
    path = f"/papers/{voter.paper_id}/ballots"
    for content in (b"", b"{", b"[]", b'{"key":1}', b"\xff\xfe", b"[" * 5000):
        assert refused(await ballots.post(path, content=content)) == (400, "bad_message"), content
    whole = ballot_body(voter.ballot("for"))
    for name in whole:
        assert refused(await send(ballots, voter.paper_id, {k: v for k, v in whole.items() if k != name})) == (400, "bad_message")
        if name != "choices":
            assert refused(await send(ballots, voter.paper_id, {**whole, name: "zz"})) == (400, "bad_message")
            assert refused(await send(ballots, voter.paper_id, {**whole, name: "00" * 32})) == (409, "bad_token"), name
    for choices in ([], ["maybe"], ["for", "against"], ["for", "for"], ["for"] * 500):
        assert refused(await send(ballots, voter.paper_id, {**whole, "choices": choices})) == (422, "bad_choice"), choices
    assert refused(await send(ballots, voter.paper_id, {**whole, "choices": ["against"]})) == (409, "bad_token")
    forged = Voter(voter.paper_id, voter.modulus)
    forged.token = voter.token
    assert refused(await cast(ballots, forged, "for")) == (409, "bad_token")
    claimed = {**whole, "member_id": "m1", "ip": "x"}  # what it does not know it does not read
    assert (await send(ballots, voter.paper_id, claimed)).status_code == 200
    closed = await a_vote.closed()
    assert (closed["issued"], closed["returned"]) == (2, 1)


async def test_a_body_too_large_is_refused_unread(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    await a_vote.collecting()
    path = f"/papers/{a_vote.there.meeting_id}/{a_vote.motion_id}/ballots"
    assert refused(await ballots.post(path, content=b" " * 20_000)) == (413, "too_large")


async def test_papers_nobody_opened_are_unknown(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    whole = {"key": "", "prefix": "", "token": "", "choices": ["for"], "signature": ""}
    for paper in (f"{a_vote.there.meeting_id}/m999", "nowhere/m1"):
        assert refused(await send(ballots, paper, whole)) == (404, "unknown_motion")
        assert refused(await ballots.get(f"/papers/{paper}/leaves")) == (404, "unknown_motion")


async def test_the_leaves_are_not_told_before_the_box_is_sealed(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    await a_vote.collecting()
    voter = (await a_vote.collect("m1"))["m1"]
    await a_vote.voting()
    assert (await cast(ballots, voter, "for")).status_code == 200
    assert refused(await ballots.get(f"/papers/{voter.paper_id}/leaves")) == (404, "not_found")


async def test_the_former_address_of_a_proof_says_nothing_of_any_ballot(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    await a_vote.collecting()
    voter = (await a_vote.collect("m1"))["m1"]
    await a_vote.voting()
    assert (await cast(ballots, voter, "for")).status_code == 200
    await a_vote.closed()
    for key_hash in (voter.ballot("for").key_hash.hex(), "00" * 32, "none"):
        answer = await ballots.get(f"/papers/{voter.paper_id}/proof/{key_hash}")
        assert (answer.status_code, answer.content) == (410, b"")


async def test_a_box_that_lags_behind_the_meeting_signs_for_nobody_new(a_vote: Vote) -> None:
    """Collecting has closed in the meeting, and the box has not heard of it: only an answer given before is given again."""
    motion = await a_vote.collecting()
    phone = a_vote.phones["m1"]
    voter = phone.paper(await phone.bot.event("PaperOpened", motion_id=motion))
    blinded = voter.blinded().hex()
    first = await phone.asked(motion, blinded)
    box = a_vote.there.site.box
    assert isinstance(box, BallotBox)
    advance = box.advance
    box.advance = lambda paper, state: asyncio.sleep(0)  # type: ignore[method-assign, assignment]  # it hears of nothing
    try:
        assert (await a_vote.chair.command("CloseCollecting", motion_id=motion))["type"] == "ack"
        refusals = {}
        for who in ("p1", "m2", "secretary"):
            late = a_vote.phones[who]
            paper = late.paper(await late.bot.event("PaperOpened", motion_id=motion))
            refusals[who] = (await late.asked(motion, paper.blinded().hex())).get("code")
        again = await phone.asked(motion, blinded)
        other = await phone.asked(motion, Voter(voter.paper_id, voter.modulus).blinded().hex())
    finally:
        box.advance = advance  # type: ignore[method-assign]
    assert refusals == dict.fromkeys(("p1", "m2", "secretary"), "not_collecting")
    assert (again["type"], again["blind_signature"]) == ("collected", first["blind_signature"])
    assert other["code"] == "already_collected"
    name = paper_id(a_vote.there.meeting_id, MotionId(motion))
    assert list(await box.issued_to(name)) == [a_vote.there.people["m1"]]
    await box.advance(name, "voting")


async def test_an_open_ballot_can_not_be_cast_on_a_secret_paper(a_vote: Vote) -> None:
    await a_vote.collecting()
    await a_vote.voting()
    answer = await a_vote.phones["m1"].bot.command("CastBallot", motion_id=a_vote.motion_id, choices=["for"])
    assert (answer["type"], answer["code"]) == ("rejected", "secret_only")


async def test_no_paper_is_handed_out_once_the_time_for_collecting_is_over(a_vote: Vote) -> None:
    motion = await a_vote.collecting(collect_seconds=600)
    opened = (await a_vote.chair.event("PaperOpened", motion_id=motion))["data"]
    phone = a_vote.phones["m2"]
    late = phone.paper(await phone.bot.event("PaperOpened", motion_id=motion))
    try:
        a_vote.there.clock.held = opened["collect_until"]
        assert (await phone.asked(motion, late.blinded().hex()))["code"] == "not_collecting"
    finally:
        a_vote.there.clock.held = None


async def test_a_full_disk_acknowledges_no_ballot_and_is_recovered_from_without_a_restart(a_vote: Vote, ballots: httpx.AsyncClient) -> None:
    motion = await a_vote.collecting()
    box = a_vote.there.site.box
    assert isinstance(box, BallotBox)
    name = paper_id(a_vote.there.meeting_id, MotionId(motion))
    modulus = int((await a_vote.chair.event("PaperOpened", motion_id=motion))["data"]["paper"]["modulus"], 16)
    papers = [Voter(name, modulus) for _ in range(30)]
    for number, voter in enumerate(papers):  # more than fit in what the file has left
        voter.collected(await box.collect(name, f"x{number}", voter.blinded()))
    await a_vote.voting()
    pages = [1]

    def keep_small(connection: Any, _record: object, _proxy: object) -> None:
        connection.cursor().execute(f"PRAGMA max_page_count={pages[0]}")

    engine = box._database.engine.sync_engine
    event.listen(engine, "checkout", keep_small)
    try:
        answers = [await cast(ballots, voter, "for") for voter in papers]
        full = [voter for voter, answer in zip(papers, answers, strict=True) if answer.status_code != 200]
        assert full
        assert {refused(answer) for answer in answers if answer.status_code != 200} == {(503, "storage_unavailable")}
        phone = a_vote.phones["m1"]
        voter = phone.paper(await phone.bot.event("PaperOpened", motion_id=motion))
        assert (await phone.asked(motion, voter.blinded().hex()))["code"] in ("not_collecting", "storage_unavailable")
        assert (await box.progress(name))[1] == len(papers) - len(full)
        pages[0] = 1 << 30
        for voter in papers:  # those acknowledged before get their receipt, the others go in
            assert (await cast(ballots, voter, "for")).status_code == 200
        closed = await a_vote.closed()
    finally:
        event.remove(engine, "checkout", keep_small)
    assert (closed["issued"], closed["returned"]) == (30, 30)


async def test_a_motion_is_decided_by_a_rule_of_its_branch_and_never_by_anothers(a_vote: Vote) -> None:
    presets = a_vote.there.site.presets
    copy = replace(presets["admission"], preset_id="", title_zh="本支部的规则")
    ours = await presets.save(a_vote.there.branch_id, copy, copied_from="admission", by="", now=0)
    theirs = await presets.save("another-branch", copy, copied_from="admission", by="", now=0)
    refused_one = await a_vote.chair.command("DraftMotion", title="别处的规则", preset_id=theirs.preset_id)
    assert (refused_one["type"], refused_one["code"]) == ("rejected", "unknown_preset")
    motion = await a_vote.collecting(preset_id=ours.preset_id)
    opened = (await a_vote.chair.event("PaperOpened", motion_id=motion))["data"]
    assert opened["preset"]["title_zh"] == "本支部的规则"  # frozen into the record
