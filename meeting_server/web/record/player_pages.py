"""The player: a finished meeting to be heard, seen and read along one axis."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.audit.printing import grouped
from meeting_server.archive.minutes.document_model import counts_said, verdict_said
from meeting_server.archive.minutes.results import PUBLISHED
from meeting_server.archive.record.artefacts import COMPOSITE, MIX, OPENING
from meeting_server.archive.record.readers import Part
from meeting_server.archive.record.record_files import RecordedFile
from meeting_server.archive.record.steps.mix import MixSound
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Spoken, Transcript
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act
from meeting_server.store.schedule.documents import Document
from meeting_server.web.record.awaited_words import routes as awaited_routes
from meeting_server.web.record.awaited_words import why_no_words
from meeting_server.web.record.decided_pages import decided_of, shown_items
from meeting_server.web.record.heard import heard_of
from meeting_server.web.record.playback import Playback, clock_of, millis_of, playback_of
from meeting_server.web.record.reader import (
    Reader,
    is_draft,
    minutes_at,
    note_reading,
    reader_at,
    record_files_of,
    steps_of,
    timeline_at,
    transcript_at,
    words_of,
)
from meeting_server.web.record.retention import soon_deleted
from meeting_server.web.record.shown_pages import Leaf, leaves_of, opens_documents
from meeting_server.web.record.transcript_pages import Unread, heard_as, shown, unread_at
from meeting_server.web.site.errors import Refused
from meeting_server.web.site.pages import language_of, render, say
from meeting_server.web.site.site import site_of


@dataclass(frozen=True, slots=True)
class Happening:
    """Something on the record's list of what happened: a chapter, a sentence, a chat message, a motion or a roll call.

    ``start`` and ``end`` are in playing time, ``None`` when nothing was recorded then; ``outcome`` is the word of a result.
    """

    kind: str
    at: Millis
    start: Millis | None
    title: str
    who: str = ""
    said: str = ""
    outcome: str = ""
    end: Millis | None = None
    message_id: str = ""
    """Of a message that this reader may erase."""


async def player_page(request: Request) -> Response:
    reader = await reader_at(request)
    record_files, meeting_id = record_files_of(request), reader.meeting_id
    if reader.scheduled.status != "adjourned":
        return await render(request, "record/archive_waiting.html", {"scheduled": reader.scheduled, "steps": (), "running": True})
    manifest, timeline = await asyncio.to_thread(record_files.manifest, meeting_id), await timeline_at(request, reader)
    if timeline is None:
        return await render(
            request, "record/archive_waiting.html", {"scheduled": reader.scheduled, "steps": steps_of(manifest), "running": False}
        )
    whole = record_files.made(meeting_id, MIX)
    heard = heard_of(timeline, reader) if whole is not None and reader.closed else ()
    whole = None if reader.closed else whole
    mix = None if reader.closed else whole or record_files.made(meeting_id, OPENING)
    tracks = record_files.tracks(timeline, all_rooms=reader.may(Part.GROUP_ROOMS))
    axis = playback_of(timeline)
    minutes = await minutes_at(request, reader)
    words = words_of(language_of(request))
    start = _start(request, axis)
    documents, opens = await site_of(request).documents.of_meeting(meeting_id), await opens_documents(request, reader)
    if reader.closed:
        shown = {page.document_id for page in timeline.pages}
        documents = tuple(document for document in documents if document.document_id in shown)
    transcript = await transcript_at(request, reader)
    why, coming = await why_no_words(request, manifest, transcript)
    numbers = await unread_at(request, reader, transcript)
    await note_reading(request, reader, Act.ARCHIVE_OPENED)
    results = [result for item in (minutes.items if minutes else ()) for result in item.results if result.outcome in PUBLISHED]
    return await render(
        request,
        "record/player.html",
        {
            "scheduled": reader.scheduled,
            "timeline": timeline,
            "axis": axis,
            "mix": mix,
            "heard": heard,
            "whole": None if whole is not None or mix is None else MIX.name,
            "pictures": [_picture(axis, track) for track in tracks if track.track and track.track.media != "audio"],
            "sounds": [_picture(axis, track) for track in tracks if track.track and track.track.media == "audio"],
            "synthetic": any(track.synthetic for track in timeline.tracks),
            "removed": manifest.status(MixSound.name).state == "removed",
            "steps": steps_of(manifest),
            "complete": manifest.complete,
            "happenings": _happenings(request, reader, timeline, axis, transcript, numbers),
            "unread": transcript is not None and any(reader.may_hear(line) and line.cue_id in numbers for line in transcript.spoken),
            "spoken": transcript is not None and any(reader.may_hear(line) for line in transcript.spoken),
            "put_right": transcript is not None and any(reader.may_hear(line) and line.changes for line in transcript.spoken),
            "unspoken": why,
            "words_may_come": coming,
            "drafted": is_draft(reader, transcript),
            "reader": reader,
            "results": [
                (result, counts_said(result, words), verdict_said(result, words), axis.start_of(result.opened_at or 0))
                for result in results
            ],
            "resolutions": [line for item in (minutes.items if minutes else ()) for line in item.resolutions],
            "decided": shown_items(request, await decided_of(request, reader), axis),
            "noted": [
                (item.title, point.name, point.text, kind)
                for item in (minutes.items if minutes else ())
                for kind, points in (("point", item.points), ("dissent", item.dissent))
                for point in points
            ],
            "composite": None if reader.closed else record_files.made(meeting_id, COMPOSITE),
            "deleted_at": soon_deleted(request, reader.scheduled, await site_of(request).holds.standing()),
            "documents": documents,
            "opens_documents": opens,
            "leaves": _leaves(timeline, axis, transcript, documents if opens else ()),
            "head": (minutes.head_seq, grouped(minutes.head_hash)) if minutes else None,
            "exports": reader.may(Part.BUNDLE),
            "sees_attendance": reader.may(Part.ATTENDANCE),
            "start": start,
            "clock_of": clock_of,
            "address": f"/archive/{meeting_id}",
            "player": site_of(request).assets.entry("player") if _built(request) else None,
            "query": request.query_params.get("q", "")[:100],
        },
    )


def _leaves(timeline: Timeline, axis: Playback, transcript: Transcript | None, documents: Iterable[Document]) -> tuple[Leaf, ...]:
    gone = transcript.redactions if transcript is not None else ()
    return leaves_of(timeline, axis, gone, (document.document_id for document in documents if document.pages))


def _built(request: Request) -> bool:
    try:
        site_of(request).assets.entry("player")
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


def _happenings(
    request: Request, reader: Reader, timeline: Timeline, axis: Playback, transcript: Transcript | None, numbers: Unread
) -> list[Happening]:
    """What happened, in order: chapters, what was said, motions, roll calls and chat."""
    found = [
        Happening("chapter", piece.at, piece.start if piece.heard else None, piece.title or say(request, "archive.no_item"), piece.speaker)
        for piece in axis.pieces
    ]
    for mark in timeline.marks:
        figures = " : ".join(str(number) for number in mark.figures)
        title = mark.title or say(request, "archive.roll_call")
        found.append(Happening(mark.kind, mark.since, axis.start_of(mark.since), title, "", figures, mark.outcome))
    for line in timeline.chat:
        said = line.text if line.state == "shown" else say(request, f"archive.message_{line.state}")
        kind = "chat" if line.state == "shown" else "gone"
        own = line.state == "shown" and (reader.edits or line.author_id == reader.viewer.participant_id)
        mine = line.message_id if own else ""
        found.append(Happening(kind, line.at, axis.start_of(line.at), "", line.name, said, message_id=mine))
    if transcript is not None:
        found += [
            Happening(
                "speech", line.since, axis.start_of(line.since), "", line.who, _shown(request, line, numbers), end=axis.at(line.until)
            )
            for line in transcript.spoken
            if line.state != "redacted" and reader.may_hear(line)
        ]
        said = say(request, "archive.taken_out")
        found += [Happening("taken", s.since, axis.start_of(s.since), "", "", said, end=axis.at(s.until)) for s in transcript.redactions]
    return sorted(found, key=lambda happening: (happening.at, happening.kind != "chapter"))


def _shown(request: Request, line: Spoken, numbers: Unread) -> Markup:
    return shown(line.text, line.changes, "", lambda word: heard_as(request, word), (), numbers.get(line.cue_id, ()))


routes: list[BaseRoute] = [Route("/archive/{meeting_id}", player_page, methods=["GET"]), *awaited_routes]
