"""What waits at the forwarder's sockets: the beginning of a picture (its rules: test_media_routing), and feedback that is not urgent."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from pylibsrtp import Policy, Session

from meeting_server.media import routing
from meeting_server.media.datagrams import open_quiet, open_udp
from meeting_server.media.forwarding import Forwarder
from meeting_server.media.paths import send_to
from meeting_server.media.peer import Peer, Slot, Stream, Track
from meeting_server.media.sdp_answer import SlotLine
from meeting_server.media.srtp import make_session

PROFILE, KEY = Policy.SRTP_PROFILE_AEAD_AES_128_GCM, bytes(range(28))


class Silent:
    """A listener, a handshake that is done, an answerer: nobody asks them anything here."""

    state = "connected"
    inbound = outbound = None

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


def key_of(sock: socket.socket) -> bytes:
    host, port = sock.getsockname()
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton(host)


def a_socket() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


def drained(sock: socket.socket) -> list[bytes]:
    found = []
    try:
        while True:
            found.append(sock.recv(2000))
    except BlockingIOError:
        return found


class Hall:
    """A camera and one listener, joined by a forwarder that runs by hand."""

    def __init__(self) -> None:
        silent: Any = Silent()
        self.forwarder = Forwarder("127.0.0.1", 0, silent)
        self.camera, self.listener = a_socket(), a_socket()
        self.camera.connect(("127.0.0.1", self.forwarder.port))
        self._keys: list[Session] = [make_session(PROFILE, KEY, inbound=inbound) for inbound in (False, True, False)]
        filming, watching = Peer("a", "a", silent, "s", silent), Peer("b", "b", silent, "s", silent)
        filming.inbound = self.forwarder._opening.context(self._keys[1])
        self.forwarder.paths.proven[key_of(self.camera)] = filming
        watching.outbound = self.forwarder.copier.context(self._keys[2])
        send_to(watching, key_of(self.listener))
        track = Track(filming, "0", "video", "vp8", live=True, permitted=True)
        self.stream = Stream(track=track, ssrc=77, layer=0, payload_type=96, rtx_type=97, rate=90000)
        filming.streams[77] = self.stream
        self.slot = Slot(watching, SlotLine("0", "video", {}, {}, 1000, 2000, "hall"))
        self.slot.payload_type, self.slot.stream = 96, self.stream
        self.stream.outlets.append(self.slot)
        self._seq = 0

    def film(self, packets: int, *, ends: bool) -> None:
        for left in range(packets - 1, -1, -1):
            marker = 0x80 if ends and not left else 0
            body = b"\x80\x80\x81\x01" + os.urandom(300)
            self.camera.send(self._keys[0].protect(struct.pack("!BBHII", 0x80, 96 | marker, self._seq, 3000, 77) + body))
            self._seq += 1

    def pass_over(self) -> bool:
        return self.forwarder._take()

    def seen(self) -> list[int]:
        return [int.from_bytes(packet[2:4], "big") for packet in drained(self.listener)]

    def close(self) -> None:
        self.forwarder.close()
        self.camera.close()
        self.listener.close()


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    hall.close()


def test_the_beginning_of_a_picture_waits_for_the_rest_and_all_goes_out_in_order(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "HOLD_S", 60.0)
    hall.film(3, ends=False)
    assert hall.pass_over()  # somebody must look again soon
    assert hall.seen() == []
    hall.film(2, ends=True)
    assert not hall.pass_over()
    assert hall.seen() == [0, 1, 2, 3, 4]


def test_a_flood_of_feedback_holds_nobody_up(hall: Hall) -> None:
    for _ in range(700):
        hall.camera.send(b"\x8f\xcd\0\x01" + bytes(40))
    rejected = hall.forwarder.counters.rejected
    before = rejected["unsealed"]
    hall.forwarder.hear_feedback()
    first = rejected["unsealed"] - before
    hall.forwarder.hear_feedback()
    assert 0 < first == 8 * 64 < rejected["unsealed"]


@pytest.mark.parametrize("bind", ["127.0.0.1", "::1", "::"])
def test_feedback_about_arrivals_comes_quietly_and_all_else_to_the_port(bind: str) -> None:
    try:
        loud = open_udp(bind, 0)
    except OSError:
        pytest.skip("no IPv6 here")  # on purpose: there the gate fails
    quiet = open_quiet(loud)
    assert quiet is not None
    loud.setblocking(False)
    urgent = [b"\x81\xcd\0\x01nack", b"\x8f\xce\0\x01remb", b"\x80\x60media", b"\x81\xc9\0\x01report", b"\x01", b"\x8f"]
    with socket.socket(loud.family, socket.SOCK_DGRAM) as phone, loud, quiet:
        phone.connect((bind if bind != "::" else "::1", loud.getsockname()[1]))
        for datagram in (*urgent, b"\x8f\xcd\0\x01arrivals"):
            phone.send(datagram)
        assert drained(loud) == urgent
        assert drained(quiet) == [b"\x8f\xcd\0\x01arrivals"]
        with pytest.raises(OSError, match="in use"):
            open_udp(bind, loud.getsockname()[1])
