"""A server that is forked anew after each kill, so that hundreds of kills take seconds and not minutes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.kit.houses.live_house import MEETING


class ForkedServer:
    """The process that forks servers, and the one that serves now."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = 0
        self.port = 0
        self.kills = 0
        self.up = asyncio.Event()

    async def start(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(b"start\n")
        line = await self._process.stdout.readline()
        self.pid, self.port = map(int, line.split())
        self.up.set()

    async def kill(self) -> None:
        self.up.clear()
        os.kill(self.pid, signal.SIGKILL)
        self.kills += 1
        await self.start()

    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/{MEETING}"


@asynccontextmanager
async def forking(runner: str, folder: Path, voters: int) -> AsyncIterator[ForkedServer]:
    """A server of the module ``runner`` over ``folder``, killed for good when the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", runner, str(folder), str(voters), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    server = ForkedServer(process)
    try:
        await server.start()
        yield server
    finally:
        if server.pid:
            os.kill(server.pid, signal.SIGKILL)
        assert process.stdin
        process.stdin.close()
        await process.wait()
