"""The secret half of ``make bench-votes``: phones that collect a paper over a socket and cast it over HTTP, all of it real.

What a phone computes (blinding, unblinding, signing) is done by the generator, on the other core, and is in the figures.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from meeting_server.ballots.port import paper_id
from meeting_server.domain.ids import MotionId
from meeting_server.rehearsal.voter import Voter
from tests.bench.bench_fanout import Room, Server, answered, serving, until
from tests.bench.ws_load import Client, connect, percentile
from tests.kit.houses.live_house import CHAIR, MEETING
from tests.kit.houses.voting_house import ballot_body

PHONES = 200
MANY = 2_000
LANES = 40
"""Sockets of the many that are open at once."""
SPREAD = 1.0
"""Seconds over which phones spread their ballots."""


class Ear:
    """What the chair's phone hears: the paper, and how far the records are."""

    def __init__(self) -> None:
        self.position = ""
        self.opened: dict[str, Any] = {}
        self.closed: dict[str, Any] = {}
        self.counted: tuple[int, int] = (0, 0)

    def __call__(self, payload: bytes) -> None:
        frame = msgspec.json.decode(payload)
        if frame["type"] in ("event", "skip"):
            self.position = f"{frame['seq']}.{frame['hash8']}"
            if frame.get("kind") == "PaperOpened":
                self.opened = frame["data"]
            elif frame.get("kind") == "MotionClosed":
                self.closed = frame["data"]
        elif frame["type"] == "snapshot":
            self.position = frame["position"]


async def post(port: int, path: str, body: bytes) -> tuple[int, bytes]:
    """One request on a connection of its own, as a phone that keeps nothing makes it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.read(-1)
    writer.close()
    return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]


async def receipt_for(port: int, voter: Voter, choice: str, waited: list[float]) -> None:
    """Cast until there is a receipt: the box may not have heard yet that collecting is over."""
    body = json.dumps(ballot_body(voter.ballot(choice))).encode()
    start = time.perf_counter()
    while True:
        status, answer = await post(port, f"/papers/{voter.paper_id}/ballots", body)
        if status == 200:
            waited.append((time.perf_counter() - start) * 1000)
            return
        if b"not_voting" not in answer:
            raise RuntimeError(answer.decode())
        await asyncio.sleep(0.01)


def asking(name: str, motion: str, voter: Voter) -> bytes:
    return json.dumps({"type": "collect", "id": name, "motion_id": motion, "blinded": voter.blinded().hex()}).encode()


async def paper_of(room: Room, ear: Ear, motion: str) -> int:
    """Open a secret paper; its modulus."""
    chair = room.phones[0]
    room.heard = lambda client, payload: None
    await answered(room, chair, "DraftMotion", f"bench-draft-{motion}", title="无记名表决", method="secret")
    await answered(room, chair, "OpenMotion", f"bench-open-{motion}", motion_id=motion)
    room.heard = lambda client, payload: ear(payload) if client is chair else None
    await until(lambda: ear.opened.get("motion_id") == motion, 30, lambda: "the paper did not open")
    return int(ear.opened["paper"]["modulus"], 16)


async def closed(room: Room, ear: Ear, motion: str, ballots: int) -> float:
    """Close and seal; seconds. Every ballot must be counted."""
    start = time.perf_counter()
    await answered(room, room.phones[0], "CloseMotion", f"bench-close-{motion}", motion_id=motion)
    room.heard = lambda client, payload: ear(payload) if client is room.phones[0] else None
    await until(lambda: ear.closed.get("motion_id") == motion, 60, lambda: "the box was not sealed")
    if (ear.closed["issued"], ear.closed["returned"]) != (ballots, ballots):
        raise RuntimeError(f"{ear.closed['returned']} of {ballots} ballots are counted")
    return time.perf_counter() - start


async def two_hundred(server: Server) -> dict[str, float]:
    """Everyone collects at once and casts within a second; beside it the same phones in a plain open vote."""
    snapshots, ear = 0, Ear()

    def came_in(client: Client, payload: bytes) -> None:
        nonlocal snapshots
        snapshots += payload.startswith(b'{"type":"snapshot"')

    room = Room(server, f"/ws/{MEETING}", heard=came_in)
    await room.enter([CHAIR, *(f"m{n}" for n in range(1, PHONES))], b'{"type":"hello"}')
    await until(lambda: snapshots == PHONES, 60, lambda: f"{snapshots} snapshots came")
    await answered(room, room.phones[0], "OpenMeeting", "bench-open-meeting")
    plain = await plain_vote(room)

    start = time.perf_counter()
    modulus = await paper_of(room, ear, "m2")
    name = paper_id(MEETING, MotionId("m2"))
    papers: dict[Client, Voter] = {}
    got = 0

    def heard(client: Client, payload: bytes) -> None:
        nonlocal got
        if payload.startswith(b'{"type":"collected"'):
            papers[client].collected(bytes.fromhex(msgspec.json.decode(payload)["blind_signature"]))
            got += 1
        elif payload.startswith(b'{"type":"rejected"'):
            raise RuntimeError(payload.decode())

    room.heard = heard
    for number, phone in enumerate(room.phones):
        papers[phone] = Voter(name, modulus)
        phone.say(asking(f"collect-{number:06}", "m2", papers[phone]))
        await asyncio.sleep(0)
    await until(lambda: got == PHONES, 30, lambda: f"{got} papers were collected")
    await answered(room, room.phones[0], "CloseCollecting", "bench-collected", motion_id="m2")
    room.heard = lambda client, payload: None
    waited: list[float] = []

    async def cast(number: int, voter: Voter) -> None:
        await asyncio.sleep(number * SPREAD / PHONES)
        await receipt_for(server.port, voter, "for", waited)

    await asyncio.gather(*(cast(n, voter) for n, voter in enumerate(papers.values())))
    took = time.perf_counter() - start
    sealing = await closed(room, ear, "m2", PHONES)
    room.close()
    return {
        "secret_200_s": took,
        "secret_200_ack_p99_ms": percentile(waited, 0.99),
        "secret_vs_plain": took / plain,
        "plain_200_s": plain,
        "secret_200_seal_s": sealing,
    }


async def plain_vote(room: Room) -> float:
    """Seconds of an open vote with the same phones at the same pace."""
    start, acked = time.perf_counter(), 0
    await answered(room, room.phones[0], "DraftMotion", "bench-draft-m1", title="举手表决")
    await answered(room, room.phones[0], "OpenMotion", "bench-open-m1", motion_id="m1")

    def heard(client: Client, payload: bytes) -> None:
        nonlocal acked
        acked += payload.startswith(b'{"type":"ack"')

    room.heard = heard
    ballot = {"type": "command", "kind": "CastBallot", "data": {"motion_id": "m1", "choices": ["for"]}}
    for number, phone in enumerate(room.phones):
        phone.say(json.dumps({**ballot, "id": f"plain-{number:06}"}).encode())
        await asyncio.sleep(SPREAD / PHONES)
    await until(lambda: acked == PHONES, 30, lambda: f"{acked} ballots acknowledged")
    took = time.perf_counter() - start
    await answered(room, room.phones[0], "CloseMotion", "bench-close-m1", motion_id="m1")
    return took


async def two_thousand(server: Server) -> dict[str, float]:
    """Voters who come in, collect and go, a few dozen at a time; then cast, as many at a time."""
    ear = Ear()
    room = Room(server, f"/ws/{MEETING}", heard=lambda client, payload: ear(payload))
    await room.enter([CHAIR], b'{"type":"hello"}')
    await until(lambda: ear.position != "", 30, lambda: "no snapshot came")
    await answered(room, room.phones[0], "OpenMeeting", "bench-open-meeting")
    start = time.perf_counter()
    modulus = await paper_of(room, ear, "m1")
    name = paper_id(MEETING, MotionId("m1"))
    waiting = list(range(1, MANY + 1))
    papers: list[Voter] = []

    async def lane() -> None:
        while waiting:
            number = waiting.pop()
            voter = Voter(name, modulus)
            ask = asking(f"collect-{number:06}", "m1", voter)
            done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

            def heard(client: Client, payload: bytes, done: asyncio.Future[str] = done, ask: bytes = ask) -> None:
                if payload.startswith(b'{"type":"collected"'):
                    done.set_result(msgspec.json.decode(payload)["blind_signature"])
                elif b'"not_present"' in payload[:200]:  # its own arrival is being recorded
                    asyncio.get_running_loop().call_later(0.5, client.say, ask)
                elif payload.startswith((b'{"type":"rejected"', b'{"type":"error"')):
                    done.set_exception(RuntimeError(payload.decode()))

            phone = await connect(server.port, f"/ws/{MEETING}", f"who=m{number}", heard)
            phone.say(json.dumps({"type": "hello", "position": ear.position}).encode())
            await asyncio.sleep(0.05)
            phone.say(ask)
            async with asyncio.timeout(60):
                signed = await done
            voter.collected(bytes.fromhex(signed))
            phone.close()
            papers.append(voter)

    await asyncio.gather(*(lane() for _ in range(LANES)))
    await answered(room, room.phones[0], "CloseCollecting", "bench-collected", motion_id="m1")
    room.heard = lambda client, payload: ear(payload)
    waited: list[float] = []
    left = papers.copy()

    async def casting() -> None:
        while left:
            await receipt_for(server.port, left.pop(), "for", waited)

    await asyncio.gather(*(casting() for _ in range(LANES)))
    took = time.perf_counter() - start
    sealing = await closed(room, ear, "m1", MANY)
    room.close()
    return {"secret_2000_s": took, "secret_2000_seal_s": sealing}


async def secret(small: Path, large: Path) -> dict[str, float]:
    """Both, each with a server of its own."""
    runner = (sys.executable, "-m", "tests.kit.servers.vote_runner")
    async with serving(*runner, str(small), str(PHONES - 1), "--once") as server:
        figures = await two_hundred(server)
    print(
        f"{PHONES} phones collect and cast in {figures['secret_200_s']:.2f} s (a plain vote: {figures['plain_200_s']:.2f} s), "
        f"receipt p99 {figures['secret_200_ack_p99_ms']:.1f} ms"
    )
    async with serving(*runner, str(large), str(MANY), "--once") as server:
        figures |= await two_thousand(server)
    print(f"{MANY} voters in {figures['secret_2000_s']:.1f} s, sealed in {figures['secret_2000_seal_s']:.2f} s")
    return figures
