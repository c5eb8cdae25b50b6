"""Keeping a transcript right: sentences are corrected with their history, and passages are taken out for good."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.record.correct import correct_sentence
from meeting_server.acts.record.redact import redact_passage
from meeting_server.archive.record import cues
from meeting_server.archive.record.read_again import unread_numbers
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Spoken, Stretch, Transcript, taken_back, transcript_of
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import Millis
from meeting_server.store.record.record_edits import LONGEST_CORRECTION, Edits
from meeting_server.web.record.contradicted import flags_of
from meeting_server.web.record.playback import clock_of
from meeting_server.web.record.reader import Reader, editor_at, record_files_of
from meeting_server.web.record.transcript_pages import heard_as, shown
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.site import site_of

ON_A_PAGE = 80
MARGIN_MS = 300
"""What is taken out beside the first and the last sentence, as far as nobody else speaks there."""
LONGEST_MS = 3_600_000
_TENTHS = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:\.(\d))?")


@dataclass(frozen=True, slots=True)
class TranscriptEditor:
    """A transcript before someone who may change it, as it stands at this moment."""

    reader: Reader
    timeline: Timeline
    transcript: Transcript
    edits: Edits
    original: dict[str, str]
    """By cue, what the machine heard."""

    @property
    def address(self) -> str:
        return f"/archive/{self.reader.meeting_id}/record"

    def clock(self, moment: Millis) -> str:
        """Playing time with tenths: ``34:21.5``."""
        at = min(max(0, moment - self.timeline.zero), self.timeline.end - self.timeline.zero)
        return f"{clock_of(at)}.{at // 100 % 10}"

    def line(self, cue_id: str) -> tuple[int, Spoken]:
        """Raises Refused: ``not_found``; ``taken_out`` for a sentence of which nothing is left."""
        for number, spoken in enumerate(self.transcript.spoken):
            if spoken.cue_id == cue_id:
                if spoken.state == "redacted":
                    raise Refused(WebCode.TAKEN_OUT)
                return number, spoken
        raise Refused(WebCode.NOT_FOUND)


async def editor_at_transcript(request: Request) -> TranscriptEditor:
    """Raises Refused: what ``editor_at`` raises; ``not_found`` until the record is made."""
    reader = await editor_at(request)
    record_files, meeting_id = record_files_of(request), reader.meeting_id
    folder = record_files.folder(meeting_id)
    timeline, heard = await asyncio.to_thread(lambda: (record_files.timeline(meeting_id), cues.load(folder) if folder else None))
    if timeline is None:
        raise Refused(WebCode.NOT_FOUND)
    edits = await site_of(request).record_edits.of(meeting_id)
    original = {cue.cue_id: cue.text for cue in heard.cues} if heard is not None else {}
    return TranscriptEditor(reader, timeline, transcript_of(meeting_id, heard, edits), edits, original)


# --- sentences ------------------------------------------------------------------------------------------------------


async def lines_page(request: Request) -> Response:
    """All sentences, a page at a time; ``q`` shows those with a word, ``against`` those that the record contradicts, ``page`` pages on."""
    editor = await editor_at_transcript(request)
    flags = await flags_of(request, editor.reader, editor.transcript)
    against = request.query_params.get("against") == "record"
    query = request.query_params.get("q", "").strip()[:100]
    asked = request.query_params.get("page", "0")
    lines = [line for line in editor.transcript.spoken if query.casefold() in line.text.casefold()]
    lines = [line for line in lines if line.cue_id in flags] if against else lines
    page = min(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0, max(0, (len(lines) - 1) // ON_A_PAGE))
    return await render(
        request,
        "record/record_lines.html",
        {
            "editor": editor,
            "lines": lines[page * ON_A_PAGE : (page + 1) * ON_A_PAGE],
            "query": query,
            "page": page,
            "pages": max(1, -(-len(lines) // ON_A_PAGE)),
            "clock_of": clock_of,
            "done": request.query_params.get("done", ""),
            "flags": flags,
            "unread": any(unread_numbers(line, editor.edits.ticked) for line in editor.transcript.spoken),
            "against": against,
            "put_right": any(line.changes for line in lines),
            "shown": lambda line: shown(
                line.text, line.changes, query, lambda word: heard_as(request, word), (), unread_numbers(line, editor.edits.ticked)
            ),
        },
    )


async def cue_page(request: Request) -> Response:
    """One sentence, to be corrected: what it says, what was heard, who changed it when."""
    editor = await editor_at_transcript(request)
    number, line = editor.line(request.path_params["cue_id"])
    return await render(
        request,
        "record/record_cue.html",
        {
            "editor": editor,
            "line": line,
            "before": editor.transcript.spoken[number - 1] if number else None,
            "after": editor.transcript.spoken[number + 1] if number + 1 < len(editor.transcript.spoken) else None,
            "heard": editor.original[line.cue_id],
            "history": [c for c in reversed(editor.edits.corrections) if c.cue_id == line.cue_id],
            "longest": LONGEST_CORRECTION,
            "taken_back": taken_back,
            "flags": (await flags_of(request, editor.reader, editor.transcript)).get(line.cue_id, []),
            "page": number // ON_A_PAGE,
        },
    )


async def correct(request: Request) -> Response:
    form = await form_of(request)
    editor = await editor_at_transcript(request)
    number, line = editor.line(request.path_params["cue_id"])
    text = " ".join(field(form, "text", 4 * LONGEST_CORRECTION).split())
    if not text:
        raise Refused(Code.EMPTY, field="text")
    if len(text) > LONGEST_CORRECTION:
        raise Refused(Code.TOO_LONG, field="text", most=LONGEST_CORRECTION)
    if text != line.text or field(form, "do") == "right":
        at, by, scheduled = site_of(request), editor.reader.viewer.by, editor.reader.scheduled
        await correct_sentence(at, by, scheduled, line.cue_id, line.text, text, editor.clock(line.since), now_millis())
    return see(f"{editor.address}/transcript?page={number // ON_A_PAGE}&done=corrected#{line.cue_id}")


# --- passages ---------------------------------------------------------------------------------------------------------


async def redact_page(request: Request) -> Response:
    """The passage around a sentence, with what would go; nothing is changed yet. ``since`` and ``until`` move its ends."""
    editor = await editor_at_transcript(request)
    cue_id = request.query_params.get("cue", "")
    since, until = request.query_params.get("since", ""), request.query_params.get("until", "")
    if cue_id and not since:
        stretch = _around(editor, cue_id)
        since, until = editor.clock(stretch.since), editor.clock(stretch.until)
    problem = ""
    gone: tuple[Spoken, ...] = ()
    try:
        found = _stretch(editor, since, until)
        gone = tuple(line for line in editor.transcript.spoken if line.text and found.covers(line.since, line.until))
    except Refused as refused:
        problem = refused.field
    return await render(
        request,
        "record/record_redact.html",
        {"editor": editor, "since": since, "until": until, "gone": gone, "problem": problem, "cue": cue_id},
    )


async def redact(request: Request) -> Response:
    form = await form_of(request)
    editor = await editor_at_transcript(request)
    stretch = _stretch(editor, field(form, "since", 20), field(form, "until", 20))
    reason = field(form, "reason", 200)
    if not reason:
        raise Refused(Code.EMPTY, field="reason")
    if field(form, "sure") != "yes":
        raise Refused(Code.EMPTY, field="sure")
    gone = [line for line in editor.transcript.spoken if stretch.covers(line.since, line.until)]
    clock = f"{editor.clock(stretch.since)}–{editor.clock(stretch.until)}"
    reader = editor.reader
    await redact_passage(site_of(request), reader.viewer.by, reader.scheduled, stretch, reason, gone, clock, now_millis())
    return see(f"{editor.address}?done=redacted")


def _around(editor: TranscriptEditor, cue_id: str) -> Stretch:
    """A sentence with a little beside it, where nobody else is heard."""
    _, line = editor.line(cue_id)
    others = [spoken for spoken in editor.transcript.spoken if spoken.cue_id != cue_id]
    since = max([line.since - MARGIN_MS, *[o.until for o in others if o.until <= line.since]])
    until = min([line.until + MARGIN_MS, *[o.since for o in others if o.since >= line.until]])
    return Stretch(since, until)


def _stretch(editor: TranscriptEditor, since: str, until: str) -> Stretch:
    """Raises Refused ``out_of_range`` naming the field."""
    begin, end = _moment(since), _moment(until)
    length = editor.timeline.end - editor.timeline.zero
    if begin is None or begin >= length:
        raise Refused(Code.OUT_OF_RANGE, field="since")
    if end is None or end <= begin or end - begin > LONGEST_MS:
        raise Refused(Code.OUT_OF_RANGE, field="until")
    return Stretch(editor.timeline.zero + begin, editor.timeline.zero + min(end, length))


def _moment(clock: str) -> Millis | None:
    """Playing time from ``34:21``, ``34:21.5`` or ``1:12:40.0``."""
    found = _TENTHS.fullmatch(clock.strip())
    if found is None:
        return None
    return (int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])) * 1000 + int(found[4] or 0) * 100


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/record/transcript", lines_page, methods=["GET"]),
    Route("/archive/{meeting_id}/record/cues/{cue_id}", cue_page, methods=["GET"]),
    Route("/archive/{meeting_id}/record/cues/{cue_id}", correct, methods=["POST"]),
    Route("/archive/{meeting_id}/record/redact", redact_page, methods=["GET"]),
    Route("/archive/{meeting_id}/record/redact", redact, methods=["POST"]),
]
