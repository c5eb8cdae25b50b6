"""Everything of a finished meeting that can be taken away: the page that lists it, and the files."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from meeting_server.archive.minutes import Minutes
from meeting_server.archive.minutes_document import minutes_document
from meeting_server.archive.minutes_text import Paper, Words, paper_of
from meeting_server.archive.takeaway.captions import chapters_vtt, srt, webvtt
from meeting_server.archive.takeaway.cartridge import write_cartridge
from meeting_server.archive.takeaway.markdown import markdown
from meeting_server.archive.takeaway.paper import transcript_paper
from meeting_server.archive.takeaway.pdf import paper_pdf
from meeting_server.archive.takeaway.scorm import write_scorm
from meeting_server.archive.takeaway.study import Study, question_of, study_of
from meeting_server.archive.transcript import load as load_transcript
from meeting_server.domain.errors import Code
from meeting_server.store.access_log import Act
from meeting_server.store.quizzes import Quizzes
from meeting_server.store.studied import Studied
from meeting_server.web.errors import Refused, WebCode
from meeting_server.web.forms import field, form_of
from meeting_server.web.house import house_of
from meeting_server.web.pages import language_of, render, say, see
from meeting_server.web.reader import DOCX, Reader, download, editor_at, minutes_at, note_reading, reader_at, shelf_of, steps_of, words_of

FormKind = Literal["text", "minutes", "sound", "package"]
CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Form:
    """One file of the page. ``text`` and ``sound`` are for readers (where the branch lets them), ``minutes`` for those who may
    read the minutes, ``package`` for those who may export. Words for it are under ``take.form.<name without dots>``."""

    file: str
    kind: FormKind
    media_type: str

    @property
    def key(self) -> str:
        return self.file.replace(".", "_")

    @property
    def extension(self) -> str:
        return self.file.rsplit(".", 1)[1]


FORMS: dict[str, Form] = {
    form.file: form
    for form in (
        Form("transcript.pdf", "text", "application/pdf"),
        Form("transcript.docx", "text", DOCX),
        Form("transcript.md", "text", "text/markdown; charset=utf-8"),
        Form("captions.vtt", "text", "text/vtt; charset=utf-8"),
        Form("captions.srt", "text", "application/x-subrip; charset=utf-8"),
        Form("chapters.vtt", "text", "text/vtt; charset=utf-8"),
        Form("minutes.pdf", "minutes", "application/pdf"),
        Form("minutes.md", "minutes", "text/markdown; charset=utf-8"),
        Form("sound.m4a", "sound", "audio/mp4"),
        Form("scorm.zip", "package", "application/zip"),
        Form("cartridge.imscc", "package", "application/zip"),
    )
}
_TEXTS: dict[str, Callable[[Study, Words], str]] = {"captions.vtt": webvtt, "captions.srt": srt, "chapters.vtt": chapters_vtt}
_PACKAGES: dict[str, Callable[[IO[bytes], Study, Path | None, Words], IO[bytes]]] = {
    "scorm.zip": write_scorm,
    "cartridge.imscc": write_cartridge,
}


@dataclass(frozen=True, slots=True)
class Taking:
    """A reader before what can be taken away of one meeting. ``sound``: the mix, when there is one."""

    reader: Reader
    study: Study
    sound: Path | None
    readers_may: bool

    def may(self, form: Form) -> bool:
        """Whether this reader may have the form."""
        if form.kind == "package":
            return self.reader.exports
        if form.kind == "minutes" and not self.reader.whole:
            return False
        return self.readers_may or self.reader.exports or self.reader.edits

    def has(self, form: Form) -> bool:
        """Whether there is anything to put into it."""
        if form.kind == "sound":
            return self.sound is not None
        return bool(self.study.chapters) if form.file == "chapters.vtt" else form.kind != "text" or bool(self.study.lines)


async def taking_at(request: Request) -> Taking:
    """What the viewer may take away of the meeting named in the path.

    Raises Refused: as ``reader_at``; ``not_found`` until the meeting is over and its record is made.
    """
    reader = await reader_at(request)
    house, shelf, meeting_id = house_of(request), shelf_of(request), reader.meeting_id
    if reader.scheduled.status != "adjourned":
        raise Refused(WebCode.NOT_FOUND)
    timeline = await asyncio.to_thread(shelf.timeline, meeting_id)
    folder = shelf.folder(meeting_id)
    if timeline is None or folder is None:
        raise Refused(WebCode.NOT_FOUND)
    transcript = await asyncio.to_thread(load_transcript, folder)
    mix = await asyncio.to_thread(shelf.mix, meeting_id)
    minutes = await minutes_at(request, reader)
    words = words_of(language_of(request))
    questions = [question_of(kept) for kept in await Quizzes(house.database).questions(Studied("meeting", meeting_id))]
    study = study_of(timeline, transcript, minutes, reader.publication, words, sounding=mix is not None, questions=questions)
    readers_may = await house.takeaway_rules.readers_may(reader.scheduled.plan.branch_id)
    return Taking(reader, study, mix.path if mix is not None else None, readers_may)


async def take_page(request: Request) -> Response:
    """The list, in words: what each file is good for and what is in it."""
    reader, shelf = await reader_at(request), shelf_of(request)
    if reader.scheduled.status != "adjourned" or await asyncio.to_thread(shelf.timeline, reader.meeting_id) is None:
        steps = steps_of(await asyncio.to_thread(shelf.manifest, reader.meeting_id))
        running = reader.scheduled.status != "adjourned"
        return await render(request, "archive_waiting.html", {"scheduled": reader.scheduled, "steps": steps, "running": running})
    taking = await taking_at(request)
    hidden = {kind for kind, seen in (("package", taking.reader.exports), ("minutes", taking.reader.whole)) if not seen}
    shown = [form for form in FORMS.values() if form.kind not in hidden]
    return await render(
        request,
        "take.html",
        {
            "scheduled": taking.reader.scheduled,
            "address": f"/archive/{taking.reader.meeting_id}",
            "groups": [
                (kind, [(form, taking.has(form)) for form in shown if form.kind == kind])
                for kind in ("text", "minutes", "sound", "package")
                if any(form.kind == kind for form in shown)
            ],
            "allowed": taking.readers_may or taking.reader.exports,
            "readers_may": taking.readers_may,
            "edits": taking.reader.edits,
            "exports": taking.reader.exports,
            "questions": len(taking.study.questions),
            "gaps": len(taking.study.gaps),
            "done": request.query_params.get("done", ""),
        },
    )


async def let_readers(request: Request) -> Response:
    """The branch's switch: whether its readers may take transcript and sound."""
    reader = await editor_at(request)
    form = await form_of(request)
    may = field(form, "readers") == "on"
    await house_of(request).takeaway_rules.let_readers(reader.scheduled.plan.branch_id, may)
    await note_reading(request, reader, Act.TAKING_ALLOWED if may else Act.TAKING_FORBIDDEN)
    return see(f"/archive/{reader.meeting_id}/take?done={'allowed' if may else 'forbidden'}")


async def take_file(request: Request) -> Response:
    """One of the files, made now from what the record is now."""
    form = FORMS.get(request.path_params["file"])
    if form is None:
        await reader_at(request)
        raise Refused(WebCode.NOT_FOUND)
    taking = await taking_at(request)
    if not taking.may(form):
        raise Refused(Code.FORBIDDEN)
    if not taking.has(form):
        raise Refused(WebCode.NOT_FOUND)
    words = words_of(language_of(request))
    name = f"{taking.study.title} {say(request, f'take.form.{form.key}.file')}.{form.extension}"
    if "range" not in request.headers:  # a player asks for one sound in many pieces
        await note_reading(request, taking.reader, Act.TAKEN_AWAY, form.file)
    if form.kind == "sound":
        assert taking.sound is not None
        return FileResponse(taking.sound, media_type=form.media_type, headers=_attachment(form.file, name))
    if form.kind == "package":
        file = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response; without a name, so nothing of it can be left behind
        await asyncio.to_thread(_PACKAGES[form.file], file, taking.study, taking.sound, words)
        return _streamed(file, form, name)
    if form.file in _TEXTS:
        content = (await asyncio.to_thread(_TEXTS[form.file], taking.study, words)).encode()
    else:
        paper, draft = await _paper(request, taking, form, words)
        content = await asyncio.to_thread(_laid_out, form.extension, paper, draft)
    return download(content, form.media_type, form.file, name)


async def _paper(request: Request, taking: Taking, form: Form, words: Words) -> tuple[Paper, str]:
    if form.kind != "minutes":
        return transcript_paper(taking.study, words), ""
    minutes: Minutes | None = await minutes_at(request, taking.reader)
    if minutes is None or minutes.opened_at is None:
        raise Refused(WebCode.NOT_FOUND)
    return paper_of(minutes, words), "" if minutes.final else say(request, "minutes.draft")


def _laid_out(extension: str, paper: Paper, draft: str) -> bytes:
    if extension == "md":
        return markdown(paper, draft).encode()
    return paper_pdf(paper, draft) if extension == "pdf" else minutes_document(paper, draft)


def _attachment(plain_name: str, name: str) -> dict[str, str]:
    disposition = f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {"content-disposition": disposition, "cache-control": "private, no-store"}


def _streamed(file: IO[bytes], form: Form, name: str) -> Response:
    size = file.seek(0, 2)
    file.seek(0)

    async def pieces() -> AsyncIterator[bytes]:
        try:
            while piece := await asyncio.to_thread(file.read, CHUNK):
                yield piece
        finally:
            file.close()

    return StreamingResponse(
        pieces(), media_type=form.media_type, headers={**_attachment(form.file, name), "content-length": str(size)}
    )


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/take", take_page, methods=["GET"]),
    Route("/archive/{meeting_id}/take/readers", let_readers, methods=["POST"]),
    Route("/archive/{meeting_id}/take/{file}", take_file, methods=["GET"]),
]
