"""A virtual phone's sound and pictures: ICE and DTLS by aiortc, RTP by hand, so that one process can carry many.

Nothing is decoded. Packets are counted from their headers, which SRTP leaves in the clear; one packet of sound in ``SAMPLE`` is
decrypted, which proves the keys and gives the delay, because talkers write the moment of sending into the sound's padding.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.rtcconfiguration import RTCBundlePolicy

from meeting_server.media.datagrams import SLOT, Inbox
from meeting_server.media.rtcp import arrivals
from meeting_server.media.sdp_answer import AUDIO_LEVEL, TRANSPORT_SEQUENCE
from meeting_server.rehearsal import material
from meeting_server.rehearsal.phone import Phone, PhoneLost

SAMPLE = 32
VOICE_SLOTS = 3
CONNECT_SECONDS = 20.0
LOUD = 20
"""Level of a talker in -dBov (RFC 6464)."""
FEEDBACK_SECONDS = 0.1
_MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
_HEADER = struct.Struct("!BBHII")
_SEQUENCE_ID = 9
"""The number of the header extension that counts packets of the whole transport; free in aiortc's offers."""


@dataclass(slots=True)
class _Stream:
    """One SSRC as it came in; sequence numbers unwrapped."""

    first: int
    highest: int
    sound: bool
    received: int = 0
    last_at: float = 0.0
    longest: float = 0.0
    told: tuple[int, int] = (0, 0)
    """Expected and received, as of the last look."""


@dataclass(slots=True)
class _Sending:
    """One line that sends: what stands in the head of its packets."""

    transceiver: Any
    payload_type: int
    elements: bytes
    ssrc: int
    sequence: int = field(default_factory=lambda: random.randrange(1 << 15))
    timestamp: int = field(default_factory=lambda: random.randrange(1 << 31))


class Line:
    """One peer connection of one phone. ``camera``: it has one to show. ``pictures``: how many it watches at once."""

    def __init__(self, phone: Phone, *, camera: bool, pictures: int) -> None:
        self.phone = phone
        self.tally = phone.tally
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._pictures = pictures
        self._microphone = self._add("audio", "sendonly")
        self._camera = self._add("video", "sendonly") if camera else None
        for _ in range(VOICE_SLOTS):
            self._add("audio", "recvonly")
        for _ in range(pictures):
            self._add("video", "recvonly")
        self._dtls: Any = None
        self._sock: Any = None
        self._remote: Any = None
        self._streams: dict[int, _Stream] = {}
        self._sound_types: frozenset[int] = frozenset()
        self._arrived: list[tuple[int, int]] = []
        self._base = self._number = 0
        self._key_wanted = False
        self._heard = 0
        self._tasks: list[asyncio.Task[None]] = []

    def _add(self, kind: str, direction: str) -> Any:
        """A line whose packets we send and take ourselves: aiortc's coders and reports are not started."""
        transceiver: Any = self._pc.addTransceiver(kind, direction=direction)
        for half in (transceiver.sender, transceiver.receiver):
            half.send = half.receive = half.stop = _nothing
        return transceiver

    async def connect(self) -> None:
        """Offer, answer, ICE and DTLS. Raises PhoneLost."""
        await self._pc.setLocalDescription(await self._pc.createOffer())
        answer = await self.phone.ask("offer", sdp=_counting(self._pc.localDescription.sdp), video_slots=self._pictures)
        if answer is None:
            raise PhoneLost("the offer was refused")
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
            await self._connected()
        except (TimeoutError, InvalidStateError, ValueError, OSError) as error:
            raise PhoneLost(f"no media connection: {type(error).__name__}") from error
        self._tasks.append(asyncio.create_task(self._acknowledge()))

    async def _connected(self) -> None:
        done = asyncio.Event()

        def changed() -> None:
            if self._pc.connectionState in ("connected", "failed", "closed"):
                done.set()

        self._pc.on("connectionstatechange", changed)
        changed()
        async with asyncio.timeout(CONNECT_SECONDS):
            await done.wait()
        if self._pc.connectionState != "connected":
            raise ConnectionError(self._pc.connectionState)
        self._dtls = self._pc.getTransceivers()[0].receiver.transport
        pair = self._dtls.transport._connection._nominated[1]
        self._remote = pair.remote_addr
        self._sock = pair.protocol.transport.get_extra_info("socket")._sock
        self._sound_types = frozenset(int(n) for n in re.findall(r"(?mi)^a=rtpmap:(\d+) opus/", self._pc.localDescription.sdp))
        self._take_over(pair.protocol)

    # --- receiving --------------------------------------------------------------------------------------------

    def _take_over(self, protocol: Any) -> None:
        """Read the socket ourselves, many packets at a time; STUN and DTLS go on to aiortc."""
        try:
            self._sock.setsockopt(socket.SOL_SOCKET, 33, 4 << 20)  # SO_RCVBUFFORCE: late phones must not look like a lossy network
        except OSError:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        inbox = Inbox(self._sock)
        arena = inbox.arena

        def readable() -> None:
            for _ in range(8):
                count = inbox.receive()
                now = time.monotonic()
                for i in range(count):
                    at, size = i * SLOT, inbox.length(i)
                    if not 127 < arena[at] < 192:
                        protocol.datagram_received(bytes(arena[at : at + size]), inbox.address(i))
                    elif 192 <= arena[at + 1] <= 223:
                        self._report(bytes(arena[at : at + size]))
                    else:
                        self._packet(arena, at, size, now)
                if count < 64:
                    return

        loop: Any = asyncio.get_running_loop()
        loop._remove_reader(self._sock.fileno())
        loop._add_reader(self._sock.fileno(), readable)

    def _packet(self, arena: bytearray, at: int, size: int, now: float) -> None:
        first, second, seq, _, ssrc = _HEADER.unpack_from(arena, at)
        stream = self._streams.get(ssrc)
        if stream is None:
            stream = self._streams[ssrc] = _Stream(seq, seq, second & 0x7F in self._sound_types, last_at=now)
        ahead = seq - stream.highest & 0xFFFF
        if ahead < 0x8000:
            stream.highest += ahead
        stream.received += 1
        stream.longest = max(stream.longest, now - stream.last_at)
        stream.last_at = now
        self.tally.received += 1
        self.tally.octets += size
        if first & 0x10 and arena[at + 16] >> 4 == _SEQUENCE_ID:
            self._arrived.append((arena[at + 17] << 8 | arena[at + 18], round(now * 1e6)))
        if stream.sound:
            self._heard += 1
            if self._heard % SAMPLE == 0:
                self._listen(bytes(arena[at : at + size]))

    def _listen(self, packet: bytes) -> None:
        try:
            sent = material.stamp_of(self._dtls._rx_srtp.unprotect(packet))
        except Exception:  # noqa: BLE001  counted: whatever it is, the packet was not right
            self.tally.refused["sound: not decrypted"] += 1
            return
        if sent is not None:
            self.tally.sound_delays.append((time.monotonic_ns() - sent) / 1e6)

    def _report(self, packet: bytes) -> None:
        """RTCP from the server: whether a key frame is wanted (PLI, RFC 4585 section 6.3.1)."""
        if self._camera is None:
            return
        try:
            plain = self._dtls._rx_srtp.unprotect_rtcp(packet)
        except Exception:  # noqa: BLE001  counted
            self.tally.refused["report: not decrypted"] += 1
            return
        at = 0
        while at + 4 <= len(plain):
            if plain[at + 1] == 206 and plain[at] & 31 == 1:
                self._key_wanted = True
            at += 4 * (int.from_bytes(plain[at + 2 : at + 4], "big") + 1)

    async def _acknowledge(self) -> None:
        """Tell which packets came, ten times a second, as browsers do (transport-wide feedback)."""
        await asyncio.sleep(random.random() * FEEDBACK_SECONDS)
        while True:
            await asyncio.sleep(FEEDBACK_SECONDS)
            seen, self._arrived = self._arrived, []
            times: dict[int, int] = {}
            for seq, at in seen:
                full = self._base + ((seq - self._base + 0x8000 & 0xFFFF) - 0x8000)
                self._base = max(self._base, full)
                times.setdefault(full, at)
            ordered = sorted(times.items())
            for start in range(0, len(ordered), 300):
                self._number += 1
                self._send(self._dtls._tx_srtp.protect_rtcp(arrivals(1, 1, self._number, ordered[start : start + 300])))

    def look(self) -> None:
        """Add losses and the longest gap since the last look to the tally."""
        gaps = []
        for stream in self._streams.values():
            expected = stream.highest - stream.first + 1
            before = stream.told
            stream.told = expected, stream.received
            self.tally.lost += max(0, expected - before[0] - (stream.received - before[1]))
            if stream.sound and stream.received > before[1]:
                gaps.append(stream.longest * 1000)
            stream.longest = 0.0
        if gaps:
            self.tally.sound_gaps.append(max(gaps))

    # --- sending ----------------------------------------------------------------------------------------------

    def talk(self) -> None:
        """Send sound from now on; the room must allow it."""
        self._tasks.append(asyncio.create_task(self._talk()))

    def show(self) -> None:
        """Send pictures from now on; the room must allow it."""
        self._tasks.append(asyncio.create_task(self._show()))

    async def _talk(self) -> None:
        sending = self._sending(self._microphone, "opus", level=LOUD)
        step = material.SAMPLE_RATE // material.VOICE_RATE
        packets = material.voice()
        number = 0
        async for _ in _every(1 / material.VOICE_RATE):
            self._rtp(sending, material.stamped(packets[number % len(packets)], time.monotonic_ns()), marker=False)
            sending.timestamp = sending.timestamp + step & 0xFFFFFFFF
            number += 1

    async def _show(self) -> None:
        assert self._camera is not None
        sending = self._sending(self._camera, "VP8")
        pictures = material.camera()
        number = random.randrange(1 << 14)
        at = 0
        async for _ in _every(1 / material.PICTURE_RATE):
            if self._key_wanted:
                at, self._key_wanted = 0, False
            parts = pictures[at].parts
            for i, part in enumerate(parts):  # RFC 7741: extended control bits, a picture id of 15 bits
                descriptor = bytes((0x90 if i == 0 else 0x80, 0x80, 0x80 | number >> 8 & 0x7F, number & 0xFF))
                self._rtp(sending, descriptor + part, marker=i == len(parts) - 1)
            sending.timestamp = sending.timestamp + 90_000 // material.PICTURE_RATE & 0xFFFFFFFF
            number = number + 1 & 0x7FFF
            at = (at + 1) % len(pictures)

    def _sending(self, transceiver: Any, codec: str, level: int | None = None) -> _Sending:
        section = next(s for s in re.split(r"(?m)^m=", self._pc.localDescription.sdp) if f"a=mid:{transceiver.mid}\r" in s)
        extensions = {uri: int(number) for number, uri in re.findall(r"(?m)^a=extmap:(\d+) (\S+)", section)}
        mid = transceiver.mid.encode()
        elements = bytes((extensions[_MID] << 4 | len(mid) - 1,)) + mid
        if level is not None:
            elements += bytes((extensions[AUDIO_LEVEL] << 4, level))
        elements += bytes(-len(elements) % 4)
        found = re.search(rf"(?mi)^a=rtpmap:(\d+) {codec}/", section)
        assert found is not None
        head = struct.pack("!HH", 0xBEDE, len(elements) // 4) + elements
        return _Sending(transceiver, int(found[1]), head, transceiver.sender._ssrc)

    def _rtp(self, sending: _Sending, payload: bytes, *, marker: bool) -> None:
        second = sending.payload_type | (0x80 if marker else 0)
        head = _HEADER.pack(0x90, second, sending.sequence, sending.timestamp, sending.ssrc)
        sending.sequence = sending.sequence + 1 & 0xFFFF
        self.tally.sent += 1
        self._send(self._dtls._tx_srtp.protect(head + sending.elements + payload))

    def _send(self, packet: bytes) -> None:
        try:
            self._sock.sendto(packet, self._remote)
        except BlockingIOError:
            self.tally.refused["own socket full"] += 1
        except OSError as error:
            self.tally.refused[f"sending: {error.strerror}"] += 1

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._sock is not None:
            loop: Any = asyncio.get_running_loop()
            loop._remove_reader(self._sock.fileno())
        await self._pc.close()


def _counting(sdp: str) -> str:
    """Ask for a number in every packet of pictures, as browsers do, so that the server can tell how much gets through."""
    parts = sdp.split("m=video")
    return "m=video".join(
        [parts[0], *(p.replace("a=mid:", f"a=extmap:{_SEQUENCE_ID} {TRANSPORT_SEQUENCE}\r\na=mid:", 1) for p in parts[1:])]
    )


async def _nothing(*_: object) -> None:
    """In the place of what aiortc would start."""


async def _every(seconds: float) -> Any:
    """Yield at a steady pace; after a pause of a second or more go on from now."""
    due = time.monotonic() + random.random() * seconds
    while True:
        wait = due - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        elif wait < -1:
            due = time.monotonic()
        due += seconds
        yield
