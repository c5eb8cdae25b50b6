"""Draws the pages of one document as pictures: a process of its own in a sandbox, because files of strangers are read by C code.

It reads the document from standard input, and says on standard output, each a line of JSON:

- ``{"count": 12}`` once, or ``{"refused": "damaged" | "locked" | "too_long" | "too_many_pixels" | "no_sandbox"}`` and no more;
- ``{"page": 1, "width": …, "height": …, "note": "" | "lacks_glyphs" | "undrawn", "bytes": [small, large]}``, followed by so many bytes of
  the small and the large picture (WebP; the size is that of the large one);
- ``{"end": "done"}``, or ``{"end": "more"}`` when its time is up: another process goes on with the next page.

Arguments: ``--from PAGE`` (from 1), ``--undrawn PAGE`` (this page gets a picture that says it could not be drawn), ``--rest`` (every
page gets one).
"""

from __future__ import annotations

import argparse
import io
import json
import os
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pi_heif
import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont, ImageOps

from meeting_server.drawing.fonts import FallbackFonts
from meeting_server.drawing.pictures import HEAVIEST, MOST_PAGES, PROCESS_SECONDS, TALLEST, WIDTHS, Note, Refusal, is_pdf
from meeting_server.drawing.sandbox import NoSandbox, lock_down

MOST_PIXELS = 120_000_000
"""Of a picture that was uploaded; more is refused before it is unpacked."""
MOST_PIXELS_JPEG = 250_000_000
"""Of a JPEG, which is unpacked at a fraction of its size."""
MEMORY = 2 * 1024**3
STEADY_SECONDS = PROCESS_SECONDS / 2
"""After so long it lets another process go on."""
QUALITIES = (78, 60, 42, 25, 12)
PAPER = (1440, 810)
"""Pixels of a page that says that it could not be drawn, when its own size is not known."""


class Refused(Exception):
    """The document cannot be drawn, and why."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Work:
    """What one process is asked to do; pages count from 1."""

    first: int = 1
    undrawn: int = 0
    rest: bool = False


@dataclass(slots=True)
class Drawn:
    """One page at full size."""

    picture: Image.Image
    note: Note = ""


def pages_of(content: bytes, fonts: FallbackFonts, work: Work, say_count: Callable[[int], None]) -> Iterator[Drawn]:
    """The pages from ``work.first`` on; ``say_count`` is told how many the document has. Raises Refused."""
    if is_pdf(content):
        yield from _pages_of_pdf(content, fonts, work, say_count)
    else:
        page = placeholder(fonts, 1) if work.undrawn or work.rest else Drawn(_picture(content))
        say_count(1)
        yield page


def _pages_of_pdf(content: bytes, fonts: FallbackFonts, work: Work, say_count: Callable[[int], None]) -> Iterator[Drawn]:
    try:
        document = pdfium.PdfDocument(content)
        count = len(document)
    except pdfium.PdfiumError as error:
        raise Refused("locked" if "assword" in str(error) else "damaged") from error
    if count == 0:
        raise Refused("damaged")
    if count > MOST_PAGES:
        raise Refused("too_long")
    try:
        document.init_forms()  # what was filled in is drawn
    except pdfium.PdfiumError:
        pass
    say_count(count)
    for number in range(work.first, count + 1):
        if work.rest or number == work.undrawn:
            yield placeholder(fonts, number)
            continue
        try:
            yield _page_of_pdf(document, number, fonts)
        except (pdfium.PdfiumError, MemoryError, ValueError, OSError):
            yield placeholder(fonts, number)


def _page_of_pdf(document: Any, number: int, fonts: FallbackFonts) -> Drawn:
    page = document[number - 1]
    try:
        wide, tall = page.get_size()
        if not (wide > 0 and tall > 0):
            return placeholder(fonts, number)
        scale = min(WIDTHS[-1] / wide, WIDTHS[-1] * TALLEST / tall)
        picture = page.render(scale=scale, draw_annots=True, may_draw_forms=True).to_pil().convert("RGB")
        text = page.get_textpage()
        note: Note = "lacks_glyphs" if fonts.lacking(text) else ""
        text.close()
        return Drawn(picture, note)
    finally:
        page.close()


def placeholder(fonts: FallbackFonts, number: int) -> Drawn:
    """A page that says in both languages that the real one could not be drawn."""
    paper = Image.new("RGB", PAPER, "white")
    pen = ImageDraw.Draw(paper)
    pen.rectangle((0, 0, PAPER[0] - 1, PAPER[1] - 1), outline=(150, 150, 150), width=3)
    middle = PAPER[1] // 2
    chinese, english = f"第 {number} 页画不出来，请下载原文件查看", f"Page {number} could not be drawn: download the file to read it"
    lines = ((chinese, 60, -50), (english, 40, 50))
    for words, size, down in lines:
        font = ImageFont.truetype(io.BytesIO(fonts.sans), size)
        pen.text((PAPER[0] // 2, middle + down), words, fill=(60, 60, 60), font=font, anchor="mm")
    return Drawn(paper, "undrawn")


def _picture(content: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > (MOST_PIXELS_JPEG if opened.format == "JPEG" else MOST_PIXELS):
                raise Refused("too_many_pixels")
            opened.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))  # a JPEG is unpacked at the smallest fraction that is large enough
            upright = ImageOps.exif_transpose(opened)
            if upright.mode.startswith("I"):  # 16 bits of gray; converting alone would cut off all but the darkest
                return upright.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
            if upright.mode in ("RGBA", "LA", "P", "PA"):  # what is transparent is paper
                layer = upright.convert("RGBA")
                return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
            return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Refused("damaged") from error


def fitted(picture: Image.Image, width: int) -> Image.Image:
    """The picture at most ``width`` across, and not much taller."""
    wide = min(width, int(width * TALLEST * picture.width / picture.height)) or 1
    tall = max(1, round(picture.height * wide / picture.width))
    return picture.resize((wide, tall), Image.Resampling.LANCZOS, reducing_gap=2.0) if picture.width > wide else picture


def webp(picture: Image.Image, heaviest: int) -> bytes:
    """The picture as WebP, drawn more coarsely until it weighs little enough."""
    drawn = io.BytesIO()
    for quality in QUALITIES:
        drawn = io.BytesIO()
        picture.save(drawn, "WEBP", quality=quality, method=2)
        if drawn.tell() <= heaviest:
            break
    return drawn.getvalue()


def say(line: dict[str, object], *parts: bytes) -> None:
    """One line, and the bytes that belong to it, on standard output."""
    for part in (json.dumps(line).encode() + b"\n", *parts):
        left = memoryview(part)
        while left:
            left = left[os.write(1, left) :]


def draw(content: bytes, fonts: FallbackFonts, work: Work) -> None:
    """Say all pages, or as many as there is time for."""
    began, number = time.process_time(), work.first
    for page in pages_of(content, fonts, work, lambda count: say({"count": count})):
        if number > work.first and time.process_time() - began > STEADY_SECONDS:
            say({"end": "more"})
            return
        sized = [fitted(page.picture, width) for width in WIDTHS]
        parts = [webp(picture, HEAVIEST[width]) for picture, width in zip(sized, WIDTHS, strict=True)]
        width, height = sized[-1].size
        say({"page": number, "width": width, "height": height, "note": page.note, "bytes": [len(part) for part in parts]}, *parts)
        number += 1
    say({"end": "done"})


def _load() -> FallbackFonts:
    """Everything that is read from files, while files can still be opened."""
    pi_heif.register_heif_opener(thumbnails=False)
    pi_heif.options.DECODE_THREADS = 1
    Image.init()
    Image.MAX_IMAGE_PIXELS = None  # we look at the size ourselves
    warnings.simplefilter("ignore")
    fonts = FallbackFonts()
    fonts.register()
    placeholder(fonts, 1)
    pdfium.PdfDocument.new().close()  # starts the library
    for kind in ("PNG", "JPEG", "WEBP"):  # each loads its code when first used
        file = io.BytesIO()
        Image.new("RGB", (2, 2)).save(file, kind)
        with Image.open(file) as opened:
            opened.load()
    return fonts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--undrawn", type=int, default=0)
    parser.add_argument("--rest", action="store_true")
    work = Work(**vars(parser.parse_args()))
    os.nice(10)  # a meeting that is running goes first
    fonts = _load()
    with open(0, "rb", closefd=True) as file:
        content = file.read()
    needs_threads = content[4:8] == b"ftyp"  # the decoder of HEIC starts one
    try:
        lock_down(memory=MEMORY, cpu_seconds=PROCESS_SECONDS, threads=needs_threads)
    except NoSandbox:
        say({"refused": "no_sandbox"})
        return
    try:
        draw(content, fonts, work)
    except Refused as refused:
        say({"refused": refused.why})


if __name__ == "__main__":
    main()
