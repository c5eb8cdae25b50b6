"""A browser as a device: a secret in a cookie of its own that outlives sign-ins. The server stores only its hash."""

from __future__ import annotations

import hashlib
import hmac

from starlette.requests import HTTPConnection
from starlette.responses import Response

from meeting_server.domain.ids import MeetingId
from meeting_server.store.tokens import new_token, token_hash
from meeting_server.web.site.cookies import cookie_name, put

COOKIE = "device"
SECONDS = 400 * 24 * 3600
"""The longest time browsers keep a cookie (RFC 6265bis section 5.5)."""


def known_device(conn: HTTPConnection) -> str:
    """Return the hash of this browser's secret, empty if it has none yet."""
    secret = conn.cookies.get(cookie_name(conn, COOKIE), "")
    return token_hash(secret) if secret else ""


def device_hash(conn: HTTPConnection) -> str:
    """Return the hash of this browser's secret. A browser without one gets one with the answer: see ``remember_device``."""
    known = known_device(conn)
    if known:
        return known
    state = conn.scope.setdefault("state", {})
    if "new_device" not in state:
        state["new_device"] = new_token()
    return token_hash(state["new_device"])


def remember_device(conn: HTTPConnection, response: Response) -> None:
    """Send a browser the secret that ``device_hash`` made for it."""
    fresh = conn.scope.get("state", {}).get("new_device")
    if fresh is not None:
        put(response, conn, COOKIE, fresh, SECONDS)


KNOWN = "known"
MOST_KNOWN = 4
"""Most people whose number a browser is known for, because a hall's device is shared."""


def _known_mark(device: str, secret: bytes, number: str) -> str:
    return hmac.digest(secret, b"known\0" + f"{number}/{device}".encode(), hashlib.sha256)[:12].hex()


def knows(conn: HTTPConnection, secret: bytes, number: str) -> str:
    """Return this browser's hash if somebody has signed in here with this number (``people.number_key``) before, else empty.

    The browser itself stores that, in a form that reveals nothing about the number. Known and unknown ones are looked up alike.
    """
    device = known_device(conn)
    mark = _known_mark(device, secret, number).encode()
    marks = conn.cookies.get(cookie_name(conn, KNOWN), "").split(".")
    return device if device and any(hmac.compare_digest(mark, one.encode()) for one in marks) else ""


def remember_number(conn: HTTPConnection, response: Response, secret: bytes, number: str) -> None:
    """Remember that somebody with this number signed in here."""
    if not number:
        return
    mark = _known_mark(device_hash(conn), secret, number)
    others = [one for one in conn.cookies.get(cookie_name(conn, KNOWN), "").split(".") if one and one != mark]
    put(response, conn, KNOWN, ".".join([*others[1 - MOST_KNOWN :], mark]), SECONDS)


def guest_id_of(secret: bytes, meeting_id: MeetingId, device: str) -> str:
    """Return the participant id of a browser as a guest of a meeting: always the same there, different in every other meeting."""
    digest = hmac.digest(secret, b"guest\0" + f"{meeting_id}/{device}".encode(), hashlib.sha256)
    return f"g-{digest[:8].hex()}"
