"""uvicorn's HTTP protocol, hardened against requests that never end or arrive byte by byte.

Used by ``uvicorn.Config(http=PunctualProtocol)``. uvicorn itself only limits the time between two requests. Here a head must come within
ten seconds and a body at a minimum pace, and both are parsed in small portions, one per turn of the loop.
"""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from typing import Any

import h11
from h11._connection import DEFAULT_MAX_INCOMPLETE_EVENT_SIZE
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from meeting_server.web.site.addresses import household
from meeting_server.web.site.turns import Backlog, turns_of
from meeting_server.web.site.unfinished import ledger_of

HEAD_SECONDS = 10.0
"""From the connection, or the first byte of a later request, to the end of the head."""
HEAD_LINES = 100
"""Most lines of a head. Browsers send twenty, and proxies add a few."""
BODY_SECONDS = 20.0
"""Seconds for a body of any size, plus one second per ``BODY_PACE`` bytes received."""
BODY_PACE = 4 * 1024
BODY_LONGEST = 600.0
"""Most seconds for a whole body, however steadily it comes."""
FREE_CHUNKS = 256
"""Chunks of a body that may be of any size (RFC 9112 section 7.1). More must have ``CHUNK_BYTES`` each on average."""
CHUNK_BYTES = 1024
MOUTHFUL = 1024
"""Bytes of a head or of chunks given to the parser in one turn of the loop."""
LARGE_MOUTHFUL = 16 * 1024
"""The same for a body of declared length, which costs no more than its copy."""
HOLD_SECONDS = 2.0
"""Pause before such a client is refused, or its next connection would come at once."""
UNREAD_SECONDS = 60.0
"""A client that reads nothing of an answer for this long is gone: 48 KB, which the transport buffers, at less than 1 KB a second."""
LINGER_SECONDS = 5.0
"""How long incoming data is discarded after our last answer. Then even a client that never reads is closed."""

_END_OF_HEAD = re.compile(rb"\n\r?\n")
_LONGEST_HEAD = 20_000
"""Most bytes searched for the end of a head; h11 accepts 16 KiB."""


class _Connection(h11.Connection):
    """Counts the chunks of a body."""

    chunks = 0

    def next_event(self) -> Any:
        event = super().next_event()
        if type(event) is h11.Data and event.chunk_start:
            self.chunks += 1
        return event


class _Flow(FlowControl):
    """Give the application more, beginning with what was already read."""

    def __init__(self, transport: asyncio.Transport, protocol: PunctualProtocol) -> None:
        super().__init__(transport)
        self._protocol = protocol

    def resume_reading(self) -> None:
        if self.read_paused:
            self.read_paused = False
            self._protocol.read_on()


class PunctualProtocol(H11Protocol):
    """Closes silently if no head came: a client that sends half a request is not a browser, or has lost its network."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS
    body_longest = BODY_LONGEST
    hold_seconds = HOLD_SECONDS
    unread_seconds = UNREAD_SECONDS

    household = ""
    received = 0
    """Return how many bytes of this request's body have come."""
    _timer: asyncio.TimerHandle | None = None
    """End what takes too long: a head, a body, or what comes after our last answer."""
    _lines = 0
    _body_since = 0.0
    _in_body = False
    _over = False
    """Return whether nothing more is parsed."""
    _ended = False
    """Return whether our last answer was sent."""
    _lined_up = False
    _unread: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn: _Connection = _Connection(h11.SERVER, self.config.h11_max_incomplete_event_size or DEFAULT_MAX_INCOMPLETE_EVENT_SIZE)
        self._backlog = Backlog()
        self._ledger = ledger_of(self.server_state)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        super().connection_made(transport)
        self.flow = _Flow(transport, self)
        self.household = household(self.client[0]) if self.client else ""
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._read_again()
        self._over = True
        self._backlog.clear()
        self._ledger.leave(self)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._read_again()
        self._unread = self.loop.call_later(self.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_again()

    def _read_again(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    # --- reading ------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        if self._in_body:
            self.received += len(data)
        self._backlog.add(data)
        if self._lined_up:
            return
        more = self._swallow()
        if more and not self._chunked():  # a small form comes with its head and is read with it
            more = self._swallow()
        if more:
            self._line_up()
        elif self._backlog and not self.transport.is_closing():
            self.transport.pause_reading()

    def read_on(self) -> None:
        """Continue, because the application is ready for more."""
        if self._over or self.transport.is_closing():
            return
        if self._backlog:
            self._line_up()
        else:
            self.transport.resume_reading()

    def _line_up(self) -> None:
        if not self._lined_up and not self.transport.is_closing():
            self._lined_up = True
            self.transport.pause_reading()
            turns_of(self.loop).line_up(self._next_turn)

    def _next_turn(self) -> bool:
        if self._swallow():
            return True
        self._lined_up = False
        if not (self._backlog or self._over or self.flow.read_paused or self.transport.is_closing()):
            self.transport.resume_reading()
        return False

    def _swallow(self) -> bool:
        """Parse one portion and return whether another can follow."""
        theirs = self.conn.their_state
        if self._over or self.transport.is_closing():
            self._backlog.clear()
        if not self._backlog or self.flow.read_paused or theirs not in (h11.IDLE, h11.SEND_BODY):
            return False  # the next request waits until this one is answered
        if theirs is h11.IDLE and self._timer is None:
            self._await_head()
        piece = self._backlog.take(self._size())
        if self._lines > HEAD_LINES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return False
        super().data_received(piece)
        self._look()
        return bool(self._backlog) and not self._over

    def _size(self) -> int:
        """Return how many bytes to parse. A head is parsed exactly to its end, without any of the body."""
        if self.conn.their_state is not h11.IDLE:
            return MOUTHFUL if self._chunked() else LARGE_MOUTHFUL
        waiting = self._backlog.peek()[:_LONGEST_HEAD]
        end = _END_OF_HEAD.search(waiting)
        size = end.end() if end else MOUTHFUL
        self._lines += bytes(waiting[:size]).count(b"\n")
        return size

    def _look(self) -> None:
        """Update the state of the request after a portion."""
        theirs = self.conn.their_state
        if theirs is h11.SEND_BODY:
            if not self._in_body and not self._over:
                self._await_body()
            elif self.conn.chunks > FREE_CHUNKS + self.received // CHUNK_BYTES:
                self._too_small()
        elif theirs is not h11.IDLE:
            self._complete()

    def _chunked(self) -> bool:
        return any(name == b"transfer-encoding" for name, _ in self.headers or ())

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._complete()
        self._over = True
        super().handle_websocket_upgrade(event)
        self.flow = FlowControl(self.transport)  # ours holds us: a thousand sockets would keep a thousand requests until they are collected

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._over:
            return
        if self._in_body:  # nobody needs the rest of it
            self._end()
            return
        self._look()  # the next request may have been read with the last one
        if self._backlog:
            self._line_up()

    # --- time -----------------------------------------------------------------------------------------------------

    def _await_head(self) -> None:
        self._ledger.enter(self)
        self._lines = 0
        self._start_timer(self.head_seconds, self._late_head)

    def _late_head(self) -> None:
        self._over = True
        if not self.transport.is_closing():
            self.transport.close()

    def _await_body(self) -> None:
        self._in_body = True
        self._body_since = self.loop.time()
        self.received, self.conn.chunks = len(self._backlog), 0
        self._start_timer(self.body_seconds, self._late_body)

    def _late_body(self) -> None:
        now = self.loop.time()
        until = self._body_since + min(self.body_longest, self.body_seconds + self.received / BODY_PACE)
        if self.flow.read_paused and now < self._body_since + self.body_longest:  # we are the slow side
            until = max(until, now + 1)
        if now < until:
            self._start_timer(until - now, self._late_body)
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _complete(self) -> None:
        """Note that the whole request has come."""
        self._in_body = False
        self._stop_timer()
        self._ledger.leave(self)

    def _start_timer(self, seconds: float, act: Any) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, act)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- refusing -----------------------------------------------------------------------------------------------

    def give_way(self) -> None:
        """Give way to other connections."""
        self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def _too_small(self) -> None:
        self._over = True
        self._backlog.clear()
        self.transport.pause_reading()
        self._start_timer(self.hold_seconds, lambda: self._refuse(HTTPStatus.BAD_REQUEST))

    def _refuse(self, status: HTTPStatus) -> None:
        """Refuse, unless an answer has begun, and close. The application is told that the client is gone."""
        if self._ended:
            self.transport.abort()
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE) and not self.transport.is_closing():
            again = "retry-after: 10\r\n" if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.REQUEST_TIMEOUT) else ""
            words = f"HTTP/1.1 {status.value} {status.phrase}\r\n{again}content-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(words.encode())
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        self._end()

    def _end(self) -> None:
        """Read and discard what still comes after our last answer, or the sender would never see the answer (RFC 9112 section 9.6)."""
        self._over = self._ended = True
        self._backlog.clear()
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.transport.resume_reading()
        self._start_timer(LINGER_SECONDS, self.transport.close)
