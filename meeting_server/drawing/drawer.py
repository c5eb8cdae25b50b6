"""Starts the processes that draw a document, one document at a time, and keeps the pictures beside it; believes nothing they say."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

import structlog

from meeting_server.drawing.pictures import MOST_PAGES, PROCESS_SECONDS, TALLEST, WIDTHS, Note, Refusal

SECONDS = 4.0 * PROCESS_SECONDS
"""How long one process may take by the clock, starting included: on a busy machine its seconds of computing last longer."""
DOCUMENT_SECONDS = 300.0
"""How long all pages of one document may take; those left over get a picture that says so."""
MOST_FAILED = 3
"""Processes that may end badly, each at another page, before the pages that are left over get a picture that says so."""
MOST_WAITING = 4
"""Documents of one meeting that are drawn or wait for it; more are refused."""
MOST_BYTES = 2_000_000
"""Of one picture. What the drawing process says is a stranger's word too."""

log = structlog.get_logger(__name__)

Count = Callable[[int, int], Awaitable[None]]
"""Is told how many pages are drawn, of how many."""
Size = Literal["small", "large"]
SIZES: dict[Size, int] = {"small": WIDTHS[0], "large": WIDTHS[1]}
"""Pixels across of a picture."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page (from 1): the size of its large picture in pixels, the hashes of both pictures, and what is to be said of it."""

    page: int
    width: int
    height: int
    small_sha256: str
    large_sha256: str
    note: Note = ""


class Undrawn(Exception):
    """A document without pictures: ``damaged`` is no document, ``slow`` took too long before its first page."""

    def __init__(self, why: Refusal | Literal["slow"]) -> None:
        super().__init__(why)
        self.why = why


class Busy(Exception):
    """Too many documents of this meeting are being drawn."""


class PageDrawer:
    """Draws one document at a time, each by processes of its own, and the meetings that wait in turn.

    ``entry``: what Python runs, for tests that put an attacker in the drawing's place.
    """

    def __init__(self, entry: str = "from meeting_server.drawing.process import main; main()") -> None:
        self._entry = entry
        self._one_at_a_time = asyncio.Lock()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: defaultdict[str, int] = defaultdict(int)

    async def draw(self, meeting_id: str, source: Path, count: Count | None = None) -> tuple[Page, ...]:
        """Pictures of every page into ``folder_of(source)``; ``count`` is told before the first page and after each.

        Raises Undrawn and Busy; no picture is kept then.
        """
        async with self._turn(meeting_id):
            folder = folder_of(source)
            folder.mkdir(mode=0o700)
            try:
                return await _Drawing(self._entry, source, count).run()
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise

    @asynccontextmanager
    async def _turn(self, meeting_id: str) -> AsyncIterator[None]:
        """One document of a meeting stands in the line that all meetings share, so that no meeting fills it."""
        if self._waiting[meeting_id] >= MOST_WAITING:
            raise Busy
        self._waiting[meeting_id] += 1
        try:
            async with self._turns[meeting_id], self._one_at_a_time:
                yield
        finally:
            self._waiting[meeting_id] -= 1
            if not self._waiting[meeting_id]:
                del self._waiting[meeting_id], self._turns[meeting_id]


def folder_of(source: Path) -> Path:
    """Where the pictures of a stored document are."""
    return source.with_name(source.name + ".pages")


def picture_of(source: Path, page: int, size: Size) -> Path:
    """The file of one picture, whether or not it is there."""
    return folder_of(source) / f"{page}-{SIZES[size]}.webp"


class _Drawing:
    """One document: a process draws until it is done, its time is up, or a page ends it; then another goes on behind that page."""

    def __init__(self, entry: str, source: Path, count: Count | None) -> None:
        self._entry, self._source, self._tell = entry, source, count
        self._pages: list[Page] = []
        self._of = 0
        self._done = False

    async def run(self) -> tuple[Page, ...]:
        failed, undrawn = 0, 0
        ends = asyncio.get_running_loop().time() + DOCUMENT_SECONDS
        while not self._done:
            before = len(self._pages)
            rest = failed > MOST_FAILED or asyncio.get_running_loop().time() > ends
            words = ["--from", str(before + 1), *(["--undrawn", str(undrawn)] if undrawn else []), *(["--rest"] if rest else [])]
            well = await self._one_process(words)
            if self._of == 0:
                raise Undrawn("slow")
            undrawn = 0
            if not well:
                failed += 1
                undrawn = len(self._pages) + 1  # the page it was at
                log.warning("a page of a document could not be drawn", page=undrawn)
            if rest and len(self._pages) == before:
                raise Undrawn("slow")
        return tuple(self._pages)

    async def _one_process(self, words: Sequence[str]) -> bool:
        """Whether it ended as it should."""
        with self._source.open("rb") as file:
            process = await asyncio.create_subprocess_exec(
                *command_of(self._entry),
                *words,
                stdin=file,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
                cwd="/",
            )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(SECONDS):
                return await self._listen(process.stdout)
        except (TimeoutError, asyncio.IncompleteReadError, ValueError, KeyError, TypeError):
            return False
        finally:
            if process.returncode is None:
                try:
                    process.kill()
                except ProcessLookupError:
                    pass
                await process.wait()

    async def _listen(self, said: asyncio.StreamReader) -> bool:
        while True:
            line = await said.readline()
            if not line:
                return False
            told: dict[str, Any] = json.loads(line)
            if "refused" in told:
                raise Undrawn(_one_of(told["refused"], Refusal))
            if "count" in told:
                self._of = _within(told["count"], self._of or 1, self._of or MOST_PAGES)
                await self._told()
            elif "page" in told:
                await self._take(told, said)
            elif "end" in told:
                self._done = told["end"] == "done" and len(self._pages) == self._of > 0
                return self._done or (told["end"] == "more" and len(self._pages) < self._of)

    async def _take(self, told: dict[str, Any], said: asyncio.StreamReader) -> None:
        number = _within(told["page"], len(self._pages) + 1, min(len(self._pages) + 1, self._of))
        width, height = _within(told["width"], 1, WIDTHS[-1]), _within(told["height"], 1, WIDTHS[-1] * (TALLEST + 1))
        note = cast(Note, _one_of(told["note"], Note))
        parts = [await said.readexactly(_within(size, 12, MOST_BYTES)) for size in told["bytes"][:2]]
        if len(parts) != 2 or any(part[:4] != b"RIFF" or part[8:12] != b"WEBP" for part in parts):
            raise ValueError("not a picture")
        await asyncio.to_thread(self._write, number, parts)
        small, large = (hashlib.sha256(part).hexdigest() for part in parts)
        self._pages.append(Page(number, width, height, small, large, note))
        await self._told()

    async def _told(self) -> None:
        if self._tell is not None:
            await self._tell(len(self._pages), self._of)

    def _write(self, number: int, parts: Sequence[bytes]) -> None:
        for part, size in zip(parts, SIZES, strict=True):
            with picture_of(self._source, number, size).open("wb") as file:
                file.write(part)
                file.flush()
                os.fsync(file.fileno())


def command_of(entry: str) -> tuple[str, ...]:
    """Python without the user's settings and variables, and with our package where it is."""
    package = Path(__file__).resolve().parents[2]
    return sys.executable, "-I", "-X", "utf8", "-c", f"import sys; sys.path.insert(0, {str(package)!r}); {entry}"


def _within(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError("out of range")
    return value


def _one_of(value: object, words: Any) -> Any:
    if value not in get_args(words):
        raise ValueError("not a word")
    return value
