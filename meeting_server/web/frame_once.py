"""uvicorn's WebSocket protocol with a side door: ready frames go straight to the transport, framed once for a whole room.

Used by ``uvicorn.Config(ws=FrameOnceProtocol)``. Behind any other server the socket works too, through ``AsgiOutlet``.
"""

from __future__ import annotations

import socket
from asyncio.transports import BaseTransport
from collections.abc import Iterable
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

from meeting_server.wire.close_codes import Close
from meeting_server.wire.frames import LEVEL, MEMORY_LEVEL, WINDOW_BITS, Frames

EXTENSION = "meeting.frames"
"""Where the ASGI scope carries the side door."""
GIVE_UP_SECONDS = 5.0
"""How long a closed socket may take to read what was still on its way."""
KERNEL_BUFFER = 128 * 1024
"""Bytes the kernel may keep for one phone; what does not fit is counted as waiting."""


class FrameOnceProtocol(WebSocketsSansIOProtocol):
    """Compression without context from message to message, so that one compressed form fits every phone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.conn.available_extensions:
            self.conn.available_extensions = [
                ServerPerMessageDeflateFactory(
                    server_no_context_takeover=True,
                    client_no_context_takeover=True,
                    server_max_window_bits=WINDOW_BITS,
                    client_max_window_bits=WINDOW_BITS,
                    compress_settings={"memLevel": MEMORY_LEVEL, "level": LEVEL},
                )
            ]

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)
        self.transport.set_write_buffer_limits(high=2**30)  # ``waiting`` is looked at instead of ``pause_writing``

    async def run_asgi(self) -> None:
        self.scope["extensions"][EXTENSION] = self  # type: ignore[assignment]  # our own extension, not one of ASGI's
        await super().run_asgi()

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            self._forget_handshake()

    def _forget_handshake(self) -> None:
        """Headers are a quarter of what a waiting socket costs, and among them is a cookie nobody needs any more."""
        del self.request, self.response
        headers: Iterable[tuple[bytes, bytes]] = self.scope["headers"]
        if isinstance(headers, list):
            headers.clear()

    # --- the side door: an Outlet -------------------------------------------------------------------------------

    def write(self, frames: Frames) -> None:
        if not self.disconnected and not self.close_sent:
            self.transport.write(frames.deflated if self.conn.extensions else frames.plain)

    def waiting(self) -> int:
        return self.transport.get_write_buffer_size()

    def close(self, code: Close) -> None:
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": int(code), "reason": code.name.lower()})
        self.conn.send_close(int(code), code.name.lower())
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(GIVE_UP_SECONDS, self._give_up)

    def _give_up(self) -> None:
        """The phone did not answer the close, or does not read at all."""
        self.transport.abort()
