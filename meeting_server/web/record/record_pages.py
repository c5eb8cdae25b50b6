"""Keeping a record: its state, the approval of the minutes, its publication as a learning resource, the video on demand."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.acts.record.approve import approve_minutes
from meeting_server.acts.record.publish import publish_record, withdraw_record
from meeting_server.archive.audit.printing import grouped
from meeting_server.archive.record import digest
from meeting_server.archive.record.artefacts import COMPOSITE
from meeting_server.archive.record.steps.composite import Compose
from meeting_server.domain.errors import Code
from meeting_server.store.record.publications import AUDIENCES, Publication
from meeting_server.store.record.record_orders import Order
from meeting_server.web.record.approval import approved
from meeting_server.web.record.decided_pages import decided_of
from meeting_server.web.record.hearing_again import again_of
from meeting_server.web.record.numbers_pages import refuse_unread, unread_count
from meeting_server.web.record.playback import clock_of
from meeting_server.web.record.reader import Reader, editor_at, minutes_at, reader_at, record_files_of, steps_of
from meeting_server.web.record.retention import deleted_at
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.permissions import allowed
from meeting_server.web.site.site import site_of

DONE = ("approved", "saved", "published", "withdrawn", "redacted", "asked", "hearing", "cancelled", "hold", "lifted")
MOST_KEYWORDS = 12


async def record_page(request: Request) -> Response:
    """Everything that can be done with a record by who keeps it."""
    reader = await editor_at(request)
    site, record_files, meeting_id = site_of(request), record_files_of(request), reader.meeting_id
    manifest, timeline, transcript = await asyncio.to_thread(
        lambda: (record_files.manifest(meeting_id), record_files.timeline(meeting_id), record_files.transcript(meeting_id))
    )
    minutes = await minutes_at(request, reader)
    edits = await site.record_edits.of(meeting_id)
    zero = timeline.zero if timeline else 0
    done = request.query_params.get("done", "")
    return await render(
        request,
        "record/record.html",
        {
            "reader": reader,
            "scheduled": reader.scheduled,
            "address": f"/archive/{meeting_id}",
            "steps": steps_of(manifest),
            "complete": manifest.complete,
            "minutes": minutes,
            "head": grouped(minutes.head_hash)[:19] if minutes else "",
            "approved": await approved(request, minutes) if minutes else None,
            "publication": reader.publication or await _drafted(request, reader),
            "drafted": reader.publication is None,
            "audiences": AUDIENCES,
            "edits": edits.position,
            "unread": await unread_count(request),
            "corrected": len({c.cue_id for c in edits.corrections if c.before != c.after}),
            "redactions": [(clock_of(max(0, r.since - zero)), clock_of(max(0, r.until - zero)), r) for r in edits.redactions],
            "again": again_of(request, reader, manifest, transcript),
            "decided": len(await decided_of(request, reader)),
            "spoken": transcript is not None and bool(transcript.spoken),
            "composite": manifest.status(Compose.name),
            "ordered": (await site.record_orders.of(meeting_id)).get(Compose.name),
            "composed": record_files.made(meeting_id, COMPOSITE) is not None,
            "pictured": timeline is not None and any(t.media != "audio" for t in timeline.tracks),
            "deleted_at": deleted_at(request, reader.scheduled),
            "holds": await site.holds.of(meeting_id),
            "may_hold": await allowed(request, Action.HOLD_ARCHIVE, reader.scheduled.plan.branch_id),
            "done": done if done in DONE else "",
        },
    )


async def _drafted(request: Request, reader: Reader) -> Publication:
    """What a program proposes to say of the meeting: a draft until a person has approved it."""
    plan, folder = reader.scheduled.plan, record_files_of(request).folder(reader.meeting_id)
    found = await asyncio.to_thread(digest.load, folder) if folder is not None else None
    if found is None:
        return Publication(reader.meeting_id, plan.branch_id, plan.title)
    summary = "\n".join(sentence.text for sentence in found.sentences)
    return Publication(reader.meeting_id, plan.branch_id, found.title or plan.title, summary, found.keywords)


async def progress(request: Request) -> Response:
    """How far the record is, as a piece of a page; asked again and again by pages that show it."""
    reader = await reader_at(request)
    manifest = await asyncio.to_thread(record_files_of(request).manifest, reader.meeting_id)
    headers = {"cache-control": "no-store", "x-complete": "yes" if manifest.complete else "no"}
    return await render(request, "record/archive_progress.html", {"steps": steps_of(manifest)}, headers=headers)


async def approve(request: Request) -> Response:
    """Put one's name to the minutes as they were shown. Raises Refused ``record_changed`` when they are others by now."""
    reader = await editor_at(request)
    form = await form_of(request)
    minutes = await minutes_at(request, reader)
    if minutes is None or not minutes.final:
        raise Refused(WebCode.NOT_FOUND)
    edits = field(form, "edits")
    if field(form, "head") != minutes.head_hash or not await approve_minutes(
        site_of(request), reader.viewer.by, reader.scheduled, minutes.head_seq, minutes.head_hash, edits, now_millis()
    ):
        raise Refused(WebCode.RECORD_CHANGED)
    return see(f"/archive/{reader.meeting_id}/record?done=approved")


async def publish(request: Request) -> Response:
    """Keep the description (``do=save``), approve and publish it (``publish``), or take it back (``withdraw``).

    Raises Refused, also ``numbers_unread`` before somebody has read the transcript's numbers again."""
    reader = await editor_at(request)
    form = await form_of(request)
    at, by, scheduled, wish = site_of(request), reader.viewer.by, reader.scheduled, field(form, "do")
    address = f"/archive/{reader.meeting_id}/record"
    if wish == "withdraw":
        if not await withdraw_record(at, by, scheduled, now_millis()):
            raise Refused(WebCode.NOT_FOUND)
        return see(f"{address}?done=withdrawn")
    title, audience = field(form, "title"), field(form, "audience")
    if wish not in ("save", "publish") or audience not in AUDIENCES:
        raise Refused(WebCode.BAD_FORM)
    if not title:
        raise Refused(Code.EMPTY, field="title")
    kept = reader.publication or Publication(reader.meeting_id, reader.scheduled.plan.branch_id, title)
    words = field(form, "keywords", 400).replace("，", ",").replace("、", ",").split(",")
    described = replace(
        kept,
        title=title,
        summary=field(form, "summary", 4000).replace("\r\n", "\n"),
        keywords=tuple(dict.fromkeys(word.strip() for word in words if word.strip()))[:MOST_KEYWORDS],
        audience=audience,
    )
    if wish == "save":
        changed = (described.title, described.summary, described.keywords) != (kept.title, kept.summary, kept.keywords)
        if kept.state == "published" and changed:  # what is published is what somebody approved
            raise Refused(WebCode.BAD_FORM)
        await site_of(request).publications.save(described)
        return see(f"{address}?done=saved")
    await refuse_unread(request)
    await publish_record(at, by, scheduled, described, now_millis())
    return see(f"{address}?done=published")


async def composite(request: Request) -> Response:
    """Ask for the video of the whole meeting (``do=ask``), or call it off, also when it is made (``do=cancel``)."""
    reader = await editor_at(request)
    form = await form_of(request)
    orders, viewer, meeting_id = site_of(request).record_orders, reader.viewer, reader.meeting_id
    match field(form, "do"):
        case "ask":
            await orders.place(Order(meeting_id, Compose.name, viewer.participant_id, viewer.name, now_millis()))
            return see(f"/archive/{meeting_id}/record?done=asked#video")
        case "cancel":
            await orders.cancel(meeting_id, Compose.name)
            return see(f"/archive/{meeting_id}/record?done=cancelled#video")
        case _:
            raise Refused(WebCode.BAD_FORM)


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/record", record_page, methods=["GET"]),
    Route("/archive/{meeting_id}/record/approve", approve, methods=["POST"]),
    Route("/archive/{meeting_id}/record/publish", publish, methods=["POST"]),
    Route("/archive/{meeting_id}/record/composite", composite, methods=["POST"]),
    Route("/archive/{meeting_id}/progress", progress, methods=["GET"]),
]
