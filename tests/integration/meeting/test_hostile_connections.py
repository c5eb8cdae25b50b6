"""Connections that send what costs most: everybody else's pages and commands go on as before."""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.bench.ws_load import percentile
from tests.kit.houses.pressed_house import PressedHouse, pressed_house
from tests.kit.paths import ROOT

pytestmark = pytest.mark.alone

QUIET_SECONDS = 5.0
PRESSED_SECONDS = 15.0
"""Long enough that one pause of the machine, which all visitors meet at once, is no hundredth of what they wait for."""
TIMES = 3.0
"""How much longer than in quiet the slowest hundredth may wait."""


class Visitors:
    """A few people who look at pages and send commands, one after the other, and how long each of them waited (s)."""

    def __init__(self, house: PressedHouse) -> None:
        self.house = house
        self.pages: list[float] = []
        self.commands: list[float] = []

    async def go(self, seconds: float) -> tuple[float, float]:
        """The slowest hundredth of pages and of commands."""
        self.pages, self.commands = [], []
        until = time.monotonic() + seconds
        strangers = (self._look("/sign-in", "", until) for _ in range(2))
        members = (self._look("/", self.house.cookies[who], until) for who in ("member", "probationary"))
        speakers = (self._speak(who, until) for who in ("secretary", "member"))
        await asyncio.gather(*strangers, *members, *speakers)
        return percentile(self.pages, 99), percentile(self.commands, 99)

    async def _look(self, path: str, cookie: str, until: float) -> None:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.house.port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
        while time.monotonic() < until:
            began = time.monotonic()
            reader, writer = await asyncio.open_connection("127.0.0.1", self.house.port)
            writer.write(head)
            answer = await reader.read()
            self.pages.append(time.monotonic() - began)
            assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
            writer.close()
            await asyncio.sleep(0.05)

    async def _speak(self, who: str, until: float) -> None:
        async with await self.house.enter(who) as bot:
            for kind in itertools.cycle(("RaiseHand", "LowerHand")):
                if time.monotonic() >= until:
                    return
                began = time.monotonic()
                assert (await bot.command(kind))["type"] in ("ack", "rejected")
                self.commands.append(time.monotonic() - began)
                await asyncio.sleep(0.12)


@asynccontextmanager
async def flood(house: PressedHouse) -> AsyncIterator[None]:
    words = (str(house.port), house.meeting, house.cookies["reviewer"])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kit.attacks.hostile", *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        yield
        assert process.returncode is None, "the attack went on to the end"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def pressed(folder: Path, seconds: float) -> None:
    async with pressed_house(folder) as house:
        visitors = Visitors(house)
        async with await house.enter("secretary") as secretary:
            assert (await secretary.command("OpenMeeting"))["type"] == "ack"
        await visitors.go(1.0)
        quiet_pages, quiet_commands = await visitors.go(QUIET_SECONDS)
        async with flood(house):
            await visitors.go(1.0)  # twenty handshakes at once take 0.1 s, which would be a hundredth of five seconds
            pages, commands = await visitors.go(seconds)
        assert pages <= TIMES * quiet_pages, f"pages took {pages:.3f} s instead of {quiet_pages:.3f} s"
        assert commands <= TIMES * quiet_commands, f"commands took {commands:.3f} s instead of {quiet_commands:.3f} s"


async def test_twenty_hostile_connections_keep_nobody_else_waiting(tmp_path: Path) -> None:
    await pressed(tmp_path, PRESSED_SECONDS)
