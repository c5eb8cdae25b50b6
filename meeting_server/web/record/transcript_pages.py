"""The transcript as one plain page: every sentence an anchor with its time; without a script, and to be printed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.record.artefacts import MIX
from meeting_server.archive.record.cues import Change
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Transcript
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act
from meeting_server.web.record.playback import clock_of, playback_of
from meeting_server.web.record.reader import Reader, is_draft, note_reading, reader_at, record_files_of, timeline_at, transcript_at
from meeting_server.web.record.shown_pages import leaves_of, opens_documents
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import render, say
from meeting_server.web.site.site import site_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the page; ``anchor`` is its playing time in ms. ``who`` only where the speaker changes."""

    anchor: str
    clock: str
    who: str
    text: Markup
    taken_out: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One chapter."""

    title: str
    sentences: tuple[Sentence, ...]


async def transcript_page(request: Request) -> Response:
    reader = await reader_at(request)
    if reader.scheduled.status != "adjourned":
        raise Refused(WebCode.NOT_FOUND)
    record_files, meeting_id = record_files_of(request), reader.meeting_id
    timeline, transcript = await timeline_at(request, reader), await transcript_at(request, reader)
    if timeline is None:
        raise Refused(WebCode.NOT_FOUND)
    documents = await site_of(request).documents.of_meeting(meeting_id) if await opens_documents(request, reader) else ()
    seen = {document.document_id for document in documents if document.pages}
    query = request.query_params.get("q", "").strip()[:100]
    await note_reading(request, reader, Act.ARCHIVE_OPENED)
    return await render(
        request,
        "record/transcript.html",
        {
            "timeline": timeline,
            "leaves": leaves_of(timeline, playback_of(timeline), transcript.redactions if transcript else (), seen),
            "clock_of": clock_of,
            "parts": _parts(request, reader, timeline, transcript, query),
            "drafted": is_draft(reader, transcript),
            "spoken": transcript is not None and bool(transcript.spoken),
            "plays": not reader.closed and record_files.made(meeting_id, MIX) is not None,
            "query": query,
            "address": f"/archive/{meeting_id}",
            "engine": transcript.engine if transcript else "",
            "put_right": transcript is not None and any(reader.may_hear(line) and line.changes for line in transcript.spoken),
        },
    )


def _parts(request: Request, reader: Reader, timeline: Timeline, transcript: Transcript | None, query: str) -> list[Part]:
    if transcript is None:
        return []
    axis = playback_of(timeline)
    lines: list[tuple[Millis, str, Markup, bool]] = [
        (line.since, line.who, shown(line.text, line.changes, query, lambda word: heard_as(request, word)), False)
        for line in transcript.spoken
        if line.state != "redacted" and reader.may_hear(line)
    ]
    lines += [(stretch.since, "", escape(say(request, "archive.taken_out")), True) for stretch in transcript.redactions]
    lines.sort(key=lambda line: line[0])
    parts: list[Part] = []
    starts = [piece.at for piece in axis.pieces] or [timeline.opened_at]
    titles = [piece.title or say(request, "archive.no_item") for piece in axis.pieces] or [timeline.title]
    for number, (since, title) in enumerate(zip(starts, titles, strict=True)):
        until = starts[number + 1] if number + 1 < len(starts) else float("inf")
        before = ""
        sentences = []
        for at, who, text, taken_out in lines:
            if (since <= at or number == 0) and at < until:
                sentences.append(Sentence(f"t{axis.at(at)}", clock_of(axis.at(at)), who if who != before else "", text, taken_out))
                before = who
        parts.append(Part(title, tuple(sentences)))
    return parts


def heard_as(request: Request, word: str) -> str:
    """What is said of a word that was put right: what the machine had heard."""
    return say(request, "speech.heard_as", word=word)


def marked(text: str, query: str) -> Markup:
    """The text with every occurrence of ``query`` in ``<mark>``, whatever its case; all of it is escaped."""
    return shown(text, (), query, str)


def shown(text: str, changes: Sequence[Change], query: str, heard_as: Callable[[str], str]) -> Markup:
    """The text with ``query`` marked, and each word that a machine put right, with what it had heard as ``heard_as`` says it."""
    hits = _found(text, query)
    edges = {edge for since, until in hits for edge in (since, until)}
    edges |= {edge for change in changes for edge in (change.at, change.at + len(change.text))}
    parts: list[Markup] = []
    for since, until in itertools.pairwise(sorted({0, len(text)} | edges)):
        part = escape(text[since:until])
        if any(begins <= since < ends for begins, ends in hits):
            part = Markup("<mark>{}</mark>").format(part)
        for change in changes:
            if change.at <= since < change.at + len(change.text):
                part = Markup('<span class="put-right" data-heard="{}">{}</span>').format(heard_as(change.heard), part)
        parts.append(part)
    return Markup("").join(parts)


def _found(text: str, query: str) -> list[tuple[int, int]]:
    plain, wanted = text.casefold(), query.casefold()
    if not wanted or len(plain) != len(text):
        return []
    return [found.span() for found in re.finditer(re.escape(wanted), plain)]


routes: list[BaseRoute] = [Route("/archive/{meeting_id}/transcript", transcript_page, methods=["GET"])]
