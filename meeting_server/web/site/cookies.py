"""Names of our cookies: with the ``__Host-`` prefix over HTTPS, plain on a machine without a certificate."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from meeting_server.web.site.rehearsing import rehearsing
from meeting_server.web.site.site import site_of


def is_secure(conn: HTTPConnection) -> bool:
    """Return whether people use HTTPS, according to the address they open, whatever a proxy in between uses."""
    return conn.url.scheme in ("https", "wss") or site_of(conn).settings.public_url.startswith("https://")


def cookie_name(conn: HTTPConnection, name: str) -> str:
    """``__Host-signin`` over HTTPS: no other host can set it, no path can shadow it.

    A rehearsal's site has cookies of its own, so that watching it signs nobody out.
    """
    if rehearsing(conn) == "here":
        name = f"rehearsal-{name}"
    return f"__Host-{name}" if is_secure(conn) else name


def put(response: Response, conn: HTTPConnection, name: str, value: str, max_age: int) -> None:
    """Set a cookie that scripts cannot read."""
    response.set_cookie(cookie_name(conn, name), value, max_age=max_age, path="/", secure=is_secure(conn), httponly=True, samesite="lax")


def drop(response: Response, conn: HTTPConnection, name: str) -> None:
    """Remove a cookie set by ``put``."""
    response.delete_cookie(cookie_name(conn, name), path="/", secure=is_secure(conn), httponly=True, samesite="lax")
