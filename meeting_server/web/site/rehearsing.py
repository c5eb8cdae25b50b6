"""Whether a page belongs to a rehearsal, or one runs on the same server. Every page says so."""

from __future__ import annotations

from typing import Literal

from starlette.requests import HTTPConnection

from meeting_server.web.site.site import site_of

Rehearsing = Literal["", "here", "beside"]


def rehearsing(conn: HTTPConnection) -> Rehearsing:
    """``here``: this site is the rehearsal's own. ``beside``: one is under way on this server."""
    if site_of(conn).is_rehearsal:
        return "here"
    rehearsals = getattr(conn.app.state, "rehearsals", None)
    return "beside" if rehearsals is not None and rehearsals.current is not None else ""
