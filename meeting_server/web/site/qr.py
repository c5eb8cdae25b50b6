"""QR codes as inline SVG: attributes only, so that the strict content security policy allows them."""

from __future__ import annotations

import segno
from markupsafe import Markup

QUIET = 4
"""White modules around the code, which scanners need."""


def qr_svg(address: str, name: str) -> Markup:
    """Return a QR code of ``address`` with ``name`` as its accessible name. Black on white in both themes."""
    code = segno.make(address, error="m", micro=False)
    size = code.symbol_size(border=QUIET)[0]
    squares = "".join(
        f"M{column + QUIET} {row + QUIET}h1v1h-1z" for row, line in enumerate(code.matrix) for column, dark in enumerate(line) if dark
    )
    return Markup(
        '<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{name}" shape-rendering="crispEdges">'
        '<rect width="{size}" height="{size}" fill="#fff"/><path d="{squares}" fill="#000"/></svg>'
    ).format(size=size, name=name, squares=squares)
