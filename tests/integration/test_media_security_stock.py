"""The same attacks against a stock aiortc transport, where they work: why ``test_media_security`` has something to show.

When one of these fails after an upgrade, aiortc has mended it, and our own guard may be one too many.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator

import pytest
from aioice import stun
from aiortc import RTCConfiguration, RTCDataChannel, RTCIceGatherer, RTCPeerConnection

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.media_attacks import client_hello, oversized, plain_check, stranger_to


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
            await asyncio.wait_for(done.wait(), 20)
        state: str = self.caller.connectionState
        return state

    async def connected(self) -> None:
        await self.offer()
        opened = asyncio.Event()
        self.channel.on("open", opened.set)
        await self.answer()
        await asyncio.wait_for(opened.wait(), 20)

    def address(self) -> tuple[str, int]:
        """Where the callee hears the caller."""
        assert self.callee.sctp is not None
        local = self.callee.sctp.transport.transport._connection._nominated[1].local_candidate
        return local.host, local.port

    async def talks(self) -> None:
        self.channel.send("still there?")
        await asyncio.wait_for(self.came.get(), 10)

    async def close(self) -> None:
        for peer in (self.caller, self.callee):
            with contextlib.suppress(TimeoutError, ConnectionError):
                await asyncio.wait_for(peer.close(), 5)


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
        await asyncio.wait_for(closed.wait(), 10)
    assert pair.callee.connectionState in ("closed", "failed")


async def test_a_stock_transport_answers_strangers_with_more_than_they_sent(pair: Pair) -> None:
    await pair.connected()
    asked = plain_check()
    with stranger_to(pair.address()) as stranger:
        stranger.sendto(asked, pair.address())
        answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(stranger, 2000), 10)
    assert len(answer) > 2 * len(asked)


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
        check = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(victim, 2000), 10)
    assert stun.parse_message(check).message_class == stun.Class.REQUEST


def test_a_stock_peer_asks_a_public_server_where_it_is_and_ours_does_not() -> None:
    stock = RTCIceGatherer.getDefaultIceServers()
    assert [server.urls for server in stock] != []
    assert MediaWorkers(MediaSettings()).ice_servers("anyone") == ()
