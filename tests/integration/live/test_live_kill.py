"""The web process is killed or asked to stop while members vote: what was acknowledged is there, once, and verifies."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from meeting_server.wire.close_codes import Close
from tests.kit.houses.live_house import CHAIR, MEETING
from tests.kit.meetings.live_kills import read, vote_under_fire
from tests.kit.phones.bots import Bot

pytestmark = pytest.mark.night


async def test_no_acknowledged_ballot_is_lost_or_doubled_in_15_kills(tmp_path: Path) -> None:
    await vote_under_fire(tmp_path, 15)


async def test_a_server_asked_to_stop_says_so_and_loses_nothing(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kit.servers.live_runner", str(tmp_path), "3", "--once", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    port = int((await process.stdout.readline()).split()[1])
    url = f"ws://127.0.0.1:{port}/ws/{MEETING}"
    chair, member = await Bot.enter(url, cookie=f"who={CHAIR}"), await Bot.enter(url, cookie="who=m1")
    await chair.command("OpenMeeting")
    names = [await member.post("PostChat", text=str(n)) for n in range(20)]
    acked = [await member.answer_to(name) for name in names[:10]]
    process.send_signal(signal.SIGTERM)
    assert await chair.closed() == Close.RESTARTING
    assert await member.closed() == Close.RESTARTING
    async with asyncio.timeout(10):
        code = await process.wait()
    if code not in (0, -signal.SIGTERM):
        pytest.fail(f"ended with {code}")
    there = {r.command_id: r.seq for r in await read(tmp_path)}
    assert [there.get(a["id"]) for a in acked] == [a["seq"] for a in acked]
