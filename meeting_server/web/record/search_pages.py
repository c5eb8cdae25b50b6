"""The search page: what was said and written in the meetings a viewer may read, with a link to the moment."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

import structlog
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.record.parts import is_closed
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.record.search import LONGEST_QUERY, MOST_HITS, Hit, PassageKind, Search
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.record.archive_pages import KINDS
from meeting_server.web.record.reader import closed_to, readable
from meeting_server.web.site import dates
from meeting_server.web.site.auth import member_of
from meeting_server.web.site.pages import render
from meeting_server.web.site.permissions import tree_of
from meeting_server.web.site.site import site_of

log = structlog.get_logger(__name__)

MOST_NEAR = 10
"""Found by meaning, below what is found by words."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one meeting; each with its marked excerpt."""

    scheduled: Scheduled
    hits: tuple[tuple[Hit, Markup], ...]


def search_of(request: Request) -> Search:
    """The search of this house."""
    search = site_of(request).search
    assert isinstance(search, Search)
    return search


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of one search, as the address says them; what makes no sense is left out."""

    branch: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    who: str = ""
    what: str = ""
    vote: bool = False

    @property
    def any(self) -> bool:
        return self != Asked()

    def fits(self, scheduled: Scheduled) -> bool:
        """Whether a meeting is of the branch, kind and days asked for."""
        day = f"{dates.local(scheduled.opened_at or scheduled.plan.starts_at):%Y-%m-%d}"
        return (
            self.branch in ("", scheduled.plan.branch_id)
            and self.kind in ("", scheduled.plan.kind)
            and (not self.since or day >= self.since)
            and (not self.until or day <= self.until)
        )


def _asked(request: Request) -> Asked:
    given = {name: request.query_params.get(name, "").strip()[:100] for name in ("branch", "kind", "since", "until", "who", "what")}
    for name in ("since", "until"):
        if not _DAY.fullmatch(given[name]):
            given[name] = ""
    if given["what"] not in get_args(PassageKind):
        given["what"] = ""
    return Asked(**given, vote=request.query_params.get("vote") == "yes")


async def search_page(request: Request) -> Response:
    query = request.query_params.get("q", "").strip()[:LONGEST_QUERY]
    asked, may = _asked(request), await readable(request)
    meetings = {m.meeting_id: m for m in may.meetings if asked.fits(m)}
    search = search_of(request)
    if asked.vote:
        voted = await search.holding("motion", [m for m in meetings if m in may.whole])
        meetings = {meeting_id: m for meeting_id, m in meetings.items() if meeting_id in voted}
    whole = [meeting_id for meeting_id in meetings if meeting_id in may.whole]
    studied = [meeting_id for meeting_id in meetings if meeting_id not in may.whole]
    kinds: tuple[PassageKind, ...] = (cast(PassageKind, asked.what),) if asked.what else ()
    hits = await search.find(query, meetings=whole, studied=studied, kinds=kinds, who=asked.who) if query else []
    hits = await open_hits(request, meetings, hits)
    near = await _near(request, query, asked, whole, studied, MOST_NEAR + len(hits)) if query else []
    alike = [hit for hit in await open_hits(request, meetings, near) if _place(hit) not in {_place(found) for found in hits}]
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.meeting_id, []).append(hit)
    found = [Found(meetings[hits[0].meeting_id], tuple((hit, marked(hit)) for hit in hits)) for hits in grouped.values()]
    tree = await tree_of(request)
    of_branches = dict.fromkeys(m.plan.branch_id for m in may.meetings)
    return await render(
        request,
        "record/search.html",
        {
            "query": query,
            "found": found,
            "alike": [(meetings[hit.meeting_id], hit) for hit in alike[:MOST_NEAR]],
            "count": len(hits),
            "full": len(hits) >= MOST_HITS,
            "any": bool(may.meetings),
            "asked": asked,
            "branches": [(i, branch.name) for i in of_branches if (branch := tree.get(i)) is not None],
            "kinds": [kind for kind in KINDS if any(m.plan.kind == kind for m in may.meetings)],
            "whats": get_args(PassageKind),
        },
    )


async def _near(request: Request, query: str, asked: Asked, whole: list[MeetingId], studied: list[MeetingId], most: int) -> list[Hit]:
    """What means something like it; nothing while there is no model, or when it breaks: the exact search stands by itself."""
    hits = await meaning_like(request, query, whole, studied, most * 2)
    return [hit for hit in hits if asked.what in ("", hit.kind) and asked.who in hit.who]


async def meaning_like(request: Request, text: str, whole: Collection[str], studied: Collection[str], most: int) -> list[Hit]:
    """Passages that mean something like the text, the likest first: of ``studied`` meetings only what is published. Who was asked
    out of an item is still to be asked for."""
    site = site_of(request)
    embedder = await asyncio.to_thread(site.embedder)
    if embedder is None:
        return []
    try:
        return await site.meanings.find(text, embedder, meetings=whole, studied=studied, limit=most)
    except (OSError, RuntimeError, ValueError) as error:
        log.warning("nothing is found by meaning", reason=str(error))
        return []


def _place(hit: Hit) -> tuple[str, PassageKind, Millis]:
    return hit.meeting_id, hit.kind, hit.said_at


async def open_hits(request: Request, meetings: Mapping[MeetingId, Scheduled], hits: Sequence[Hit]) -> list[Hit]:
    """Those of the hits that are not closed to the viewer: of a meeting they were asked out of, nothing of that item."""
    viewer = await member_of(request)
    among = {hit.meeting_id for hit in hits}
    closed = {meeting_id: await closed_to(request, meetings[meeting_id], viewer.participant_id) for meeting_id in among}
    return [hit for hit in hits if hit.kind == "title" or not is_closed(closed[hit.meeting_id], hit.said_at)]


def marked(hit: Hit) -> Markup:
    """The excerpt with what was found in ``<mark>``; everything in it is escaped."""
    parts: list[Markup] = []
    position = 0
    for start, end in hit.marks:
        parts += [escape(hit.excerpt[position:start]), Markup("<mark>"), escape(hit.excerpt[start:end]), Markup("</mark>")]
        position = end
    return Markup("").join([*parts, escape(hit.excerpt[position:])])


routes: list[BaseRoute] = [Route("/search", search_page, methods=["GET"])]
