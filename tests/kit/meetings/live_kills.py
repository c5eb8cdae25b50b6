"""Kills the web process again and again while members vote, and checks that what was acknowledged is there, once."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from websockets.exceptions import ConnectionClosed, InvalidMessage

from meeting_server.domain.events import BallotCast, MotionClosed
from meeting_server.journal.port import Record
from meeting_server.journal.record import faults
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from tests.kit.houses.live_house import CHAIR, MEETING
from tests.kit.phones.bots import Bot, Frame
from tests.kit.servers.forked_server import ForkedServer, forking

VOTERS = 24
CHOICES = ("for", "against", "abstain")
GONE = (ConnectionError, ConnectionClosed, InvalidMessage, OSError, TimeoutError)


class Phone:
    """A member whose phone comes back by itself and sends again what was not acknowledged."""

    def __init__(self, server: ForkedServer, who: str) -> None:
        self.who = who
        self._server = server
        self._bot: Bot | None = None
        self.acknowledged: dict[str, Frame] = {}

    async def obeyed(self, kind: str, command_id: str, **data: object) -> Frame:
        """Send until it is acknowledged; a second answer must be the first."""
        while True:
            await self._server.up.wait()
            try:
                if self._bot is None:
                    self._bot = await Bot.enter(self._server.url(), cookie=f"who={self.who}")
                answer = await self._bot.command(kind, command_id, **data)
            except GONE:
                if self._bot is not None:
                    self._bot.drop()
                self._bot = None
                await asyncio.sleep(0.01)
                continue
            if answer["type"] == "rejected" and answer["code"] == "storage_unavailable":
                continue
            assert answer["type"] == "ack", (self.who, kind, answer)
            assert self.acknowledged.setdefault(command_id, answer) == answer
            return answer

    async def close(self) -> None:
        if self._bot is not None:
            self._bot.drop()


async def read(folder: Path) -> list[Record]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'meetings.sqlite3'}")
    journal = SqlJournal(database)
    records = await journal.read(MEETING)
    await journal.close()
    await database.close()
    return records


async def vote_under_fire(tmp_path: Path, kills: int) -> None:
    """Hold open votes until the server was killed so often. Raises AssertionError when a ballot was lost or doubled."""
    chance = random.Random(20261124)
    choice_of: dict[tuple[str, str], str] = {}
    async with forking("tests.kit.servers.live_runner", tmp_path, VOTERS) as server:
        chair = Phone(server, CHAIR)
        voters = [Phone(server, f"m{n}") for n in range(1, VOTERS + 1)]
        await chair.obeyed("OpenMeeting", "open-the-meeting")
        motions = 0
        while server.kills < kills:
            motions += 1
            motion = f"m{motions}"
            await chair.obeyed("DraftMotion", f"draft-motion-{motion}", title=f"第{motions}项")
            for voter in voters:
                choice_of[motion, voter.who] = chance.choice(CHOICES)
            async with asyncio.TaskGroup() as greeting:
                for voter in voters:
                    greeting.create_task(voter.obeyed("PostChat", f"here-{motion}-{voter.who}", text="到"))
            await chair.obeyed("OpenMotion", f"open-motion-{motion}", motion_id=motion)
            async with asyncio.TaskGroup() as casting:
                for voter in voters:
                    choice = choice_of[motion, voter.who]
                    cast = voter.obeyed("CastBallot", f"cast-{motion}-{voter.who}", motion_id=motion, choices=[choice])
                    casting.create_task(cast)
                for _ in range(3):
                    await asyncio.sleep(chance.uniform(0, 0.06))  # on purpose: killed at any moment
                    await server.kill()
            await chair.obeyed("CloseMotion", f"close-motion-{motion}", motion_id=motion)
        for phone in (chair, *voters):
            await phone.close()
    records = await read(tmp_path)
    assert list(faults(records)) == []
    ballots = [(r.seq, r.event) for r in records if isinstance(r.event, BallotCast)]
    assert len({(b.motion_id, b.voter) for _, b in ballots}) == len(ballots), "a ballot was counted twice"
    assert {(b.motion_id, b.voter): b.choices for _, b in ballots} == {key: (c,) for key, c in choice_of.items()}
    at = {str(r.command_id): r.seq for r in records if r.command_id is not None}
    for phone in (chair, *voters):
        for command_id, answer in phone.acknowledged.items():
            assert at[command_id] == answer["seq"], f"{command_id} was acknowledged and is not there"
    tallies = {r.event.motion_id: r.event.tally for r in records if isinstance(r.event, MotionClosed)}
    assert len(tallies) == motions
    for motion_id, tally in tallies.items():
        assert tally is not None
        chosen = [choice for (motion, _), choice in choice_of.items() if motion == motion_id]
        assert dict(tally.counts) == {choice: chosen.count(choice) for choice in CHOICES}
    assert server.kills >= kills
