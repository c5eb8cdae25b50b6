"""A bad network for one client: a UDP relay put between by rewriting the answer's candidates. Rate, delay, loss and blackouts apply
from then on, in each direction, without root (and where the kernel has no netem)."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass
from typing import cast

QUEUE_S = 0.5  # what a cheap router keeps before it drops


@dataclass
class Conditions:
    """One direction: ``rate`` in kbit/s (0 = unlimited), ``delay`` in seconds, ``loss`` as a share, ``up`` or black."""

    rate: float = 0.0
    delay: float = 0.0
    loss: float = 0.0
    up: bool = True


class _Way:
    """Sends datagrams on, as late and as lossy as the conditions say, in order."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self._free = 0.0
        self._last = 0.0
        self.octets = self.dropped = 0
        self._random = random.Random(1)

    def send(self, transport: asyncio.DatagramTransport, data: bytes, address: tuple[str, int]) -> None:
        c = self.conditions
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not c.up or self._random.random() < c.loss:
            self.dropped += 1
            return
        leaves = now
        if c.rate:
            leaves = max(now, self._free) + (len(data) + 28) * 8 / (c.rate * 1000)
            if leaves - now > QUEUE_S:
                self.dropped += 1
                return
            self._free = leaves
        arrives = max(leaves + c.delay, self._last)
        self._last = arrives
        self.octets += len(data) + 28
        if arrives <= now:
            transport.sendto(data, address)
        else:
            loop.call_at(arrives, self._deliver, transport, data, address)

    @staticmethod
    def _deliver(transport: asyncio.DatagramTransport, data: bytes, address: tuple[str, int]) -> None:
        if not transport.is_closing():
            transport.sendto(data, address)


class _End(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.other: _End | None = None
        self.way: _Way | None = None
        self.peer: tuple[str, int] | None = None
        self.fixed = False
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.fixed:
            self.peer = addr
        other = self.other
        if other is not None and other.peer is not None and other.transport is not None and self.way is not None:
            self.way.send(other.transport, data, other.peer)


class BadNetwork:
    """``up`` is from the client to the worker, ``down`` back. Use ``through`` on the answer before the client sees it."""

    def __init__(self) -> None:
        self.up, self.down = _Way(Conditions()), _Way(Conditions())
        self._client, self._server = _End(), _End()

    async def through(self, answer_sdp: str) -> str:
        """The answer with our relay as its only candidate."""
        found = re.search(r"a=candidate:1 1 udp \d+ (\S+) (\d+) typ host", answer_sdp)
        assert found is not None
        host, port = found.group(1), int(found.group(2))
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self._client, local_addr=(host, 0))
        await loop.create_datagram_endpoint(lambda: self._server, local_addr=(host, 0))
        self._client.other, self._client.way = self._server, self.up
        self._server.other, self._server.way = self._client, self.down
        self._server.peer, self._server.fixed = (host, port), True
        assert self._client.transport is not None
        relay = self._client.transport.get_extra_info("sockname")[1]
        sdp = re.sub(r"a=candidate:(?!1 )[^\r]*\r\n", "", answer_sdp)
        return re.sub(r"(a=candidate:1 1 udp \d+ \S+) \d+ typ host", rf"\g<1> {relay} typ host", sdp)

    def shape(self, *, rate: float | None = None, delay: float | None = None, loss: float | None = None, up: bool | None = None) -> None:
        """Change both directions."""
        for way in (self.up, self.down):
            c = way.conditions
            way.conditions = Conditions(
                c.rate if rate is None else rate,
                c.delay if delay is None else delay,
                c.loss if loss is None else loss,
                c.up if up is None else up,
            )

    def close(self) -> None:
        for end in (self._client, self._server):
            if end.transport is not None:
                end.transport.close()
