"""Captions from the meeting's side: switched on by those who run it, read by those in the room, over when they cannot go on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.live.test_live_signalling import HALL, Recorder
from tests.kit.houses.live_house import Live, live_house
from tests.kit.phones.bots import Bot


class Writer:
    """The captions process as the server sees it: remembers what is wished for, says what a test says."""

    def __init__(self) -> None:
        self.wishes: asyncio.Queue[Any] = asyncio.Queue()
        self.there = asyncio.Event()
        self._writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.there.set()
        while line := await reader.readline():
            self.wishes.put_nowait(json.loads(line))
        writer.close()

    async def next_wish(self) -> Any:
        async with asyncio.timeout(5):
            return await self.wishes.get()

    def say(self, **message: object) -> None:
        assert self._writer is not None
        self._writer.write(json.dumps(message).encode() + b"\n")

    def die(self) -> None:
        assert self._writer is not None
        self._writer.close()


@pytest.fixture
def media() -> Recorder:
    return Recorder()


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    process = Writer()
    server = await asyncio.start_unix_server(process.serve, tmp_path / "lines.sock")
    yield process
    server.close()


@pytest.fixture
async def live(tmp_path: Path, media: Recorder, writer: Writer) -> AsyncIterator[Live]:
    sockets = (tmp_path / "lines.sock", tmp_path / "voices.sock")
    async with live_house(tmp_path, media=media, captions=sockets) as house:
        async with asyncio.timeout(5):
            await writer.there.wait()
        yield house


async def test_switched_on_the_room_is_listened_to_and_its_people_read_what_is_said(
    live: Live, media: Recorder, writer: Writer, tmp_path: Path
) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        assert member.welcome["captions"]
        assert (await chair.command("CaptionRoom", room_id="hall", captioned=True))["type"] == "ack"
        await media.until("listen", HALL, tmp_path / "voices.sock")
        async with asyncio.timeout(5):
            wish = await writer.wishes.get()
        assert (wish["room"], wish["on"]) == (HALL, True)
        assert wish["people"]
        writer.say(type="line", room=HALL, source="m1", since=1_000, until=2_000, text="现在开会。", behind_ms=900)
        told = {"type": "caption", "participant_id": "m1", "since": 1_000, "until": 2_000, "text": "现在开会。"}
        assert await member.other("caption") == told
        assert await chair.other("caption") == told
        await chair.command("CaptionRoom", room_id="hall", captioned=False)
        await media.until("listen", HALL, None)
        assert not (await writer.next_wish())["on"]


async def test_words_are_kept_only_while_the_meeting_is_recorded(live: Live, writer: Writer) -> None:
    async with await live.meeting_opened() as chair:
        await chair.command("CaptionRoom", room_id="hall", captioned=True)
        assert not (await writer.next_wish())["keep"]
        await chair.command("StartRecording")
        assert (await writer.next_wish())["keep"]
        await chair.command("StopRecording")
        assert not (await writer.next_wish())["keep"]


async def test_members_can_not_switch_them_on(live: Live) -> None:
    async with await live.meeting_opened(), await live.enter("m1") as member:
        assert (await member.command("CaptionRoom", room_id="hall", captioned=True))["code"] == "forbidden"


async def test_under_load_they_are_off_and_everybody_is_told_why(live: Live, media: Recorder, writer: Writer) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        await chair.command("CaptionRoom", room_id="hall", captioned=True)
        async with asyncio.timeout(5):
            await writer.wishes.get()
        writer.say(type="ended", room=HALL, reason="busy")
        ended = (await member.event("RoomCaptioned", captioned=False))["data"]
        assert (ended["changed_by"], ended["reason"]) == (None, "busy")
        await media.until("listen", HALL, None)


async def test_a_captions_process_that_dies_leaves_the_meeting_as_it_is_but_for_the_captions(live: Live, writer: Writer) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        await chair.command("CaptionRoom", room_id="hall", captioned=True)
        async with asyncio.timeout(5):
            await writer.wishes.get()
        writer.die()
        ended = (await member.event("RoomCaptioned", captioned=False))["data"]
        assert ended["reason"] == "unavailable"
        assert (await member.command("PostChat", text="还在"))["type"] == "ack"


async def test_who_is_asked_out_reads_nothing_said_meanwhile_not_even_when_it_is_written_late(live: Live, writer: Writer) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member, await live.enter("m2") as other:
        await chair.command("CaptionRoom", room_id="hall", captioned=True)
        async with asyncio.timeout(5):
            await writer.wishes.get()
        await chair.command("StepAgenda", item_id="i1")
        await chair.command("RecuseParticipant", participant_id="m1")
        recused = await other.event("ParticipantRecused")
        meanwhile = recused["at"] + 1
        await chair.command("RecallParticipant", participant_id="m1")
        recalled = await other.event("ParticipantRecalled")
        writer.say(type="line", room=HALL, source="m2", since=meanwhile - 5, until=meanwhile + 5, text="回避时说的话", behind_ms=900)
        later = recalled["at"] + 60_000
        writer.say(type="line", room=HALL, source="m2", since=later, until=later + 5, text="回来以后说的话", behind_ms=900)

        def read(bot: Bot) -> list[str]:
            return [frame["text"] for frame in bot.others if frame["type"] == "caption"]

        await other.until(lambda: len(read(other)) == 2)
        await member.until(lambda: len(read(member)) == 1)
        assert read(other) == ["回避时说的话", "回来以后说的话"]
        assert read(member) == ["回来以后说的话"]
