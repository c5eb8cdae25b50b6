"""The archive: the list of finished meetings, the player, the minutes, files, and the bundle anyone can check."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.audit import MINUTES as BUNDLED_MINUTES
from meeting_server.archive.audit import grouped
from meeting_server.archive.bulletin import bulletin_of, file_of
from meeting_server.archive.manifest import Manifest
from meeting_server.archive.minutes import PUBLISHED, Minutes, minutes_of
from meeting_server.archive.minutes_document import minutes_document
from meeting_server.archive.minutes_text import Words, counts_said, paper_of, verdict_said
from meeting_server.archive.shelf import RecordedFile, Shelf
from meeting_server.archive.timeline import Line, Timeline
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.domain.meeting import replay
from meeting_server.journal.box import Box, paper_id
from meeting_server.journal.bundle import write_bundle
from meeting_server.journal.port import Record, StorageUnavailable
from meeting_server.store.access_log import Act, Entry
from meeting_server.store.schedule import Scheduled
from meeting_server.web import dates
from meeting_server.web.auth import Viewer, member_of, now_millis, viewer_of
from meeting_server.web.catalogue import Language, text
from meeting_server.web.desk import desk_of
from meeting_server.web.errors import Refused, WebCode
from meeting_server.web.house import house_of
from meeting_server.web.meetings import names_at
from meeting_server.web.pages import language_of, render, say
from meeting_server.web.permissions import Action, allowed, branches_for, tree_of
from meeting_server.web.playback import Playback, clock_of, millis_of, playback_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {".m4a": "audio/mp4", ".webm": "video/webm", ".mkv": "video/x-matroska", ".mp4": "video/mp4"}
SHOWN = 40
"""Meetings on one page of the list."""
KINDS = ("general", "committee", "group", "lesson", "theme_day", "organisation_life", "blank")


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


@dataclass(frozen=True, slots=True)
class Shelved:
    """One meeting of the list. ``length`` 0: nothing to be heard or seen."""

    scheduled: Scheduled
    branch_name: str
    length: Millis
    ready: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """Something on the record's list of what happened: a chapter, a chat message, a motion or a roll call.

    ``start`` is in playing time, ``None`` when nothing was recorded then; ``outcome`` is the word of a result.
    """

    kind: str
    at: Millis
    start: Millis | None
    title: str
    who: str = ""
    said: str = ""
    outcome: str = ""


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


# --- the list -----------------------------------------------------------------------------------------------------


async def archive_page(request: Request) -> Response:
    viewer = await member_of(request)
    branches = await branches_for(request, Action.SEE_ARCHIVE)
    all_meetings = await desk_of(request).schedule.concerning(viewer.participant_id, branches)
    over = sorted((m for m in all_meetings if m.status == "adjourned"), key=lambda m: -(m.opened_at or m.plan.starts_at))
    asked = {name: request.query_params.get(name, "")[:100].strip() for name in ("q", "kind", "branch", "year")}
    found = [meeting for meeting in over if _matches(meeting, asked)]
    page = _page(request)
    tree = await tree_of(request)
    shown = await asyncio.to_thread(_shelved, shelf_of(request), found[page * SHOWN : (page + 1) * SHOWN])
    return await render(
        request,
        "archive.html",
        {
            "meetings": [
                Shelved(m, branch.name if (branch := tree.get(m.plan.branch_id)) else "", length, ready)
                for m, length, ready in shown
            ],
            "asked": asked,
            "filtered": any(asked.values()),
            "kinds": [kind for kind in KINDS if any(m.plan.kind == kind for m in over)],
            "branches": [
                (i, branch.name) for i in dict.fromkeys(m.plan.branch_id for m in over) if (branch := tree.get(i)) is not None
            ],
            "years": sorted({_year(m) for m in over}, reverse=True),
            "any": bool(over),
            "count": len(found),
            "newer": page - 1 if page else None,
            "older": page + 1 if (page + 1) * SHOWN < len(found) else None,
            "day_number": lambda at: dates.local(at).day,
            "year_of": _year,
        },
    )


def _page(request: Request) -> int:
    asked = request.query_params.get("page", "0")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0


def _year(meeting: Scheduled) -> int:
    return dates.local(meeting.opened_at or meeting.plan.starts_at).year


def _matches(meeting: Scheduled, asked: dict[str, str]) -> bool:
    return (
        asked["q"].casefold() in meeting.plan.title.casefold()
        and asked["kind"] in ("", meeting.plan.kind)
        and asked["branch"] in ("", meeting.plan.branch_id)
        and asked["year"] in ("", str(_year(meeting)))
    )


def _shelved(shelf: Shelf, meetings: Sequence[Scheduled]) -> list[tuple[Scheduled, Millis, bool]]:
    found: list[tuple[Scheduled, Millis, bool]] = []
    for meeting in meetings:
        timeline = shelf.timeline(meeting.meeting_id)
        length = 0
        if timeline is not None and (shelf.mix(meeting.meeting_id) or shelf.tracks(timeline, all_rooms=False)):
            length = timeline.end - timeline.zero
        found.append((meeting, length, shelf.manifest(meeting.meeting_id).complete))
    return found


# --- the player ---------------------------------------------------------------------------------------------------


async def player_page(request: Request) -> Response:
    reader = await reader_at(request)
    shelf, meeting_id = shelf_of(request), reader.meeting_id
    if reader.scheduled.status != "adjourned":
        return await render(request, "archive_waiting.html", {"scheduled": reader.scheduled, "steps": (), "running": True})
    manifest, timeline = await asyncio.to_thread(lambda: (shelf.manifest(meeting_id), shelf.timeline(meeting_id)))
    if timeline is None:
        return await render(
            request, "archive_waiting.html", {"scheduled": reader.scheduled, "steps": _steps(manifest), "running": False}
        )
    mix = shelf.mix(meeting_id)
    tracks = shelf.tracks(timeline, all_rooms=reader.edits)
    axis = playback_of(timeline)
    minutes = await _minutes(request, reader)
    words = words_of(language_of(request))
    start = _start(request, axis)
    documents = await desk_of(request).documents.of_meeting(meeting_id)
    return await render(
        request,
        "player.html",
        {
            "scheduled": reader.scheduled,
            "timeline": timeline,
            "axis": axis,
            "mix": mix,
            "pictures": [_picture(axis, track) for track in tracks if track.track and track.track.media != "audio"],
            "sounds": [_picture(axis, track) for track in tracks if track.track and track.track.media == "audio"],
            "removed": manifest.steps.get("mix") is not None and manifest.steps["mix"].state == "removed",
            "steps": _steps(manifest),
            "complete": manifest.complete,
            "happenings": _happenings(request, reader, timeline, axis),
            "results": [
                (result, counts_said(result, words), verdict_said(result, words))
                for item in (minutes.items if minutes else ())
                for result in item.results
                if result.outcome in PUBLISHED
            ],
            "resolutions": [line for item in (minutes.items if minutes else ()) for line in item.resolutions],
            "noted": [
                (item.title, point.name, point.text, kind)
                for item in (minutes.items if minutes else ())
                for kind, points in (("point", item.points), ("dissent", item.dissent))
                for point in points
            ],
            "documents": documents,
            "opens_documents": await _opens_documents(request, reader),
            "head": (minutes.head_seq, grouped(minutes.head_hash)) if minutes else None,
            "exports": reader.exports,
            "sees_attendance": reader.edits,
            "start": start,
            "clock_of": clock_of,
            "address": f"/archive/{meeting_id}",
            "player": house_of(request).assets.entry("player") if _built(request) else None,
            "query": request.query_params.get("q", "")[:100],
        },
    )


async def _opens_documents(request: Request, reader: Reader) -> bool:
    if reader.scheduled.listed(reader.viewer.participant_id) is not None or reader.edits:
        return True
    return await allowed(request, Action.SEE_MEETINGS, reader.scheduled.plan.branch_id)


def _built(request: Request) -> bool:
    try:
        house_of(request).assets.entry("player")
    except Refused:
        return False
    return True


def _start(request: Request, axis: Playback) -> Millis:
    """Where the link points to: ``?t=`` in playing time, or ``?at=`` as a moment of the meeting (Unix ms)."""
    moment = request.query_params.get("at", "")
    if moment.isascii() and moment.isdigit() and len(moment) < 15:
        return axis.at(int(moment))
    return min(millis_of(request.query_params.get("t", "")) or 0, axis.length)


def _picture(axis: Playback, file: RecordedFile) -> dict[str, object]:
    assert file.track is not None
    return {
        "name": file.name,
        "who": file.track.name,
        "media": file.track.media,
        "room": file.track.room_id,
        "start": axis.at(file.track.since),
        "end": axis.at(file.track.until),
    }


def _steps(manifest: Manifest) -> list[tuple[str, str, str]]:
    """Progress, step by step: name, state, why it failed."""
    return [(name, step.state, step.code) for name, step in manifest.steps.items()]


def _happenings(request: Request, reader: Reader, timeline: Timeline, axis: Playback) -> list[Happening]:
    """What happened, in order: chapters, motions, roll calls and chat."""
    found = [
        Happening("chapter", piece.at, piece.start if piece.heard else None, piece.title or say(request, "archive.no_item"), piece.speaker)
        for piece in axis.pieces
    ]
    for mark in timeline.marks:
        figures = " : ".join(str(number) for number in mark.figures)
        title = mark.title or say(request, "archive.roll_call")
        found.append(Happening(mark.kind, mark.since, axis.start_of(mark.since), title, "", figures, mark.outcome))
    for line in timeline.chat:
        if not reader.may_read(line):
            continue
        said = line.text if line.state == "shown" else say(request, f"archive.message_{line.state}")
        kind = "chat" if line.state == "shown" else "gone"
        found.append(Happening(kind, line.at, axis.start_of(line.at), "", line.name, said))
    return sorted(found, key=lambda happening: happening.at)


# --- minutes ------------------------------------------------------------------------------------------------------


async def minutes_page(request: Request) -> Response:
    reader = await _minutes_reader(request)
    minutes = await _minutes(request, reader)
    if minutes is None or minutes.opened_at is None:
        return await render(request, "archive_waiting.html", {"scheduled": reader.scheduled, "steps": (), "running": True})
    paper = paper_of(minutes, words_of(language_of(request)))
    return await render(
        request, "minutes.html", {"scheduled": reader.scheduled, "paper": paper, "address": f"/archive/{reader.meeting_id}"}
    )


async def minutes_docx(request: Request) -> Response:
    reader = await _minutes_reader(request)
    minutes = await _minutes(request, reader)
    if minutes is None or minutes.opened_at is None:
        raise Refused(WebCode.NOT_FOUND)
    paper = paper_of(minutes, words_of(language_of(request)))
    draft = "" if minutes.final else say(request, "minutes.draft")
    content = await asyncio.to_thread(minutes_document, paper, draft)
    return _download(content, DOCX, "minutes.docx", f"{paper.title}.docx")


async def _minutes_reader(request: Request) -> Reader:
    """Minutes of a meeting that still runs are a draft for those who keep its record."""
    reader = await reader_at(request)
    if reader.scheduled.status != "adjourned" and not reader.edits:
        raise Refused(Code.FORBIDDEN)
    return reader


async def _minutes(request: Request, reader: Reader) -> Minutes | None:
    """As the archive worker made them; until then, and while the meeting runs, folded from the journal."""
    made = await asyncio.to_thread(shelf_of(request).minutes, reader.meeting_id)
    if made is not None:
        return made
    records = await _records(request, reader.meeting_id)
    return await asyncio.to_thread(minutes_of, records)


async def _records(request: Request, meeting_id: MeetingId) -> list[Record]:
    registry = house_of(request).registry
    if registry is None:
        return []
    try:
        records: list[Record] = await registry.records(meeting_id)
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    return records


# --- files --------------------------------------------------------------------------------------------------------


async def recorded_file(request: Request) -> Response:
    """Sound or picture, in ranges; only what the record names, and only for its readers."""
    reader = await reader_at(request)
    shelf, wanted = shelf_of(request), request.path_params["path"]

    def find() -> RecordedFile | None:
        mix = shelf.mix(reader.meeting_id)
        if mix is not None and mix.name == wanted:
            return mix
        timeline = shelf.timeline(reader.meeting_id)
        tracks = () if timeline is None else shelf.tracks(timeline, all_rooms=reader.edits)
        return next((track for track in tracks if track.name == wanted), None)

    file = await asyncio.to_thread(find)
    if file is None:
        raise Refused(WebCode.NOT_FOUND)
    media_type = MEDIA_TYPES.get(file.path.suffix, "application/octet-stream")
    if file.track is not None and file.track.media == "audio":
        media_type = media_type.replace("video/", "audio/")
    return FileResponse(file.path, media_type=media_type, headers={"cache-control": "private, max-age=3600"})


async def export_zip(request: Request) -> Response:
    """The bundle of the meeting: every record with its hash, and the minutes, for the offline audit."""
    reader = await reader_at(request)
    if not reader.exports:
        raise Refused(Code.FORBIDDEN)
    if reader.scheduled.status != "adjourned":
        raise Refused(WebCode.NOT_FOUND)
    records = await _records(request, reader.meeting_id)
    plan = reader.scheduled.plan
    names = await names_at(request, reader.scheduled)
    await house_of(request).access_log.note(
        Entry(
            now_millis(), Act.MEETING_EXPORTED, reader.viewer.member_id or "", names.get(reader.viewer.participant_id, reader.viewer.name),
            branch_id=plan.branch_id, detail=plan.title,
        )
    )

    bulletins = await _bulletins(request, reader.meeting_id, records)

    def made() -> bytes:
        minutes = minutes_of(records)
        files = {**bulletins, **({BUNDLED_MINUTES: msgspec.json.encode(minutes)} if minutes is not None else {})}
        return write_bundle(reader.meeting_id, records, files)

    content = await asyncio.to_thread(made)
    return _download(content, "application/zip", "meeting.zip", f"{say(request, 'archive.bundle')} {plan.title}.zip")


async def _bulletins(request: Request, meeting_id: MeetingId, records: list[Record]) -> dict[str, bytes]:
    """The sealed bulletin of every secret vote: without them nobody could count it again."""
    box: Box | None = house_of(request).box
    state = replay((record.event, record.recorded_at) for record in records if record.event is not None)
    if box is None or state is None:
        return {}
    files: dict[str, bytes] = {}
    try:
        for motion in state.motions.values():
            name = paper_id(meeting_id, motion.motion_id)
            sealed = await box.bulletin(name) if motion.paper is not None else None
            if sealed is not None and motion.paper is not None:
                files[file_of(motion.motion_id)] = bulletin_of(name, motion.paper, await box.issued_to(name), sealed)
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    return files


def _download(content: bytes, media_type: str, plain_name: str, name: str) -> Response:
    disposition = f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": disposition, "cache-control": "private, no-store", "x-content-type-options": "nosniff"},
    )


routes: list[BaseRoute] = [
    Route("/archive", archive_page, methods=["GET"]),
    Route("/archive/{meeting_id}", player_page, methods=["GET"]),
    Route("/archive/{meeting_id}/minutes", minutes_page, methods=["GET"]),
    Route("/archive/{meeting_id}/minutes.docx", minutes_docx, methods=["GET"]),
    Route("/archive/{meeting_id}/export.zip", export_zip, methods=["GET"]),
    Route("/archive/{meeting_id}/files/{path:path}", recorded_file, methods=["GET"]),
]
