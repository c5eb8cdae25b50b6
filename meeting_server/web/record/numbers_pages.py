"""Reading a transcript's numbers again before it is published: one list, with what the record contradicts first."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.record.tick_numbers import tick_numbers
from meeting_server.archive.record.read_again import list_hash, to_read, unread_numbers
from meeting_server.archive.record.transcript import Spoken
from meeting_server.web.record.contradicted import Flag, flags_of
from meeting_server.web.record.playback import clock_of
from meeting_server.web.record.transcript_editor import TranscriptEditor, editor_at_transcript
from meeting_server.web.record.transcript_pages import heard_as, shown
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.site import site_of


@dataclass(frozen=True, slots=True)
class OpenNumbers:
    """What is still to be read of a transcript: ``against`` the record, each to be decided for itself, and ``agreeing``."""

    editor: TranscriptEditor
    flags: dict[str, list[Flag]]
    against: tuple[Spoken, ...]
    agreeing: tuple[Spoken, ...]

    def __len__(self) -> int:
        return len(self.against) + len(self.agreeing)


async def open_numbers(request: Request) -> OpenNumbers:
    """Raises Refused: what ``editor_at_transcript`` raises."""
    editor = await editor_at_transcript(request)
    flags = await flags_of(request, editor.reader, editor.transcript)
    lines = to_read(editor.transcript.spoken, editor.edits.ticked, flags)
    against = tuple(line for line in lines if line.cue_id in flags)
    return OpenNumbers(editor, flags, against, tuple(line for line in lines if line.cue_id not in flags))


async def numbers_page(request: Request) -> Response:
    """The sentences whose numbers nobody has read again."""
    found = await open_numbers(request)
    editor = found.editor
    return await render(
        request,
        "record/record_numbers.html",
        {
            "editor": editor,
            "found": found,
            "list_hash": list_hash,
            "clock_of": clock_of,
            "shown": lambda line: shown(
                line.text, line.changes, "", lambda word: heard_as(request, word), (), unread_numbers(line, editor.edits.ticked)
            ),
            "done": request.query_params.get("done", ""),
        },
    )


async def tick(request: Request) -> Response:
    """Tick one sentence (``cue``) or all that agree with the record, as they were shown. Raises Refused ``record_changed`` when
    they are others by now."""
    form = await form_of(request)
    found = await open_numbers(request)
    cue_id, seen = field(form, "cue", 200), field(form, "shown", 64)
    lines = found.agreeing
    if cue_id:
        lines = tuple(line for line in (*found.against, *found.agreeing) if line.cue_id == cue_id)
    if not lines or list_hash(lines) != seen:
        raise Refused(WebCode.RECORD_CHANGED)
    reader = found.editor.reader
    await tick_numbers(site_of(request), reader.viewer.by, reader.scheduled, lines, now_millis())
    return see(f"{found.editor.address}/numbers?done=ticked")


async def unread_count(request: Request) -> int:
    """How many sentences are still to be read; 0 of a record that isn't made yet. Raises Refused as ``editor_at`` does."""
    try:
        return len(await open_numbers(request))
    except Refused as refused:
        if refused.code == WebCode.NOT_FOUND:
            return 0
        raise


async def refuse_unread(request: Request) -> None:
    """Raises Refused ``numbers_unread`` while a sentence's numbers are to be read again."""
    if unread := await unread_count(request):
        raise Refused(WebCode.NUMBERS_UNREAD, count=unread)


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/record/numbers", numbers_page, methods=["GET"]),
    Route("/archive/{meeting_id}/record/numbers", tick, methods=["POST"]),
]
