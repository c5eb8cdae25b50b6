"""The documents of a meeting: what may be stored, where the bytes are, and how they are found again."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text, and_, delete, func, insert, select
from sqlalchemy.engine import Row

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.domain.terms import DocumentRef
from meeting_server.drawing.drawer import Busy, Page, PageDrawer, Undrawn, folder_of
from meeting_server.drawing.pictures import is_pdf
from meeting_server.store.database import Database, metadata

CHANGING = ".changing"
"""Suffix of the marker file beside a file that is being added or removed."""
LARGEST = 20 * 1024 * 1024
"""Most bytes of one document."""
MOST = 40
"""Most documents of one meeting."""

EXTENSIONS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/heic": ".heic"}
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
"""Brands of the pictures phones take (ISO/IEC 23008-12)."""

documents = Table(
    "documents",
    metadata,
    Column("document_id", String(40), primary_key=True),
    Column("meeting_id", ForeignKey("meetings.meeting_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("stored_as", String(80), nullable=False),
    Column("added_by", String(40), nullable=False),
    Column("added_at", BigInteger, nullable=False),
)
document_pages = Table(
    "document_pages",
    metadata,
    Column("document_id", ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("small_sha256", String(64), nullable=False),
    Column("large_sha256", String(64), nullable=False),
    Column("note", String(16), nullable=False, server_default=""),
)


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document. ``title`` is the name to show, without the extension."""

    document_id: str
    meeting_id: MeetingId
    title: str
    media_type: str
    size: int
    sha256: str
    path: Path
    pages: int = 0
    """Number of pages with pictures; 0: it can only be downloaded."""

    @property
    def file_name(self) -> str:
        return self.title + EXTENSIONS[self.media_type]

    why_unpaged: str = ""
    """Why a new document has no pictures: ``locked``, ``too_long``, ``too_many_pixels``, ``slow`` or ``no_sandbox``."""

    @property
    def ref(self) -> DocumentRef:
        return DocumentRef(self.document_id, self.title, self.media_type, self.size, self.pages)


@dataclass(frozen=True, slots=True)
class Progress:
    """A document whose pages are being drawn: how many are done, of how many; 0 of 0 while it waits."""

    document_id: str
    title: str
    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Notes:
    """Pages (from 1) of a document that need a notice."""

    lacking: tuple[int, ...] = ()
    """Some characters are missing because no font has them."""
    undrawn: tuple[int, ...] = ()
    """They could not be drawn."""


class DocumentRefused(Exception):
    """``code``: ``wrong_type`` (415), ``too_large`` (413), ``empty_file`` (400), ``damaged`` (422), ``too_many`` (409), ``busy`` (429)."""

    def __init__(self, code: Literal["wrong_type", "too_large", "empty_file", "damaged", "too_many", "busy"]) -> None:
        super().__init__(code)
        self.code = code


def media_type_of(content: bytes) -> str | None:
    """Return PDF, PNG, JPEG, WebP or HEIC according to the bytes, never to a name or a header; ``None`` for anything else."""
    if is_pdf(content):
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return "image/heic"
    return None


def title_of(file_name: str) -> str:
    """Return a name that can be shown and saved: no folders, no control or direction characters, at most 80 characters."""
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '"<>|:*?').strip(" .")
    stem, dot, extension = name.rpartition(".")
    if dot and 1 <= len(extension) <= 5 and extension.isascii():
        name = stem
    return name.strip(" .")[:80] or "document"


class Documents:
    """Documents in ``folder`` under random names, which the table maps."""

    def __init__(self, database: Database, folder: Path, drawer: PageDrawer | None = None) -> None:
        self._database = database
        self._folder = folder
        self._drawer = drawer or PageDrawer()
        self._adding: dict[MeetingId, dict[str, Progress]] = {}

    async def add(self, meeting_id: MeetingId, file_name: str, content: bytes, added_by: str, now: Millis) -> Document:
        """Store one document and the pictures of its pages. Raises DocumentRefused, and then stores nothing.

        It is stored as soon as it is known to be valid, and ``being_drawn`` reports the progress of its pages. Its file stays marked
        until its pages are stored too, so that the next start completes what an interrupted server left (``unfinished``, ``draw_again``).
        """
        if not content:
            raise DocumentRefused("empty_file")
        if len(content) > LARGEST:
            raise DocumentRefused("too_large")
        media_type = media_type_of(content)
        if media_type is None:
            raise DocumentRefused("wrong_type")
        if len(await self.of_meeting(meeting_id)) + len(self.being_drawn(meeting_id)) >= MOST:
            raise DocumentRefused("too_many")
        document_id, title = "d" + secrets.token_hex(8), title_of(file_name)
        path = self._folder / secrets.token_hex(16)
        await asyncio.to_thread(_mark, path)
        await asyncio.to_thread(_write, path, content)
        digest = hashlib.sha256(content).hexdigest()
        document = Document(document_id, meeting_id, title, media_type, len(content), digest, path)
        adding, kept, whole = self._adding.setdefault(meeting_id, {}), False, False

        async def count(done: int, of: int) -> None:
            nonlocal kept
            adding[document_id] = Progress(document_id, title, done, of)
            if not kept:
                await self._keep(document, added_by, now)
                kept = True

        adding[document_id] = Progress(document_id, title)
        pages: tuple[Page, ...] = ()
        why = ""
        try:
            pages = await self._drawer.draw(meeting_id, path, count)
            await self._keep_pages(document_id, pages)
            whole = True
        except Undrawn as error:
            if error.why == "damaged":
                raise DocumentRefused("damaged") from error
            why = error.why
            if not kept:
                await self._keep(document, added_by, now)
                kept = True
            whole = True
        except Busy as error:
            raise DocumentRefused("busy") from error
        finally:
            if not kept:
                _gone(path)
            if whole:
                _mark_of(path).unlink(missing_ok=True)
            del adding[document_id]
            if not adding:
                self._adding.pop(meeting_id, None)
        return replace(document, pages=len(pages), why_unpaged=why)

    async def unfinished(self) -> tuple[Document, ...]:
        """Return the documents whose pages were being drawn when a server ended, whose files are still marked. Call it after ``tidy``."""
        marks = await asyncio.to_thread(lambda: [mark.name.removesuffix(CHANGING) for mark in self._folder.glob(f"*{CHANGING}")])
        query = _described().where(documents.c.stored_as.in_(marks)).order_by(documents.c.added_at, documents.c.document_id)
        async with self._database.read() as conn:
            found = [self._document(row) for row in await conn.execute(query)] if marks else []
        return tuple(document for document in found if document.pages == 0)

    async def draw_again(self, document: Document) -> None:
        """Draw and store the pages of an ``unfinished`` document. One that can't be drawn stays downloadable."""
        await asyncio.to_thread(shutil.rmtree, folder_of(document.path), ignore_errors=True)
        try:
            await self._keep_pages(document.document_id, await self._drawer.draw(document.meeting_id, document.path))
        except Undrawn:
            pass
        except Busy:  # too many of this meeting are being added now, so the next start tries again
            return
        await asyncio.to_thread(_mark_of(document.path).unlink, missing_ok=True)

    async def _keep_pages(self, document_id: str, pages: Sequence[Page]) -> None:
        async with self._database.write() as conn:
            await conn.execute(insert(document_pages), [_row(document_id, page) for page in pages])

    def being_drawn(self, meeting_id: MeetingId) -> tuple[Progress, ...]:
        """Return the documents of a meeting whose pages are being drawn."""
        return tuple(self._adding.get(meeting_id, {}).values())

    async def _keep(self, document: Document, added_by: str, now: Millis) -> None:
        async with self._database.write() as conn:
            await conn.execute(
                insert(documents).values(
                    document_id=document.document_id,
                    meeting_id=document.meeting_id,
                    title=document.title,
                    media_type=document.media_type,
                    size=document.size,
                    sha256=document.sha256,
                    stored_as=document.path.name,
                    added_by=added_by,
                    added_at=now,
                )
            )

    async def of_meeting(self, meeting_id: MeetingId) -> tuple[Document, ...]:
        """Return them in the order in which they were added."""
        query = _described().where(documents.c.meeting_id == meeting_id).order_by(documents.c.added_at, documents.c.document_id)
        async with self._database.read() as conn:
            return tuple(self._document(row) for row in await conn.execute(query))

    async def document(self, meeting_id: str, document_id: str) -> Document | None:
        """Return one document if it belongs to that meeting."""
        async with self._database.read() as conn:
            row = (await conn.execute(_described().where(_one(meeting_id, document_id)))).first()
        return None if row is None else self._document(row)

    async def page(self, document: Document, page: int) -> Page | None:
        """Return one page of a document that has pictures."""
        here = and_(document_pages.c.document_id == document.document_id, document_pages.c.page == page)
        async with self._database.read() as conn:
            row = (await conn.execute(select(document_pages).where(here))).first()
        return None if row is None else Page(row.page, row.width, row.height, row.small_sha256, row.large_sha256, row.note)

    async def notes(self, meeting_id: MeetingId) -> dict[str, Notes]:
        """Return the notices about pages, by document, for documents that have any."""
        query = (
            select(document_pages.c.document_id, document_pages.c.page, document_pages.c.note)
            .join(documents, documents.c.document_id == document_pages.c.document_id)
            .where(and_(documents.c.meeting_id == meeting_id, document_pages.c.note != ""))
            .order_by(document_pages.c.page)
        )
        found: dict[str, Notes] = {}
        async with self._database.read() as conn:
            for row in await conn.execute(query):
                notes = found.get(row.document_id, Notes())
                lacking = (*notes.lacking, row.page) if row.note == "lacks_glyphs" else notes.lacking
                undrawn = (*notes.undrawn, row.page) if row.note == "undrawn" else notes.undrawn
                found[row.document_id] = Notes(lacking, undrawn)
        return found

    async def remove(self, meeting_id: MeetingId, document_id: str) -> bool:
        """Delete a document with its bytes and return whether there was one. Don't call it inside an act, because the deletion can't be
        rolled back."""
        found = await self.document(meeting_id, document_id)
        if found is None:
            return False
        await asyncio.to_thread(_mark, found.path)
        try:
            async with self._database.write() as conn:
                await conn.execute(delete(documents).where(_one(meeting_id, document_id)))
        except BaseException:
            _mark_of(found.path).unlink(missing_ok=True)
            raise
        await asyncio.to_thread(_gone, found.path)
        return True

    async def tidy(self) -> int:
        """Delete what a server left that died while adding or removing a document, and return the number. Call it before any is added.

        A document whose pages are not stored keeps its mark and is ``unfinished``.

        Only marked files are considered, so an unrelated database deletes none.
        """
        marks = await asyncio.to_thread(lambda: sorted(self._folder.glob(f"*{CHANGING}")))
        async with self._database.read() as conn:
            known = {row.stored_as: row.pages for row in await conn.execute(_described())} if marks else {}
        for mark in marks:
            path = mark.with_name(mark.name.removesuffix(CHANGING))
            if path.name not in known:
                await asyncio.to_thread(_gone, path)
            elif known[path.name]:
                await asyncio.to_thread(mark.unlink)
        return len(marks)

    def _document(self, row: Row[Any]) -> Document:
        return Document(
            row.document_id,
            MeetingId(row.meeting_id),
            row.title,
            row.media_type,
            row.size,
            row.sha256,
            self._folder / row.stored_as,
            row.pages,
        )


def _described() -> Any:
    """Return the documents with the number of their pages."""
    pages = select(func.count()).where(document_pages.c.document_id == documents.c.document_id).scalar_subquery()
    return select(documents, pages.label("pages"))


def _row(document_id: str, page: Page) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "page": page.page,
        "width": page.width,
        "height": page.height,
        "small_sha256": page.small_sha256,
        "large_sha256": page.large_sha256,
        "note": page.note,
    }


def _gone(path: Path) -> None:
    path.unlink(missing_ok=True)
    shutil.rmtree(folder_of(path), ignore_errors=True)
    _mark_of(path).unlink(missing_ok=True)


def _mark_of(path: Path) -> Path:
    return path.with_name(path.name + CHANGING)


def _mark(path: Path) -> None:
    """Mark a file that is about to be added or removed. Until the commit or rollback it is unknown whether it is a document's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _mark_of(path).touch()


def _one(meeting_id: str, document_id: str) -> Any:
    return and_(documents.c.meeting_id == meeting_id, documents.c.document_id == document_id)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
