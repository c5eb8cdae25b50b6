"""A network that can fail: one member's TCP and UDP go through here, so that they can be cut off, thinned or changed for another
without touching the machine's."""

from __future__ import annotations

import asyncio
from typing import cast

REWRITE = """
(port) => {
  const original = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (description) {
    const sdp = description.sdp.replace(/^(a=candidate:\\S+ \\d udp \\d+) \\S+ \\d+ typ host.*$/gim, `$1 127.0.0.1 ${port} typ host`);
    return original.call(this, { type: description.type, sdp });
  };
}
"""
"""For an init script: sends this page's media through the relay's port instead of straight to the worker."""


class _Relay(asyncio.DatagramProtocol):
    """Between one client address and the worker, so that the worker sees one address a client."""

    def __init__(self, network: WeakNetwork, client: tuple[str, int] | None) -> None:
        self._network, self._client = network, client
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if self._network.dark:
            self._network.dropped += 1
        elif self._client is None:
            self._network.from_client(data, address)
        else:
            self._network.to_client(data, self._client)


class WeakNetwork:
    """``tcp_port`` stands for the server, ``udp_port`` for the media worker. Use as an async context manager."""

    def __init__(self, server_port: int, media_port: int) -> None:
        self._server_port, self._media = server_port, ("127.0.0.1", media_port)
        self._clear = asyncio.Event()
        self._clear.set()
        self._front: _Relay | None = None
        self._behind: dict[tuple[str, int], _Relay] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._awaited: set[tuple[str, int]] = set()
        self._left: set[tuple[str, int]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.tcp_port = self.udp_port = self.dropped = 0
        self.rate = self.delay = 0.0

    @property
    def dark(self) -> bool:
        return not self._clear.is_set()

    def black_out(self) -> None:
        """Nothing passes any more, in either direction; nobody is told."""
        self._clear.clear()

    def restore(self) -> None:
        self._clear.set()

    def thin(self, rate: float, delay: float) -> None:
        """TCP at ``rate`` kbit/s each way and ``delay`` s late, from now on."""
        self.rate, self.delay = rate, delay

    def move(self) -> None:
        """The member is on another network: connections are gone, and nothing passes by the addresses of the old one any more."""
        self._left |= self._awaited
        for writer in list(self._writers):
            writer.transport.abort()

    async def __aenter__(self) -> WeakNetwork:
        loop = asyncio.get_running_loop()
        self._tcp = await asyncio.start_server(self._pipe_both, "127.0.0.1", 0)
        self.tcp_port = int(self._tcp.sockets[0].getsockname()[1])
        transport, self._front = await loop.create_datagram_endpoint(lambda: _Relay(self, None), local_addr=("127.0.0.1", 0))
        self.udp_port = int(transport.get_extra_info("sockname")[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._tcp.close()
        self.restore()
        for relay in (self._front, *self._behind.values()):
            if relay is not None and relay.transport is not None:
                relay.transport.close()

    # --- UDP

    def from_client(self, data: bytes, address: tuple[str, int]) -> None:
        relay = self._behind.get(address)
        if address in self._left:
            self.dropped += 1
        elif relay is None and address not in self._awaited:  # what comes before its relay stands is lost, as on any network
            self._awaited.add(address)
            task = asyncio.create_task(self._open(address, data))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
        elif relay is not None and relay.transport is not None:
            relay.transport.sendto(data, self._media)

    async def _open(self, address: tuple[str, int], first: bytes) -> None:
        loop = asyncio.get_running_loop()
        _, relay = await loop.create_datagram_endpoint(lambda: _Relay(self, address), local_addr=("127.0.0.1", 0))
        self._behind[address] = relay
        if relay.transport is not None:
            relay.transport.sendto(first, self._media)

    def to_client(self, data: bytes, address: tuple[str, int]) -> None:
        if address not in self._left and self._front is not None and self._front.transport is not None:
            self._front.transport.sendto(data, address)

    # --- TCP

    async def _pipe_both(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up, out = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._pipe(reader, out), self._pipe(up, writer), return_exceptions=True)

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while data := await reader.read(1400 if self.rate else 65536):
                await self._clear.wait()
                if self.rate:
                    await asyncio.sleep(len(data) * 8 / (self.rate * 1000) + self.delay)  # on purpose: so slow is this network
                writer.write(data)
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
