"""``make bench-fanout``: a room of 200 phones without sound, through the real path, beside picows and Node ``ws``.

Server on one core, generator on the other; processor time of the server from /proc. All are measured by turns and every figure is a
median: of the same program on the same machine one turn differs from the next by a fifth. The last line is one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import uvloop

from tests.bench.ws_load import Client, connect, cpu_seconds, percentile, resident_kib
from tests.kit.houses.live_house import CHAIR, MEETING

MEMBERS = 200
RATE = 200
"""Messages a second while processor time is measured: everyone says something once a second."""
LATENCY_RATE = 50
SECONDS = 5.0
TURNS = 5
GENERATOR_CORE = 1
ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "var" / "bench"
WORDS = "同志们，今天的会议议程有两项，请大家认真准备发言。"


@dataclass(slots=True)
class Server:
    pid: int
    port: int


@asynccontextmanager
async def serving(*command: str) -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    assert process.stdout
    try:
        pid, port = (await process.stdout.readline()).split()
        yield Server(int(pid), int(port))
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


@dataclass(slots=True)
class Room:
    """The phones of one server, and what they heard."""

    server: Server
    path: str
    phones: list[Client] = field(default_factory=list)
    heard: Callable[[Client, bytes], None] = lambda client, payload: None
    pinging: asyncio.Task[None] | None = None

    async def enter(self, who: Sequence[str], hello: bytes | None) -> None:
        if hello is not None and self.pinging is None:
            self.pinging = asyncio.create_task(self._ping())
        for start in range(0, len(who), 25):
            some = who[start : start + 25]
            came = await asyncio.gather(*(connect(self.server.port, self.path, f"who={name}", self._heard) for name in some))
            for phone in came:
                if hello is not None:
                    phone.say(hello)
            self.phones += came

    def _heard(self, client: Client, payload: bytes) -> None:
        self.heard(client, payload)

    async def _ping(self) -> None:
        """Phones that say nothing are taken for dead."""
        while True:
            await asyncio.sleep(20)
            for phone in self.phones:
                phone.say(b'{"type":"ping","sent":0}')

    def close(self) -> None:
        if self.pinging is not None:
            self.pinging.cancel()
        for phone in self.phones:
            phone.close()


def chat(number: int, text: str) -> bytes:
    frame = {"type": "command", "id": f"bench-{number:08d}", "kind": "PostChat", "data": {"text": text}}
    return json.dumps(frame, ensure_ascii=False).encode()


def like_an_event(text: str) -> bytes:
    """For the servers that only repeat: as many bytes as our event frame has."""
    event = {
        "type": "event",
        "seq": 10_000,
        "hash8": "0123abcd",
        "at": 1_800_000_000_000,
        "kind": "ChatPosted",
        "data": {"message_id": "c1000", "room_id": "hall", "author_id": "m100", "text": text, "audience": []},
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


async def paced(rate: float, seconds: float, act: Callable[[int], None]) -> None:
    """Call ``act(n)`` at an even pace."""
    loop = asyncio.get_running_loop()
    start, count = loop.time(), int(rate * seconds)
    for number in range(count):
        wait = start + number / rate - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        act(number)


async def until(so: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    """Look every few milliseconds: a generator that is told of every frame would be slower than what it measures."""
    patience = time.monotonic() + seconds
    while not so():
        await asyncio.sleep(0.005)
        if time.monotonic() > patience:
            raise RuntimeError(what())


async def deliveries_per_cpu_second(room: Room, message: Callable[[int, str], bytes], mark: bytes) -> float:
    """Offer RATE messages a second; how many deliveries the server makes for a second of its processor."""
    delivered = 0

    def heard(client: Client, payload: bytes) -> None:
        nonlocal delivered
        if mark in payload:
            delivered += 1

    room.heard = heard
    expected = int(RATE * SECONDS) * len(room.phones)
    before = cpu_seconds(room.server.pid)
    await paced(RATE, SECONDS, lambda n: room.phones[n % len(room.phones)].say(message(n, WORDS)))
    await until(lambda: delivered >= expected, 60, lambda: f"{delivered} of {expected} deliveries came")
    return delivered / (cpu_seconds(room.server.pid) - before)


async def last_receiver_p99(room: Room, first: int) -> float:
    """Milliseconds from saying a thing to the last phone hearing it, 99th percentile, at LATENCY_RATE."""
    said: dict[bytes, float] = {}
    count: dict[bytes, int] = {}
    last: list[float] = []

    def heard(client: Client, payload: bytes) -> None:
        at = payload.find(b'"text":"@')
        if at < 0:
            return
        name = payload[at + 9 : at + 17]
        count[name] = count.get(name, 0) + 1
        if count[name] == len(room.phones):
            last.append((time.perf_counter() - said[name]) * 1000)

    room.heard = heard

    def act(number: int) -> None:
        name = f"{number:08d}"
        said[name.encode()] = time.perf_counter()
        room.phones[number % len(room.phones)].say(chat(first + number, f"@{name}{WORDS}"))

    await paced(LATENCY_RATE, SECONDS, act)
    await until(lambda: len(last) == len(said), 10, lambda: f"{len(last)} of {len(said)} messages reached everyone")
    return percentile(last, 0.99)


async def answered(room: Room, phone: Client, kind: str, name: str, **data: object) -> None:
    """Send a command and wait for its acknowledgement."""
    done = asyncio.get_running_loop().create_future()
    mark = f'"id":"{name}"'.encode()

    def heard(client: Client, payload: bytes) -> None:
        if client is phone and mark in payload and not done.done():
            done.set_result(payload)

    room.heard = heard
    phone.say(json.dumps({"type": "command", "id": name, "kind": kind, "data": data}).encode())
    async with asyncio.timeout(20):
        answer = await done
    if not answer.startswith(b'{"type":"ack"'):
        raise RuntimeError(answer.decode())


async def vote_by_all(room: Room) -> float:
    """Seconds until every phone has its ballot acknowledged and has heard of everyone else's."""
    chair = room.phones[0]
    await answered(room, chair, "DraftMotion", "bench-draft", title="全体表决")
    await answered(room, chair, "OpenMotion", "bench-open-motion", motion_id="m1")
    acked = heard_of = 0
    voters = room.phones

    def heard(client: Client, payload: bytes) -> None:
        nonlocal acked, heard_of
        if payload.startswith(b'{"type":"ack"'):
            acked += 1
        elif b'"kind":"BallotCast"' in payload:
            heard_of += 1

    room.heard = heard
    start = time.perf_counter()
    for number, phone in enumerate(voters):
        ballot = {"motion_id": "m1", "choices": ["for"]}
        phone.say(json.dumps({"type": "command", "id": f"bench-ballot-{number}", "kind": "CastBallot", "data": ballot}).encode())
    everyone = len(voters)
    await until(lambda: acked == everyone and heard_of == everyone**2, 30, lambda: f"{acked} acknowledged, {heard_of} heard of")
    return time.perf_counter() - start


async def ours(folder: Path) -> dict[str, float]:
    async with serving(sys.executable, "-m", "tests.bench.fanout_servers", "ours", str(folder), str(MEMBERS - 1)) as server:
        snapshots = 0

        def heard(client: Client, payload: bytes) -> None:
            nonlocal snapshots
            if payload.startswith(b'{"type":"snapshot"'):
                snapshots += 1

        room = Room(server, f"/ws/{MEETING}", heard=heard)
        who = [CHAIR, *(f"m{n}" for n in range(1, MEMBERS))]
        hello = b'{"type":"hello"}'
        start = time.perf_counter()
        await room.enter(who[: MEMBERS // 2], hello)
        await until(lambda: snapshots == MEMBERS // 2, 30, lambda: f"{snapshots} snapshots came")
        half = resident_kib(server.pid)
        await room.enter(who[MEMBERS // 2 :], hello)
        await until(lambda: snapshots == MEMBERS, 30, lambda: f"{snapshots} snapshots came")
        joins = time.perf_counter() - start
        memory = (resident_kib(server.pid) - half) / (MEMBERS // 2)
        await answered(room, room.phones[0], "OpenMeeting", "bench-open")
        rate = await deliveries_per_cpu_second(room, chat, b'"kind":"ChatPosted"')
        p99 = await last_receiver_p99(room, 1_000_000)
        vote = await vote_by_all(room)
        room.close()
    return {
        "deliveries_per_cpu_s": rate,
        "last_receiver_p99_ms": p99,
        "joins_s": joins,
        "vote_all_s": vote,
        "kib_per_member": memory,
    }


async def other(*command: str) -> float:
    async with serving(*command) as server:
        room = Room(server, "/")
        await room.enter([f"m{n}" for n in range(MEMBERS)], None)
        rate = await deliveries_per_cpu_second(room, lambda _, text: like_an_event(text), b'"kind":"ChatPosted"')
        room.close()
        return rate


def node_ws() -> Path | None:
    """A folder with ``ws`` installed from npm; None (and a word why) when there is no Node or no network."""
    folder = BENCH / "node"
    if shutil.which("npm") is None:
        print("no npm: Node ws is not measured")
        return None
    if not (folder / "node_modules" / "ws").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private":true,"dependencies":{"ws":"8"}}')
        done = subprocess.run(["npm", "install", "--silent", "--no-package-lock"], cwd=folder, check=False)
        if done.returncode:
            print("npm install failed: Node ws is not measured")
            return None
    return folder


async def measure() -> dict[str, float | None]:
    node = node_ws()
    script = str(Path(__file__).with_name("fanout_ws.mjs"))
    picows: list[float] = []
    ws: list[float] = []
    mine: list[dict[str, float]] = []
    for _ in range(TURNS):
        with tempfile.TemporaryDirectory(dir=BENCH) as folder:
            picows.append(await other(sys.executable, "-m", "tests.bench.fanout_servers", "picows", folder, "0"))
            if node is not None:
                ws.append(await other("taskset", "-c", "0", "node", script, str(node)))
            mine.append(await ours(Path(folder)))
    rates = [one["deliveries_per_cpu_s"] for one in mine]
    for name, turns in (("picows", picows), ("Node ws", ws), ("a meeting", rates)):
        print(f"{name:10} {', '.join(f'{turn:9,.0f}' for turn in turns)}  deliveries a processor second")
    print("A meeting: decided, recorded durably, redacted, sent.")
    figures: dict[str, float | None] = {name: round(median(one[name] for one in mine), 3) for name in mine[0]}
    rate = median(rates)
    figures["deliveries_per_cpu_s"] = round(rate)
    figures["vs_picows"] = round(rate / median(picows), 2)
    figures["vs_node_ws"] = round(rate / median(ws), 2) if ws else None
    return figures


def main() -> None:
    BENCH.mkdir(parents=True, exist_ok=True)
    os.sched_setaffinity(0, {GENERATOR_CORE} if (os.cpu_count() or 1) > 1 else {0})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(measure())))


if __name__ == "__main__":
    main()
