"""A browser as a device: a secret in a cookie of its own, which outlives sign-ins. Only its hash is stored."""

from __future__ import annotations

import hashlib
import hmac

from starlette.requests import HTTPConnection
from starlette.responses import Response

from meeting_server.domain.ids import MeetingId
from meeting_server.store.tokens import new_token, token_hash
from meeting_server.web.cookies import cookie_name, put

COOKIE = "device"
SECONDS = 400 * 24 * 3600
"""As long as browsers keep a cookie at most (RFC 6265bis section 5.5)."""


def known_device(conn: HTTPConnection) -> str:
    """The hash of this browser's secret; empty for a browser that has none yet."""
    secret = conn.cookies.get(cookie_name(conn, COOKIE), "")
    return token_hash(secret) if secret else ""


def device_hash(conn: HTTPConnection) -> str:
    """The hash of this browser's secret. One that had none is given one with the answer: see ``remember_device``."""
    known = known_device(conn)
    if known:
        return known
    state = conn.scope.setdefault("state", {})
    if "new_device" not in state:
        state["new_device"] = new_token()
    return token_hash(state["new_device"])


def remember_device(conn: HTTPConnection, response: Response) -> None:
    """Give a browser the secret that ``device_hash`` made for it."""
    fresh = conn.scope.get("state", {}).get("new_device")
    if fresh is not None:
        put(response, conn, COOKIE, fresh, SECONDS)


def guest_id_of(secret: bytes, meeting_id: MeetingId, device: str) -> str:
    """The participant a browser is as a guest of a meeting: always the same there, and another at every other meeting."""
    digest = hmac.digest(secret, b"guest\0" + f"{meeting_id}/{device}".encode(), hashlib.sha256)
    return f"g-{digest[:8].hex()}"
