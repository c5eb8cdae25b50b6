"""The pages of documents as pictures: drawn once when a document comes, kept beside it, found by their number."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from meeting_server.store.database import metadata
from meeting_server.store.page_drawing import WIDTHS

SECONDS = 120
"""How long the drawing of one document may take."""

Size = Literal["small", "large"]
SIZES: dict[Size, int] = {"small": WIDTHS[0], "large": WIDTHS[1]}
"""Pixels across of a picture."""

document_pages = Table(
    "document_pages",
    metadata,
    Column("document_id", ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("small_sha256", String(64), nullable=False),
    Column("large_sha256", String(64), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page (from 1): the size of its large picture in pixels, and the hashes of both pictures."""

    page: int
    width: int
    height: int
    small_sha256: str
    large_sha256: str


class Damaged(Exception):
    """Not a document that can be read."""


class Told(TypedDict, total=False):
    """What the drawing process says: one or the other; nothing when it was ended."""

    pages: list[tuple[int, int]]
    refused: str


class PageDrawer:
    """Draws one document at a time, each in a process of its own."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()

    async def draw(self, source: Path) -> tuple[Page, ...]:
        """Pictures of every page into ``folder_of(source)``; none for a locked or very long document, or one that takes too
        long: it can only be downloaded. Raises Damaged; no picture is kept then either."""
        folder = folder_of(source)
        try:
            async with self._one_at_a_time:
                told = await _asked(source, folder)
            if "pages" not in told:
                if told.get("refused") == "damaged":
                    raise Damaged
                shutil.rmtree(folder, ignore_errors=True)
                return ()
            return await asyncio.to_thread(_read, folder, told["pages"])
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def folder_of(source: Path) -> Path:
    """Where the pictures of a stored document are."""
    return source.with_name(source.name + ".pages")


def picture_of(source: Path, page: int, size: Size) -> Path:
    """The file of one picture, whether or not it is there."""
    return folder_of(source) / f"{page}-{SIZES[size]}.webp"


async def _asked(source: Path, folder: Path) -> Told:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "meeting_server.store.page_drawing",
        str(source),
        str(folder),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(SECONDS):
            told, _ = await process.communicate()
    except TimeoutError:
        return {}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:  # out of memory or of time, or the C code gave up
        return {}
    answer: Told = json.loads(told)
    return answer


def _read(folder: Path, sizes: list[tuple[int, int]]) -> tuple[Page, ...]:
    def digest(page: int, size: Size) -> str:
        return hashlib.sha256((folder / f"{page}-{SIZES[size]}.webp").read_bytes()).hexdigest()

    return tuple(Page(n, wide, tall, digest(n, "small"), digest(n, "large")) for n, (wide, tall) in enumerate(sizes, 1))
