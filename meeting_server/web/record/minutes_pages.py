"""The minutes of a meeting, on the screen and as a Word document."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.minutes.document_model import paper_of
from meeting_server.archive.minutes.record_form import RECORDED, record_form_of
from meeting_server.archive.minutes.word_files import form_docx, paper_docx
from meeting_server.domain.errors import Code
from meeting_server.web.record.approval import approved, with_approval
from meeting_server.web.record.reader import DOCX, Reader, download, minutes_at, whole_reader_at, words_of
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import language_of, render, say
from meeting_server.web.site.site import site_of
from meeting_server.web.site.taking_turns import one_at_a_time


async def minutes_page(request: Request) -> Response:
    reader = await _minutes_reader(request)
    minutes = await minutes_at(request, reader)
    if minutes is None or minutes.opened_at is None:
        return await render(request, "record/archive_waiting.html", {"scheduled": reader.scheduled, "steps": (), "running": True})
    found = await approved(request, minutes)
    paper = with_approval(request, paper_of(minutes, words_of(language_of(request))), found)
    context = {
        "scheduled": reader.scheduled,
        "paper": paper,
        "address": f"/archive/{reader.meeting_id}",
        "approved": found,
        "has_form": minutes.kind in RECORDED,
    }
    return await render(request, "record/minutes.html", context)


async def minutes_docx(request: Request) -> Response:
    reader = await _minutes_reader(request)
    minutes = await minutes_at(request, reader)
    if minutes is None or minutes.opened_at is None:
        raise Refused(WebCode.NOT_FOUND)
    found = await approved(request, minutes)
    paper = with_approval(request, paper_of(minutes, words_of(language_of(request))), found)
    draft = "" if minutes.final else say(request, "minutes.draft")
    content = await site_of(request).workshop.make(paper_docx, paper, draft)
    return download(content, DOCX, "minutes.docx", f"{paper.title}.docx")


async def record_form_docx(request: Request) -> Response:
    """三会一课记录表. Raises Refused (``not_found`` for a meeting that is none of them)."""
    reader = await _minutes_reader(request)
    minutes = await minutes_at(request, reader)
    if minutes is None or minutes.opened_at is None or minutes.kind not in RECORDED:
        raise Refused(WebCode.NOT_FOUND)
    form = record_form_of(minutes, words_of(language_of(request)))
    draft = "" if minutes.final else say(request, "minutes.draft")
    content = await site_of(request).workshop.make(form_docx, form, draft)
    return download(content, DOCX, "record-form.docx", f"{form.title} {minutes.title}.docx")


async def _minutes_reader(request: Request) -> Reader:
    """Minutes of a meeting that still runs are a draft for those who keep its record."""
    reader = await whole_reader_at(request)
    if reader.scheduled.status != "adjourned" and not reader.edits:
        raise Refused(Code.FORBIDDEN)
    return reader


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/minutes", minutes_page, methods=["GET"]),
    Route("/archive/{meeting_id}/record-form.docx", one_at_a_time(record_form_docx), methods=["GET"]),
    Route("/archive/{meeting_id}/minutes.docx", one_at_a_time(minutes_docx), methods=["GET"]),
]
