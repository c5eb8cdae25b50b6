"""A reader before a finished record: whose business it is, and what of it they see."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from meeting_server.archive.manifest import Manifest
from meeting_server.archive.minutes import Minutes, minutes_of
from meeting_server.archive.minutes_text import Words
from meeting_server.archive.shelf import Shelf
from meeting_server.archive.timeline import Line
from meeting_server.domain.ids import MeetingId
from meeting_server.journal.port import Record, StorageUnavailable
from meeting_server.store.schedule import Scheduled
from meeting_server.web import dates
from meeting_server.web.auth import Viewer, viewer_of
from meeting_server.web.catalogue import Language, text
from meeting_server.web.desk import desk_of
from meeting_server.web.errors import Refused, WebCode
from meeting_server.web.house import house_of
from meeting_server.web.permissions import Action, allowed

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Reader:
    """A viewer before the record of an adjourned meeting. ``edits``: keeps the record, and so sees every room's."""

    scheduled: Scheduled
    viewer: Viewer
    edits: bool
    exports: bool

    @property
    def meeting_id(self) -> MeetingId:
        return self.scheduled.meeting_id

    def may_read(self, line: Line) -> bool:
        return self.edits or not line.audience or self.viewer.participant_id in line.audience


def shelf_of(request: Request) -> Shelf:
    """The records of this house."""
    shelf = house_of(request).archive
    assert isinstance(shelf, Shelf)
    return shelf


async def reader_at(request: Request) -> Reader:
    """The viewer before the record named in the path: whoever was on its list, or may see its branch's archive.

    Raises Refused: ``sign_in_required``; ``not_found`` for a meeting that is none of the viewer's business.
    """
    viewer = await viewer_of(request)
    if viewer is None:
        raise Refused(WebCode.SIGN_IN_REQUIRED)
    scheduled = await desk_of(request).schedule.meeting(request.path_params["meeting_id"])
    if scheduled is None or viewer.only_meeting not in (None, scheduled.meeting_id):
        raise Refused(WebCode.NOT_FOUND)
    branch_id = scheduled.plan.branch_id
    listed = viewer.member_id is not None and scheduled.listed(viewer.participant_id) is not None
    if not listed and not await allowed(request, Action.SEE_ARCHIVE, branch_id):
        raise Refused(WebCode.NOT_FOUND)
    return Reader(
        scheduled,
        viewer,
        edits=await allowed(request, Action.EDIT_ARCHIVE, branch_id),
        exports=await allowed(request, Action.EXPORT_ARCHIVE, branch_id),
    )


def words_of(language: Language) -> Words:
    """How minutes are put into a language."""
    return Words(partial(text, language), partial(dates.date, language), dates.clock, language == "zh-CN")


async def minutes_at(request: Request, reader: Reader) -> Minutes | None:
    """As the archive worker made them; until then, and while the meeting runs, folded from the journal."""
    made = await asyncio.to_thread(shelf_of(request).minutes, reader.meeting_id)
    if made is not None:
        return made
    records = await records_at(request, reader.meeting_id)
    return await asyncio.to_thread(minutes_of, records)


async def records_at(request: Request, meeting_id: MeetingId) -> list[Record]:
    registry = house_of(request).registry
    if registry is None:
        return []
    try:
        records: list[Record] = await registry.records(meeting_id)
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    return records


def steps_of(manifest: Manifest) -> list[tuple[str, str, str]]:
    """Progress, step by step: name, state, why it failed."""
    return [(name, step.state, step.code) for name, step in manifest.steps.items()]


def download(content: bytes, media_type: str, plain_name: str, name: str) -> Response:
    disposition = f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": disposition, "cache-control": "private, no-store", "x-content-type-options": "nosniff"},
    )
