"""The product's own web process with a meeting that runs in it, for those who press it and those who wait meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from meeting_server.app import open_site
from meeting_server.config import Settings
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import ItemPlan
from meeting_server.store.people.accounts import Means
from meeting_server.store.schedule.schedule import Listed, Plan
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.houses import seed
from tests.kit.paths import ROOT
from tests.kit.phones.bots import Bot
from tests.kit.servers.running import free_port

HOUR = 3_600_000
START_SECONDS = 60.0


@dataclass
class PressedHouse:
    """``cookies``: how each person's browser is signed in."""

    port: int
    pid: int
    meeting: str
    cookies: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def enter(self, who: str) -> Bot:
        return await Bot.enter(f"ws://127.0.0.1:{self.port}/ws/{self.meeting}", cookie=self.cookies[who])


@asynccontextmanager
async def pressed_house(folder: Path) -> AsyncIterator[PressedHouse]:
    """A meeting of the secretary, the chair, a probationary member and a reviewer, in a web process of its own."""
    settings = Settings(data_dir=folder / "var", recordings_dir=folder / "recordings", media=False)
    meeting, cookies = await _furnished(settings)
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MEETING_")} | {
        "HOST": "127.0.0.1", "PORT": str(port), "MEETING_DATA_DIR": str(settings.data_dir), "MEETING_MEDIA": "false",
        "MEETING_RECORDINGS_DIR": str(settings.recordings_dir), "MEETING_LOG_LEVEL": "error",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "meeting_server", "web", cwd=ROOT, env=environment)
    try:
        until = time.monotonic() + START_SECONDS
        while not await _listens(port):
            assert process.returncode is None
            assert time.monotonic() < until
            await asyncio.sleep(0.05)
        yield PressedHouse(port, process.pid, meeting, cookies)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(20):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


async def _furnished(settings: Settings) -> tuple[str, dict[str, str]]:
    async with open_site(settings) as house:
        (_, _, branch, _, _), people = await seed(house.database)
        start = now_millis()
        plan = Plan(
            branch.branch_id, "general", "支部党员大会", "A305", start, start + HOUR, "general_meeting", False,
            (ItemPlan("学习", 30),),
            (
                Listed(ParticipantId(people["secretary"].member_id), Role.SECRETARY),
                Listed(ParticipantId(people["member"].member_id), Role.CHAIR),
                *(Listed(ParticipantId(people[who].member_id)) for who in ("probationary", "reviewer")),
            ),
        )  # fmt: skip
        scheduled = await house.schedule.add(plan, people["secretary"].member_id, start)
        cookies = {
            who: "signin=" + await house.accounts.begin_sign_in(member_id=person.member_id, means=Means.LINK, now=start, seconds=3600)
            for who, person in people.items()
        }
    return scheduled.meeting_id, cookies


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
