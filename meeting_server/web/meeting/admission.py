"""Who may open a meeting's socket. Checked before the handshake is answered, so that nobody else can send a frame."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from math import ceil
from typing import Protocol
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.journal.port import StorageUnavailable
from meeting_server.live.registry import Registry
from meeting_server.web.site.addresses import household_of
from meeting_server.web.site.auth import viewer_of
from meeting_server.web.site.limits import Allowances
from meeting_server.web.site.open_sockets import OpenSockets
from meeting_server.web.site.site import site_of
from meeting_server.wire.close_codes import Close
from meeting_server.wire.codec import SUBPROTOCOL

HELLO_SECONDS = 10.0
DENIAL_SECONDS = 1.0
"""Seconds before a handshake is refused, so that nobody can retry a thousand times a second."""
MOST_DENIALS_WAITING = 500
COME_AGAIN_SECONDS = 5


class SocketViewer(Protocol):
    """What a socket needs to know about a viewer; ``web.auth.Viewer`` is one."""

    @property
    def participant_id(self) -> ParticipantId: ...
    @property
    def sign_in_id(self) -> str: ...
    @property
    def only_meeting(self) -> MeetingId | None: ...
    @property
    def is_guest(self) -> bool: ...
    @property
    def bound(self) -> bool: ...


WatchSignIn = Callable[[str, Callable[[], None]], Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Denial:
    """Why there is no socket. ``close``: the close code that means the same on an open one."""

    status: int
    code: str
    close: Close | None = None
    retry_after: int = 0

    def response(self) -> Response:
        body = {"code": self.code, **({"close": int(self.close)} if self.close is not None else {})}
        headers = {"cache-control": "no-store", **({"retry-after": str(self.retry_after)} if self.retry_after else {})}
        return JSONResponse(body, self.status, headers)


BAD_ORIGIN = Denial(403, "bad_origin")
NO_SUBPROTOCOL = Denial(400, "subprotocol_required")
_BY_CLOSE: dict[Close, Denial] = {
    Close.SIGNED_OUT: Denial(401, "sign_in_required", Close.SIGNED_OUT),
    Close.FORBIDDEN: Denial(403, "not_a_participant", Close.FORBIDDEN),
    Close.REMOVED: Denial(403, "removed", Close.REMOVED),
    Close.UNKNOWN_MEETING: Denial(404, "not_found", Close.UNKNOWN_MEETING),
    Close.UNAVAILABLE: Denial(503, "storage_unavailable", Close.UNAVAILABLE, COME_AGAIN_SECONDS),
}


def _too_many(seconds: float) -> Denial:
    return Denial(429, "rate_limited", retry_after=max(1, ceil(seconds)))


@dataclass(slots=True)
class Admission:
    """Who may connect, and how many. ``origins``: allowed besides the host that the request was sent to."""

    registry: Registry
    viewer_of: Callable[[HTTPConnection], Awaitable[SocketViewer | None]]
    origins: frozenset[str] = frozenset()
    watch: WatchSignIn | None = None
    allowances: Allowances = field(default_factory=Allowances)
    hello_seconds: float = HELLO_SECONDS
    denial_seconds: float = DENIAL_SECONDS
    sockets: OpenSockets = field(default_factory=OpenSockets)

    async def deny(self, denial: Denial) -> Response:
        """Return the refusal after a pause."""
        if self.sockets.denials < MOST_DENIALS_WAITING:
            self.sockets.denials += 1
            try:
                await asyncio.sleep(self.denial_seconds)
            finally:
                self.sockets.denials -= 1
        return denial.response()


def admission_of(conn: HTTPConnection) -> Admission:
    """Return this site's admission to sockets."""
    site = site_of(conn)
    origins = origins_of(site.settings.public_url)
    return Admission(site.registry, viewer_of, origins, site.sign_outs.watch, site.allowances, sockets=site.sockets)


async def admitted(conn: HTTPConnection, admission: Admission) -> SocketViewer | Denial:
    """Return the viewer whose socket may be opened now, or why not. Counts nothing yet."""
    headers = conn.headers
    if conn.scope["type"] == "websocket":
        if not origin_allowed(headers.get("origin"), headers.get("host"), admission.origins):
            return BAD_ORIGIN
        if SUBPROTOCOL not in conn.scope.get("subprotocols", []):
            return NO_SUBPROTOCOL
    viewer = await admission.viewer_of(conn)
    if viewer is None:
        return _BY_CLOSE[Close.SIGNED_OUT]
    wait = admission.allowances.handshake(viewer.participant_id, time.monotonic())
    if wait > 0:
        return _too_many(wait)
    try:
        closed = await _closed(admission.registry, MeetingId(conn.path_params["meeting_id"]), viewer)
    except StorageUnavailable:
        closed = Close.UNAVAILABLE
    if closed is not None:
        return _BY_CLOSE[closed]
    # last, so that nothing awaits between this and ``enter``
    full = admission.sockets.full(viewer.participant_id, household_of(conn), is_guest=viewer.is_guest)
    return _too_many(COME_AGAIN_SECONDS) if full else viewer


async def _closed(registry: Registry, meeting_id: MeetingId, viewer: SocketViewer) -> Close | None:
    if viewer.only_meeting not in (None, meeting_id):
        return Close.FORBIDDEN
    assembly = await registry.assembly(meeting_id)
    return Close.UNKNOWN_MEETING if assembly is None else assembly.closed_to(viewer.participant_id)


def origins_of(*urls: str) -> frozenset[str]:
    """Return the ``host[:port]`` of each non-empty URL."""
    return frozenset(urlsplit(url).netloc.lower() for url in urls if url)


def origin_allowed(origin: str | None, host: str | None, others: Iterable[str]) -> bool:
    """Return whether a page of ``origin`` may open a socket here. Only our own pages may.

    A browser sends ``Origin`` with every WebSocket, and pages can't choose it. If it is missing or ``null``, the page is not ours.
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
