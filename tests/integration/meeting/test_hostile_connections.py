"""Connections that send what costs most: everybody else's pages and commands go on as before."""

from __future__ import annotations

import asyncio
import itertools
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.bench.ws_load import percentile
from tests.kit.houses.pressed_house import PressedHouse, pressed_house
from tests.kit.paths import ROOT

pytestmark = pytest.mark.alone

WINDOWS = 5
"""Windows of quiet and as many of attack, in turn, so that what the machine does beside meets both alike."""
WINDOW_SECONDS = 2.0
SETTLE_SECONDS = 0.5
"""For what the attack has left in the sockets, and for its twenty handshakes."""
TIMES = 3.0
"""How much longer than in quiet the slowest hundredth may wait."""


@dataclass(frozen=True)
class Wait:
    """``lasted``: by the clock (s). ``worked``: for how long the server's loop worked meanwhile (CPU-s), on this and on all else."""

    lasted: float
    worked: float


@dataclass
class Window:
    pages: list[Wait] = field(default_factory=list)
    commands: list[Wait] = field(default_factory=list)


class Visitors:
    """A few people who look at pages and send commands, one after the other, and how long each of them waited."""

    def __init__(self, house: PressedHouse) -> None:
        self.house = house
        self.window = Window()

    async def go(self, seconds: float) -> Window:
        self.window = Window()
        until = time.monotonic() + seconds
        strangers = (self._look("/sign-in", "", until) for _ in range(2))
        members = (self._look("/", self.house.cookies[who], until) for who in ("member", "probationary"))
        speakers = (self._speak(who, until) for who in ("secretary", "member"))
        await asyncio.gather(*strangers, *members, *speakers)
        return self.window

    def _now(self) -> Wait:
        """The clock, and the seconds that the server's main thread, which runs its loop, has had of a core."""
        return Wait(time.monotonic(), int(Path(f"/proc/{self.house.pid}/schedstat").read_text().split()[0]) / 1e9)

    def _since(self, began: Wait) -> Wait:
        now = self._now()
        return Wait(now.lasted - began.lasted, now.worked - began.worked)

    async def _look(self, path: str, cookie: str, until: float) -> None:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.house.port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
        while time.monotonic() < until:
            began = self._now()
            reader, writer = await asyncio.open_connection("127.0.0.1", self.house.port)
            writer.write(head)
            answer = await reader.read()
            self.window.pages.append(self._since(began))
            assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
            writer.close()
            await asyncio.sleep(0.05)

    async def _speak(self, who: str, until: float) -> None:
        async with await self.house.enter(who) as bot:
            for kind in itertools.cycle(("RaiseHand", "LowerHand")):
                if time.monotonic() >= until:
                    return
                began = self._now()
                assert (await bot.command(kind))["type"] in ("ack", "rejected")
                self.window.commands.append(self._since(began))
                await asyncio.sleep(0.12)


class Flood:
    """The attack, which can be held still while its connections stay."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def hold(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def flood(house: PressedHouse) -> AsyncIterator[Flood]:
    words = (str(house.port), house.meeting, house.cookies["reviewer"])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kit.attacks.hostile", *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        yield Flood(process)
        assert process.returncode is None, "the attack went on to the end"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def worked(windows: list[list[Wait]]) -> float:
    """The slowest hundredth of all, by the work of the loop: a stall shows even if it comes once, and no other process does."""
    return percentile([wait.worked for window in windows for wait in window], 99)


def lasted(windows: list[list[Wait]]) -> float:
    """The slowest hundredth of the window in the middle, by the clock: a server that waits shows, one pause of the machine does not."""
    return statistics.median(percentile([wait.lasted for wait in window], 99) for window in windows)


async def pressed(folder: Path, windows: int) -> None:
    quiet, attacked = [], []
    async with pressed_house(folder) as house:
        visitors = Visitors(house)
        async with await house.enter("secretary") as secretary:
            assert (await secretary.command("OpenMeeting"))["type"] == "ack"
        await visitors.go(1.0)
        async with flood(house) as attack:
            for _ in range(windows):
                attack.hold()
                await visitors.go(SETTLE_SECONDS)
                quiet.append(await visitors.go(WINDOW_SECONDS))
                attack.go_on()
                await visitors.go(SETTLE_SECONDS)
                attacked.append(await visitors.go(WINDOW_SECONDS))
    for measure, unit in ((worked, "s of the loop's work"), (lasted, "s by the clock")):
        for what in ("pages", "commands"):
            before, under = (measure([getattr(window, what) for window in there]) for there in (quiet, attacked))
            assert under <= TIMES * before, f"{what} took {under:.3f} {unit} instead of {before:.3f}"


async def test_twenty_hostile_connections_keep_nobody_else_waiting(tmp_path: Path) -> None:
    await pressed(tmp_path, WINDOWS)
