"""The access log of a branch and everything below it, newest first, as a plain table."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.store.people.access_log import Act
from meeting_server.web.site.pages import render
from meeting_server.web.site.permissions import require, tree_of
from meeting_server.web.site.site import site_of

ON_A_PAGE = 50


async def log(request: Request) -> Response:
    """Show acts about this branch; ``before`` pages, ``act`` shows one kind only."""
    branch_id = request.path_params["branch_id"]
    await require(request, Action.SEE_ACCESS_LOG, branch_id)
    tree = await tree_of(request)
    below = tree.below(branch_id)
    before, act = request.query_params.get("before", ""), request.query_params.get("act", "")
    entries = await site_of(request).access_log.latest(
        [branch.branch_id for branch in below],
        before=int(before) if before.isdigit() and len(before) < 12 else 0,
        limit=ON_A_PAGE + 1,
        act=Act(act) if act in set(Act) else None,
    )
    return await render(
        request,
        "people/access_log.html",
        {
            "branch": tree.get(branch_id),
            "where": {branch.branch_id: branch.name for branch in below},
            "entries": [entry for _number, entry in entries[:ON_A_PAGE]],
            "earlier": entries[ON_A_PAGE - 1][0] if len(entries) > ON_A_PAGE else 0,
            "acts": list(Act),
            "act": act if act in set(Act) else "",
            "paged": bool(before),
        },
    )


routes: list[BaseRoute] = [Route("/branches/{branch_id}/log", log, methods=["GET"])]
