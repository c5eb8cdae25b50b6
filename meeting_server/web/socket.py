"""The WebSocket of a meeting: who may open it, the hello, and the loop that reads what a phone says."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.journal.port import StorageUnavailable
from meeting_server.live.connection import Outlet
from meeting_server.live.conversation import Conversation
from meeting_server.live.registry import Registry
from meeting_server.observe import SOCKETS
from meeting_server.web.auth import viewer_of
from meeting_server.web.house import house_of
from meeting_server.web.limits import Limits, too_large
from meeting_server.web.outlet import outlet_of
from meeting_server.wire.client_messages import ClientMessage, Hello
from meeting_server.wire.close_codes import Close
from meeting_server.wire.codec import SUBPROTOCOL, BadMessage, decode, encode
from meeting_server.wire.codes import WireCode
from meeting_server.wire.frames import Frames
from meeting_server.wire.server_messages import Error, RejectedFrame

log = logging.getLogger(__name__)

HELLO_SECONDS = 10.0
MOST_WAITING_FOR_HELLO = 500
"""Sockets that have not said hello, in the whole server."""
MOST_PER_ADDRESS = 1_000
"""Sockets from one address; a whole hall may sit behind one."""


class SocketViewer(Protocol):
    """What a socket must know of a viewer; ``web.auth.Viewer`` is one."""

    @property
    def participant_id(self) -> ParticipantId: ...
    @property
    def sign_in_id(self) -> str: ...
    @property
    def only_meeting(self) -> MeetingId | None: ...


WatchSignIn = Callable[[str, Callable[[], None]], Callable[[], None]]


@dataclass(slots=True)
class Door:
    """Who may come in, and how many. ``origins``: allowed beside the host the request itself was sent to."""

    registry: Registry
    viewer_of: Callable[[WebSocket], Awaitable[SocketViewer | None]]
    origins: frozenset[str] = frozenset()
    watch: WatchSignIn | None = None
    hello_seconds: float = HELLO_SECONDS
    waiting: int = 0
    by_address: dict[str, int] = field(default_factory=dict)


async def live_socket(websocket: WebSocket) -> None:
    """The endpoint in the house."""
    house = house_of(websocket)
    door: Door | None = getattr(websocket.app.state, "door", None)
    if door is None:
        door = Door(house.registry, viewer_of, origins_of(house.settings.public_url), house.sign_outs.watch)
        websocket.app.state.door = door
    await serve(websocket, door)


routes: list[BaseRoute] = [WebSocketRoute("/ws/{meeting_id}", live_socket, name="live_socket")]


def origins_of(*urls: str) -> frozenset[str]:
    """The ``host[:port]`` of each URL that is not empty."""
    return frozenset(urlsplit(url).netloc.lower() for url in urls if url)


def origin_allowed(origin: str | None, host: str | None, others: Iterable[str]) -> bool:
    """Whether a page of ``origin`` may open a socket here: only our own pages may.

    A browser sends ``Origin`` with every WebSocket and lets no page choose it. Missing or ``null``: not one of ours.
    """
    if not origin:
        return False
    try:
        parts = urlsplit(origin)
        netloc = parts.netloc.lower()
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not netloc or parts.path or parts.query or parts.fragment or "@" in netloc:
        return False
    return netloc == (host or "").lower() or netloc in others


async def serve(websocket: WebSocket, door: Door) -> None:
    """One socket from handshake to end."""
    headers = websocket.headers
    if not origin_allowed(headers.get("origin"), headers.get("host"), door.origins):
        await websocket.send_denial_response(PlainTextResponse("bad_origin", 403))
        return
    if SUBPROTOCOL not in websocket.scope.get("subprotocols", []):
        await websocket.send_denial_response(PlainTextResponse(f"subprotocol {SUBPROTOCOL} required", 400))
        return
    address = websocket.client.host if websocket.client else ""
    if door.by_address.get(address, 0) >= MOST_PER_ADDRESS or door.waiting >= MOST_WAITING_FOR_HELLO:
        await websocket.send_denial_response(PlainTextResponse("rate_limited", 429, headers={"Retry-After": "5"}))
        return
    door.by_address[address] = door.by_address.get(address, 0) + 1
    try:
        await _accepted(websocket, door)
    finally:
        door.by_address[address] -= 1
        if not door.by_address[address]:
            del door.by_address[address]


async def _accepted(websocket: WebSocket, door: Door) -> None:
    viewer = await door.viewer_of(websocket)
    await websocket.accept(SUBPROTOCOL)
    outlet, queue = outlet_of(websocket)
    pump = asyncio.create_task(queue.run()) if queue is not None else None
    SOCKETS.inc()
    try:
        code = await _Talk(websocket, door, outlet, viewer).run()
        if code is not None:
            outlet.close(code)
    finally:
        SOCKETS.dec()
        if pump is not None:
            if queue is not None:
                queue.close(Close.GOING_AWAY)
            await pump


class _Gone(Exception):
    """The socket was closed, by whichever side."""


class _Talk:
    """The reading side of one accepted socket. ``run`` returns why to close it; ``None``: it is closed already."""

    def __init__(self, websocket: WebSocket, door: Door, outlet: Outlet, viewer: SocketViewer | None) -> None:
        self._websocket = websocket
        self._door = door
        self._outlet = outlet
        self._viewer = viewer
        self._limits = Limits()

    async def run(self) -> Close | None:
        meeting_id = MeetingId(self._websocket.path_params["meeting_id"])
        viewer = self._viewer
        if viewer is None:
            return Close.SIGNED_OUT
        if viewer.only_meeting not in (None, meeting_id):
            return Close.FORBIDDEN
        stop_watching = self._watch(viewer)  # from here on: a sign-in may also end before the hello
        try:
            return await self._take_part(meeting_id, viewer)
        except StorageUnavailable:
            return Close.UNAVAILABLE
        except _Gone:
            return None
        finally:
            stop_watching()

    async def _take_part(self, meeting_id: MeetingId, viewer: SocketViewer) -> Close | None:
        registry = self._door.registry
        if await registry.assembly(meeting_id) is None:
            return Close.UNKNOWN_MEETING
        hello = await self._hello()
        if isinstance(hello, Close):
            return hello
        assembly = await registry.assembly(meeting_id)  # it may have been put away while we waited
        if assembly is None:
            return Close.UNKNOWN_MEETING
        entered = assembly.enter(
            viewer.participant_id,
            hello.device,
            hello.position,
            self._outlet,
            media=registry.signalling.available,
            captions=registry.captions.available,
        )
        if isinstance(entered, Close):
            return entered
        try:
            return await self._listen(Conversation(assembly, entered, registry.signalling, registry.papers, registry.clock))
        finally:
            assembly.leave(entered)

    def _watch(self, viewer: SocketViewer) -> Callable[[], None]:
        if self._door.watch is None:
            return lambda: None
        return self._door.watch(viewer.sign_in_id, lambda: self._outlet.close(Close.SIGNED_OUT))

    async def _hello(self) -> Hello | Close:
        self._door.waiting += 1
        try:
            async with asyncio.timeout(self._door.hello_seconds):
                while True:
                    message = await self._next()
                    if isinstance(message, Hello | Close):
                        return message
                    if message is not None and self._bad(BadMessage("type", "hello comes first")):
                        return Close.BAD_MESSAGE
        except TimeoutError:
            return Close.NO_HELLO
        finally:
            self._door.waiting -= 1

    async def _listen(self, conversation: Conversation) -> Close | None:
        while True:
            message = await self._next()
            if isinstance(message, Close):
                return message
            if message is None:
                continue
            try:
                conversation.hear(message)
            except BadMessage as bad:
                if self._bad(bad):
                    return Close.BAD_MESSAGE

    async def _next(self) -> ClientMessage | Close | None:
        """The next message; a reason to close; or ``None`` for a frame that was refused. Raises _Gone."""
        received = await self._websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise _Gone
        text = received.get("text")
        if text is None or too_large(text):
            return Close.BAD_MESSAGE
        now = time.monotonic()
        limited = self._limits.refuse(text, now)
        if limited is not None:
            self._say(
                RejectedFrame(limited.re, WireCode.RATE_LIMITED, retry_after_ms=limited.retry_after_ms)
                if limited.is_command
                else Error(WireCode.RATE_LIMITED, limited.re, retry_after_ms=limited.retry_after_ms)
            )
            return Close.FLOODING if self._limits.flooding(now) else None
        try:
            return decode(text)
        except BadMessage as bad:
            return Close.BAD_MESSAGE if self._bad(bad) else None

    def _bad(self, bad: BadMessage) -> bool:
        """Answer a frame that was not understood; whether it was one too many."""
        self._say(
            RejectedFrame(bad.re, WireCode.BAD_MESSAGE, bad.field)
            if bad.is_command
            else Error(WireCode.BAD_MESSAGE, bad.re, bad.field)
        )
        return self._limits.too_bad()

    def _say(self, message: RejectedFrame | Error) -> None:
        self._outlet.write(Frames((encode(message),)))
