"""``python -m tests.kit.attacks.hostile PORT MEETING COOKIE``: twenty connections that send what costs a server most, until killed.

Loopback only. Each sends as fast as a phone's uplink (6.5 Mbit/s) and is opened again as soon as it is closed.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections.abc import Callable

BITS_PER_SECOND = 6_500_000
PIECE = 8 * 1024
PING = bytes.fromhex("898000000000")
BEGINNING = bytes.fromhex("018000000000")
CONTINUATION = bytes.fromhex("008000000000")
CRUMB = b"1\r\nx\r\n"
EACH = 5
"""Connections of each kind."""


def handshake(port: int, meeting: str, cookie: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /ws/{meeting} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: meeting.v1\r\n"
        f"{f'Cookie: {cookie}' + chr(13) + chr(10) if cookie else ''}\r\n"
    ).encode()


def upload(port: int) -> bytes:
    return (
        f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    ).encode()


async def flood(port: int, head: Callable[[], bytes], first: bytes, filler: bytes) -> None:
    """One connection after the other, for ever."""
    piece = filler * (PIECE // len(filler))
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head() + first)
            try:
                while not reader.at_eof():
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(len(piece) * 8 / BITS_PER_SECOND)  # on purpose: so slowly does it send
            finally:
                writer.close()
        except OSError:
            await asyncio.sleep(0.01)


async def main(port: int, meeting: str, cookie: str) -> None:
    kinds = (
        (lambda: handshake(port, meeting, ""), b"", PING),
        (lambda: handshake(port, meeting, cookie), b"", PING),
        (lambda: handshake(port, meeting, cookie), BEGINNING, CONTINUATION),
        (lambda: upload(port), b"", CRUMB),
    )
    sys.stdout.write("flooding\n")
    sys.stdout.flush()
    await asyncio.gather(*(flood(port, *kind) for kind in kinds for _ in range(EACH)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
