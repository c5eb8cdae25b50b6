"""The transcript as one plain page: every sentence an anchor with its time; without a script, and to be printed."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.record.artefacts import MIX
from meeting_server.archive.record.cues import Change
from meeting_server.archive.record.number_forms import Figure
from meeting_server.archive.record.read_again import unread_numbers
from meeting_server.archive.record.reading import fillers, turns
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Spoken, Transcript
from meeting_server.domain.ids import ParticipantId, RoomId
from meeting_server.store.people.access_log import Act
from meeting_server.web.record.awaited_words import why_no_words
from meeting_server.web.record.playback import clock_of, playback_of
from meeting_server.web.record.reader import Reader, is_draft, note_reading, reader_at, record_files_of, timeline_at, transcript_at
from meeting_server.web.record.shown_pages import leaves_of, opens_documents
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import render, say
from meeting_server.web.site.site import site_of

Unread = Mapping[str, Sequence[Figure]]
"""By cue, the numbers that nobody has read again."""
NOBODY, NOWHERE = ParticipantId(""), RoomId("")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the transcript; ``anchor`` names its playing time in ms."""

    anchor: str
    text: Markup


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A turn, or in the exact view a line. ``who`` only where the speaker changes; ``taken_out``: in its place that something was."""

    clock: str
    who: str
    sentences: tuple[Sentence, ...]
    taken_out: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One chapter."""

    title: str
    paragraphs: tuple[Paragraph, ...]


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
    manifest = await asyncio.to_thread(record_files.manifest, meeting_id)
    exact = "exact" in request.query_params
    numbers = await unread_at(request, reader, transcript)
    await note_reading(request, reader, Act.ARCHIVE_OPENED)
    return await render(
        request,
        "record/transcript.html",
        {
            "timeline": timeline,
            "leaves": leaves_of(timeline, playback_of(timeline), transcript.redactions if transcript else (), seen),
            "clock_of": clock_of,
            "parts": _parts(request, reader, timeline, transcript, query, numbers, exact=exact),
            "exact": exact,
            "why_no_words": (await why_no_words(request, manifest, transcript))[0],
            "drafted": is_draft(reader, transcript),
            "spoken": transcript is not None and bool(transcript.spoken),
            "plays": not reader.closed and record_files.made(meeting_id, MIX) is not None,
            "query": query,
            "address": f"/archive/{meeting_id}",
            "engine": transcript.engine if transcript else "",
            "unread": transcript is not None and any(reader.may_hear(line) and line.cue_id in numbers for line in transcript.spoken),
            "put_right": transcript is not None and any(reader.may_hear(line) and line.changes for line in transcript.spoken),
        },
    )


def _parts(
    request: Request, reader: Reader, timeline: Timeline, transcript: Transcript | None, query: str, numbers: Unread, *, exact: bool
) -> list[Part]:
    if transcript is None:
        return []
    axis = playback_of(timeline)
    lines = [line for line in transcript.spoken if line.state != "redacted" and reader.may_hear(line)]
    # said instead of what was taken out: a turn of nobody
    gone = [Spoken("", stretch.since, stretch.until, NOBODY, "", NOWHERE, "", "redacted") for stretch in transcript.redactions]
    everything = sorted([*lines, *gone], key=lambda line: line.since)
    parts: list[Part] = []
    starts = [piece.at for piece in axis.pieces] or [timeline.opened_at]
    titles = [piece.title or say(request, "archive.no_item") for piece in axis.pieces] or [timeline.title]
    for number, (since, title) in enumerate(zip(starts, titles, strict=True)):
        until = starts[number + 1] if number + 1 < len(starts) else float("inf")
        here = [line for line in everything if (since <= line.since or number == 0) and line.since < until]
        before, paragraphs = "", []
        for turn in [(line,) for line in here] if exact else turns(here):
            who = turn[0].who
            words = tuple(_sentence(request, line, axis.at(line.since), query, numbers.get(line.cue_id, ()), exact=exact) for line in turn)
            said = who if who != before else ""
            paragraphs.append(Paragraph(clock_of(axis.at(turn[0].since)), said, words, turn[0].state == "redacted"))
            before = who
        parts.append(Part(title, tuple(paragraphs)))
    return parts


def _sentence(request: Request, line: Spoken, at: int, query: str, numbers: Sequence[Figure], *, exact: bool) -> Sentence:
    """What a person wrote is shown as it is; of what a machine heard only the exact view has what fills the pauses."""
    if line.state == "redacted":
        return Sentence(f"t{at}", escape(say(request, "archive.taken_out")))
    hidden = () if exact or line.state == "corrected" else fillers(line.text)
    text = shown(line.text, line.changes, query, lambda word: heard_as(request, word), hidden, numbers)
    return Sentence(f"t{at}", text + " " if line.text[-1:].isascii() else text)  # Chinese sentences stand without a space


async def unread_at(request: Request, reader: Reader, transcript: Transcript | None) -> Unread:
    """The numbers of a transcript that nobody has ticked."""
    if transcript is None:
        return {}
    ticked = (await site_of(request).record_edits.of(reader.meeting_id)).ticked
    return {line.cue_id: numbers for line in transcript.spoken if (numbers := unread_numbers(line, ticked))}


def heard_as(request: Request, word: str) -> str:
    """What is said of a word that was put right: what the machine had heard."""
    return say(request, "speech.heard_as", word=word)


def marked(text: str, query: str) -> Markup:
    """The text with every occurrence of ``query`` in ``<mark>``, whatever its case; all of it is escaped."""
    return shown(text, (), query, str)


def shown(
    text: str,
    changes: Sequence[Change],
    query: str,
    heard_as: Callable[[str], str],
    hidden: Sequence[tuple[int, int]] = (),
    numbers: Sequence[Figure] = (),
) -> Markup:
    """The text with ``query`` marked, and each word that a machine put right, with what it had heard as ``heard_as`` says it.

    ``hidden``: stretches (from, to) that are left out. ``numbers`` are underlined: nobody has read them again.
    """
    hits = _found(text, query)
    edges = {edge for since, until in (*hits, *hidden) for edge in (since, until)}
    edges |= {edge for change in changes for edge in (change.at, change.at + len(change.text))}
    edges |= {edge for number in numbers for edge in (number.since, number.until)}
    parts: list[Markup] = []
    for since, until in itertools.pairwise(sorted({0, len(text)} | edges)):
        if any(begins <= since < ends for begins, ends in hidden):
            continue
        part = escape(text[since:until])
        if any(begins <= since < ends for begins, ends in hits):
            part = Markup("<mark>{}</mark>").format(part)
        if any(number.since <= since < number.until for number in numbers):
            part = Markup('<span class="unread">{}</span>').format(part)
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
