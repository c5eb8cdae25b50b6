"""Expensive endpoints: each person has one request processed at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from meeting_server.web.site.addresses import household_of
from meeting_server.web.site.auth import viewer_of
from meeting_server.web.site.site import site_of

Endpoint = Callable[[Request], Awaitable[Response]]


def one_at_a_time(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, run when it is this person's turn. It also raises Refused(rate_limited). Strangers of one household count as
    one person."""

    @wraps(endpoint)
    async def in_turn(request: Request) -> Response:
        viewer = await viewer_of(request)
        who = str(viewer.participant_id) if viewer is not None else f"of {household_of(request)}"
        async with site_of(request).workshop.turn(who):
            return await endpoint(request)

    return in_turn
