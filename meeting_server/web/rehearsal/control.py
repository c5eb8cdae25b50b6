"""A rehearsal on this server: a separate site in a separate folder, for as long as its control socket is open.

``meeting-server rehearse`` opens the socket ``/rehearsal``. The rehearsal's site answers requests and sockets with the rehearsal's
cookie. Nothing of it touches the server's own database, recordings or archive, and the folder is removed at the end or at the next start.
A meeting that opens ends it, because real meetings come first.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import structlog
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from meeting_server.config import Settings
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.web.rehearsal.branch import Prepared, prepare
from meeting_server.web.rehearsal.gauges import Gauges, machine
from meeting_server.web.rehearsal.token import token_is_good
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.catalogue import Language
from meeting_server.web.site.cookies import drop, put
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import see
from meeting_server.web.site.site import Site, site_of
from meeting_server.wire.rehearsal_messages import (
    SILENT_SECONDS,
    Beat,
    Began,
    Begin,
    EndCode,
    Ended,
    Finish,
    FromRunner,
    FromServer,
    encode,
    from_runner,
)

log = structlog.get_logger(__name__)

COOKIE = "rehearsal"
COOKIE_SECONDS = 3 * 3600
MOST_MEMBERS = 2_000
SOON_MS = 10 * 60_000
"""No meeting may be planned to begin within this time after the rehearsal's end, because people come early."""
DENIAL_SECONDS = 1.0
FIGURES_SECONDS = 1.0

OpenSite = Callable[[Settings], AbstractAsyncContextManager[tuple[ASGIApp, Site]]]
"""Opens a complete site with settings of its own; provided by ``app``."""


@dataclass(slots=True)
class Rehearsal:
    """The rehearsal under way. ``site`` answers once it is set up."""

    key: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    site: ASGIApp | None = None
    prepared: Prepared | None = None
    ended: asyncio.Future[tuple[EndCode, str]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when all of it is removed."""

    def end(self, code: EndCode, detail: str = "") -> None:
        """End it. Idempotent: the first reason stands."""
        if not self.ended.done():
            self.ended.set_result((code, detail))


@dataclass(slots=True)
class Rehearsals:
    """The rehearsals of one server, at most one at a time."""

    settings: Settings
    open_site: OpenSite
    gauges: Callable[[], Gauges]
    current: Rehearsal | None = None

    @property
    def folder(self) -> Path:
        return folder_of(self.settings)

    def site_for(self, scope: Scope) -> ASGIApp | None:
        """Return the rehearsal's site for a request with its cookie. Addresses under ``/rehearsal`` belong to the server."""
        current = self.current
        if current is None or current.site is None or scope["type"] not in ("http", "websocket"):
            return None
        if scope["path"] == "/rehearsal" or scope["path"].startswith("/rehearsal/"):
            return None
        mark = f"{COOKIE}={current.key}".encode()
        return current.site if any(name == b"cookie" and mark in value for name, value in scope["headers"]) else None

    def meeting_opened(self, title: str) -> None:
        """End the rehearsal because a real meeting begins."""
        if self.current is not None:
            self.current.end("rehearsal_meeting_opened", title)

    async def stop(self) -> None:
        """End the rehearsal because the server stops, and wait until all of it is removed."""
        current = self.current
        if current is not None:
            current.end("server_stopping")
            await current.gone.wait()

    @asynccontextmanager
    async def opened(self, begin: Begin) -> AsyncIterator[Rehearsal]:
        """Set up a site with people and a meeting, and take it down again."""
        rehearsal = self.current = Rehearsal()
        try:
            await asyncio.to_thread(clear, self.folder)
            async with self.open_site(_settings_of(self.settings)) as (app, site):
                language: Language = begin.language
                rehearsal.prepared = await prepare(site, begin.members, language, now_millis())
                rehearsal.site = app
                yield rehearsal
                rehearsal.site = None
        finally:
            rehearsal.site = None
            await asyncio.to_thread(clear, self.folder)
            self.current = None
            rehearsal.gone.set()


def folder_of(settings: Settings) -> Path:
    """Return the folder of everything a rehearsal writes."""
    return settings.data_dir / "rehearsal"


def clear(folder: Path) -> None:
    """Remove what a rehearsal left, also one that ended with its process."""
    shutil.rmtree(folder, ignore_errors=True)


def _settings_of(settings: Settings) -> Settings:
    folder = folder_of(settings)
    changes = {
        "data_dir": folder,
        "recordings_dir": folder / "recordings",
        "database_url": "",
        "secret_key": "",
        "demo": False,
        "captions": False,
    }
    return settings.model_copy(update=changes)


class RehearsalTraffic:
    """ASGI middleware that routes requests with the rehearsal's cookie to its site. Without a rehearsal it costs one comparison."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rehearsals: Rehearsals | None = getattr(scope["app"].state, "rehearsals", None) if "app" in scope else None
        site = rehearsals.site_for(scope) if rehearsals is not None and rehearsals.current is not None else None
        await (site or self.app)(scope, receive, send)


def rehearsals_of(conn: HTTPConnection) -> Rehearsals | None:
    """Return this server's rehearsals. A rehearsal's own site has none."""
    found: Rehearsals | None = getattr(conn.app.state, "rehearsals", None)
    return found


# --- the control socket ---------------------------------------------------------------------------------------


async def control(websocket: WebSocket) -> None:
    """One rehearsal from its first frame to its end."""
    rehearsals, site = rehearsals_of(websocket), site_of(websocket)
    token = websocket.headers.get("authorization", "").removeprefix("Bearer ")
    if rehearsals is None or not token_is_good(site.secret, token, now_millis()):
        await asyncio.sleep(DENIAL_SECONDS)
        await websocket.send_denial_response(JSONResponse({"code": "rehearsal_token"}, 403))
        return
    await websocket.accept()
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        begin = await _next(websocket)
        if not isinstance(begin, Begin) or not 2 <= begin.members <= MOST_MEMBERS or not 0 < begin.minutes <= 120:
            await websocket.close(4400)
            return
        code, detail = await _in_the_way(rehearsals, site, begin) or await _run(websocket, rehearsals, site, begin)
        await _say(websocket, Ended(code, detail))
        await websocket.close(1000)


async def _in_the_way(rehearsals: Rehearsals, site: Site, begin: Begin) -> tuple[EndCode, str] | None:
    """Return why there can be no rehearsal now, with the title of the meeting in the way."""
    if rehearsals.current is not None:
        return "rehearsal_running", ""
    schedule, now = site.schedule, now_millis()
    running = {*await schedule.running(), *site.registry.open_meetings()}
    if running:
        scheduled = await schedule.meeting(min(running))
        return "rehearsal_meeting_running", scheduled.plan.title if scheduled else ""
    soon = {*await schedule.beginning(now, now + round(begin.minutes * 60_000) + SOON_MS), *site.registry.attended_meetings()}
    if soon:
        scheduled = await schedule.meeting(min(soon))
        return "rehearsal_meeting_soon", scheduled.plan.title if scheduled else ""
    return None


async def _run(websocket: WebSocket, rehearsals: Rehearsals, site: Site, begin: Begin) -> tuple[EndCode, str]:
    if rehearsals.current is not None:  # another one was faster
        return "rehearsal_running", ""
    began = time.monotonic()
    log.info("a rehearsal begins", members=begin.members)
    most = 0
    try:
        async with rehearsals.opened(begin) as rehearsal, rehearsals.gauges() as gauges:
            assert rehearsal.prepared is not None
            if site.registry.open_meetings():  # it opened during the setup
                rehearsal.end("rehearsal_meeting_opened")
            prepared = rehearsal.prepared
            watch = f"/rehearsal/{rehearsal.key}"
            await _say(websocket, Began(rehearsal.key, prepared.meeting_id, prepared.links, watch, machine(media=site.media is not None)))

            async def hear() -> None:
                nonlocal most
                while True:
                    said = await _next(websocket)
                    if isinstance(said, Beat):
                        most = max(most, said.phones)
                    else:
                        rehearsal.end("finished" if isinstance(said, Finish) else "control_lost")
                        return

            async def tell() -> None:
                while True:
                    await _say(websocket, await gauges.read())
                    await asyncio.sleep(FIGURES_SECONDS)

            async def time_is_up() -> None:
                await asyncio.sleep(begin.minutes * 60 + SILENT_SECONDS)
                rehearsal.end("control_lost")

            tasks = [asyncio.create_task(work) for work in (hear(), tell(), time_is_up())]
            for task in tasks[:2]:
                task.add_done_callback(lambda _: rehearsal.end("control_lost"))
            try:
                code, detail = await asyncio.shield(rehearsal.ended)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
    except Exception:
        log.exception("the rehearsal failed")
        code, detail = "rehearsal_failed", ""
    roots = [branch.branch_id for branch in (await site.directory.tree()).children(None)]
    ran = f"{most} / {begin.members}, {round(time.monotonic() - began)} s, {code}"
    await site.access_log.note(Entry(now_millis(), Act.REHEARSAL_RAN, branch_id=roots[0] if roots else "", detail=ran))
    log.info("a rehearsal ran", phones=most, code=code)
    return code, detail


async def _next(websocket: WebSocket) -> FromRunner | None:
    """Return the next frame; ``None``: the other side is gone, silent, or sent an invalid frame."""
    try:
        async with asyncio.timeout(SILENT_SECONDS):
            said: FromRunner = from_runner.decode(await websocket.receive_text())
            return said
    except (TimeoutError, WebSocketDisconnect, msgspec.MsgspecError, KeyError):
        return None


async def _say(websocket: WebSocket, message: FromServer) -> None:
    await websocket.send_text(encode(message).decode())


# --- for whoever looks in ---------------------------------------------------------------------------------------


async def watch(request: Request) -> Response:
    """Let a person's own browser join the rehearsal as a guest. Raises Refused(not_found)."""
    rehearsals = rehearsals_of(request)
    current = rehearsals.current if rehearsals is not None else None
    if current is None or current.prepared is None or not secrets.compare_digest(request.path_params["key"].encode(), current.key.encode()):
        raise Refused(WebCode.NOT_FOUND)
    response = see(current.prepared.guest_link)
    put(response, request, COOKIE, current.key, COOKIE_SECONDS)
    return response


async def leave(request: Request) -> Response:
    """Lead back to the server's own pages."""
    response = see("/")
    drop(response, request, COOKIE)
    return response


routes: list[BaseRoute] = [
    WebSocketRoute("/rehearsal", control),
    Route("/rehearsal/leave", leave, methods=["GET"]),
    Route("/rehearsal/{key}", watch, methods=["GET"]),
]
