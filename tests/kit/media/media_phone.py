"""A phone at the wire: ICE and DTLS by aiortc (a second implementation), RTP by hand, so that a test says exactly what is sent."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import struct
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.rtcconfiguration import RTCBundlePolicy

from meeting_server.media.api import Answer, MediaPlane, Role
from meeting_server.media.rtp import all_extensions

AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"


async def _receive_nothing(self: RTCRtpReceiver, parameters: object) -> None:
    """No decoder thread, no reports: the test reads packets itself."""


async def _stop_nothing(self: RTCRtpReceiver) -> None:
    pass


def without_decoders() -> None:
    """Keep aiortc from decoding what it receives, in this process."""
    RTCRtpReceiver.receive = _receive_nothing  # type: ignore[method-assign]  # the test's phones never decode
    RTCRtpReceiver.stop = _stop_nothing  # type: ignore[method-assign]


without_decoders()


@dataclass(frozen=True)
class Heard:
    """One RTP packet as it came out of the phone's SRTP; ``at`` is time.monotonic()."""

    at: float
    mid: str | None
    ssrc: int
    payload_type: int
    seq: int
    timestamp: int
    marker: bool
    payload: bytes


@dataclass
class _Line:
    mid: str
    kind: str
    direction: str
    payload_type: int
    extensions: dict[str, int] = field(default_factory=dict)


def _lines(sdp: str, codecs: tuple[str, ...]) -> list[_Line]:
    lines = []
    for section in re.split(r"(?m)^m=", sdp)[1:]:
        kind = section.split(" ", 1)[0]
        mid = re.search(r"(?m)^a=mid:(\S+)", section)
        direction = re.search(r"(?m)^a=(sendonly|recvonly|sendrecv|inactive)", section)
        found = next((m for c in codecs if (m := re.search(rf"(?mi)^a=rtpmap:(\d+) {c}/", section))), None)
        line = _Line(
            mid.group(1) if mid else "", kind, direction.group(1) if direction else "sendrecv", int(found.group(1)) if found else 0
        )
        for number, uri in re.findall(r"(?m)^a=extmap:(\d+) (\S+)", section):
            line.extensions[uri] = int(number)
        lines.append(line)
    return lines


class WirePhone:
    """A phone with a microphone, a camera, a screen and receive slots, as wished."""

    def __init__(
        self,
        name: str,
        source: str | None = None,
        *,
        mic: bool = True,
        camera: bool = False,
        screen: bool = False,
        sound: int = 3,
        pictures: int = 0,
    ) -> None:
        self.name = name
        self.source = source or name
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.pictures = pictures
        for wanted, kind in ((mic, "audio"), (camera or screen, "video"), (screen, "video")):
            if wanted:
                self.pc.addTransceiver(kind, direction="sendonly")
        for _ in range(sound):
            self.pc.addTransceiver("audio", direction="recvonly")
        for _ in range(pictures + 1 if pictures or screen else 0):
            self.pc.addTransceiver("video", direction="recvonly")
        self.heard: list[Heard] = []
        self.rtcp: list[bytes] = []
        self.answer: Answer | None = None
        self.lines: list[_Line] = []
        self._mid_of_ssrc: dict[int, str] = {}
        self._next: dict[str, tuple[int, int]] = {}
        self._ssrcs: dict[str, int] = {}
        self.sent_times: dict[str, dict[bytes, int]] = {}  # role -> payload -> the RTP time it was sent with
        self.picture_id = random.randrange(1 << 14)
        self.spoken = 0
        self.dtls: Any = None
        self.last_packet = b""

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        self.lines = _lines(self.pc.localDescription.sdp, ("opus", "VP8"))
        sdp: str = self.pc.localDescription.sdp
        return sdp

    async def accept(self, answer: Answer) -> None:
        self.answer = answer
        for section in re.split(r"(?m)^m=", answer.sdp)[1:]:
            mid = re.search(r"(?m)^a=mid:(\S+)", section)
            for ssrc in re.findall(r"(?m)^a=ssrc:(\d+)", section):
                self._mid_of_ssrc[int(ssrc)] = mid.group(1) if mid else ""
        await self.pc.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))

    async def join(self, plane: MediaPlane, room: str, *, permit: bool = True, video_slots: int | None = None) -> None:
        """Join, wait for the connection, and take what comes."""
        slots = self.pictures if video_slots is None else video_slots
        answer = await plane.join(room, self.name, self.source, await self.offer(), video_slots=slots)
        if permit:
            await plane.permit(self.name, audio=True, video=True, screen=True)
        await self.accept(answer)
        await self.connected()

    async def connected(self, within: float = 20.0) -> None:
        done = asyncio.Event()

        def changed() -> None:
            if self.pc.connectionState in ("connected", "failed", "closed"):
                done.set()

        self.pc.on("connectionstatechange", changed)
        changed()
        async with asyncio.timeout(within):
            await done.wait()
        assert self.pc.connectionState == "connected"
        self.dtls = self.pc.getTransceivers()[0].receiver.transport

        async def rtp(data: bytes, arrival_time_ms: int) -> None:
            first, second, seq, timestamp, ssrc = struct.unpack_from("!BBHII", data)
            head = 12 + 4 * (first & 15)
            if first & 0x10:
                head += 4 + 4 * int.from_bytes(data[head + 2 : head + 4], "big")
            self.last_packet = data
            packet = Heard(
                time.monotonic(), self._mid_of_ssrc.get(ssrc), ssrc, second & 0x7F, seq, timestamp, bool(second & 0x80), data[head:]
            )
            self.heard.append(packet)

        async def rtcp(data: bytes) -> None:
            self.rtcp.append(data)

        self.dtls._handle_rtp_data = rtp
        self.dtls._handle_rtcp_data = rtcp

    def mid(self, role: Role, index: int = 0) -> str:
        assert self.answer is not None
        return [line.mid for line in self.answer.lines if line.role == role][index]

    def heard_on(self, role: Role, since: float = 0.0, index: int | None = None) -> list[Heard]:
        """Packets heard on slots of a role since a moment of time.monotonic()."""
        assert self.answer is not None
        mids = [line.mid for line in self.answer.lines if line.role == role]
        if index is not None:
            mids = [mids[index]]
        return [p for p in self.heard if p.mid in mids and p.at >= since]

    async def hears(self, role: Role, count: int = 1, within: float = 15.0, since: float | None = None) -> list[Heard]:
        """Wait until ``count`` packets came on slots of a role, from now on or since a moment."""
        begin = time.monotonic()
        since = begin if since is None else since
        while True:
            packets = self.heard_on(role, since)
            if len(packets) >= count:
                return packets
            if time.monotonic() - begin > within:
                raise AssertionError(f"{self.name} got {len(packets)} of {count} packets on {role} within {within} s")
            await asyncio.sleep(0.01)

    # ---- sending

    def _line(self, role: Role) -> _Line:
        mid = self.mid(role)
        return next(line for line in self.lines if line.mid == mid)

    def ssrc(self, role: Role) -> int:
        """The SSRC that aiortc put into the offer for this line."""
        if role not in self._ssrcs:
            mid = self.mid(role)
            transceiver = next(t for t in self.pc.getTransceivers() if t.mid == mid)
            self._ssrcs[role] = transceiver.sender._ssrc
        return self._ssrcs[role]

    def packet(
        self, role: Role, payload: bytes, *, level: int | None = None, step: int = 960, marker: bool = False, **changes: int
    ) -> bytes:
        """The next RTP packet of a line; ``changes`` may set seq, timestamp, ssrc, payload_type."""
        line = self._line(role)
        seq, timestamp = self._next.get(role, (random.randrange(1 << 15), random.randrange(1 << 31)))
        self._next[role] = (seq + 1 & 0xFFFF, timestamp + step & 0xFFFFFFFF)
        elements = bytes((line.extensions[MID] << 4 | len(line.mid) - 1,)) + line.mid.encode()
        if level is not None:
            elements += bytes((line.extensions[AUDIO_LEVEL] << 4, level))
        elements += bytes(-len(elements) % 4)
        head = struct.pack(
            "!BBHII",
            0x90,
            (0x80 if marker else 0) | changes.get("payload_type", line.payload_type),
            changes.get("seq", seq),
            changes.get("timestamp", timestamp),
            changes.get("ssrc", self.ssrc(role)),
        )
        self.sent_times.setdefault(role, {})[payload] = int.from_bytes(head[4:8], "big")
        packet = head + struct.pack("!HH", 0xBEDE, len(elements) // 4) + elements + payload
        assert all_extensions(packet)
        return packet

    async def send(self, packet: bytes) -> None:
        await self.dtls._send_rtp(packet)

    async def speak(self, seconds: float = 60.0, level: int = 20, mark: bytes = b"") -> None:
        """Voice packets every 20 ms at a level in -dBov; each carries the mark and its own number."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.spoken += 1
            await self.send(self.packet("microphone", b"\xfc" + self.spoken.to_bytes(4, "big") + mark + bytes(50), level=level))
            await asyncio.sleep(0.02)

    async def speaks_on(self, packets: int) -> None:
        """Wait until ``speak`` has sent so many packets more; 50 a second."""
        enough = self.spoken + packets
        await self._until(lambda: self.spoken >= enough)

    async def shows_on(self, pictures: int) -> None:
        """Wait until ``show`` has sent so many pictures more; 15 a second."""
        begin = self.picture_id
        await self._until(lambda: self.picture_id - begin & 0x7FFF >= pictures)

    async def _until(self, done: Callable[[], bool], within: float = 30.0) -> None:
        async with asyncio.timeout(within):
            while True:
                if done():
                    return
                await asyncio.sleep(0.01)

    async def show(self, seconds: float = 60.0, role: Role = "camera", *, fps: int = 15, packets: int = 3, size: int = 900) -> None:
        """VP8 pictures; a key frame whenever one is asked for (and first)."""
        end = time.monotonic() + seconds
        key = True
        while time.monotonic() < end:
            key = key or self.key_frame_asked(role)
            await self.picture(role, key=key, packets=packets, size=size, step=90000 // fps)
            key = False
            await asyncio.sleep(1 / fps)  # on purpose: pictures come at the pace of a camera

    async def picture(self, role: Role = "camera", *, key: bool, packets: int = 3, size: int = 900, step: int = 6000) -> None:
        self.picture_id = self.picture_id + 1 & 0x7FFF
        for i in range(packets):
            descriptor = bytes((0x90 if i == 0 else 0x80, 0x80, 0x80 | self.picture_id >> 8, self.picture_id & 0xFF))
            body = (b"\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00" if key else b"\x11\x02\x00") if i == 0 else b""
            last = i == packets - 1
            packet = self.packet(role, descriptor + body + bytes(size), marker=last, step=step if last else 0)
            await self.send(packet)

    def key_frame_asked(self, role: Role) -> bool:
        """Whether a PLI for this line came since the last question."""
        wanted = self.ssrc(role).to_bytes(4, "big")
        asked = any(d[1] == 206 and d[0] & 31 == 1 and d[8:12] == wanted for d in self.rtcp)
        self.rtcp = [d for d in self.rtcp if not (d[1] == 206 and d[8:12] == wanted)]
        return asked

    async def close(self) -> None:
        await self.pc.close()


@contextlib.asynccontextmanager
async def meanwhile(*sending: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """What the phones do while the body runs; ended with it, so that a slow machine changes nothing."""
    tasks = [asyncio.create_task(s) for s in sending]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
