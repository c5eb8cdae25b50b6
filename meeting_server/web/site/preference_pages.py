"""Choosing language, theme and type size with one small form on every page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.web.site.catalogue import LANGUAGES
from meeting_server.web.site.cookies import is_secure
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import see
from meeting_server.web.site.preferences import THEMES, keep


async def choose(request: Request) -> Response:
    """Store what the form sets (``language``, ``theme``, ``big``) and go back to ``next``."""
    form = await form_of(request)
    response = see(field(form, "next", 2000) or "/")
    secure = is_secure(request)
    chosen = {"language": LANGUAGES, "theme": THEMES, "big": ("on", "off")}
    if not any(name in form for name in chosen):
        raise Refused(WebCode.BAD_FORM)
    if "language" in form:
        if field(form, "language") not in LANGUAGES:
            raise Refused(WebCode.BAD_FORM, field="language")
        keep(response, "language", field(form, "language"), secure=secure)
    if "theme" in form:
        if field(form, "theme") not in THEMES:
            raise Refused(WebCode.BAD_FORM, field="theme")
        keep(response, "theme", field(form, "theme"), secure=secure)
    if "big" in form:
        if field(form, "big") not in ("on", "off"):
            raise Refused(WebCode.BAD_FORM, field="big")
        keep(response, "big", field(form, "big"), secure=secure)
    return response


routes: list[BaseRoute] = [Route("/preferences", choose, methods=["POST"])]
