"""Forms that change something: the hidden token every one carries, and reading one within limits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Message

from meeting_server.domain.characters import clean
from meeting_server.web.site.auth import COOKIE
from meeting_server.web.site.cookies import cookie_name, put
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.site import site_of

FIELD = "csrf"
HEADER = "x-csrf-token"
STRANGER_COOKIE = "visit"
"""The cookie that ties forms to a browser that is not signed in (sign-in, joining)."""
STRANGER_SECONDS = 24 * 3600
FORM_BYTES = 256 * 1024
"""Ordinary forms are small. Pages that take files set their own limit."""


def form_token(conn: HTTPConnection) -> str:
    """Return the token for forms shown to this browser now. Every answer has a different one; all are valid until the next sign-in.

    The length of a compressed page that repeats a stranger's input reveals what else it contains (BREACH). A value masked with a fresh
    pad each time reveals nothing.
    """
    secret = _secret(conn)
    pad = secrets.token_bytes(len(secret))
    return base64.urlsafe_b64encode(pad + _xor(pad, secret)).decode()


def token_is_good(conn: HTTPConnection, given: str) -> bool:
    """Return whether a form or script sent back a token that this browser was given."""
    try:
        content = base64.urlsafe_b64decode(given.encode())
    except ValueError:
        return False
    secret = _secret(conn)
    return len(content) == 2 * len(secret) and hmac.compare_digest(_xor(content[: len(secret)], content[len(secret) :]), secret)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _secret(conn: HTTPConnection) -> bytes:
    seed = conn.cookies.get(cookie_name(conn, COOKIE)) or _stranger(conn)
    return hmac.digest(site_of(conn).secret, b"form\0" + seed.encode(), hashlib.sha256)[:18]


def _stranger(conn: HTTPConnection) -> str:
    state = conn.scope.setdefault("state", {})
    if "visit" not in state:
        state["visit"] = conn.cookies.get(cookie_name(conn, STRANGER_COOKIE)) or secrets.token_urlsafe(18)
    return str(state["visit"])


def remember_stranger(conn: HTTPConnection, response: Response) -> None:
    """Send a browser that was shown a form without being signed in the cookie from which its token was made."""
    state = conn.scope.get("state", {})
    if "visit" in state and cookie_name(conn, STRANGER_COOKIE) not in conn.cookies:
        put(response, conn, STRANGER_COOKIE, state["visit"], STRANGER_SECONDS)


async def form_of(request: Request, *, limit: int = FORM_BYTES, files: int = 0) -> FormData:
    """Return the fields of a form that changes something, with cleaned texts.

    Raises Refused: ``bad_origin`` (sent from another site), ``form_expired`` (token missing or of another sign-in),
    ``too_large`` (more than ``limit`` bytes or ``files`` files), ``bad_form`` (cannot be read).
    Every route that changes something reads its input through here or through ``check_header``.
    """
    _check_origin(request)
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise Refused(WebCode.TOO_LARGE)
    bounded = Request(request.scope, _Bounded(request, limit))
    try:
        form = await bounded.form(max_files=files, max_fields=2000, max_part_size=limit)
    except HTTPException:
        raise Refused(WebCode.BAD_FORM) from None
    given = form.get(FIELD)
    if not isinstance(given, str) or not token_is_good(request, given):
        await form.close()
        raise Refused(WebCode.FORM_EXPIRED)
    return FormData([(name, clean(value) if isinstance(value, str) else value) for name, value in form.multi_items()])


def check_header(request: Request) -> None:
    """Make the same checks for a script that sends no form: origin, and the token in a header."""
    _check_origin(request)
    if not token_is_good(request, request.headers.get(HEADER, "")):
        raise Refused(WebCode.FORM_EXPIRED)


def field(form: FormData, name: str, limit: int = 200) -> str:
    """Return one text field, stripped; empty if missing. Raises Refused(bad_form) for a file or an overlong text."""
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > limit or "\0" in value:
        raise Refused(WebCode.BAD_FORM, field=name)
    return value.strip()


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin")
    ours = (request.headers.get("host", ""), urlsplit(site_of(request).settings.public_url).netloc)
    if origin is not None and origin != "null" and urlsplit(origin).netloc not in ours:
        raise Refused(WebCode.BAD_ORIGIN)
    if request.headers.get("sec-fetch-site") in ("cross-site",):
        raise Refused(WebCode.BAD_ORIGIN)


class _Bounded:
    """Return a receive channel that refuses more than ``limit`` bytes, whatever the length header claims."""

    def __init__(self, request: Request, limit: int) -> None:
        self._receive = request.receive
        self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise Refused(WebCode.TOO_LARGE)
        return message
