"""The player: a finished meeting to be heard, seen and read along one axis."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.audit import grouped
from meeting_server.archive.minutes import PUBLISHED
from meeting_server.archive.minutes_text import counts_said, verdict_said
from meeting_server.archive.shelf import RecordedFile
from meeting_server.archive.timeline import Timeline
from meeting_server.domain.ids import Millis
from meeting_server.web.desk import desk_of
from meeting_server.web.errors import Refused
from meeting_server.web.house import house_of
from meeting_server.web.pages import language_of, render, say
from meeting_server.web.permissions import Action, allowed
from meeting_server.web.playback import Playback, clock_of, millis_of, playback_of
from meeting_server.web.reader import Reader, minutes_at, reader_at, shelf_of, steps_of, words_of


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


async def player_page(request: Request) -> Response:
    reader = await reader_at(request)
    shelf, meeting_id = shelf_of(request), reader.meeting_id
    if reader.scheduled.status != "adjourned":
        return await render(request, "archive_waiting.html", {"scheduled": reader.scheduled, "steps": (), "running": True})
    manifest, timeline = await asyncio.to_thread(lambda: (shelf.manifest(meeting_id), shelf.timeline(meeting_id)))
    if timeline is None:
        return await render(
            request, "archive_waiting.html", {"scheduled": reader.scheduled, "steps": steps_of(manifest), "running": False}
        )
    mix = shelf.mix(meeting_id)
    tracks = shelf.tracks(timeline, all_rooms=reader.edits)
    axis = playback_of(timeline)
    minutes = await minutes_at(request, reader)
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
            "steps": steps_of(manifest),
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


routes: list[BaseRoute] = [Route("/archive/{meeting_id}", player_page, methods=["GET"])]
