"""Two hundred phones without sound in one meeting: all come in, all speak, all vote, all come back at once."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.bench.ws_load import Client, connect
from tests.kit.houses.live_house import CHAIR, MEETING, Live, live_house

MEMBERS = 200
PATIENCE = 120.0
"""Seconds; what is asked here is that nothing is lost. How fast it goes is measured by bench_fanout."""


class Crowd:
    """Many phones, each of which checks that no record is missing."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.phones: dict[Client, str] = {}
        self.seq: dict[Client, int] = {}
        self.position: dict[str, str] = {}
        self.kinds: dict[str, int] = {}
        self.acks: set[str] = set()
        self.snapshots = 0
        self.faults: list[str] = []
        self._news = asyncio.Event()

    async def enter(self, who: list[str]) -> None:
        """Open and say hello, at the position of before if there is one."""

        async def one(name: str) -> None:
            phone = await connect(self.live.port, f"/ws/{MEETING}", f"who={name}", self._heard)
            self.phones[phone] = name
            position = self.position.get(name)
            if position is not None:
                self.seq[phone] = int(position.split(".")[0])
            phone.say(json.dumps({"type": "hello", "position": position}).encode())

        for start in range(0, len(who), 50):
            await asyncio.gather(*(one(name) for name in who[start : start + 50]))

    def _heard(self, phone: Client, payload: bytes) -> None:
        frame = json.loads(payload)
        match frame["type"]:
            case "snapshot":
                self.snapshots += 1
                self.seq[phone] = frame["seq"]
            case "event" | "skip":
                if frame["seq"] != self.seq[phone] + 1:
                    self.faults.append(f"{self.phones[phone]}: record {frame['seq']} after {self.seq[phone]}")
                self.seq[phone] = frame["seq"]
                self.position[self.phones[phone]] = f"{frame['seq']}.{frame['hash8']}"
                kind = frame.get("kind", "skip")
                self.kinds[kind] = self.kinds.get(kind, 0) + 1
            case "ack":
                self.acks.add(frame["id"])
            case "rejected" | "error":
                self.faults.append(payload.decode())
        self._news.set()

    async def command(self, kind: str, prefix: str, **data: object) -> None:
        """Everyone sends it; wait until everyone has it acknowledged."""
        names = {phone: f"{prefix}-{self.phones[phone]}" for phone in self.phones}
        for phone, name in names.items():
            phone.say(json.dumps({"type": "command", "id": name, "kind": kind, "data": data}).encode())
        await self.until(lambda: set(names.values()) <= self.acks)

    async def until(self, so: object) -> None:
        assert callable(so)
        async with asyncio.timeout(PATIENCE):
            while not so():
                self._news.clear()
                await self._news.wait()

    async def level(self) -> None:
        """Wait until every phone has the last record."""
        head = (await self.live.registry.head(MEETING)).seq
        await self.until(lambda: min(self.seq[phone] for phone in self.phones) >= head)

    def drop(self) -> None:
        for phone in self.phones:
            phone.close()
        self.phones.clear()


@pytest.mark.slow
async def test_two_hundred_come_in_speak_vote_and_come_back(tmp_path: Path) -> None:
    async with live_house(tmp_path, MEMBERS - 1) as live:
        crowd = Crowd(live)
        everyone = [CHAIR, *(f"m{n}" for n in range(1, MEMBERS))]
        await crowd.enter(everyone)
        await crowd.until(lambda: crowd.snapshots == MEMBERS)
        chair = await live.meeting_opened()
        await crowd.command("PostChat", "chat-everyone", text="到")
        await chair.command("DraftMotion", title="全体表决")
        await chair.command("OpenMotion", motion_id="m1")
        await crowd.command("CastBallot", "ballot-everyone", motion_id="m1", choices=["for"])
        await crowd.level()
        assert crowd.faults == []
        assert crowd.kinds["ChatPosted"] == MEMBERS * MEMBERS
        assert crowd.kinds["BallotCast"] == MEMBERS * MEMBERS
        before = dict(crowd.position)
        crowd.drop()
        await chair.command("PostChat", text="都断了")
        await crowd.enter(everyone)
        await crowd.until(lambda: len(crowd.seq) >= MEMBERS)
        await crowd.level()
        assert crowd.snapshots <= MEMBERS + 1, "who comes back at a known position is not sent everything again"
        assert set(before) == set(everyone)
        assert crowd.faults == []
        await chair.command("CloseMotion", motion_id="m1")
        closed = await chair.event("MotionClosed")
        assert dict(closed["data"]["tally"]["counts"]) == {"for": MEMBERS, "against": 0, "abstain": 0}
        await chair.close()
        crowd.drop()
