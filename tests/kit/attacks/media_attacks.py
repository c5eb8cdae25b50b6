"""What a stranger may send to a media port."""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Callable

import pytest
from aioice import stun
from OpenSSL import SSL

SPOILT: dict[str, Callable[[str], str]] = {
    "nothing": lambda sdp: "",
    "a greeting": lambda sdp: "hello",
    "only a version": lambda sdp: "v=0",
    "a line that is none": lambda sdp: sdp + "no equals sign here\n",
    "a control character": lambda sdp: re.sub(r"a=fmtp:(\d+) ", "a=fmtp:\\1 \b;", sdp, count=1),
    "no origin": lambda sdp: sdp.replace("o=mozilla", "x=mozilla"),
    "no fingerprint": lambda sdp: re.sub(r"a=fingerprint:.*\n", "", sdp),
    "no bundle": lambda sdp: sdp.replace("a=group:BUNDLE 0 1 2 3 4\n", ""),
    "far too long": lambda sdp: sdp + "a=x:" + "y" * 200_001,
    "a port that is no number": lambda sdp: sdp.replace("m=audio 9", "m=audio nine"),
    "an extension that is no number": lambda sdp: sdp.replace("a=extmap:1 ", "a=extmap:one "),
    "a clock that is no number": lambda sdp: re.sub(r"a=rtpmap:(\d+) opus/48000", r"a=rtpmap:\1 opus/fast", sdp),
    "a source that is no number": lambda sdp: sdp.replace("a=mid:0\n", "a=mid:0\na=ssrc:many cname:x\n"),
    "no rtcp-mux": lambda sdp: sdp.replace("a=rtcp-mux\n", ""),
    "no ICE credentials": lambda sdp: re.sub(r"a=ice-ufrag:.*\n", "", sdp),
    "two lines of one name": lambda sdp: sdp.replace("a=mid:1", "a=mid:0"),
    "seventy lines": lambda sdp: sdp + "m=audio 9 UDP/TLS/RTP/SAVPF 0\n" * 70,
    "codecs nobody has": lambda sdp: re.sub(r"(opus|VP8|VP9|H264)/", "unknown/", sdp),
}
"""What to do to the offer `firefox-style` of the unit tests, so that it cannot be answered."""
GARBAGE = tuple(
    (head + os.urandom(1400))[:size]
    for head in (b"\x80\x60", b"\x80\xc8", b"\x90\xfe", b"\x16\xfe", b"\x00\x01", b"\x81\xcd", b"\xff\xff", b"\x40\x00")
    for size in (1, 11, 12, 13, 40, 1400)
)
"""Datagrams that begin like RTP, RTCP, DTLS, STUN and nothing at all, and go on like nothing at all."""
LYING_REPORTS = (
    b"\x81\xcd\xff\xff" + bytes(12),
    b"\x9f\xc9\x00\x01" + bytes(4),
    b"\x8f\xcd\x00\x05" + bytes(20),
    b"\x8f\xce\x00\x02" + bytes(8),
)
"""RTCP whose lengths and counts are not those of what is there."""


def client_hello() -> bytes:
    """The first flight of a DTLS client that nobody invited."""
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_tlsext_use_srtp(b"SRTP_AEAD_AES_256_GCM")
    connection = SSL.Connection(context, None)
    connection.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        connection.do_handshake()
    return connection.bio_read(2000)


def oversized() -> bytes:
    """A datagram that looks like RTP and is longer than any network carries in one piece."""
    return b"\x80" + os.urandom(1599)


def plain_check() -> bytes:
    """A STUN binding request without credentials."""
    return bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST))


def stranger_to(address: tuple[str, int]) -> socket.socket:
    """A socket of somebody else on this machine, that can reach ``address``."""
    sock = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    return sock


# ---- what a guest may send who may only listen: invited, its keys agreed, and hostile

SEQUENCE = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
SEQUENCE_ID = 14


def _of_type(number: str) -> Callable[[str], str]:
    """The offer with another payload type for sound."""
    return lambda sdp: re.sub(r"a=rtpmap:\d+ opus", f"a=rtpmap:{number} opus", re.sub(r"(m=audio .*SAVPF) .*", rf"\1 {number}", sdp))


def _with(*lines: str) -> Callable[[str], str]:
    """The offer with more lines for its first sound."""
    return lambda sdp: sdp.replace("a=mid:0", "\r\n".join(("a=mid:0", *lines)))


GUESTS: dict[str, Callable[[str], str]] = {
    "a payload type of 70,000": _of_type("70000"),
    "a payload type of 128": _of_type("128"),
    "a payload type below zero": _of_type("-1"),
    "a clock rate of 310 digits": lambda sdp: sdp.replace("opus/48000", "opus/1" + "0" * 309),
    "a clock rate of nothing": lambda sdp: sdp.replace("opus/48000", "opus/0"),
    "a clock rate that no such codec has": lambda sdp: sdp.replace("opus/48000", "opus/48001"),
    "a thousand channels": lambda sdp: sdp.replace("opus/48000/2", "opus/48000/1000"),
    "a codec of pictures for sound": lambda sdp: sdp.replace("opus/48000/2", "VP8/90000"),
    "a source beyond 32 bits": _with("a=ssrc:4294967296 cname:x"),
    "a source below zero": _with("a=ssrc:-7 cname:x"),
    "a number in other digits": _with("a=ssrc:١٢ cname:x"),
    "a thousand sources": _with(*(f"a=ssrc:{n} cname:x" for n in range(1, 1000))),
    "a port of a million": lambda sdp: re.sub(r"m=audio \d+", "m=audio 1000000", sdp),
    "a port below zero": lambda sdp: re.sub(r"m=audio \d+", "m=audio -1", sdp),
    "a name of 10,000 letters": lambda sdp: sdp.replace("a=mid:0", "a=mid:" + "n" * 10_000),
    "a name with a space": lambda sdp: sdp.replace("a=mid:0", "a=mid:0 1"),
    "a name with another line in it": lambda sdp: sdp.replace("a=mid:0", "a=mid:0\ra=x"),
    "a name that no alphabet has": lambda sdp: sdp.replace("a=mid:0", "a=mid:\udc80"),
    "a user fragment of 10,000 letters": lambda sdp: re.sub(r"a=ice-ufrag:\S+", "a=ice-ufrag:" + "u" * 10_000, sdp),
    "a fingerprint that is none": lambda sdp: re.sub(r"a=fingerprint:sha-256 \S+", "a=fingerprint:sha-256 ZZ", sdp),
    "a thousand fingerprints": _with(*(f"a=fingerprint:sha-256 {n:02X}" + ":00" * 31 for n in range(256))),
    "an extension of the number 10^400": lambda sdp: re.sub(r"a=extmap:\d+ ", "a=extmap:1" + "0" * 400 + " ", sdp),
}
"""What to do to a phone's own offer, so that it holds a number or a name that no phone sends. Each must be refused with a code."""


def with_transport_numbers(sdp: str) -> str:
    """The offer of a phone that numbers all its packets for the transport as a whole."""
    return re.sub(r"(?m)^(a=mid:.*)$", rf"\1\na=extmap:{SEQUENCE_ID} {SEQUENCE}", sdp)


def numbered(ssrc: int, payload_type: int, seq: int, number: int, payload: bytes = b"\xfc" + bytes(20)) -> bytes:
    """An RTP packet with a transport-wide number."""
    head = struct.pack("!BBHII", 0x90, payload_type, seq & 0xFFFF, seq * 960 & 0xFFFFFFFF, ssrc)
    return head + struct.pack("!HHBHB", 0xBEDE, 1, SEQUENCE_ID << 4 | 1, number & 0xFFFF, 0) + payload


def plain(ssrc: int, payload_type: int, seq: int, payload: bytes) -> bytes:
    """An RTP packet without extensions."""
    return struct.pack("!BBHII", 0x80, payload_type, seq & 0xFFFF, seq * 3000 & 0xFFFFFFFF, ssrc) + payload


def claim_of_all_packets(media_ssrc: int, base: int) -> bytes:
    """Transport-wide feedback of 40 bytes about 65,535 packets: nine runs of 8,191 that did not arrive."""
    runs = b"".join(struct.pack("!H", 8191) for _ in range(8)) + struct.pack("!H", 7)
    body = struct.pack("!IIHHI", 1, media_ssrc, base & 0xFFFF, 65535, 0) + runs
    body += bytes(-len(body) % 4)
    return struct.pack("!BBH", 0x8F, 205, len(body) // 4) + body


def capacity_beyond_words() -> bytes:
    """An estimate (REMB) of 2^81 bit/s."""
    return struct.pack("!BBHII4sBBHI", 0x8F, 206, 5, 1, 0, b"REMB", 1, 63 << 2 | 3, 0xFFFF, 1)


def absurd_report(ssrc: int, ntp: int) -> bytes:
    """A sender report of any moment at all."""
    return struct.pack("!BBHIQIII", 0x80, 200, 6, ssrc, ntp, 1, 2, 3)
