"""Telling the university's learning record store what members studied, for those who agreed; and the page where they do."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.learning import traces
from meeting_server.archive.takeaway.xapi import Deed, Done, statement
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.studied import Studied
from meeting_server.web.site.auth import member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import address_of, language_of, render, see
from meeting_server.web.site.site import site_of


async def tell(
    request: Request,
    member_id: str,
    deed: Deed,
    studied: Studied,
    title: str,
    *,
    at: Millis,
    spent: Millis = 0,
    right: int = 0,
    asked: int = 0,
) -> bool:
    """Put a deed into the outbox; False when there is no record store, or the member did not agree. Again: told once."""
    site = site_of(request)
    if not site.settings.lrs_endpoint:
        return False
    consent = await site.statements.consent_of(member_id)
    if consent is None:
        return False
    done = Done(
        deed,
        consent.actor_name,
        address_of(request, "/"),
        address_of(request, studied.address),
        title,
        language_of(request),
        at,
        spent,
        right,
        asked,
    )
    return await site.statements.add(member_id, statement(done), now_millis())


async def telling_page(request: Request) -> Response:
    """What would be told, to whom, and the member's own switch."""
    viewer = await member_of(request)
    site = site_of(request)
    return await render(
        request,
        "learning/telling.html",
        {
            "store": urlsplit(site.settings.lrs_endpoint).netloc.rsplit("@", 1)[-1],
            "consent": await site.statements.consent_of(viewer.member_id or ""),
            "done": request.query_params.get("done", ""),
        },
    )


async def agree(request: Request) -> Response:
    """Agree, or agree no more."""
    viewer = await member_of(request)
    form = await form_of(request)
    site, branch_id, now = site_of(request), viewer.branch_id or "", now_millis()
    wanted = field(form, "agree") == "on"
    if wanted and not site.settings.lrs_endpoint:
        raise Refused(WebCode.NOT_FOUND)
    if wanted:
        await traces.agree_to_telling(site, viewer.by, branch_id, now)
    else:
        await traces.stop_telling(site, viewer.by, branch_id, now)
    return see(f"/me/telling?done={'on' if wanted else 'off'}")


routes: list[BaseRoute] = [
    Route("/me/telling", telling_page, methods=["GET"]),
    Route("/me/telling", agree, methods=["POST"]),
]
