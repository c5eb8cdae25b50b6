"""The documents of a meeting: adding and removing them, their bytes, and their pages as pictures for those who may see the meeting."""

from __future__ import annotations

import asyncio

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.schedule import documents as acts
from meeting_server.domain.errors import Code
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.recusal import is_outside, opens_document
from meeting_server.drawing.drawer import Size, picture_of
from meeting_server.store.schedule.documents import LARGEST, Document, DocumentRefused
from meeting_server.web.schedule.meeting_pages import being_drawn_of, of_the_record, show_meeting
from meeting_server.web.schedule.meetings import Seat, managed_seat, seat_at, state_of
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.site import site_of

UPLOAD_LIMIT = LARGEST + 64 * 1024
"""Most bytes of a form with one document."""
AT_ONCE_SECONDS = 5.0
"""How long an upload waits for its pages. After that the meeting's page shows the progress."""
_STATUS = {"wrong_type": 415, "too_large": 413, "too_many": 409, "busy": 429}

log = structlog.get_logger(__name__)
KEPT = "private, max-age=31536000, immutable"
"""A document and its pages never change under its id. Only the viewer's own browser may cache them."""


async def add_document(request: Request) -> Response:
    seat = await managed_seat(request)
    form = await form_of(request, limit=UPLOAD_LIMIT, files=1)
    upload = form.get("file")
    if upload is None or isinstance(upload, str):
        await form.close()
        return see(f"/meetings/{seat.meeting_id}?done=empty_file#documents")
    try:
        content = await upload.read(LARGEST + 1)
    finally:
        await form.close()
    by = seat.viewer.by
    site = site_of(request)
    work = acts.add_document(site, seat.meeting_id, upload.filename or "", content, by, now_millis())
    adding = site.under_way.begin(work, "add document")
    adding.add_done_callback(_finished)
    await asyncio.wait({adding}, timeout=AT_ONCE_SECONDS)
    if not adding.done():
        return see(f"/meetings/{seat.meeting_id}?done=document_drawing#documents")
    try:
        added = adding.result()
    except DocumentRefused as error:
        code = "document_too_large" if error.code == "too_large" else error.code
        return await show_meeting(request, seat, status=_STATUS.get(error.code, 422), done=code)
    done = f"unpaged_{added.why_unpaged}" if added.why_unpaged else "document_added"
    return see(f"/meetings/{seat.meeting_id}?done={done}#documents")


def _finished(adding: asyncio.Task[Document]) -> None:
    if not adding.cancelled() and (error := adding.exception()) is not None and not isinstance(error, DocumentRefused):
        log.error("a document was not added", exc_info=error)


async def documents_page(request: Request) -> Response:
    """Return the anchor of the documents on the meeting's page."""
    return see(f"/meetings/{(await seat_at(request)).meeting_id}#documents")


async def progress(request: Request) -> Response:
    """Return the drawing progress of new documents as a fragment, which the meeting's page polls."""
    seat = await managed_seat(request)
    being_drawn = being_drawn_of(request, seat.meeting_id)
    headers = {"cache-control": "no-store", "x-complete": "no" if being_drawn else "yes"}
    return await render(request, "schedule/documents_progress.html", {"being_drawn": being_drawn}, headers=headers)


async def remove_document(request: Request) -> Response:
    seat = await managed_seat(request)
    await form_of(request)
    document_id = request.path_params["document_id"]
    if document_id in being_drawn_of(request, seat.meeting_id):
        return await show_meeting(request, seat, status=409, done="document_busy")
    if document_id in await of_the_record(request, seat):
        return await show_meeting(request, seat, status=409, done="document_kept")
    if not await acts.remove_document(site_of(request), seat.meeting_id, document_id):
        raise Refused(WebCode.NOT_FOUND)
    return see(f"/meetings/{seat.meeting_id}?done=document_removed#documents")


async def document(request: Request) -> Response:
    """Return the bytes of one document to those who may see the meeting. Pictures are shown, PDF is downloaded."""
    seat = await _reading_seat(request)
    found = await site_of(request).documents.document(seat.meeting_id, request.path_params["document_id"])
    if found is None or not found.path.is_file():
        raise Refused(WebCode.NOT_FOUND)
    return _file(found)


async def _reading_seat(request: Request) -> Seat:
    """Return the seat of someone who may open the document in the path: not while they are outside the room, and not a document of items
    closed to them.

    Raises Refused: as ``seat_at``; ``outside``; ``not_found``.
    """
    seat = await seat_at(request)
    if seat.listed is None:
        return seat
    state = await state_of(request, seat.scheduled) if seat.scheduled.status in ("open", "adjourned") else None
    me = state.participants.get(seat.viewer.participant_id) if state is not None else None
    if state is None or me is None:
        if seat.listed.items:  # nothing has been shown yet
            raise Refused(WebCode.NOT_FOUND)
        return seat
    if not (me.items or me.recusals):
        return seat
    if state.phase == MeetingPhase.OPEN and is_outside(state, me):
        raise Refused(Code.OUTSIDE)
    records = await site_of(request).registry.records(seat.meeting_id)
    facts = (record.event for record in records if record.event is not None)
    if not opens_document(me, facts, request.path_params["document_id"]):
        raise Refused(WebCode.NOT_FOUND)
    return seat


def _file(found: Document) -> Response:
    return FileResponse(
        found.path,
        media_type=found.media_type,
        filename=found.file_name,
        content_disposition_type="inline" if found.media_type.startswith("image/") else "attachment",
        headers={
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
            "cache-control": "private, no-store",
        },
    )


async def small(request: Request) -> Response:
    return await _picture(request, "small")


async def large(request: Request) -> Response:
    return await _picture(request, "large")


async def _picture(request: Request, size: Size) -> Response:
    seat = await _reading_seat(request)
    documents = site_of(request).documents
    found = await documents.document(seat.meeting_id, request.path_params["document_id"])
    number = request.path_params["page"]
    if found is None or not (number.isascii() and number.isdigit() and len(number) < 5):
        raise Refused(WebCode.NOT_FOUND)
    page = await documents.page(found, int(number))
    if page is None:
        raise Refused(WebCode.NOT_FOUND)
    path = picture_of(found.path, page.page, size)
    if not path.is_file():
        raise Refused(WebCode.NOT_FOUND)
    digest = page.small_sha256 if size == "small" else page.large_sha256
    return FileResponse(
        path,
        media_type="image/webp",
        headers={"cache-control": KEPT, "etag": f'"{digest[:32]}"', "content-security-policy": "default-src 'none'; sandbox"},
    )


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/documents", documents_page, methods=["GET"]),
    Route("/meetings/{meeting_id}/documents", add_document, methods=["POST"]),
    Route("/meetings/{meeting_id}/documents/progress", progress, methods=["GET"]),
    Route("/meetings/{meeting_id}/documents/{document_id}", document, methods=["GET"]),
    Route("/meetings/{meeting_id}/documents/{document_id}/remove", remove_document, methods=["POST"]),
    Route("/meetings/{meeting_id}/documents/{document_id}/pages/{page}", small, methods=["GET"]),
    Route("/meetings/{meeting_id}/documents/{document_id}/pages/{page}/large", large, methods=["GET"]),
]
