"""A load generator's WebSocket client: no library between it and the socket, and no more work per frame than it must do."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
MASK = b"\x00\x00\x00\x00"


class Client(asyncio.Protocol):
    """``heard(client, payload)`` is called for every text frame."""

    def __init__(self, path: str, host: str, cookie: str, heard: Callable[[Client, bytes], None]) -> None:
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: meeting.v1\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n\r\n"
        ).encode()
        self._heard = heard
        self._buffer = b""
        self._open = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None
        self.only: bytes | None = None
        """Only frames that begin so are of interest (short ones, which hold these bytes nowhere else)."""
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]  # uvloop's transport is one in all but name
        assert self.transport is not None
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        if not self._open:
            head, found, buffer = buffer.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self.opened.set_exception(ConnectionError(head.decode(errors="replace")))
                return
            self._open = True
            self.opened.set_result(None)
        if self.only is not None:
            self._skim(buffer, self.only)
            return
        at, end = 0, len(buffer)
        while end - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length == 126:
                if end - at < 4:
                    break
                length, start = (buffer[at + 2] << 8) | buffer[at + 3], at + 4
            elif length == 127:
                if end - at < 10:
                    break
                length, start = struct.unpack_from("!Q", buffer, at + 2)[0], at + 10
            if end - start < length:
                break
            if buffer[at] == 0x81:
                self._heard(self, buffer[start : start + length])
            at = start + length
        self._buffer = buffer[at:]

    def _skim(self, buffer: bytes, beginning: bytes) -> None:
        """Look for such frames without walking over all others: a phone has a processor of its own, a thousand of them
        in one process would wait for each other."""
        at = 0
        while (start := buffer.find(beginning, at)) >= 0:
            end = buffer.find(b"}", start) + 1
            if not end:
                self._buffer = buffer[start:]
                return
            self._heard(self, buffer[start:end])
            at = end
        self._buffer = buffer[max(at, len(buffer) - len(beginning) + 1) :]

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed during the handshake"))

    def say(self, text: bytes) -> None:
        """One text frame under 64 KiB, masked with zeros: the same bytes, legally masked."""
        assert self.transport is not None
        length = len(text)
        head = struct.pack("!BB", 0x81, 0x80 | length) if length < 126 else struct.pack("!BBH", 0x81, 0xFE, length)
        self.transport.write(head + MASK + text)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()


async def connect(port: int, path: str, cookie: str, heard: Callable[[Client, bytes], None]) -> Client:
    """An open socket. Raises ConnectionError."""
    loop = asyncio.get_running_loop()
    host = f"127.0.0.1:{port}"
    _, client = await loop.create_connection(lambda: Client(path, host, cookie, heard), "127.0.0.1", port)
    await client.opened
    return client


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used, all its threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_kib(pid: int) -> int:
    """Memory a process holds now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")
