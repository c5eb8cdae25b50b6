"""What strangers and misbehaving clients send to the media port, and that it changes nothing for the others.

What a stock aiortc transport does with the worst of it: ``test_media_security_stock``.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import struct
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aioice import stun

from meeting_server.media.api import MediaRefused
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.attacks.media_attacks import GARBAGE, LYING_REPORTS, client_hello
from tests.kit.media.media_phone import WirePhone, meanwhile
from tests.kit.media.media_worker import media_worker


@pytest.fixture(scope="module")
def worker() -> Iterator[Path]:
    with media_worker() as path:
        yield path


@pytest.fixture
async def plane(worker: Path) -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings(sockets=(worker,)))
    await workers.start()
    yield workers
    await workers.stop()


class Talk:
    """Two phones in a room, one speaking: the session that must go on."""

    def __init__(self, plane: MediaWorkers) -> None:
        self.plane = plane
        self.speaker, self.listener = WirePhone("speaker", camera=True), WirePhone("listener", pictures=1)

    @property
    def address(self) -> tuple[str, int]:
        assert self.speaker.answer is not None
        found = re.search(r"a=candidate:1 1 udp \d+ (\S+) (\d+) typ host", self.speaker.answer.sdp)
        assert found is not None
        return found.group(1), int(found.group(2))

    async def goes_on(self) -> None:
        async with meanwhile(self.speaker.speak()):
            await self.listener.hears("audio_slot", 10)

    async def figure(self, name: str) -> float:
        found = re.search(rf"meeting_media_{name}{{[^}}]*}} (\S+)", await self.plane.metrics())
        assert found is not None
        return float(found.group(1))


@pytest.fixture
async def talk(plane: MediaWorkers) -> AsyncIterator[Talk]:
    talk = Talk(plane)
    await talk.speaker.join(plane, "room")
    await talk.listener.join(plane, "room")
    await talk.goes_on()
    yield talk
    for phone in (talk.speaker, talk.listener):
        await phone.close()
        await plane.leave(phone.name)


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        yield sock


def is_silent(sock: socket.socket) -> bool:
    try:
        sock.recv(2000)
    except TimeoutError:
        return True
    return False


async def test_a_foreign_client_hello_gets_no_answer_and_ends_no_session(talk: Talk, stranger: socket.socket) -> None:
    before = await talk.figure("packets_from_strangers_total")
    for _ in range(20):
        stranger.sendto(client_hello(), talk.address)
    assert is_silent(stranger)
    assert await talk.figure("packets_from_strangers_total") >= before + 20
    await talk.goes_on()


async def test_an_oversized_datagram_changes_nothing(talk: Talk, stranger: socket.socket) -> None:
    for size in (1501, 1600, 2047, 2048, 9000, 60000):
        stranger.sendto(b"\x80" + os.urandom(size - 1), talk.address)
        talk.speaker.dtls.transport._connection._nominated[1].protocol.transport.sendto(b"\x80" + bytes(size - 1), talk.address)
    await talk.goes_on()


async def test_unauthenticated_checks_get_no_byte_back(talk: Talk, stranger: socket.socket) -> None:
    plain = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    stranger.sendto(bytes(plain), talk.address)
    assert talk.speaker.answer is not None
    ufrag = re.search(r"a=ice-ufrag:(\S+)", talk.speaker.answer.sdp)
    assert ufrag is not None
    guess = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    guess.attributes["USERNAME"] = f"{ufrag.group(1)}:abcd"
    guess.add_message_integrity(b"a wrong password")
    stranger.sendto(bytes(guess), talk.address)
    assert is_silent(stranger)
    await talk.goes_on()


async def test_a_flood_of_checks_is_bounded_and_others_are_served(talk: Talk, stranger: socket.socket) -> None:
    before = await talk.figure("checks_refused_total")
    flood = bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST))
    for _ in range(3000):
        stranger.sendto(flood, talk.address)
    await talk.goes_on()
    assert is_silent(stranger)
    assert await talk.figure("checks_refused_total") > before + 100


async def test_a_replayed_check_does_not_draw_the_media_away(talk: Talk, stranger: socket.socket) -> None:
    answer = talk.listener.answer
    assert answer is not None
    ufrag, password = re.search(r"a=ice-ufrag:(\S+)", answer.sdp), re.search(r"a=ice-pwd:(\S+)", answer.sdp)
    remote = re.search(r"a=ice-ufrag:(\S+)", talk.listener.pc.localDescription.sdp)
    assert ufrag is not None
    assert password is not None
    assert remote is not None
    check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    check.attributes["USERNAME"] = f"{ufrag.group(1)}:{remote.group(1)}"
    check.attributes["USE-CANDIDATE"] = None
    check.attributes["PRIORITY"] = 1
    check.add_message_integrity(password.group(1).encode())
    connection = talk.listener.dtls.transport._connection
    connection._nominated[1].protocol.transport.sendto(bytes(check), talk.address)  # the real one, from the real place ...
    await talk.goes_on()
    stranger.sendto(bytes(check), talk.address)  # ... and captured, from elsewhere
    assert is_silent(stranger)
    await talk.goes_on()


async def test_garbage_after_a_good_check_changes_nothing(talk: Talk) -> None:
    transport = talk.speaker.dtls.transport._connection._nominated[1].protocol.transport
    for datagram in GARBAGE:
        transport.sendto(datagram, talk.address)
    await talk.goes_on()


async def test_an_rtcp_packet_that_lies_about_its_length_is_refused(talk: Talk) -> None:
    for packet in LYING_REPORTS:
        await talk.speaker.send(packet)
    await talk.goes_on()


async def test_a_replayed_packet_is_forwarded_once(talk: Talk) -> None:
    protected: list[bytes] = []
    transport = talk.speaker.dtls.transport
    original = transport._send

    async def keep(data: bytes) -> None:
        protected.append(data)
        await original(data)

    transport._send = keep
    await talk.goes_on()
    await talk.speaker.send(talk.speaker.packet("microphone", b"\xfc" + b"only once" + bytes(40), level=20))
    for _ in range(5):
        await original(protected[-1])
    transport._send = original
    await talk.goes_on()
    assert len([p for p in talk.listener.heard if b"only once" in p.payload]) == 1


async def test_unexpected_streams_and_payload_types_are_not_forwarded(talk: Talk) -> None:
    speaker = talk.speaker
    for ssrc in range(1000, 1060):  # more streams than a client may have
        await speaker.send(speaker.packet("microphone", b"\xfc" + b"other payload type" + bytes(30), ssrc=ssrc, payload_type=13, level=10))
        await speaker.send(speaker.packet("microphone", b"\xfc" + b"many streams" + bytes(30), ssrc=ssrc + 100, level=10))
    await talk.goes_on()
    assert not [p for p in talk.listener.heard if b"other payload type" in p.payload]
    streams = [s for s in (await talk.plane.details("speaker")).streams if s.role == "microphone"]
    assert len(streams) == 1


async def test_candidates_in_an_offer_are_never_contacted(plane: MediaWorkers) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as victim:
        victim.bind(("127.0.0.1", 0))
        victim.settimeout(0.7)
        phone = WirePhone("careless")
        offer = await phone.offer()
        lines = [
            f"a=candidate:9 1 udp 2130706431 {host} {victim.getsockname()[1]} typ host"
            for host in ("127.0.0.1", "0.0.0.0", "169.254.1.1", "10.0.0.1", "::1")
        ]
        await plane.join("room", "careless", "careless", offer + "\r\n".join(lines) + "\r\n")
        with pytest.raises(TimeoutError):
            victim.recv(100)
    await phone.close()
    await plane.leave("careless")


async def test_a_certificate_that_is_not_the_offers_is_refused(plane: MediaWorkers) -> None:
    phone = WirePhone("impostor")
    offer = await phone.offer()
    digest = ":".join(f"{b:02X}" for b in os.urandom(32))
    offer = re.sub(r"a=fingerprint:sha-256 \S+", f"a=fingerprint:sha-256 {digest}", offer)
    offer = re.sub(r"a=fingerprint:sha-(384|512) \S+\r\n", "", offer)
    answer = await plane.join("room", "impostor", "impostor", offer)
    await phone.accept(answer)
    begin, code = time.monotonic(), ""
    while not code:  # until the handshake failed and the client is forgotten
        assert time.monotonic() - begin < 10, "the impostor stayed"
        await asyncio.sleep(0.05)
        try:
            await plane.details("impostor")
        except MediaRefused as refusal:
            code = refusal.code
    assert code == "unknown_client"
    await phone.close()


async def test_media_before_the_handshake_is_not_heard(talk: Talk) -> None:
    phone = WirePhone("early")
    answer = await talk.plane.join("room", "early", "early", await phone.offer())
    phone.answer = answer
    check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    ufrag, password = re.search(r"a=ice-ufrag:(\S+)", answer.sdp), re.search(r"a=ice-pwd:(\S+)", answer.sdp)
    remote = re.search(r"a=ice-ufrag:(\S+)", phone.pc.localDescription.sdp)
    assert ufrag is not None
    assert password is not None
    assert remote is not None
    check.attributes["USERNAME"] = f"{ufrag.group(1)}:{remote.group(1)}"
    check.add_message_integrity(password.group(1).encode())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.sendto(bytes(check), talk.address)
        assert stun.parse_message(await asyncio.to_thread(sock.recv, 1000)).message_class == stun.Class.RESPONSE
        before = await talk.figure("packets_refused_total")
        sock.sendto(struct.pack("!BBHII", 0x80, 96, 1, 1, 1) + bytes(60), talk.address)
        begin = time.monotonic()
        while await talk.figure("packets_refused_total") == before:
            assert time.monotonic() - begin < 5
            await asyncio.sleep(0.02)
    await phone.close()
    await talk.plane.leave("early")
