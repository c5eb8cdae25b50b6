"""What we rely on of PDFium's raw interface, which its Python binding does not promise to keep."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from meeting_server.demo.slides import slides
from tests.kit.attacks.odd_documents import chinese_pdf

LOOK = """
import json, sys
import pypdfium2 as pdfium
from meeting_server.drawing.fonts import FallbackFonts
asked = []
class Watched(FallbackFonts):
    def _map_font(self, info, weight, italic, charset, pitch, face, exact):
        given = super()._map_font(info, weight, italic, charset, pitch, face, exact)
        asked.append(given)
        return given
fonts = Watched()
fonts.register()
page = pdfium.PdfDocument(sys.stdin.buffer.read())[0]
dark = sum(page.render(scale=1).to_pil().convert("L").histogram()[:128])
text = page.get_textpage()
print(json.dumps({"asked": asked, "dark": dark, "lacking": fonts.lacking(text), "text": text.get_text_bounded()}))
"""


def looked_at(content: bytes) -> dict[str, object]:
    """In a process of its own: fonts are registered once and for all."""
    result = subprocess.run([sys.executable, "-c", LOOK], input=content, capture_output=True, check=True, timeout=60)
    told: dict[str, object] = json.loads(result.stdout)
    return told


@pytest.mark.parametrize("content", [chinese_pdf(), slides()[0][1]], ids=["notice", "the demo's slides"])
def test_pdfium_asks_us_for_fonts_and_draws_with_them(content: bytes) -> None:
    told = looked_at(content)
    assert set(told["asked"]) & {1, 2}  # type: ignore[call-overload]  # a list
    assert int(str(told["dark"])) > 500
    assert told["lacking"] is False


def test_pdfium_tells_the_characters_of_a_page_and_whether_their_font_is_embedded() -> None:
    assert looked_at(chinese_pdf(["党员\ue123"]))["lacking"] is True
    assert "党员" in str(looked_at(chinese_pdf(["党员"]))["text"])
