"""Kills the server again and again in every phase of secret votes, and checks that each acknowledged ballot is sealed, once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from websockets.exceptions import ConnectionClosed, InvalidMessage

from meeting_server.archive.audit.audit import MINUTES, audit
from meeting_server.archive.audit.bulletin import bulletin_of, file_of
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.port import paper_id
from meeting_server.ballots.tables import BALLOT_BOX
from meeting_server.domain.events import MotionClosed, PaperOpened
from meeting_server.journal.bundle import read_bundle, write_bundle
from meeting_server.journal.port import Record
from meeting_server.journal.record import faults
from meeting_server.journal.sql import SqlJournal
from meeting_server.rehearsal.voter import Voter
from meeting_server.store.database import metadata
from tests.kit.houses.live_house import CHAIR, MEETING
from tests.kit.houses.voting_house import ballot_body
from tests.kit.phones.bots import Bot, Frame
from tests.kit.servers.forked_server import ForkedServer, forking
from tests.kit.servers.vote_runner import BOX, JOURNAL, SECRET, opened

VOTERS = 6
A_PHASE = 4
"""Kills in each of the four phases of one vote."""
CHOICES = ("for", "against", "abstain")
PHASES = {
    "PaperRequested": "preparing",
    "PaperOpened": "collecting",
    "CollectingClosed": "voting",
    "PaperClosing": "sealing",
    "MotionClosed": "closed",
}
GONE = (ConnectionError, ConnectionClosed, InvalidMessage, OSError, TimeoutError, httpx.TransportError)


class Phone:
    """A member's phone that comes back by itself and sends again what was not answered."""

    def __init__(self, server: ForkedServer, who: str) -> None:
        self.who = who
        self._server = server
        self._bot: Bot | None = None

    async def bot(self) -> Bot:
        await self._server.up.wait()
        if self._bot is None or self._bot.close_code is not None:
            self._bot = await Bot.enter(self._server.url(), cookie=f"who={self.who}")
        return self._bot

    def lost(self) -> None:
        if self._bot is not None:
            self._bot.drop()
        self._bot = None

    async def obeyed(self, kind: str, command_id: str, **data: object) -> None:
        """Send until it is acknowledged."""

        async def once() -> bool:
            answer = await (await self.bot()).command(kind, command_id, **data)
            assert answer["type"] == "ack" or answer["code"] == "storage_unavailable", (kind, answer)
            return bool(answer["type"] == "ack")

        await self.until(once)

    async def until(self, once: Callable[[], Awaitable[bool]]) -> None:
        """Try until it works; a killed server is no failure."""
        async with asyncio.timeout(60):
            while True:
                try:
                    if await once():
                        return
                except GONE:
                    self.lost()
                await asyncio.sleep(0.01)

    async def reached(self, motion_id: str, phase: str) -> Frame:
        """Wait until the motion is so far; its modulus and what is known of it."""
        found: Frame = {}

        async def once() -> bool:
            bot = await self.bot()
            order = list(PHASES.values())
            await bot.until(lambda: order.index(phase_of(bot, motion_id)) >= order.index(phase))
            found.update(modulus=modulus_of(bot, motion_id))
            return True

        await self.until(once)
        return found

    async def collect(self, motion_id: str) -> Voter:
        modulus = (await self.reached(motion_id, "collecting"))["modulus"]
        voter = Voter(paper_id(MEETING, motion_id), int(modulus, 16))  # type: ignore[arg-type]  # an id
        blinded = voter.blinded().hex()
        seen: set[str] = set()

        async def once() -> bool:
            bot = await self.bot()
            name = f"collect-{motion_id}-{self.who}-{random.getrandbits(32):08x}"
            await bot.say({"type": "collect", "id": name, "motion_id": motion_id, "blinded": blinded})
            await bot.until(lambda: any(f.get("id") == name for f in bot.others))
            answer = next(f for f in bot.others if f.get("id") == name)
            if answer["type"] == "rejected":  # its own arrival may not be recorded yet
                assert answer["code"] in ("storage_unavailable", "not_present"), answer
                return False
            seen.add(answer["blind_signature"])
            return True

        await self.until(once)
        assert len(seen) == 1
        voter.collected(bytes.fromhex(seen.pop()))
        return voter

    async def cast(self, voter: Voter, choice: str) -> str:
        """Send until there is a receipt; its leaf. A second receipt is the first one, and no other choice goes in."""
        body = ballot_body(voter.ballot(choice))
        leaves: list[str] = []

        async def sent(body: dict[str, Any]) -> httpx.Response:
            await self._server.up.wait()
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._server.port}", trust_env=False, timeout=20) as client:
                return await client.post(f"/papers/{voter.paper_id}/ballots", json=body)

        async def once() -> bool:
            answer = await sent(body)
            if answer.status_code == 200:
                leaves.append(answer.json()["leaf"])
                return len(leaves) == 2
            assert answer.json()["code"] in ("not_voting", "storage_unavailable"), answer.text
            return False

        async def another() -> bool:
            answer = await sent(ballot_body(voter.ballot(next(c for c in CHOICES if c != choice))))
            return (answer.status_code, answer.json()["code"]) == (409, "ballot_conflict")

        await self.until(once)
        await self.until(another)
        assert len(set(leaves)) == 1
        return leaves[0]


def phase_of(bot: Bot, motion_id: str) -> str:
    """The last of the motion's phases this phone heard of."""
    phase = "preparing"
    if bot.snapshot is not None:
        motion = bot.snapshot["state"]["motions"].get(motion_id)
        phase = motion["phase"] if motion is not None and motion["phase"] in PHASES.values() else phase
    for record in bot.records:
        if record.get("kind") in PHASES and record["data"]["motion_id"] == motion_id:
            phase = PHASES[record["kind"]]
    return phase


def modulus_of(bot: Bot, motion_id: str) -> str:
    for record in bot.records:
        if record.get("kind") == "PaperOpened" and record["data"]["motion_id"] == motion_id:
            return str(record["data"]["paper"]["modulus"])
    assert bot.snapshot is not None
    return str(bot.snapshot["state"]["motions"][motion_id]["paper"]["modulus"])


async def vote_under_fire(tmp_path: Path, kills: int) -> None:
    """Hold secret votes until the server was killed so often. Raises AssertionError when a ballot was lost or doubled."""
    chance = random.Random(20261124)
    choice_of: dict[tuple[str, str], str] = {}
    leaf_of: dict[tuple[str, str], str] = {}

    async with forking("tests.kit.servers.vote_runner", tmp_path, VOTERS) as server:

        async def storm() -> None:
            for _ in range(A_PHASE):
                await asyncio.sleep(chance.uniform(0, 0.08))  # on purpose: killed at any moment
                await server.kill()

        async def under_fire(*work: Awaitable[Any]) -> list[Any]:
            *done, _ = await asyncio.gather(*work, storm())
            return list(done)

        chair = Phone(server, CHAIR)
        voters = [Phone(server, f"m{n}") for n in range(1, VOTERS + 1)]
        await chair.obeyed("OpenMeeting", "open-the-meeting")
        motions = 0
        while server.kills < kills:
            motions += 1
            motion = f"m{motions}"
            await chair.obeyed("DraftMotion", f"draft-motion-{motion}", title=f"第{motions}项", method="secret")
            for voter in voters:
                choice_of[motion, voter.who] = chance.choice(CHOICES)
            await asyncio.gather(*(v.obeyed("PostChat", f"here-{motion}-{v.who}", text="到") for v in voters))

            async def opened_and_ready(motion: str = motion) -> None:
                await chair.obeyed("OpenMotion", f"open-motion-{motion}", motion_id=motion)
                await chair.reached(motion, "collecting")

            await under_fire(opened_and_ready())
            papers = await under_fire(*(voter.collect(motion) for voter in voters))
            await chair.obeyed("CloseCollecting", f"end-collect-{motion}", motion_id=motion)
            cast = [v.cast(paper, choice_of[motion, v.who]) for v, paper in zip(voters, papers, strict=True)]
            leaves = await under_fire(*cast)
            leaf_of |= {(motion, v.who): leaf for v, leaf in zip(voters, leaves, strict=True)}

            async def closed_and_sealed(motion: str = motion) -> None:
                await chair.obeyed("CloseMotion", f"close-motion-{motion}", motion_id=motion)
                await chair.reached(motion, "closed")

            await under_fire(closed_and_sealed())
        await chair.obeyed("AdjournMeeting", "adjourn-it-all")
        for phone in (chair, *voters):
            phone.lost()
    assert server.kills >= kills
    await check(tmp_path, motions, choice_of, leaf_of)


async def check(folder: Path, motions: int, choice_of: dict[tuple[str, str], str], leaf_of: dict[tuple[str, str], str]) -> None:
    """What lies on the disk against what the phones were told; and the audit of the whole bundle."""
    async with opened(folder / JOURNAL, metadata) as database, opened(folder / BOX, BALLOT_BOX.tables) as box_database:
        journal, box = SqlJournal(database), BallotBox(box_database, SECRET)
        records: list[Record] = await journal.read(MEETING)
        await journal.close()
        assert list(faults(records)) == []
        papers = {r.event.motion_id: r.event.paper for r in records if isinstance(r.event, PaperOpened)}
        closed = {r.event.motion_id: r.event for r in records if isinstance(r.event, MotionClosed)}
        assert len(papers) == len(closed) == motions
        files: dict[str, bytes] = {}
        for motion_id, paper in papers.items():
            name = paper_id(MEETING, motion_id)
            sealed = await box.bulletin(name)
            assert sealed is not None
            chosen = [choice for (motion, _), choice in choice_of.items() if motion == motion_id]
            told = sorted(leaf for (motion, _), leaf in leaf_of.items() if motion == motion_id)
            assert sorted(ballot.leaf.hex() for ballot in sealed.ballots) == told
            assert (sealed.issued, sealed.root.hex()) == (VOTERS, closed[motion_id].root)
            tally = closed[motion_id].tally
            assert tally is not None
            assert dict(tally.counts) == {choice: chosen.count(choice) for choice in CHOICES}
            files[file_of(motion_id)] = bulletin_of(name, paper, await box.issued_to(name), sealed)
    minutes = minutes_of(records)
    assert minutes is not None
    files[MINUTES] = msgspec.json.encode(minutes)
    assert audit(read_bundle(write_bundle(MEETING, records, files))).sound
