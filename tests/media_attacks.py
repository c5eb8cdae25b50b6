"""What a stranger may send to a media port."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable

import pytest
from aioice import stun
from OpenSSL import SSL

SPOILT: dict[str, Callable[[str], str]] = {
    "nothing": lambda sdp: "",
    "a greeting": lambda sdp: "hello",
    "only a version": lambda sdp: "v=0",
    "a line that is none": lambda sdp: sdp + "no equals sign here\n",
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
