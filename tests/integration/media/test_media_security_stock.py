"""The same attacks against stock aiortc: why ``test_media_security`` has something to show.

Where stock gives way: a foreign ClientHello, an oversized datagram, amplification and floods of checks, candidates and a public server,
offers that are none, and sources nobody announced. When one of these fails after an upgrade, aiortc has mended it, and our own guard
may be one too many. Where stock resists as we do, its tests say so in their names: replayed packets (libsrtp does it for both), garbage
of a permitted length, reports that lie about theirs, and the offers that it refuses with a sentence.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aioice import stun
from aiortc import RTCConfiguration, RTCDataChannel, RTCIceGatherer, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcdtlstransport import RtpRouter
from aiortc.rtp import RtpPacket

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.attacks.media_attacks import GARBAGE, LYING_REPORTS, SPOILT, client_hello, oversized, plain_check, stranger_to
from tests.kit.paths import OFFERS

OFFER = (OFFERS / "firefox-style.sdp").read_text()
ANSWERED = (
    "nothing",
    "a greeting",
    "only a version",
    "a line that is none",
    "a control character",
    "no origin",
    "no fingerprint",
    "no bundle",
    "far too long",
)
FALLS_THROUGH = (
    "a port that is no number", "an extension that is no number", "a clock that is no number", "a source that is no number",
)  # fmt: skip
REFUSED = ("no rtcp-mux", "no ICE credentials", "two lines of one name", "seventy lines", "codecs nobody has")


class Pair:
    """Two stock peers in one process with a channel between them; ``callee`` is the one that is attacked."""

    def __init__(self) -> None:
        self.caller, self.callee = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
        self.channel: RTCDataChannel = self.caller.createDataChannel("talk")
        self.came: asyncio.Queue[str] = asyncio.Queue()
        self.callee.on("datachannel", lambda channel: channel.on("message", self.came.put_nowait))

    async def offer(self) -> list[tuple[str, int]]:
        """The caller's offer goes over; returns where the caller listens."""
        await self.caller.setLocalDescription(await self.caller.createOffer())
        await self.callee.setRemoteDescription(self.caller.localDescription)
        found = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", self.caller.localDescription.sdp)
        return [(host, int(port)) for host, port in found]

    async def answer(self) -> None:
        await self.callee.setLocalDescription(await self.callee.createAnswer())
        await self.caller.setRemoteDescription(self.callee.localDescription)

    async def settled(self) -> str:
        """The state in which the caller's connection ends up."""
        done = asyncio.Event()
        states = ("connected", "failed", "closed")
        self.caller.on("connectionstatechange", lambda: done.set() if self.caller.connectionState in states else None)
        if self.caller.connectionState not in states:
            async with asyncio.timeout(20):
                await done.wait()
        state: str = self.caller.connectionState
        return state

    async def connected(self) -> None:
        await self.offer()
        opened = asyncio.Event()
        self.channel.on("open", opened.set)
        await self.answer()
        async with asyncio.timeout(20):
            await opened.wait()

    def address(self) -> tuple[str, int]:
        """Where the callee hears the caller."""
        assert self.callee.sctp is not None
        local = self.callee.sctp.transport.transport._connection._nominated[1].local_candidate
        return local.host, local.port

    @property
    def wires(self) -> tuple[Any, Any]:
        """The DTLS transports of caller and callee."""
        assert self.caller.sctp is not None
        assert self.callee.sctp is not None
        return self.caller.sctp.transport, self.callee.sctp.transport

    async def talks(self) -> None:
        self.channel.send("still there?")
        async with asyncio.timeout(10):
            await self.came.get()

    async def close(self) -> None:
        for peer in (self.caller, self.callee):
            with contextlib.suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(5):
                    await peer.close()


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    pair = Pair()
    yield pair
    await pair.close()


async def test_stock_pairs_connect_and_talk_when_nobody_attacks(pair: Pair) -> None:
    await pair.connected()
    await pair.talks()


async def test_foreign_client_hellos_end_a_stock_handshake(pair: Pair) -> None:
    listening = await pair.offer()

    async def attack() -> None:
        while True:
            for address in listening:
                with stranger_to(address) as stranger, contextlib.suppress(OSError):
                    stranger.sendto(client_hello(), address)
            await asyncio.sleep(0.002)

    attacker = asyncio.create_task(attack())
    await pair.answer()
    state = await pair.settled()
    attacker.cancel()
    assert state == "failed"


async def test_one_oversized_datagram_closes_a_stock_session(pair: Pair) -> None:
    await pair.connected()
    closed = asyncio.Event()
    pair.callee.on("connectionstatechange", lambda: closed.set() if pair.callee.connectionState in ("closed", "failed") else None)
    with stranger_to(pair.address()) as stranger:
        stranger.sendto(oversized(), pair.address())
        async with asyncio.timeout(10):
            await closed.wait()
    assert pair.callee.connectionState in ("closed", "failed")


async def test_a_stock_transport_answers_strangers_with_more_than_they_sent(pair: Pair) -> None:
    await pair.connected()
    asked = plain_check()
    with stranger_to(pair.address()) as stranger:
        stranger.sendto(asked, pair.address())
        async with asyncio.timeout(10):
            answer = await asyncio.get_running_loop().sock_recv(stranger, 2000)
    assert len(answer) > 2 * len(asked)


async def test_a_stock_transport_answers_every_check_of_a_flood(pair: Pair) -> None:
    await pair.connected()
    answers = 0
    with stranger_to(pair.address()) as stranger:
        for _ in range(200):
            stranger.sendto(plain_check(), pair.address())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await asyncio.get_running_loop().sock_recv(stranger, 2000)
                answers += 1
    assert answers > 100  # ours is silent from the first on


async def stock_answer(offer: str) -> str:
    """What a stock peer answers. Raises whatever it raises."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        sdp: str = peer.localDescription.sdp
        return sdp
    finally:
        await peer.close()


@pytest.mark.parametrize("what", ANSWERED)
async def test_a_stock_peer_answers_what_is_no_offer(what: str) -> None:
    assert (await stock_answer(SPOILT[what](OFFER))).startswith("v=0")


@pytest.mark.parametrize("what", FALLS_THROUGH)
async def test_a_stock_peer_falls_over_what_is_no_number(what: str) -> None:
    with pytest.raises((AssertionError, ValueError)) as fallen:
        await stock_answer(SPOILT[what](OFFER))
    assert str(fallen.value) == "" or "invalid literal for int()" in str(fallen.value)  # no word about the offer


@pytest.mark.parametrize("what", REFUSED)
async def test_a_stock_peer_refuses_these_offers_as_we_do(what: str) -> None:
    with pytest.raises(Exception, match=r"RTCP mux is not enabled|ICE username fragment|do not match offer|Failed to set remote"):
        await stock_answer(SPOILT[what](OFFER))


def test_each_offer_that_we_refuse_was_shown_to_a_stock_peer() -> None:
    assert sorted((*ANSWERED, *FALLS_THROUGH, *REFUSED)) == sorted(SPOILT)


def test_a_stock_router_takes_any_number_of_sources_nobody_announced() -> None:
    router, receiver = RtpRouter(), object()
    router.register_receiver(receiver, ssrcs=[1], payload_types=[96], mid="0")  # type: ignore[arg-type]  # it only passes it on
    injected = [RtpPacket(payload_type=96, ssrc=ssrc) for ssrc in range(1000, 6000)]
    assert all(router.route_rtp(packet) is receiver for packet in injected)  # as if the announced one had sent them
    assert len(router.ssrc_table) == 5001  # and it remembers every one; we take 24 of a client, and one for each line and size


async def test_stock_resists_garbage_of_a_permitted_length_as_we_do(pair: Pair) -> None:
    await pair.connected()
    wire = pair.wires[0].transport._connection._nominated[1].protocol.transport
    for datagram in GARBAGE:
        wire.sendto(datagram, pair.address())
    for report in LYING_REPORTS:
        await pair.wires[0]._send_rtp(report)
    await pair.talks()
    assert pair.callee.connectionState == "connected"


async def test_stock_resists_replayed_packets_as_we_do(pair: Pair) -> None:
    await pair.connected()
    sender, receiver = pair.wires
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def hear(data: bytes, arrival_time_ms: int) -> None:
        heard.put_nowait(data)

    receiver._handle_rtp_data = hear
    protected: list[bytes] = []
    ice = sender.transport
    send = ice._send

    async def keep(data: bytes) -> None:
        protected.append(data)
        await send(data)

    ice._send = keep
    await sender._send_rtp(struct.pack("!BBHII", 0x80, 96, 1, 1, 7) + b"once")
    for _ in range(5):
        await send(protected[0])
    await sender._send_rtp(struct.pack("!BBHII", 0x80, 96, 2, 1, 7) + b"last")
    async with asyncio.timeout(10):
        assert b"once" in await heard.get()
        assert b"last" in await heard.get()


async def test_a_stock_peer_sends_checks_to_any_address_an_offer_names(pair: Pair) -> None:
    await pair.caller.setLocalDescription(await pair.caller.createOffer())
    told = pair.caller.localDescription
    own = re.search(r"a=candidate:\S+ 1 udp \d+ ([\d.]+) \d+ typ host", told.sdp)
    assert own is not None, "this machine has no IPv4 address"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as victim:
        victim.bind((own.group(1), 0))
        victim.setblocking(False)
        line = f"a=candidate:9 1 udp 2130706431 {own.group(1)} {victim.getsockname()[1]} typ host\r\n"
        told.sdp = re.sub(r"(?m)^(a=end-of-candidates)", line + r"\1", re.sub(r"a=candidate:.*\r\n", "", told.sdp))
        await pair.callee.setRemoteDescription(told)
        await pair.answer()
        async with asyncio.timeout(10):
            check = await asyncio.get_running_loop().sock_recv(victim, 2000)
    assert stun.parse_message(check).message_class == stun.Class.REQUEST


def test_a_stock_peer_asks_a_public_server_where_it_is_and_ours_does_not() -> None:
    stock = RTCIceGatherer.getDefaultIceServers()
    assert [server.urls for server in stock] != []
    assert MediaWorkers(MediaSettings()).ice_servers("anyone") == ()
