"""What we rely on of PDFium's raw interface, which its Python binding does not promise to keep, and of the packages of fonts."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

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


NOTO = {
    ("zh-cn", "sans"): "faa6c9df652116dde789d351359f3d7e5d2285a2b2a1f04a2d7244df706d5ea9",
    ("zh-cn", "serif"): "e8f396decc1f0963a016a989c3d8852e863d1350996f573860a80767c83a1cd3",
    ("zh-tw", "serif"): "63515eb0622d589a2f4062e8757c598b3da3bffd053f69abd181c210158ef10c",
    ("jp", "serif"): "2c9a12dbd4f2408c4610c7ee84a108b62d7236c3775baed618c64d9cb44b2f04",
}
"""SHA-256 of the fonts we use: unchanged files of github.com/notofonts/noto-cjk at f8d157532fbfaeda587e826d4cd5b21a49186f7c, under
Sans/SubsetOTF and Serif/SubsetOTF. The packages are kept by one person (last release 2026-10) and hold nothing else: should they end,
these files go into a package of ours under the same licence. We do not ship them now, because a subset would lack the rare characters
of names, and the whole is 34 MB that a wheel already brings."""


@pytest.mark.parametrize(("language", "style"), NOTO)
def test_a_font_package_brings_the_unchanged_font_of_noto_and_its_licence(language: str, style: str) -> None:
    name = f"pylopdf-fonts-{language}"
    path: Path = getattr(importlib.import_module(name.replace("-", "_")), f"{style}_path")()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == NOTO[language, style]
    licences = [file for file in importlib.metadata.files(name) or () if "licenses" in file.parts]
    assert any("SIL OPEN FONT LICENSE Version 1.1" in file.read_text() for file in licences)


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
