"""Documents drafted from a meeting (选举办法, 选举报告单, 选举结果报告, 决议), as Word files for whoever manages it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.minutes.drafts import drafted, drafts_of
from meeting_server.archive.minutes.word_files import paper_docx
from meeting_server.domain.state import MeetingState
from meeting_server.journal.port import StorageUnavailable
from meeting_server.web.record.reader import DOCX, download, words_of
from meeting_server.web.schedule.meetings import Seat, managed_seat
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import language_of, render, say
from meeting_server.web.site.site import site_of
from meeting_server.web.site.taking_turns import one_at_a_time


async def drafts_page(request: Request) -> Response:
    seat = await managed_seat(request)
    drafts = drafts_of(await _state(request, seat))
    return await render(request, "record/drafts.html", {"scheduled": seat.scheduled, "drafts": drafts})


async def draft_docx(request: Request) -> Response:
    """Raises Refused(not_found) for a document the meeting cannot give yet."""
    seat = await managed_seat(request)
    state = await _state(request, seat)
    kind, motion_id = request.path_params["kind"], request.path_params["motion_id"]
    draft = next((one for one in drafts_of(state) if (one.kind, one.motion_id) == (kind, motion_id)), None)
    if draft is None:
        raise Refused(WebCode.NOT_FOUND)
    paper = drafted(state, draft, words_of(language_of(request)))
    content = await site_of(request).workshop.make(paper_docx, paper, say(request, "drafts.note"))
    return download(content, DOCX, f"{draft.kind.value}.docx", f"{paper.title}.docx")


async def _state(request: Request, seat: Seat) -> MeetingState:
    try:
        state = await site_of(request).registry.state(seat.meeting_id)
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    if state is None:
        raise Refused(WebCode.NOT_FOUND)
    return state


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/drafts", drafts_page, methods=["GET"]),
    Route("/meetings/{meeting_id}/drafts/{kind}/{motion_id}.docx", one_at_a_time(draft_docx), methods=["GET"]),
]
