"""The fonts PDFium draws with when a PDF brings none: those of a wheel, in memory, so that pages look alike on every machine.

The one place that uses PDFium's raw interface (``FPDF_SetSystemFontInfo``, ``FPDFText_…``); tests/contracts/schedule/test_pdf_fonts.py
holds it to what we rely on. PDFium's own search through the system's folders is not used, because in its sandbox the drawing process can
open no file, and because a server without fonts would show pages without Chinese.
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any

import pylopdf_fonts_zh_cn
import pypdfium2.raw as raw

_SERIF = ("song", "sun", "ming", "fang", "kai", "serif", "宋", "明", "仿", "楷")
_SANS = ("hei", "gothic", "yuan", "黑", "圆")
"""Words in the names of fonts for Chinese, for those that do not say what they are."""
_LATIN = frozenset({0, 1, 2})
"""Character sets ANSI, default and symbol: PDFium has fonts of its own for these."""
_OWN_LETTERS = 0x250
"""Below this PDFium's own Latin fonts have a letter."""
_ROMAN = 0x10
"""Bit of a font's pitch and family: it has serifs."""


class FallbackFonts:
    """Two fonts held in memory. Register once, before a document is opened, and keep the object as long as PDFium is used."""

    def __init__(self) -> None:
        self._fonts = (pylopdf_fonts_zh_cn.sans_path().read_bytes(), pylopdf_fonts_zh_cn.serif_path().read_bytes())
        self._known = _characters(self._fonts[0]) & _characters(self._fonts[1])
        kinds = dict(raw.FPDF_SYSFONTINFO._fields_)
        self._info = raw.FPDF_SYSFONTINFO(
            version=1,
            MapFont=kinds["MapFont"](self._map_font),
            GetFontData=kinds["GetFontData"](self._font_data),
            DeleteFont=kinds["DeleteFont"](lambda _info, _font: None),
        )

    @property
    def sans(self) -> bytes:
        """The font without serifs, for our own words on a page."""
        return self._fonts[0]

    def register(self) -> None:
        """Let PDFium ask us for fonts, and nobody else."""
        raw.FPDF_SetSystemFontInfo(self._info)

    def lacking(self, text_page: Any) -> bool:
        """Whether a page (pypdfium2's ``PdfTextPage``) has characters that neither the document nor we have a glyph for."""
        embedded: dict[int, bool] = {}
        for index in range(text_page.count_chars()):
            character = raw.FPDFText_GetUnicode(text_page.raw, index)
            if self._has(character) or raw.FPDFText_IsGenerated(text_page.raw, index) == 1:
                continue
            text = raw.FPDFText_GetTextObject(text_page.raw, index)
            font = raw.FPDFTextObj_GetFont(text) if text else None
            if not font:
                continue
            address = ctypes.cast(font, ctypes.c_void_p).value or 0
            if address not in embedded:
                embedded[address] = raw.FPDFFont_GetIsEmbedded(font) == 1
            if not embedded[address]:
                return True
        return False

    def _has(self, character: int) -> bool:
        return 0 < character < _OWN_LETTERS or character in self._known

    def _map_font(self, _info: Any, _weight: int, _italic: int, charset: int, pitch: int, face: Any, _exact: Any) -> int | None:
        name = ctypes.string_at(face).decode("utf-8", "replace").lower() if face else ""
        serif, sans = any(word in name for word in _SERIF), any(word in name for word in _SANS)
        if charset in _LATIN and not serif and not sans and name.isascii():
            return None
        return 2 if serif or (pitch & _ROMAN and not sans) else 1

    def _font_data(self, _info: Any, font: int, table: int, buffer: Any, size: int) -> int:
        content = self._fonts[font - 1]
        part = _table(content, struct.pack(">I", table)) if table else content
        if buffer and size >= len(part):
            ctypes.memmove(buffer, part, len(part))
        return len(part)


def _table(font: bytes, tag: bytes) -> bytes:
    """One table of an OpenType font (its directory stands at 12); empty when there is none."""
    for place in range(12, 12 + 16 * struct.unpack_from(">H", font, 4)[0], 16):
        name, _, offset, length = struct.unpack_from(">4sIII", font, place)
        if name == tag:
            return font[offset : offset + length]
    return b""


def _characters(font: bytes) -> frozenset[int]:
    """Every character the font has a glyph for: the groups of its ``cmap`` in format 12 (OpenType, cmap)."""
    cmap = _table(font, b"cmap")
    found: set[int] = set()
    for place in range(4, 4 + 8 * struct.unpack_from(">H", cmap, 2)[0], 8):
        (offset,) = struct.unpack_from(">I", cmap, place + 4)
        if struct.unpack_from(">H", cmap, offset)[0] == 12:
            for group in range(offset + 16, offset + 16 + 12 * struct.unpack_from(">I", cmap, offset + 12)[0], 12):
                first, last, _ = struct.unpack_from(">III", cmap, group)
                found.update(range(first, last + 1))
    return frozenset(found)
