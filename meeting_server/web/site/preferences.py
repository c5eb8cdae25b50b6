"""A reader's own language, theme and type size: three plain cookies, readable by the client too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from starlette.requests import HTTPConnection
from starlette.responses import Response

from meeting_server.web.site.catalogue import DEFAULT, LANGUAGES, Language

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """How pages are shown to this browser."""

    language: Language = DEFAULT
    theme: Theme = "auto"
    big: bool = False


def preferences_of(conn: HTTPConnection) -> Preferences:
    """Return what the cookies say, ignoring anything unknown."""
    language = conn.cookies.get("language", "")
    theme = conn.cookies.get("theme", "")
    return Preferences(
        language if language in LANGUAGES else DEFAULT,
        theme if theme in THEMES else "auto",
        conn.cookies.get("big") == "on",
    )


def keep(response: Response, name: Literal["language", "theme", "big"], value: str, *, secure: bool) -> None:
    """Remember one preference for a year. Not HttpOnly, because the room's script reads and writes it too."""
    response.set_cookie(name, value, max_age=YEAR_SECONDS, path="/", secure=secure, samesite="lax")
