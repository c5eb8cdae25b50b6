"""Load generator and meter for a forwarding unit: real ICE and DTLS-SRTP (aiortc), no decoding, one process.

    python -m tests.bench.media_load --target worker|janus --address ... --server-pid N --shape 1x20 --seconds 10

Publishers send pre-built RTP through their negotiated SRTP session. Subscribers' sockets are drained with recvmmsg; packets are
counted from their (unencrypted) headers and loss is read from the sequence numbers. One packet in 64 is decrypted: that proves
the crypto and gives the one-way delay, since publishers write CLOCK_MONOTONIC into every payload. The server's cost is read
from /proc/<pid>/stat, so the generator's own cost does not enter. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import websockets
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcconfiguration import RTCBundlePolicy

from meeting_server.media.api import Answer, Kind
from meeting_server.media.control import Answered, Join, Permit, Report
from meeting_server.media.datagrams import SLOT, Inbox
from meeting_server.media.rtcp import arrivals
from meeting_server.media.sdp_answer import AUDIO_LEVEL, TRANSPORT_SEQUENCE
from meeting_server.media.worker_link import WorkerLink
from tests.kit.media.media_phone import MID, _lines, without_decoders

HEADER = struct.Struct("!BBHII")
TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE = 64


@dataclass(frozen=True)
class Shape:
    """What one room looks like, and how many of it. ``pps`` and ``size`` are of one camera; voices send 50 packets of 120 bytes."""

    rooms: int
    cameras: int
    voices: int
    listeners: int
    pps: int
    size: int = 1100


SHAPES = {
    "1x20": Shape(1, 1, 0, 20, 300),
    "4x10": Shape(1, 4, 0, 10, 300),
    "1x100": Shape(1, 1, 0, 100, 900),
    "meeting": Shape(1, 2, 3, 30, 100),
    # the same 40,000 packets a second as several cameras and as one: a picture of 66 packets to 20 listeners is 1,320 datagrams
    # at once, which take 6 ms to send whatever is done, so the second tells how long a burst is, not how well it is served
    "half": Shape(1, 7, 0, 20, 300),
    "half_burst": Shape(1, 1, 0, 20, 2000),
}


class Client:
    """One peer connection whose socket is read in batches."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.dtls: Any = None
        self.sock: Any = None
        self.remote: Any = None

    async def offer(self, *, count_transport: bool) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        sdp: str = self.pc.localDescription.sdp
        if count_transport:  # as browsers do
            parts = sdp.split("m=video")
            sdp = "m=video".join([parts[0], *(p.replace("a=mid:", f"a=extmap:9 {TRANSPORT_SEQUENCE}\r\na=mid:", 1) for p in parts[1:])])
        return sdp

    async def connected(self) -> None:
        begin = time.monotonic()
        while self.pc.connectionState != "connected":
            if self.pc.connectionState in ("failed", "closed") or time.monotonic() - begin > 30:
                raise RuntimeError(f"{self.name}: {self.pc.connectionState}")
            await asyncio.sleep(0.02)
        self.dtls = self.pc.getTransceivers()[0].receiver.transport
        pair = self.dtls.transport._connection._nominated[1]
        self.remote = pair.remote_addr
        self.sock = pair.protocol.transport.get_extra_info("socket")._sock
        self._take_over(pair.protocol)

    def _take_over(self, protocol: Any) -> None:
        """Read our socket ourselves; STUN and DTLS go on to aiortc."""
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE: a late generator must not look like a lossy server
        except OSError:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        inbox = Inbox(self.sock)
        arena = inbox.arena

        def readable() -> None:
            for _ in range(8):
                n = inbox.receive()
                for i in range(n):
                    at = i * SLOT
                    if 127 < arena[at] < 192 and not 192 <= arena[at + 1] <= 223:
                        self.on_rtp(arena, at, inbox.length(i))
                    elif not 127 < arena[at] < 192:
                        protocol.datagram_received(bytes(arena[at : at + inbox.length(i)]), inbox.address(i))
                if n < 64:
                    return

        loop: Any = asyncio.get_running_loop()
        loop._remove_reader(self.sock.fileno())
        loop._add_reader(self.sock.fileno(), readable)

    def on_rtp(self, arena: bytearray, at: int, size: int) -> None:
        pass


class Subscriber(Client):
    """Counts, and measures one packet in SAMPLE."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.received = self.octets = self.bad = 0
        self.delays: list[int] = []
        self.streams: dict[int, list[int]] = {}  # ssrc -> [first, highest (both unwrapped), received]
        self._arrived: list[tuple[int, int]] = []
        self._base = 0
        self._number = 0
        self._counts = 0

    def on_rtp(self, arena: bytearray, at: int, size: int) -> None:
        first, _, seq, _, ssrc = HEADER.unpack_from(arena, at)
        stream = self.streams.get(ssrc)
        if stream is None:
            stream = self.streams[ssrc] = [seq, seq, 0]
        ahead = seq - stream[1] & 0xFFFF
        if ahead < 0x8000:
            stream[1] += ahead
        stream[2] += 1
        self.received += 1
        self.octets += size
        if first & 0x10 and arena[at + 16] == 0x91:  # extension 9: the transport-wide number
            self._arrived.append((arena[at + 17] << 8 | arena[at + 18], time.monotonic_ns() // 1000))
        if self.received % SAMPLE == 0:
            now = time.monotonic_ns()
            try:
                packet = self.dtls._rx_srtp.unprotect(bytes(arena[at : at + size]))
            except Exception:  # noqa: BLE001 - counted: whatever it is, the packet was not right
                self.bad += 1
                return
            mark = packet.find(b"TICK", 12, 64)
            if mark > 0:
                self.delays.append(now - int.from_bytes(packet[mark + 4 : mark + 12], "big"))

    def acknowledge(self) -> None:
        """Transport-wide feedback, ten times a second, as a browser sends it."""
        seen, self._arrived = self._arrived, []
        if not seen:
            return
        times: dict[int, int] = {}
        for seq, at in seen:
            full = self._base + ((seq - self._base + 0x8000 & 0xFFFF) - 0x8000)
            self._base = max(self._base, full)
            times.setdefault(full, at)
        ordered = sorted(times.items())
        for i in range(0, len(ordered), 300):
            self._number += 1
            packet = arrivals(1, 1, self._number, ordered[i : i + 300])
            try:
                self.sock.sendto(self.dtls._tx_srtp.protect_rtcp(packet), self.remote)
            except BlockingIOError:
                pass

    def lost(self) -> int:
        return sum(highest - first + 1 - received for first, highest, received in self.streams.values())


class Publisher(Client):
    """Sends a camera (frames in bursts, VP8 with picture ids, a key frame every two seconds and on demand) or a voice."""

    def __init__(self, name: str, kind: Kind, shape: Shape) -> None:
        super().__init__(name)
        self.kind, self.shape = kind, shape
        self.sent = 0
        self._task: asyncio.Task[None] | None = None
        self._elements = b""
        self._payload_type = 0

    def prepare(self) -> None:
        line = _lines(self.pc.localDescription.sdp, ("opus", "VP8"))[0]
        self._payload_type = line.payload_type
        elements = bytes((line.extensions[MID] << 4 | len(line.mid) - 1,)) + line.mid.encode()
        if self.kind == "audio":
            elements += bytes((line.extensions[AUDIO_LEVEL] << 4, 20))
        elements += bytes(-len(elements) % 4)
        self._elements = struct.pack("!HH", 0xBEDE, len(elements) // 4) + elements

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        voice = self.kind == "audio"
        rate = 50 if voice else 30
        burst = 1 if voice else max(1, self.shape.pps // rate)
        step = 960 if voice else 3000
        sender = self.pc.getTransceivers()[0].sender
        ssrc, session = sender._ssrc, self.dtls._tx_srtp
        filler = os.urandom(120 if voice else self.shape.size)
        seq, timestamp, n = random.randrange(1000), random.randrange(1 << 31), random.randrange(1 << 14)
        due = time.monotonic() + random.random() / rate
        protect, send, now = session.protect, self.sock.sendto, time.monotonic_ns
        while True:
            wait = due - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            due += 1 / rate
            if due < time.monotonic() - 1:
                due = time.monotonic()
            n += 1
            for i in range(burst):
                head = HEADER.pack(0x90, self._payload_type | (0x80 if i == burst - 1 and not voice else 0), seq, timestamp, ssrc)
                if voice:
                    body = b"\xfc"
                else:
                    body = bytes((0x90 if i == 0 else 0x80, 0x80, 0x80 | n >> 8 & 0x7F, n & 0xFF))
                    if i == 0:
                        body += b"\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00" if n % (rate * 2) < 2 else b"\x11\x02\x00"
                body += b"TICK" + now().to_bytes(8, "big")
                size = (120 if voice else self.shape.size) - 12 - len(self._elements)
                packet = head + self._elements + body + filler[: size - len(body)]
                try:
                    send(protect(packet), self.remote)
                except BlockingIOError:
                    pass
                seq = seq + 1 & 0xFFFF
                self.sent += 1
            timestamp = timestamp + step & 0xFFFFFFFF


# ---- targets


class Target(Protocol):
    async def open(self) -> None: ...

    async def publish(self, publisher: Publisher, room: str) -> None: ...

    async def subscribe(self, subscriber: Subscriber, room: str, cameras: int, voices: int) -> None: ...


class WorkerTarget:
    """The project's media worker, through its control socket."""

    def __init__(self, address: str) -> None:
        self._link = WorkerLink("bench", Path(address), None, self._reported)

    def _reported(self, link: WorkerLink, message: Report | None) -> None:
        pass

    async def open(self) -> None:
        await self._link.open()

    async def _join(self, client: Client, room: str, slots: int) -> Answer:
        offer = await client.offer(count_transport=True)
        reply = await self._link.call(Join(room, client.name, client.name, offer, False, slots))
        assert isinstance(reply, Answered)
        return reply.answer

    async def publish(self, publisher: Publisher, room: str) -> None:
        publisher.pc.addTransceiver("audio" if publisher.kind == "audio" else "video", direction="sendonly")
        answer = await self._join(publisher, room, 0)
        await self._link.call(Permit(publisher.name, True, True, True))
        await publisher.pc.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        await publisher.connected()

    async def subscribe(self, subscriber: Subscriber, room: str, cameras: int, voices: int) -> None:
        for kind, count in (("audio", voices), ("video", cameras)):
            for _ in range(count):
                subscriber.pc.addTransceiver(kind, direction="recvonly")
        answer = await self._join(subscriber, room, cameras)
        await subscriber.pc.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        await subscriber.connected()


class JanusTarget:
    """Janus VideoRoom over its WebSocket API: one session, one handle a client."""

    def __init__(self, address: str) -> None:
        self._url = address
        self._waiting: dict[str, tuple[asyncio.Future[dict[str, Any]], bool]] = {}
        self._feeds: dict[str, list[int]] = {}
        self._rooms: dict[str, int] = {}
        self._session = 0
        self._socket: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        self._socket = await websockets.connect(self._url, subprotocols=[websockets.Subprotocol("janus-protocol")], max_size=None)
        self._tasks = [asyncio.create_task(self._read())]
        self._session = (await self._ask({"janus": "create"}))["data"]["id"]
        self._tasks.append(asyncio.create_task(self._stay()))

    async def _stay(self) -> None:
        while True:
            await asyncio.sleep(20)
            await self._ask({"janus": "keepalive", "session_id": self._session})

    async def _read(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            waiting = self._waiting.get(message.get("transaction", ""))
            if waiting is None or (message["janus"] == "ack" and not waiting[1]):
                continue
            if not waiting[0].done():
                waiting[0].set_result(message)

    async def _ask(self, message: dict[str, Any], *, ack: bool = True) -> dict[str, Any]:
        number = f"{random.getrandbits(64):x}"
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future, ack
        await self._socket.send(json.dumps({**message, "transaction": number}))
        async with asyncio.timeout(20):
            reply = await future
        del self._waiting[number]
        if reply["janus"] == "error" or reply.get("plugindata", {}).get("data", {}).get("error"):
            raise RuntimeError(str(reply))
        return reply

    async def _attach(self) -> int:
        reply = await self._ask({"janus": "attach", "session_id": self._session, "plugin": "janus.plugin.videoroom"})
        return int(reply["data"]["id"])

    async def _message(
        self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None, *, sync: bool = False
    ) -> dict[str, Any]:
        message: dict[str, Any] = {"janus": "message", "session_id": self._session, "handle_id": handle, "body": body}
        if jsep:
            message["jsep"] = jsep
        return await self._ask(message, ack=sync)

    async def publish(self, publisher: Publisher, room: str) -> None:
        handle = await self._attach()
        if room not in self._rooms:
            self._rooms[room] = random.getrandbits(30)
            await self._message(
                handle,
                {"request": "create", "room": self._rooms[room], "publishers": 1000, "bitrate": 0, "fir_freq": 0, "videocodec": "vp8"},
                sync=True,
            )
        number = self._rooms[room]
        reply = await self._message(handle, {"request": "join", "ptype": "publisher", "room": number})
        self._feeds.setdefault(room, []).append(reply["plugindata"]["data"]["id"])
        publisher.pc.addTransceiver("audio" if publisher.kind == "audio" else "video", direction="sendonly")
        offer = await publisher.offer(count_transport=False)
        reply = await self._message(handle, {"request": "publish"}, {"type": "offer", "sdp": offer})
        await publisher.pc.setRemoteDescription(RTCSessionDescription(reply["jsep"]["sdp"], "answer"))
        await publisher.connected()

    async def subscribe(self, subscriber: Subscriber, room: str, cameras: int, voices: int) -> None:
        handle = await self._attach()
        reply = await self._message(
            handle,
            {"request": "join", "ptype": "subscriber", "room": self._rooms[room], "streams": [{"feed": f} for f in self._feeds[room]]},
        )
        await subscriber.pc.setRemoteDescription(RTCSessionDescription(reply["jsep"]["sdp"], "offer"))
        await subscriber.pc.setLocalDescription(await subscriber.pc.createAnswer())
        await self._message(
            handle,
            {"request": "start", "room": self._rooms[room]},
            {"type": "answer", "sdp": subscriber.pc.localDescription.sdp},
        )
        await subscriber.connected()


# ---- measuring


def cpu_seconds(pid: int) -> float:
    """Of all threads that live, by the scheduler's own clock: /proc/<pid>/stat counts in steps of 10 ms, a small room's share."""
    try:
        return sum(int(t.read_text().split()[0]) for t in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
    except FileNotFoundError:  # a kernel without these figures
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def run(target: Target, shape: Shape, server: int, seconds: float, warmup: float) -> dict[str, Any]:
    await target.open()
    publishers: list[Publisher] = []
    subscribers: list[Subscriber] = []
    for r in range(shape.rooms):
        room = f"room-{r}"
        cameras: list[Kind] = ["video"]
        voices: list[Kind] = ["audio"]
        for i, kind in enumerate(cameras * shape.cameras + voices * shape.voices):
            publisher = Publisher(f"p{r}-{i}", kind, shape)
            await target.publish(publisher, room)
            publisher.prepare()
            publisher.start()
            publishers.append(publisher)
        for start in range(0, shape.listeners, 10):
            wave = [Subscriber(f"s{r}-{i}") for i in range(start, min(start + 10, shape.listeners))]
            await asyncio.gather(*(target.subscribe(s, room, shape.cameras, shape.voices) for s in wave))
            subscribers += wave

    async def acknowledge() -> None:
        while True:
            for one in subscribers:
                one.acknowledge()
                await asyncio.sleep(0.1 / len(subscribers))

    feedback = asyncio.create_task(acknowledge())
    await asyncio.sleep(warmup)
    for s in subscribers:
        s.delays.clear()
    received, sent = sum(s.received for s in subscribers), sum(p.sent for p in publishers)
    lost = sum(s.lost() for s in subscribers)
    cpu = cpu_seconds(server)
    own, begin = time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    cpu = cpu_seconds(server) - cpu
    span, own = time.monotonic() - begin, time.process_time() - own
    received, sent = sum(s.received for s in subscribers) - received, sum(p.sent for p in publishers) - sent
    lost = sum(s.lost() for s in subscribers) - lost
    feedback.cancel()
    delays = sorted(d for s in subscribers for d in s.delays)

    def quantile(q: float) -> float | None:
        return round(delays[min(len(delays) - 1, int(len(delays) * q))] / 1e6, 2) if delays else None

    return {
        "offered_pps": round(sent * shape.listeners / shape.rooms / span) if shape.rooms else 0,
        "out_pps": round(received / span),
        "lost": lost,
        "bad": sum(s.bad for s in subscribers),
        "cpu_s": round(cpu, 2),
        "cpu_s_per_mpkt": round(cpu / received * 1e6, 2) if received else None,
        "pps_per_core": round(received / cpu) if cpu else None,
        "core_percent": round(100 * cpu / span),
        "generator_percent": round(100 * own / span),
        "p50_ms": quantile(0.5),
        "p99_ms": quantile(0.99),
        "memory_mib": round(memory_mib(server), 1),
        "silent_listeners": sum(1 for s in subscribers if not s.received),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--target", choices=["worker", "janus"], required=True)
    parser.add_argument("--address", required=True, help="control socket of the worker, or Janus's WebSocket URL")
    parser.add_argument("--server-pid", type=int, required=True)
    parser.add_argument("--shape", choices=list(SHAPES), required=True)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--warmup", type=float, default=3)
    options = parser.parse_args()
    without_decoders()
    target: Target = WorkerTarget(options.address) if options.target == "worker" else JanusTarget(options.address)
    result = asyncio.run(_limited(target, options))
    print(json.dumps(result), flush=True)
    sys.stdout.flush()
    os._exit(0)  # a hundred polite goodbyes would only take time


async def _limited(target: Target, options: argparse.Namespace) -> dict[str, Any]:
    async with asyncio.timeout(120 + options.seconds):
        return await run(target, SHAPES[options.shape], options.server_pid, options.seconds, options.warmup)


if __name__ == "__main__":
    main()
