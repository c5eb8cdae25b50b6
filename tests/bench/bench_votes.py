"""``make bench-votes``: a thousand members cast an open ballot within one second; then secret votes of 200 and of 2,000.

Over a thousand real sockets, each of which also hears of every other ballot. The last line is one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from meeting_server.domain.commands import SERVER, Actor, CastBallot, DraftMotion, OpenConnection, OpenMeeting, OpenMotion
from meeting_server.domain.events import BallotCast
from meeting_server.domain.ids import ConnectionId, MotionId, ParticipantId
from meeting_server.journal.record import faults
from meeting_server.journal.sql import SqlJournal
from meeting_server.live import host
from meeting_server.live.registry import Registry
from meeting_server.store.database import Database
from tests.bench.bench_fanout import BENCH, GENERATOR_CORE, Room, answered, paced, serving, until
from tests.bench.secret_ballots import secret
from tests.bench.ws_load import Client, percentile
from tests.kit.houses.live_house import CHAIR, MEETING, PRESET, convening

VOTERS = 1_000


def voters() -> list[str]:
    return [CHAIR, *(f"m{n}" for n in range(1, VOTERS))]


async def over_sockets(folder: Path) -> dict[str, float]:
    """Ballots at an even pace over one second: acknowledgements, and how long until the last one."""
    async with serving(sys.executable, "-m", "tests.bench.fanout_servers", "ours", str(folder), str(VOTERS - 1)) as server:
        snapshots = 0

        def came_in(client: Client, payload: bytes) -> None:
            nonlocal snapshots
            if payload.startswith(b'{"type":"snapshot"'):
                snapshots += 1

        room = Room(server, f"/ws/{MEETING}", heard=came_in)
        await room.enter(voters(), b'{"type":"hello"}')
        await until(lambda: snapshots == VOTERS, 60, lambda: f"{snapshots} snapshots came")
        chair = room.phones[0]
        await answered(room, chair, "OpenMeeting", "bench-open")
        await answered(room, chair, "DraftMotion", "bench-draft", title="全体表决")
        await answered(room, chair, "OpenMotion", "bench-open-motion", motion_id="m1")
        said: dict[Client, float] = {}
        waited: list[float] = []

        def heard(client: Client, payload: bytes) -> None:
            waited.append((time.perf_counter() - said[client]) * 1000)

        for phone in room.phones:
            phone.only = b'{"type":"ack"'
        room.heard = heard

        def cast(number: int) -> None:
            phone = room.phones[number]
            ballot = {"motion_id": "m1", "choices": ["for"]}
            said[phone] = time.perf_counter()
            phone.say(json.dumps({"type": "command", "id": f"ballot-{number:06d}", "kind": "CastBallot", "data": ballot}).encode())

        start = time.perf_counter()
        await paced(VOTERS, 1.0, cast)
        await until(lambda: len(waited) == VOTERS, 30, lambda: f"{len(waited)} ballots acknowledged")
        took = time.perf_counter() - start
        room.close()
    # the server was killed, not stopped: what it acknowledged must be on the disk
    database = Database(f"sqlite+aiosqlite:///{folder / 'meetings.sqlite3'}")
    journal = SqlJournal(database)
    records = await journal.read(MEETING)
    await journal.close()
    await database.close()
    ballots = [r.event.voter for r in records if isinstance(r.event, BallotCast)]
    if len(ballots) != VOTERS or len(set(ballots)) != VOTERS or list(faults(records)):
        raise RuntimeError(f"{len(ballots)} ballots recorded of {VOTERS} acknowledged")
    return {"open_1000_ack_p99_ms": percentile(waited, 0.99), "open_1000_ack_p50_ms": percentile(waited, 0.5), "open_1000_s": took}


async def all_at_once(folder: Path, *, single: bool) -> float:
    """Seconds for a thousand ballots through host and journal; ``single``: each waits for the commit of the one before."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'votes.sqlite3'}")
    await database.create_all()
    journal = SqlJournal(database)

    async def schedule(_: object) -> object:
        return convening(VOTERS - 1)

    registry = Registry(journal, {PRESET.preset_id: PRESET}, schedule)  # type: ignore[arg-type]  # one meeting, whoever asks
    chair = Actor(ParticipantId(CHAIR))
    await registry.submit(MEETING, chair, OpenMeeting())
    people = [ParticipantId(who) for who in voters()]
    await asyncio.gather(*(registry.submit(MEETING, SERVER, OpenConnection(who, ConnectionId(who), "phone")) for who in people))
    await registry.submit(MEETING, chair, DraftMotion("表决"))
    await registry.submit(MEETING, chair, OpenMotion(MotionId("m1")))
    ballot = CastBallot(MotionId("m1"), ("for",))
    if single:
        host.PACE = host.LONGEST_REST = 0.0
    start = time.perf_counter()
    if single:
        for who in people:
            await registry.submit(MEETING, Actor(who), ballot)
    else:
        await asyncio.gather(*(registry.submit(MEETING, Actor(who), ballot) for who in people))
    took = time.perf_counter() - start
    await registry.stop()
    await journal.close()
    await database.close()
    return took


async def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=BENCH) as one, tempfile.TemporaryDirectory(dir=BENCH) as two:
        figures = await over_sockets(Path(one))
        print(f"over 1,000 sockets within a second: p99 {figures['open_1000_ack_p99_ms']:.1f} ms, all in {figures['open_1000_s']:.2f} s")
        together = await all_at_once(Path(two), single=False)
    with tempfile.TemporaryDirectory(dir=BENCH) as three:
        alone = await all_at_once(Path(three), single=True)
    print(f"1,000 at once {together:.2f} s, one commit each {alone:.2f} s")
    with tempfile.TemporaryDirectory(dir=BENCH) as small, tempfile.TemporaryDirectory(dir=BENCH) as large:
        figures |= await secret(Path(small), Path(large))
    figures["burst_1000_s"] = together
    figures["vs_single_commit"] = alone / together
    return {name: round(value, 3) for name, value in figures.items()}


def main() -> None:
    BENCH.mkdir(parents=True, exist_ok=True)
    os.sched_setaffinity(0, {GENERATOR_CORE} if (os.cpu_count() or 1) > 1 else {0})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(measure())))


if __name__ == "__main__":
    main()
