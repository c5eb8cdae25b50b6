"""What the server and the process that draws pages agree on: sizes, limits and words."""

from __future__ import annotations

from typing import Literal

MOST_PAGES = 200
WIDTHS = (720, 1440)
"""Pixels across of the small and the large picture."""
HEAVIEST = {720: 100_000, 1440: 400_000}
"""Bytes a picture should not exceed; it is drawn more coarsely until it does not."""
TALLEST = 3
"""A page taller than so many times its width is drawn narrower."""
PROCESS_SECONDS = 20
"""How long one process may compute; a longer document is gone on with by the next."""

_BEFORE_PDF = b"\xef\xbb\xbf\0 \t\r\n\f"
"""What mailers and editors put before a PDF."""

Refusal = Literal["damaged", "locked", "too_long", "too_many_pixels", "no_sandbox"]
"""Why no page of a document is drawn."""
Note = Literal["", "lacks_glyphs", "undrawn"]
"""What is to be said of a page: some characters are missing; the picture only says that the page could not be drawn."""


def is_pdf(content: bytes) -> bool:
    """Whether it begins as a PDF does, but for a byte order mark, zeros and white space."""
    return content[:1024].lstrip(_BEFORE_PDF).startswith((b"%PDF-1.", b"%PDF-2."))
