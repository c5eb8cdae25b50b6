"""The forms of downloads, who may have which, and the response with one."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from meeting_server.archive.minutes.document_model import Paper, Words
from meeting_server.archive.minutes.word_files import paper_docx
from meeting_server.archive.takeaway.captions import chapters_vtt, srt, webvtt
from meeting_server.archive.takeaway.cartridge import write_cartridge
from meeting_server.archive.takeaway.markdown import markdown
from meeting_server.archive.takeaway.paper import transcript_paper
from meeting_server.archive.takeaway.scorm import write_scorm
from meeting_server.archive.takeaway.study import Study
from meeting_server.domain.characters import clean
from meeting_server.domain.errors import Code
from meeting_server.web.record.reader import DOCX, download, words_of
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import language_of, say
from meeting_server.web.site.site import site_of

FormKind = Literal["text", "minutes", "sound", "package"]
CHUNK = 256 * 1024
DECIDED = "decided."
"""Prefix of the file names of approved items."""


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
        Form("decided.docx", "minutes", DOCX),
        Form("decided.md", "minutes", "text/markdown; charset=utf-8"),
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
class Rights:
    """``reads_minutes``: may read the minutes; ``keeps``: keeps the record; ``readers_may``: the branch lets its readers."""

    reads_minutes: bool
    keeps: bool
    exports: bool
    readers_may: bool

    def may(self, form: Form) -> bool:
        """Return whether this viewer may download the form."""
        if form.kind == "package":
            return self.exports
        return (self.readers_may or self.exports or self.keeps) and (form.kind != "minutes" or self.reads_minutes)


@dataclass(frozen=True, slots=True)
class Downloads:
    """A viewer and one resource's downloads. ``sound``: an M4A of the study's length, if there is one."""

    study: Study
    sound: Path | None
    rights: Rights
    decided: int = 0
    """How many approved items there are of what was settled."""

    def has(self, form: Form) -> bool:
        """Return whether it would have any content."""
        if form.kind == "sound":
            return self.sound is not None
        if form.file.startswith(DECIDED):
            return self.decided > 0
        return bool(self.study.chapters) if form.file == "chapters.vtt" else form.kind != "text" or bool(self.study.lines)

    def groups(self) -> list[tuple[FormKind, list[tuple[Form, bool]]]]:
        """Return what the page shows: by kind, each form with whether it has content, without those that are only for others."""
        seen: dict[FormKind, bool] = {"text": True, "minutes": self.rights.reads_minutes, "sound": True, "package": self.rights.exports}
        return [(kind, [(form, self.has(form)) for form in FORMS.values() if form.kind == kind]) for kind, shown in seen.items() if shown]


def form_at(request: Request, rights: Rights) -> Form:
    """Return the form in the path before reading any content. Raises Refused: ``not_found`` for an unknown form, ``forbidden``."""
    form = FORMS.get(request.path_params["file"])
    if form is None:
        raise Refused(WebCode.NOT_FOUND)
    if not rights.may(form):
        raise Refused(Code.FORBIDDEN)
    return form


async def carried(request: Request, taking: Downloads, form: Form, paper: Paper | None = None, draft: str = "") -> Response:
    """The form, made now of what the record is now. ``paper``: the minutes or what was settled, for the forms of minutes.

    Raises Refused ``not_found`` for an empty one.
    """
    if not taking.has(form):
        raise Refused(WebCode.NOT_FOUND)
    words = words_of(language_of(request))
    name = f"{taking.study.title} {say(request, f'take.form.{form.key}.file')}.{form.extension}"
    if form.kind == "sound":
        assert taking.sound is not None
        return FileResponse(taking.sound, media_type=form.media_type, headers=_attachment(form.file, name))
    if form.kind == "package":
        return _streamed(await _packed(request, taking, form, words), form, name)
    workshop = site_of(request).workshop
    if form.file in _TEXTS:
        content = await workshop.make(_captions, form.file, taking.study, words)
    else:
        content = await workshop.make(_laid_out, form.extension, paper or transcript_paper(taking.study, words), draft)
    return download(content, form.media_type, form.file, name)


async def _packed(request: Request, taking: Downloads, form: Form, words: Words) -> IO[bytes]:
    """Return a package as an unlinked file, which the response closes."""
    number, path = tempfile.mkstemp()
    file = os.fdopen(number, "rb")
    try:
        await site_of(request).workshop.do(_pack, path, form.file, taking.study, taking.sound, words)
    except BaseException:
        file.close()
        raise
    finally:
        os.unlink(path)
    return file


def _pack(path: str, name: str, study: Study, sound: Path | None, words: Words) -> None:
    with open(path, "wb") as file:
        _PACKAGES[name](file, study, sound, words)


def _captions(name: str, study: Study, words: Words) -> bytes:
    return _TEXTS[name](study, words).encode()


def _laid_out(extension: str, paper: Paper, draft: str) -> bytes:
    if extension == "md":
        return markdown(paper, draft).encode()
    if extension == "docx":
        return paper_docx(paper, draft)
    from meeting_server.archive.takeaway.pdf import paper_pdf  # a third of a second of typefaces, for the workshop alone

    return paper_pdf(paper, draft)


def _attachment(plain_name: str, name: str) -> dict[str, str]:
    disposition = f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(clean(name), safe='')}"
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

    return StreamingResponse(pieces(), media_type=form.media_type, headers={**_attachment(form.file, name), "content-length": str(size)})
