"""The WebSocket of a meeting: who may open it, the hello, and the loop that reads what a phone sends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from meeting_server.domain.ids import MeetingId
from meeting_server.journal.port import StorageUnavailable
from meeting_server.live.connection import Outlet
from meeting_server.live.conversation import Conversation
from meeting_server.observe import SOCKETS
from meeting_server.web.meeting.admission import Admission, Denial, SocketViewer, admission_of, admitted
from meeting_server.web.meeting.outlet import outlet_of
from meeting_server.web.site.addresses import household_of
from meeting_server.web.site.limits import MOST_BAD, too_large
from meeting_server.wire.client_messages import ClientMessage, CommandFrame, Hello
from meeting_server.wire.close_codes import Close
from meeting_server.wire.codec import SUBPROTOCOL, BadMessage, decode, encode
from meeting_server.wire.codes import WireCode
from meeting_server.wire.frames import Frames
from meeting_server.wire.server_messages import Error, RejectedFrame


async def live_socket(websocket: WebSocket) -> None:
    """Return the socket endpoint."""
    await serve(websocket, admission_of(websocket))


async def why_not(request: Request) -> Response:
    """Return the endpoint that a page asks after a failed handshake."""
    return await answer(request, admission_of(request))


async def answer(request: Request, admission: Admission) -> Response:
    """Answer as the handshake would, because browsers do not tell a page why a socket was refused."""
    found = await admitted(request, admission)
    return found.response() if isinstance(found, Denial) else Response(status_code=204, headers={"cache-control": "no-store"})


routes: list[BaseRoute] = [
    WebSocketRoute("/ws/{meeting_id}", live_socket, name="live_socket"),
    Route("/ws/{meeting_id}", why_not, methods=["GET"]),
]


async def serve(websocket: WebSocket, admission: Admission) -> None:
    """One socket from handshake to end."""
    found = await admitted(websocket, admission)
    if isinstance(found, Denial):
        await websocket.send_denial_response(await admission.deny(found))
        return
    household = household_of(websocket)
    admission.sockets.enter(found.participant_id, household, is_guest=found.is_guest)
    try:
        await _accepted(websocket, admission, found)
    finally:
        admission.sockets.leave(found.participant_id, household, is_guest=found.is_guest)


async def _accepted(websocket: WebSocket, admission: Admission, viewer: SocketViewer) -> None:
    try:
        await websocket.accept(SUBPROTOCOL)
    except BaseException:
        admission.sockets.heard(viewer.participant_id)
        raise
    outlet, queue = outlet_of(websocket)
    pump = asyncio.create_task(queue.run()) if queue is not None else None
    SOCKETS.inc()
    try:
        code = await _Talk(websocket, admission, outlet, viewer).run()
        if code is not None:
            outlet.close(code)
    finally:
        SOCKETS.dec()
        if pump is not None:
            if queue is not None:
                queue.close(Close.GOING_AWAY)
            await pump


class _Gone(Exception):
    """The socket was closed by either side."""


class _Talk:
    """The reading side of one accepted socket. ``run`` returns why to close it; ``None``: it is already closed."""

    def __init__(self, websocket: WebSocket, admission: Admission, outlet: Outlet, viewer: SocketViewer) -> None:
        self._websocket = websocket
        self._admission = admission
        self._outlet = outlet
        self._viewer = viewer
        self._limits = admission.allowances.frames(viewer.participant_id, time.monotonic())
        self._bad_frames = 0
        self._silent = True

    async def run(self) -> Close | None:
        meeting_id = MeetingId(self._websocket.path_params["meeting_id"])
        viewer = self._viewer
        stop_watching = self._watch(viewer)  # from here on, because a sign-in may also end before the hello
        try:
            return await self._take_part(meeting_id, viewer)
        except StorageUnavailable:
            return Close.UNAVAILABLE
        except _Gone:
            return None
        finally:
            stop_watching()
            self._heard()

    async def _take_part(self, meeting_id: MeetingId, viewer: SocketViewer) -> Close | None:
        registry = self._admission.registry
        if await registry.assembly(meeting_id) is None:
            return Close.UNKNOWN_MEETING
        hello = await self._hello()
        if isinstance(hello, Close):
            return hello
        assembly = await registry.assembly(meeting_id)  # it may have been unloaded while we waited
        if assembly is None:
            return Close.UNKNOWN_MEETING
        entered = assembly.enter(
            viewer.participant_id,
            hello.device,
            hello.position,
            self._outlet,
            media=registry.signalling.available,
            captions=registry.captions.available,
            bound=viewer.bound,
        )
        if isinstance(entered, Close):
            return entered
        try:
            return await self._listen(Conversation(assembly, entered, registry.signalling, registry.papers, registry.clock))
        finally:
            assembly.leave(entered)

    def _watch(self, viewer: SocketViewer) -> Callable[[], None]:
        if self._admission.watch is None:
            return lambda: None
        return self._admission.watch(viewer.sign_in_id, lambda: self._outlet.close(Close.SIGNED_OUT))

    async def _hello(self) -> Hello | Close:
        try:
            async with asyncio.timeout(self._admission.hello_seconds):
                while True:
                    message = await self._next()
                    if isinstance(message, Hello | Close):
                        return message
                    if message is not None and self._bad(BadMessage("type", "hello comes first")):
                        return Close.BAD_MESSAGE
        except TimeoutError:
            return Close.NO_HELLO
        finally:
            self._heard()

    def _heard(self) -> None:
        if self._silent:
            self._silent = False
            self._admission.sockets.heard(self._viewer.participant_id)

    async def _listen(self, conversation: Conversation) -> Close | None:
        while True:
            message = await self._next()
            if isinstance(message, Close):
                return message
            if message is None or (isinstance(message, CommandFrame) and self._too_often(message)):
                continue
            try:
                conversation.hear(message)
            except BadMessage as bad:
                if self._bad(bad):
                    return Close.BAD_MESSAGE

    async def _next(self) -> ClientMessage | Close | None:
        """Return the next message, a reason to close, or ``None`` for a refused frame. Raises _Gone."""
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
        """Answer an invalid frame and return whether it was one too many."""
        self._say(
            RejectedFrame(bad.re, WireCode.BAD_MESSAGE, bad.field) if bad.is_command else Error(WireCode.BAD_MESSAGE, bad.re, bad.field)
        )
        self._bad_frames += 1
        return self._bad_frames >= MOST_BAD

    def _too_often(self, command: CommandFrame) -> bool:
        """Return whether a command is refused by the limit on what everyone else has to read."""
        wait = self._limits.refuse_command(command.kind, time.monotonic())
        if wait > 0:
            self._say(RejectedFrame(command.id, WireCode.RATE_LIMITED, retry_after_ms=max(1, round(wait * 1000))))
        return wait > 0

    def _say(self, message: RejectedFrame | Error) -> None:
        self._outlet.write(Frames((encode(message),)))
