"""A meeting over real sockets: commands, records, resuming, and phones that read slowly or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from meeting_server.domain.commands import Actor, PostChat
from meeting_server.domain.events import KINDS
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.meeting import evolve
from meeting_server.domain.state import Counters, MeetingState
from meeting_server.live.connection import MOST_WAITING
from meeting_server.wire.close_codes import Close
from tests.kit.houses.live_house import CHAIR, MEETING, Live, live_house
from tests.kit.phones.bots import Bot


@pytest.fixture(params=["frames once", "plain uvicorn"])
async def live(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Live]:
    async with live_house(tmp_path, plain=request.param == "plain uvicorn") as house:
        yield house


def seen_by(bot: Bot, start: MeetingState | None = None) -> MeetingState:
    """The state a phone ends with: its snapshot (or what it had before) and every record after it, folded."""
    if bot.snapshot is not None:
        start = msgspec.convert(bot.snapshot["state"], MeetingState)
    assert start is not None
    since = bot.snapshot["seq"] if bot.snapshot is not None else 0
    for record in bot.records:
        if record["type"] == "event" and record["seq"] > since:
            start = evolve(start, msgspec.convert(record["data"], KINDS[record["kind"]]), record["at"])
    return replace(start, counters=Counters())  # numbers for ids yet to be given: no business of a phone


async def head(live: Live) -> int:
    return (await live.registry.head(MEETING)).seq


async def test_a_command_is_acknowledged_after_it_is_in_the_journal(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        answer = await member.command("PostChat", text="同志们好")
        assert answer["type"] == "ack"
        records = await live.registry.records(MEETING)
        assert [r.kind for r in records if r.seq == answer["seq"]] == ["ChatPosted"]
        told = await chair.event("ChatPosted", text="同志们好")
        assert told["seq"] == answer["seq"]


async def test_a_refusal_names_its_code(live: Live) -> None:
    async with await live.enter("m1") as member:
        assert (await member.command("OpenMeeting"))["code"] == "forbidden"
        assert (await member.command("CastBallot", motion_id="m9", choices=["for"]))["code"] == "not_open"


async def test_a_command_sent_again_is_acknowledged_the_same_and_counted_once(live: Live) -> None:
    async with await live.meeting_opened() as chair:
        first = await chair.command("PostChat", "one-and-only-1", text="一次")
        again = await chair.command("PostChat", "one-and-only-1", text="一次")
        assert again == first
        records = await live.registry.records(MEETING)
        assert [r.kind for r in records].count("ChatPosted") == 1


async def test_a_command_id_belongs_to_its_sender(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        first = await chair.command("PostChat", "somebody-elses-id", text="主席")
        other = await member.command("PostChat", "somebody-elses-id", text="党员")
        assert other["type"] == "ack"
        assert other["seq"] > first["seq"]


async def test_a_ballot_sent_again_with_another_choice_is_refused_and_the_first_stands(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member, await live.enter("m2"):
        await chair.command("DraftMotion", title="接收预备党员")
        await chair.command("OpenMotion", motion_id="m1")
        first = await member.command("CastBallot", "ballot-of-m1", motion_id="m1", choices=["for"])
        assert first["type"] == "ack"
        assert await member.command("CastBallot", "ballot-of-m1", motion_id="m1", choices=["for"]) == first
        assert (await member.command("CastBallot", "ballot-of-m1", motion_id="m1", choices=["against"]))["code"] == "already_cast"
        assert (await member.command("CastBallot", "another-id-of-m1", motion_id="m1", choices=["against"]))["code"] == "already_cast"
        closed = await chair.command("CloseMotion", motion_id="m1")
        tally = (await chair.event("MotionClosed"))["data"]["tally"]
        assert closed["type"] == "ack"
        assert dict(tally["counts"]) == {"for": 1, "against": 0, "abstain": 0}


async def test_what_a_viewer_may_not_see_leaves_no_gap(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member, await live.enter("m2") as other:
        await chair.command("DraftMotion", title="未公开")
        await member.command("PostChat", text="能看见")
        seq = await head(live)
        for bot in (chair, member, other):
            await bot.reached(seq)
        assert "MotionDrafted" in chair.kinds()
        assert "MotionDrafted" not in member.kinds()
        assert "skip" in member.kinds()


async def test_nobody_else_learns_what_a_ballot_says(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member, await live.enter("m2") as other:
        await chair.command("DraftMotion", title="表决")
        await chair.command("OpenMotion", motion_id="m1")
        await member.command("CastBallot", motion_id="m1", choices=["against"])
        assert (await member.event("BallotCast"))["data"] == {"motion_id": "m1", "voter": "m1", "choices": ["against"], "running": None}
        for bot in (chair, other):
            assert (await bot.event("BallotCast"))["data"] == {"motion_id": "m1", "voter": None, "choices": None, "running": None}


async def test_a_phone_that_comes_back_is_sent_what_it_missed(live: Live) -> None:
    async with await live.meeting_opened() as chair:
        member = await live.enter("m1")
        before = seen_by(member)
        position = member.position
        member.drop()
        for number in range(5):
            await chair.command("PostChat", text=f"第{number}条")
        async with await live.enter("m1", position) as back, await live.enter("m1") as fresh:
            assert back.welcome["resumed"]
            assert back.welcome["missed"] >= 5
            assert back.snapshot is None
            await back.reached(fresh.seq)
            seq = await head(live)
            await back.reached(seq)
            await fresh.reached(seq)
            assert seen_by(back, before) == seen_by(fresh)


@pytest.mark.parametrize("position", ["7.00000000", "999.abcdef01", "nonsense", "-1.abcdef01", "0.00000000"])
async def test_an_unknown_position_is_answered_with_a_snapshot(live: Live, position: str) -> None:
    async with await live.meeting_opened() as chair:
        await chair.command("PostChat", text="在")
        bot = await Bot.open(live.url(), cookie="who=m1")
        async with bot:
            bot._reader = asyncio.create_task(bot._read())
            await bot.say({"type": "hello", "position": position})
            await bot.until(lambda: bot.snapshot is not None)
            assert not bot.welcome["resumed"]
            assert bot.snapshot is not None
            assert [m["text"] for m in bot.snapshot["state"]["chat"]] == ["在"]


async def test_who_got_the_chair_while_away_comes_back_to_a_snapshot(live: Live) -> None:
    async with await live.meeting_opened() as chair:
        member = await live.enter("m1")
        position = member.position
        await member.close()
        await chair.command("DraftMotion", title="只有主持人看得见")
        await chair.command("AssignRole", participant_id="m1", role="chair")
        async with await live.enter("m1", position) as back:
            assert not back.welcome["resumed"]
            assert back.snapshot is not None
            assert list(back.snapshot["state"]["motions"]) == ["m1"]


async def test_who_gets_the_chair_while_there_is_sent_a_new_snapshot(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        await chair.command("DraftMotion", title="只有主持人看得见")
        first = member.snapshot
        await chair.command("AssignRole", participant_id="m1", role="chair")
        await member.until(lambda: member.snapshot is not first)
        assert member.snapshot is not None
        assert list(member.snapshot["state"]["motions"]) == ["m1"]
        await chair.command("PostChat", text="之后")
        await member.event("ChatPosted")


async def test_a_phone_with_compression_reads_the_same(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1", compression="deflate") as member:
        text = "为人民服务" * 200
        await chair.command("PostChat", text=text)
        assert (await member.event("ChatPosted"))["data"]["text"] == text
        assert (await member.command("PostChat", text="收到" * 300))["type"] == "ack"


async def test_typing_reaches_the_room_and_nobody_records_it(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        before = await head(live)
        await member.say({"type": "signal", "kind": "typing", "on": True})
        assert await chair.other("typing") == {"type": "typing", "participant_id": "m1", "on": True}
        assert await head(live) == before


async def test_ping_is_answered_with_the_servers_clock(live: Live) -> None:
    async with await live.enter("m1") as member:
        await member.say({"type": "ping", "sent": 42})
        pong = await member.other("pong")
        assert pong["sent"] == 42
        assert abs(pong["now"] - member.welcome["now"]) < 60_000


async def test_a_removed_member_is_shown_out_and_stays_out(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        await chair.command("RemoveParticipant", participant_id="m1", reason="走错会场")
        assert await member.closed() == Close.REMOVED
        with pytest.raises(InvalidStatus, match="403"):
            await Bot.open(live.url(), cookie="who=m1")


async def test_a_removed_member_who_is_let_back_in_comes_in(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        await chair.command("RemoveParticipant", participant_id="m1", reason="点错了人")
        assert await member.closed() == Close.REMOVED
        assert (await chair.command("ReadmitParticipant", participant_id="m1"))["type"] == "ack"
        async with await live.enter("m1") as again:
            assert (await again.command("PostChat", text="回来了"))["type"] == "ack"


async def test_a_seventh_device_replaces_the_first(live: Live) -> None:
    devices = [await live.enter("m1") for _ in range(7)]
    assert await devices[0].closed() == Close.REPLACED
    assert (await devices[6].command("PostChat", text="第七台"))["type"] == "ack"
    for device in devices[1:]:
        await device.close()


async def test_two_devices_are_one_participant(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as phone, await live.enter("m1") as desktop:
        said = await desktop.command("PostChat", text="两台设备")
        await chair.reached(said["seq"])
        assert [r["data"]["participant_id"] for r in chair.records if r.get("kind") == "ParticipantArrived"].count("m1") == 1
        await phone.close()
        await chair.event("ConnectionClosed", participant_id="m1")
        assert (await desktop.command("RaiseHand"))["type"] == "ack"
        state = await live.registry.state(MEETING)
        assert state is not None
        assert state.participants["m1"].present  # type: ignore[index]  # ids are plain text here
        assert state.participants["m1"].grace_until is None  # type: ignore[index]


async def test_a_phone_that_does_not_read_is_cut_off_and_harms_nobody(live: Live) -> None:
    async with await live.meeting_opened(), await live.enter("m1") as quick:
        slow = await live.enter("m2", max_queue=1)
        position = slow.position
        slow.websocket.transport.pause_reading()
        assembly = await live.registry.assembly(MEETING)
        assert assembly is not None
        [connection] = assembly.of("m2")  # type: ignore[arg-type]  # ids are plain text here
        sent = 0
        while connection.open:
            assert connection._outlet.waiting() <= MOST_WAITING + 20_000
            await live.registry.submit(MEETING, Actor(ParticipantId(CHAIR)), PostChat("满" * 2000))
            sent += 1
            assert sent < 2_000, "never cut off"
        await quick.reached(await head(live))
        assert quick.kinds().count("ChatPosted") >= sent
        slow.websocket.transport.resume_reading()
        assert await slow.closed() in (Close.TOO_SLOW, 1006)
        async with await live.enter("m2", position) as back:
            await back.reached(await head(live))
            assert back.seq >= quick.seq


async def test_a_lost_phone_is_absent_from_its_last_sign_of_life(live: Live) -> None:
    async with await live.meeting_opened() as chair:
        member = await live.enter("m1")
        await member.say({"type": "ping", "sent": 1})
        pong = await member.other("pong")
        member.drop()
        closed = await chair.event("ConnectionClosed", participant_id="m1")
        assert 0 <= closed["data"]["last_evidence_at"] - pong["now"] < 50
        assert CHAIR not in closed["data"].values()


async def test_the_background_is_not_absence(live: Live) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        await member.say({"type": "signal", "kind": "visible", "on": False})
        gone = await chair.event("ResponsivenessChanged", participant_id="m1", responsive=False)
        await member.say({"type": "signal", "kind": "visible", "on": True})
        back = await chair.event("ResponsivenessChanged", participant_id="m1", responsive=True)
        assert gone["seq"] < back["seq"]
        state = await live.registry.state(MEETING)
        assert state is not None
        assert state.participants["m1"].present  # type: ignore[index]  # ids are plain text here
