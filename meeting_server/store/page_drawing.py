"""Draws every page of a document as two pictures; run as a process of its own, because files of strangers are read by C code.

``python -m meeting_server.store.page_drawing SOURCE FOLDER`` writes ``FOLDER/<page>-<width>.webp`` and one line of JSON:
``{"pages": [[width, height], …]}`` (of the large picture) or ``{"refused": "damaged" | "locked" | "too_long"}``.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps

MOST_PAGES = 200
WIDTHS = (720, 1440)
"""Pixels across of the small and the large picture."""
HEAVIEST = {720: 100_000, 1440: 400_000}
"""Bytes a picture should not exceed; it is drawn more coarsely until it does not."""
MOST_PIXELS = 40_000_000
"""Of a picture that was uploaded: more is refused before it is unpacked."""
TALLEST = 3
"""A page taller than so many times its width is drawn narrower."""
MEMORY = 2 * 1024**3
CPU_SECONDS = 110

QUALITIES = (78, 60, 42, 25, 12)

Refusal = Literal["damaged", "locked", "too_long"]


class Refused(Exception):
    """The pages can not be drawn, and why."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


def draw(source: Path, folder: Path) -> list[tuple[int, int]]:
    """Pictures of every page of ``source`` into ``folder``; the size of each large one. Raises Refused."""
    folder.mkdir()
    sizes = []
    for number, page in enumerate(_pages(source), 1):
        for width in reversed(WIDTHS):
            wide = min(width, int(width * TALLEST * page.width / page.height)) or 1
            tall = max(1, round(page.height * wide / page.width))
            picture = page.resize((wide, tall), Image.Resampling.LANCZOS, reducing_gap=2.0) if page.width > wide else page
            if width == WIDTHS[-1]:
                sizes.append(picture.size)
            _save(picture, folder / f"{number}-{width}.webp", HEAVIEST[width])
    return sizes


def _pages(source: Path) -> Iterator[Image.Image]:
    with source.open("rb") as file:
        is_pdf = file.read(5) == b"%PDF-"
    yield from _pages_of_pdf(source) if is_pdf else _page_of_picture(source)


def _pages_of_pdf(source: Path) -> Iterator[Image.Image]:
    import pypdfium2 as pdfium  # here only: the server itself never loads the C code

    try:
        document = pdfium.PdfDocument(source)
        count = len(document)
        if count == 0:
            raise Refused("damaged")
        if count > MOST_PAGES:
            raise Refused("too_long")
        for page in document:
            wide, tall = page.get_size()
            if wide <= 0 or tall <= 0:
                raise Refused("damaged")
            scale = min(WIDTHS[-1] / wide, WIDTHS[-1] * TALLEST / tall)
            yield page.render(scale=scale, draw_annots=True).to_pil().convert("RGB")
            page.close()
    except pdfium.PdfiumError as error:
        raise Refused("locked" if "assword" in str(error) else "damaged") from error


def _page_of_picture(source: Path) -> Iterator[Image.Image]:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(source) as opened:
            upright = ImageOps.exif_transpose(opened)
            if upright.mode in ("RGBA", "LA", "P", "PA"):  # what is transparent is paper
                layer = upright.convert("RGBA")
                paper = Image.new("RGBA", layer.size, "white")
                yield Image.alpha_composite(paper, layer).convert("RGB")
            else:
                yield upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("damaged") from error


def _save(picture: Image.Image, path: Path, heaviest: int) -> None:
    drawn = io.BytesIO()
    for quality in QUALITIES:
        drawn = io.BytesIO()
        picture.save(drawn, "WEBP", quality=quality, method=2)
        if drawn.tell() <= heaviest:
            break
    with path.open("xb") as file:
        file.write(drawn.getvalue())
        file.flush()
        os.fsync(file.fileno())


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    os.nice(10)  # a meeting that is running goes first
    try:
        told: dict[str, object] = {"pages": draw(Path(sys.argv[1]), Path(sys.argv[2]))}
    except Refused as refused:
        told = {"refused": refused.why}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
