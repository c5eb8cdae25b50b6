"""Related passages of a record: what other meetings said about each of its items, as far as both are open to the reader."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.domain.ids import Millis
from meeting_server.store.record.search import Hit
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.record.reader import readable, reader_at, timeline_at
from meeting_server.web.record.search_pages import meaning_like, open_hits
from meeting_server.web.site.pages import render

ITEMS_MOST, PASSAGES_EACH = 8, 3


@dataclass(frozen=True, slots=True)
class Related:
    """An item of the record (``since``: Unix ms), and passages of other meetings."""

    title: str
    since: Millis
    passages: tuple[tuple[Scheduled, Hit], ...]


async def related_page(request: Request) -> Response:
    reader = await reader_at(request)
    timeline, may = await timeline_at(request, reader), await readable(request)
    others = {m.meeting_id: m for m in may.meetings if m.meeting_id != reader.meeting_id}
    whole = [meeting_id for meeting_id in others if meeting_id in may.whole]
    studied = [meeting_id for meeting_id in others if meeting_id not in may.whole]
    found: list[Related] = []
    chapters = [chapter for chapter in (timeline.chapters if timeline is not None else ()) if chapter.title]
    for chapter in {chapter.title: chapter for chapter in chapters[:ITEMS_MOST]}.values():
        hits = await meaning_like(request, chapter.title, whole, studied, PASSAGES_EACH * 4)
        near = (await open_hits(request, others, hits))[:PASSAGES_EACH]
        if near:
            found.append(Related(chapter.title, chapter.since, tuple((others[hit.meeting_id], hit) for hit in near)))
    return await render(request, "record/related.html", {"address": f"/archive/{reader.meeting_id}", "related": found, "reader": reader})


routes: list[BaseRoute] = [Route("/archive/{meeting_id}/related", related_page, methods=["GET"])]
