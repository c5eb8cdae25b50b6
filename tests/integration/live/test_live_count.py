"""The growing count of a vote is told in fewer, larger pieces, and never at the cost of order or of what a newcomer sees."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from meeting_server.live import assembly
from tests.kit.houses.live_house import Live, live_house
from tests.kit.phones.bots import Bot

SOON = 1.5
"""Seconds; the count alone would wait for longer in these tests."""


async def voting(live: Live) -> tuple[Bot, Bot]:
    """The chair and a member in an open meeting with a vote on."""
    chair, member = await live.meeting_opened(), await live.enter("m1")
    await live.enter("m2")
    for kind, data in (("DraftMotion", {"title": "表决"}), ("OpenMotion", {"motion_id": "m1"})):
        assert (await chair.command(kind, **data))["type"] == "ack"
    return chair, member


async def test_a_ballot_is_acknowledged_at_once_and_its_count_told_with_whatever_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live_house(tmp_path) as live:
        chair, member = await voting(live)
        await chair.event("MotionOpened")
        monkeypatch.setattr(assembly, "REST_PER_PHONE", 1.0)
        async with asyncio.timeout(SOON):
            assert (await member.command("CastBallot", motion_id="m1", choices=["for"]))["type"] == "ack"
        assert not any(record.get("kind") == "BallotCast" for record in chair.records)
        monkeypatch.setattr(assembly, "REST_PER_PHONE", 50e-6)
        async with asyncio.timeout(SOON):
            assert (await chair.command("CloseMotion", motion_id="m1"))["type"] == "ack"
            await chair.event("MotionClosed")  # a Gap would be raised if the count had been left out
        kinds = [record.get("kind") for record in chair.records]
        assert kinds.index("BallotCast") < kinds.index("MotionClosed")


async def test_the_last_count_comes_by_itself(tmp_path: Path) -> None:
    async with live_house(tmp_path) as live:
        chair, member = await voting(live)
        await member.command("CastBallot", motion_id="m1", choices=["for"])
        async with asyncio.timeout(SOON):
            await chair.event("BallotCast")


async def test_a_newcomer_s_snapshot_and_those_who_wait_for_the_count_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_house(tmp_path) as live:
        chair, member = await voting(live)
        await chair.event("MotionOpened")
        monkeypatch.setattr(assembly, "REST_PER_PHONE", 1.0)
        await member.command("CastBallot", motion_id="m1", choices=["for"])
        async with asyncio.timeout(SOON):
            newcomer = await live.enter("m3")
            await chair.event("BallotCast")
        assert newcomer.snapshot is not None
        assert newcomer.snapshot["state"]["motions"]["m1"]["returned"] == 1
        assert newcomer.snapshot["seq"] == chair.seq
