"""The search page: what was said and written in the meetings a viewer may read, with a link to the moment."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.store.schedule import Scheduled
from meeting_server.store.search import LONGEST_QUERY, MOST_HITS, Hit, Search
from meeting_server.web.auth import member_of
from meeting_server.web.desk import desk_of
from meeting_server.web.house import house_of
from meeting_server.web.pages import render
from meeting_server.web.permissions import Action, branches_for


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one meeting; each with its marked excerpt."""

    scheduled: Scheduled
    hits: tuple[tuple[Hit, Markup], ...]


def search_of(request: Request) -> Search:
    """The search of this house."""
    search = house_of(request).search
    assert isinstance(search, Search)
    return search


async def search_page(request: Request) -> Response:
    viewer = await member_of(request)
    query = request.query_params.get("q", "").strip()[:LONGEST_QUERY]
    branches = await branches_for(request, Action.SEE_ARCHIVE)
    meetings = {
        m.meeting_id: m
        for m in await desk_of(request).schedule.concerning(viewer.participant_id, branches)
        if m.status == "adjourned"
    }
    hits = await search_of(request).find(query, meetings=list(meetings)) if query else []
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.meeting_id, []).append(hit)
    found = [
        Found(meetings[hits[0].meeting_id], tuple((hit, marked(hit)) for hit in hits)) for hits in grouped.values()
    ]
    return await render(
        request,
        "search.html",
        {"query": query, "found": found, "count": len(hits), "full": len(hits) >= MOST_HITS, "any": bool(meetings)},
    )


def marked(hit: Hit) -> Markup:
    """The excerpt with what was found in ``<mark>``; everything in it is escaped."""
    parts: list[Markup] = []
    position = 0
    for start, end in hit.marks:
        parts += [escape(hit.excerpt[position:start]), Markup("<mark>"), escape(hit.excerpt[start:end]), Markup("</mark>")]
        position = end
    return Markup("").join([*parts, escape(hit.excerpt[position:])])


routes: list[BaseRoute] = [Route("/search", search_page, methods=["GET"])]
