"""The pages of a meeting's documents as pictures, for whoever may see the meeting."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from meeting_server.store.document_pages import Size, picture_of
from meeting_server.web.desk import desk_of
from meeting_server.web.errors import Refused, WebCode
from meeting_server.web.meetings import seat_at

KEPT = "private, max-age=31536000, immutable"
"""A document never changes under its id, nor do its pages; only the own browser may keep them."""


async def small(request: Request) -> Response:
    return await _picture(request, "small")


async def large(request: Request) -> Response:
    return await _picture(request, "large")


async def _picture(request: Request, size: Size) -> Response:
    seat = await seat_at(request)
    documents = desk_of(request).documents
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
    Route("/meetings/{meeting_id}/documents/{document_id}/pages/{page}", small, methods=["GET"]),
    Route("/meetings/{meeting_id}/documents/{document_id}/pages/{page}/large", large, methods=["GET"]),
]
