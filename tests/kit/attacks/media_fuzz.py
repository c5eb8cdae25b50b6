"""Made-up input for every reader of the media plane: offers, RTP, RTCP, STUN. Half true, so that it gets past the first look."""

from __future__ import annotations

import contextlib
import random
import re
import struct
from typing import Any

import pylibsrtp
from aioice import stun
from hypothesis import strategies as st

from tests.kit import paths
from tests.kit.media.media_neighbours import at_a_pace
from tests.kit.media.media_phone import WirePhone

OFFERS = tuple(p.read_text() for p in sorted(paths.OFFERS.glob("*.sdp")))
NUMBERS = (
    "0",
    "-1",
    "1",
    "15",
    "64",
    "95",
    "127",
    "128",
    "255",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "1" + "0" * 310,
    "1e9",
    "٣",
    "",
)
WORDS = ("", " ", "x" * 300, "\0", "\x85", "0", "~", ";", ",", "send", "recvonly", "nack", "*", "é", "a=b", "m=audio", "RTX", "vp8/0")


@st.composite
def offers(draw: st.DrawFn) -> str:
    """An offer of a real client, with up to six of its numbers, words and lines changed, doubled or gone."""
    lines = draw(st.sampled_from(OFFERS)).splitlines()
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        change = draw(st.sampled_from(("number", "number", "word", "cut", "double", "drop", "swap", "many")))
        if change == "number":
            found = list(re.finditer(r"\d+", line))
            if found:
                where = draw(st.sampled_from(found))
                line = line[: where.start()] + draw(st.sampled_from(NUMBERS)) + line[where.end() :]
            lines[at] = line
        elif change == "word":
            words = line.split(" ")
            words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(WORDS) | st.text(max_size=12))
            lines[at] = " ".join(words)
        elif change == "cut":
            lines[at] = line[: draw(st.integers(0, len(line)))]
        elif change == "double":
            lines.insert(draw(st.integers(0, len(lines))), line)
        elif change == "drop" and len(lines) > 1:
            del lines[at]
        elif change == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], line
        elif change == "many":
            lines[at:at] = [line] * draw(st.sampled_from((2, 70, 500)))
    return "\r\n".join(lines) + "\r\n"


class Wire:
    """Datagrams of a guest who knows what a packet looks like; ``seed`` tells them all."""

    def __init__(self, seed: int, ssrcs: tuple[int, ...], payload_types: tuple[int, ...]) -> None:
        self._chance = random.Random(seed)
        self._ssrcs, self._types = ssrcs, payload_types

    def _number(self, bits: int) -> int:
        edge = (0, 1, (1 << bits) - 1, 1 << bits - 1, (1 << bits - 1) - 1)
        return self._chance.choice((*edge, self._chance.getrandbits(bits), self._chance.getrandbits(bits)))

    def _ssrc(self) -> int:
        return self._chance.choice((*self._ssrcs * 3, self._number(32)))

    def _bytes(self, most: int) -> bytes:
        return self._chance.randbytes(self._chance.choice((0, 1, 2, 3, 4, self._chance.randint(0, most))))

    def rtp(self) -> bytes:
        chance = self._chance
        first = 0x80 | chance.choice((0, 0, 0x10, 0x10, 0x20, 0x30)) | chance.choice((0, 0, 0, 1, 15))
        kind = chance.choice((*self._types * 4, self._number(7))) & 0x7F | chance.choice((0, 0x80))
        if 64 <= kind & 0x7F < 96:
            kind &= 0x3F
        head = struct.pack("!BBHII", first, kind, self._number(16), self._number(32), self._ssrc())
        head += self._bytes(60) if first & 15 and chance.random() < 0.3 else bytes(4 * (first & 15))
        if first & 0x10:
            block = chance.choice((self._elements(), self._bytes(40)))
            block += bytes(-len(block) % 4)
            head += struct.pack("!HH", chance.choice((0xBEDE, 0xBEDE, 0x1000, self._number(16))), len(block) // 4) + block
        descriptor = chance.choice((b"", b"\x90\x80\x80\x01", b"\x80\xf0\xff\xff", b"\xfc", b"\x18\0\1\x65", b"\x7c\x85", b"\xff\xff\xff"))
        return head + descriptor + self._bytes(300)

    def _elements(self) -> bytes:
        return b"".join(
            bytes((self._chance.randint(1, 14) << 4 | (n := self._chance.randint(0, 15)),)) + self._chance.randbytes(n + 1)
            for _ in range(3)
        )

    def rtcp(self) -> bytes:
        return b"".join(self._part() for _ in range(self._chance.choice((1, 1, 2, 5))))[:1300]

    def _part(self) -> bytes:
        chance = self._chance
        kind = chance.choice((200, 201, 202, 203, 205, 205, 206, 206, 207, 192))
        count = chance.choice((0, 1, 1, 4, 15, 15, 31))
        body = struct.pack("!II", self._ssrc(), self._ssrc())
        if kind == 200:
            body = struct.pack("!IQIII", self._ssrc(), self._number(64), self._number(32), self._number(32), self._number(32))
            body += b"".join(struct.pack("!IIIIII", self._ssrc(), *(self._number(32) for _ in range(5))) for _ in range(count & 3))
        elif kind == 205 and count == 15:
            chunks = b"".join(struct.pack("!H", self._number(16)) for _ in range(chance.randint(0, 30)))
            body += struct.pack("!HHI", self._number(16), self._number(16), self._number(32)) + chunks + self._bytes(200)
        elif kind == 205:
            body += b"".join(struct.pack("!HH", self._number(16), self._number(16)) for _ in range(chance.choice((0, 1, 300))))
        elif kind == 206 and count == 15:
            body += b"REMB" + struct.pack("!BBH", self._number(8), self._number(8), self._number(16)) + self._bytes(40)
        else:
            body += self._bytes(200)
        body += bytes(-len(body) % 4)
        length = len(body) // 4 if chance.random() < 0.9 else self._number(16)
        return struct.pack("!BBH", 0x80 | chance.choice((0, 0x20)) | count, kind, length) + body

    def stun(self, username: str, password: bytes) -> bytes:
        chance = self._chance
        message = stun.Message(chance.choice(list(stun.Method)), chance.choice(list(stun.Class)))
        if chance.random() < 0.6:
            message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = chance.choice((username, username[::-1], "", "x" * 300))
        if chance.random() < 0.5:
            message.attributes["PRIORITY"] = self._number(32)
        if chance.random() < 0.5:
            message.add_message_integrity(chance.choice((password, b"", b"wrong")))
        data = bytearray(bytes(message))
        for _ in range(chance.choice((0, 0, 1, 3))):
            data[chance.randrange(len(data))] = chance.getrandbits(8)
        return bytes(data[: chance.choice((len(data), len(data), chance.randint(1, len(data))))])

    def anything(self) -> bytes:
        """What begins like one of the kinds, and goes on like nothing."""
        return bytes((self._chance.choice((0, 1, 20, 22, 23, 63, 64, 127, 128, 144, 191, 192, 255)),)) + self._bytes(1400)


KINDS = ("rtp", "rtcp", "stun", "anything", "garbled")


async def attack(kind: str, guest: WirePhone, seed: int, seconds: float, per_second: float = 300) -> None:
    """What a guest in the lobby, or somebody who knows its checks, sends for so long. Everything follows from ``seed``."""
    types = tuple(line.payload_type for line in guest.lines)
    wire = Wire(seed, (guest.ssrc("microphone"), guest.ssrc("camera"), 1), types)
    name, password = checks_of(guest)
    transport = guest.dtls.transport._connection._nominated[1].protocol.transport
    address = address_of(guest)

    async def send(number: int) -> None:
        if kind in ("rtp", "rtcp"):
            with contextlib.suppress(pylibsrtp.Error):  # so malformed that it cannot even be sealed
                await guest.send(wire.rtp() if kind == "rtp" else wire.rtcp())
        elif kind == "stun":
            transport.sendto(wire.stun(name, password), address)
        elif kind == "anything":
            transport.sendto(wire.anything(), address)
        else:
            transport.sendto(garbled(guest.dtls._tx_srtp, wire, number), address)

    await at_a_pace(send, int(seconds * per_second), per_second)


def garbled(session: Any, wire: Wire, number: int) -> bytes:
    """A sealed packet with a bit turned over."""
    plain = struct.pack("!BBHII", 0x80, 96, number & 0xFFFF, number, 1) + bytes(40)
    sealed = bytearray(session.protect(plain) if number % 2 else session.protect_rtcp(wire.rtcp()))
    sealed[number * 7 % len(sealed)] ^= 1 << number % 8
    return bytes(sealed)


def address_of(phone: WirePhone) -> tuple[str, int]:
    """The media port that the phone was told."""
    assert phone.answer is not None
    found = re.search(r"a=candidate:1 1 udp \d+ (\S+) (\d+) typ host", phone.answer.sdp)
    assert found is not None
    return found.group(1), int(found.group(2))


def checks_of(phone: WirePhone) -> tuple[str, bytes]:
    """User name and password of the phone's STUN checks."""
    assert phone.answer is not None
    ufrag, password = (re.search(rf"a=ice-{word}:(\S+)", phone.answer.sdp) for word in ("ufrag", "pwd"))
    remote = re.search(r"a=ice-ufrag:(\S+)", phone.pc.localDescription.sdp)
    assert ufrag is not None
    assert password is not None
    assert remote is not None
    return f"{ufrag.group(1)}:{remote.group(1)}", password.group(1).encode()
