"""Server-rendered pages: templates with the reader's language, theme and type size, and forms with their token."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from meeting_server.domain.characters import clean
from meeting_server.web.site import dates
from meeting_server.web.site.auth import now_millis, viewer_of
from meeting_server.web.site.catalogue import Language, text
from meeting_server.web.site.forms import FIELD, form_token, remember_stranger
from meeting_server.web.site.preferences import preferences_of
from meeting_server.web.site.rehearsing import rehearsing
from meeting_server.web.site.site import site_of

TEMPLATES = Path(__file__).resolve().parents[1]
"""Templates are beside the pages that use them: ``record/player.html``."""


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_shown,
    )
    environment.filters["clock"] = dates.clock
    environment.filters["minutes"] = dates.minutes
    environment.filters["ord_of"] = lambda character: ord(character) if character else 0
    environment.globals["path_part"] = partial(quote, safe="")
    environment.globals["icons"] = environment.get_template("site/icons.html").module
    return environment


def _shown(value: Any) -> Any:
    """Clean a value printed by a template, so that text stored before input was cleaned is shown clean too."""
    return type(value)(clean(value)) if isinstance(value, str) else value


ENVIRONMENT = _environment()


def language_of(request: Request) -> Language:
    """Return this browser's language."""
    return preferences_of(request).language


def say(request: Request, key: str, **parameters: object) -> str:
    """Return a text of the catalogue in the reader's language."""
    return text(language_of(request), key, **parameters)


async def render(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Render a template, named with its room: ``record/player.html``.

    Besides ``context``, a template has: ``t(key, **holes)``, ``icons`` (macros of ``icons.html``), ``language``,
    ``theme``, ``big``, ``rehearsing``, ``viewer`` (or None), ``manages`` (holds a role in a branch), ``here``, ``path``,
    ``request_id``, ``csrf`` (token) and ``csrf_field()`` (the hidden input every form carries), ``now``, ``styles``,
    ``script(name)``; dates as ``day(ms)``, ``date(ms)``, ``month(ms)``, ``moment(ms)`` and the filters ``clock`` and ``minutes``.
    """
    preferences = preferences_of(request)
    language = preferences.language
    viewer = await viewer_of(request)
    token = form_token(request)
    now = now_millis()
    page = ENVIRONMENT.get_template(template).render(
        {
            "t": partial(text, language),
            "language": language,
            "theme": preferences.theme,
            "big": preferences.big,
            "viewer": viewer,
            "manages": bool(viewer and viewer.grants),
            "csrf": token,
            "csrf_field": partial(_csrf_field, token),
            "path": request.url.path,
            "rehearsing": rehearsing(request),
            "here": _here(request),
            "now": now,
            "styles": site_of(request).assets.styles(),
            "script": site_of(request).assets.script,
            "request_id": request.scope.get("state", {}).get("request_id", ""),
            "day": partial(_day, language, now),
            "date": partial(dates.date, language),
            "month": partial(dates.month, language),
            "moment": partial(_moment, language, now),
            **(context or {}),
        }
    )
    response = HTMLResponse(page, status_code=status, headers=dict(headers or {}))
    remember_stranger(request, response)
    return response


def see(location: str) -> RedirectResponse:
    """Redirect to ``location`` (a path of ours) after a form has done its work, so that reloading repeats nothing."""
    return RedirectResponse(own_path(location), status_code=303)


def own_path(location: str) -> str:
    """Return ``location`` if it is a path of this server, else ``/``, so that a redirect never leads elsewhere."""
    parts = urlsplit(location)
    if parts.scheme or parts.netloc or not location.startswith("/") or location.startswith(("//", "/\\")):
        return "/"
    if any(ord(character) < 0x20 for character in location):
        return "/"
    return location


def address_of(request: Request, path: str) -> str:
    """Return the full address of a path, for links and QR codes, from the public address if set, else from the request's."""
    public = site_of(request).settings.public_url.rstrip("/")
    return f"{public or str(request.base_url).rstrip('/')}{path}"


def _here(request: Request) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def _csrf_field(token: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token)


def _day(language: Language, now: int, at: int) -> str:
    return dates.day(language, at, now)


def _moment(language: Language, now: int, at: int) -> str:
    return dates.moment(language, at, now)
