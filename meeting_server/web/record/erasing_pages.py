"""Erasing for good: a message of one's own or, for who keeps the record, any; and the personal data of somebody who left."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people import erasing
from meeting_server.acts.people.permissions import Action
from meeting_server.archive.record.artefacts import TIMELINE
from meeting_server.archive.record.manifest import write_whole
from meeting_server.archive.record.timeline import timeline_of
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MeetingId, MessageId
from meeting_server.journal.erasing import OF_CHAT, message
from meeting_server.journal.port import StorageUnavailable
from meeting_server.store.people.people import Member
from meeting_server.web.record.reader import record_files_of, whole_reader_at
from meeting_server.web.site.auth import Viewer, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.permissions import may_act_on, require, tree_of
from meeting_server.web.site.site import site_of

log = structlog.get_logger(__name__)


# --- one message --------------------------------------------------------------------------------------------------------


async def erase_message(request: Request) -> Response:
    """Erase a message of a finished meeting: its author, or who keeps the record. That it was there, when and by whom, stays.

    Raises Refused: ``not_found`` for a message that is not there any more, or is not theirs to know of; ``forbidden``.
    """
    reader = await whole_reader_at(request)
    await form_of(request)
    if reader.scheduled.status != "adjourned":
        raise Refused(WebCode.NOT_FOUND)
    site, meeting_id = site_of(request), reader.meeting_id
    try:
        found = message(await site.registry.records(meeting_id, kinds=OF_CHAT), MessageId(request.path_params["message_id"]))
        if found is None:
            raise Refused(WebCode.NOT_FOUND)
        if found.actor != reader.viewer.participant_id and not reader.edits:
            raise Refused(Code.FORBIDDEN)
        await erasing.erase_message(site, reader.viewer.by, reader.scheduled, found, partial(_remake, request), now_millis())
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    return see(f"/archive/{meeting_id}?done=erased#record")


async def _remake(request: Request, meeting_id: MeetingId) -> None:
    """The time axis without it at once; the record's worker makes everything else anew within seconds."""
    site_of(request).workshop.forget()
    record_files = record_files_of(request)
    records = await site_of(request).registry.records(meeting_id)

    def make() -> None:
        folder, made = record_files.folder(meeting_id), timeline_of(records)
        if folder is not None and made is not None and TIMELINE.path(folder).is_file():
            write_whole(TIMELINE.path(folder), msgspec.json.encode(made))

    try:
        await asyncio.to_thread(make)
    except OSError as error:
        log.warning("the time axis is made anew later", meeting=meeting_id, reason=type(error).__name__)


# --- somebody who left --------------------------------------------------------------------------------------------------


async def left_page(request: Request) -> Response:
    """Who was removed from the roster, and what erasing their data means."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.EDIT_PEOPLE, branch_id)
    tree = await tree_of(request)
    here = [node.branch_id for node in tree.below(branch_id)]
    people = [m for m in await site_of(request).directory.removed(here) if await _acts_on(request, viewer, m)]
    context = {"branch": tree.get(branch_id), "people": people, "done": request.query_params.get("done", "")}
    return await render(request, "record/people_left.html", context)


async def erase_person(request: Request) -> Response:
    """Erase what is held about somebody who left. Raises Refused: ``not_found`` for who is on the roster, ``not_looked_at``."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.EDIT_PEOPLE, branch_id)
    form = await form_of(request)
    member = await site_of(request).directory.member(request.path_params["member_id"])
    tree = await tree_of(request)
    if member is None or member.removed_at is None or all(node.branch_id != member.branch_id for node in tree.below(branch_id)):
        raise Refused(WebCode.NOT_FOUND)
    if not await _acts_on(request, viewer, member):
        raise Refused(Code.FORBIDDEN)
    if field(form, "sure") != "yes":
        raise Refused(WebCode.NOT_LOOKED_AT)
    try:
        await erasing.erase_person(site_of(request), viewer.by, member, partial(_remake, request), now_millis())
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    return see(f"/branches/{branch_id}/people/left?done=erased")


async def _acts_on(request: Request, viewer: Viewer, member: Member) -> bool:
    grants = await site_of(request).directory.grants_of(member.member_id)
    return may_act_on(await tree_of(request), viewer, grants, member.member_id)


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/chat/{message_id}/erase", erase_message, methods=["POST"]),
    Route("/branches/{branch_id}/people/left", left_page, methods=["GET"]),
    Route("/branches/{branch_id}/people/{member_id}/erase", erase_person, methods=["POST"]),
]
