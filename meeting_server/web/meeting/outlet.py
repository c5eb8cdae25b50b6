"""Sends to a phone on a server that only speaks ASGI: a queue and a task of its own that empties it."""

from __future__ import annotations

import asyncio
from typing import cast

from starlette.websockets import WebSocket, WebSocketDisconnect

from meeting_server.live.connection import Outlet
from meeting_server.web.meeting.frame_once import EXTENSION, GIVE_UP_SECONDS
from meeting_server.wire.close_codes import Close
from meeting_server.wire.frames import Frames


class AsgiOutlet:
    """``run`` must run as a task while the socket is open, and ends with it."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._queue: asyncio.Queue[bytes | Close] = asyncio.Queue()
        self._waiting = 0
        self._closed = asyncio.Event()

    def write(self, frames: Frames) -> None:
        for payload in frames.payloads:
            self._waiting += len(payload)
            self._queue.put_nowait(payload)

    def waiting(self) -> int:
        return self._waiting

    def close(self, code: Close) -> None:
        self._queue.put_nowait(code)
        self._closed.set()

    async def run(self) -> None:
        sending = asyncio.create_task(self._send())
        closing = asyncio.create_task(self._closed.wait())
        try:
            await asyncio.wait({sending, closing}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({sending}, timeout=GIVE_UP_SECONDS)
        finally:
            for task in (sending, closing):
                task.cancel()
            await asyncio.gather(sending, closing, return_exceptions=True)

    async def _send(self) -> None:
        try:
            while True:
                item = await self._queue.get()
                if isinstance(item, Close):
                    await self._websocket.close(int(item), item.name.lower())
                    return
                self._waiting -= len(item)
                await self._websocket.send_text(item.decode())
        except (WebSocketDisconnect, RuntimeError):
            return  # the phone is gone, which the reading side notices too


def outlet_of(websocket: WebSocket) -> tuple[Outlet, AsgiOutlet | None]:
    """Return the server's shortcut if it has one, else a queue (returned twice, because the caller has to start its ``run``)."""
    door = websocket.scope.get("extensions", {}).get(EXTENSION)
    if door is not None:
        return cast(Outlet, door), None
    queue = AsgiOutlet(websocket)
    return queue, queue
