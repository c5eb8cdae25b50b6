"""uvicorn's WebSocket protocol with a shortcut: finished frames go straight to the transport, framed once for a whole room.

What phones send is parsed in small portions, one per turn of the loop, and no frame before the handshake is answered with 101. Frames
that no application sees (control frames and fragments) are rate-limited here.

Used by ``uvicorn.Config(ws=FrameOnceProtocol)``. On any other server the socket works through ``AsgiOutlet``.
"""

from __future__ import annotations

import socket
import time
from asyncio.transports import BaseTransport
from collections.abc import Iterable
from typing import Any

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame

from meeting_server.web.site.buckets import Bucket, Rate
from meeting_server.web.site.turns import Backlog, turns_of
from meeting_server.wire.close_codes import Close
from meeting_server.wire.frames import LEVEL, MEMORY_LEVEL, WINDOW_BITS, Frames

EXTENSION = "meeting.frames"
"""The key of the shortcut in the ASGI scope."""
GIVE_UP_SECONDS = 5.0
"""How long a closed socket may take to read what was already sent."""
KERNEL_BUFFER = 128 * 1024
"""Bytes that the kernel may buffer for one phone. What does not fit counts as unsent."""
MOUTHFUL = 512
"""Bytes given to the parser in one turn of the loop: at most 85 frames."""
CONTROL = Rate(1, 20)
"""Rate of ping and pong frames (RFC 6455 section 5.5). Browsers send none on their own, other clients one every few seconds."""
PARTS = Rate(8, 64)
"""Rate of frames of fragmented messages (section 5.4): a message of 64 KiB may come in fragments of one byte."""


class FrameOnceProtocol(WebSocketsSansIOProtocol):
    """Compression without context between messages, so that every phone can get the same compressed form."""

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

        self._backlog = Backlog()
        self._lined_up = False
        self._deaf = False
        """Stop reading, because a rate limit was exceeded."""
        self._control = Bucket(CONTROL)
        self._parts = Bucket(PARTS)

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
            self._go_on()
        elif self.initial_response is not None and self.close_sent:
            self.handshake_complete = True  # it was refused, which uvicorn would log as an error

    def _forget_handshake(self) -> None:
        """Drop the headers, which are a quarter of the memory of an idle socket and include a cookie that is no longer needed."""
        del self.request, self.response
        headers: Iterable[tuple[bytes, bytes]] = self.scope["headers"]
        if isinstance(headers, list):
            headers.clear()

    # --- reading ------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        if not self.handshake_initiated:  # the head of the request, parsed by the HTTP protocol
            super().data_received(data)
            if not self.handshake_complete:
                self._hold()
        elif self.handshake_complete and not self._backlog and len(data) <= MOUTHFUL:
            super().data_received(data)
        else:
            self._backlog.add(data)
            self._hold()
            self._line_up()

    async def receive(self) -> ASGIReceiveEvent:
        message = await self.queue.get()
        if self.read_paused and self._all_heard():
            self._go_on()
        return message

    def _hold(self) -> None:
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def _go_on(self) -> None:
        """Deliver what was read, then read from the network."""
        if self._deaf or not self.handshake_complete:
            return
        if self._backlog:
            self._line_up()
        elif self.read_paused:
            self.read_paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()

    def _line_up(self) -> None:
        if not self._lined_up and self.handshake_complete:
            self._lined_up = True
            turns_of(self.loop).line_up(self._swallow)

    def _swallow(self) -> bool:
        """Parse one portion and return whether another can follow. The application first takes what the last one gave."""
        if self._deaf or self.disconnected or self.transport.is_closing():
            self._backlog.clear()
        elif self._all_heard():
            super().data_received(self._backlog.take(MOUTHFUL))
            if self._backlog and self._all_heard() and not self._deaf:
                return True
        self._lined_up = False
        if self._all_heard():
            self._go_on()
        return False

    def _all_heard(self) -> bool:
        """Return whether nothing waits for the application, or the application is gone."""
        return self.close_sent or self.queue.empty()

    def handle_ping(self) -> None:
        if self._allowed(self._control):
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._allowed(self._control):
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        if self._allowed(self._parts):
            super().handle_cont(event)

    def handle_text(self, event: Frame) -> None:
        if event.fin or self._allowed(self._parts):
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        if event.fin or self._allowed(self._parts):
            super().handle_bytes(event)

    def _allowed(self, bucket: Bucket) -> bool:
        if self._deaf:
            return False
        if bucket.wait(time.monotonic()) <= 0:
            bucket.take()
            return True
        self.close(Close.FLOODING)
        self._deaf = True
        self._backlog.clear()
        self._hold()
        return False

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
        self._go_on()  # the phone's answer is still to be read
        self.close_timer = self.loop.call_later(GIVE_UP_SECONDS, self._give_up)

    def _give_up(self) -> None:
        """Handle a phone that did not answer the close, or does not read at all."""
        self.transport.abort()
