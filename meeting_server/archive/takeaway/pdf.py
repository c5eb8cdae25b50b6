"""A document (minutes, transcript) as PDF, A4, with an embedded Chinese typeface so that it looks the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace, TTFFont
from pylopdf_fonts_zh_cn import serif_path

from meeting_server.archive.minutes.document_model import Block, Grid, Heading, Paper, Paragraph, Points, Speech
from meeting_server.domain.characters import clean, cleaned, is_han

_BODY, _SMALL = 11.0, 8.5
_LEADING = 1.65
"""Line height divided by type size."""
_POINT = 25.4 / 72
_INK, _GREY, _RULE = (33, 30, 27), (102, 95, 87), (205, 199, 189)
_WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…"
_BREAK = re.compile(f"(?<=[{_WIDE}])(?=\\S)|(?<=\\S)(?=[{_WIDE}])|(?<=\\s)(?=\\S)")
_NEVER_FIRST = "，。、；：？！）》」』】〉”’…—％℃·"
_NEVER_LAST = "（《「『【〈“‘"


class _Sheet(FPDF):
    """A4 pages with page numbers at the foot."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        self.set_margins(25, 22, 25)
        self.set_auto_page_break(True, 22)
        self.add_font("serif", "", str(serif_path()))
        self._rare: list[TTFFont] = []

    def drawn(self, text: str) -> str:
        """Return text without control characters. A character in no typeface is spelled out if it is Chinese (so that a name stays
        complete), else becomes a box."""
        text = clean(text).replace("\t", " ")
        unknown = {c for c in set(text) if c != "\n" and ord(c) not in self._face("serif").cmap}
        if unknown and not self._rare:
            self._add_rare()
        unknown = {c for c in unknown if not any(ord(c) in face.cmap for face in self._rare)}
        return "".join(c if c not in unknown else f"〔U+{ord(c):04X}〕" if is_han(c) else "□" for c in text)

    def _add_rare(self) -> None:
        """Typefaces for Japan, Taiwan and Hong Kong, which have rare characters of names (𠮷, 㐂). Loaded when needed."""
        import pylopdf_fonts_jp
        import pylopdf_fonts_zh_tw

        for name, path in (("rare-tw", pylopdf_fonts_zh_tw.serif_path()), ("rare-jp", pylopdf_fonts_jp.serif_path())):
            self.add_font(name, "", str(path))
            self._rare.append(self._face(name))
        self.set_fallback_fonts(["rare-tw", "rare-jp"], exact_match=False)

    def _face(self, name: str) -> TTFFont:
        face = self.fonts[name]
        assert isinstance(face, TTFFont)
        return face

    def write_in(self, size: float, colour: tuple[int, int, int]) -> None:
        """Set size (pt) and colour from here on.

        The colour of areas is set with that of letters, because fpdf2 else brackets each line (``q … Q``), and a typeface that it
        sets at the head of a line which begins with a rare character is forgotten at the end of it: the lines below have none.
        """
        self.set_font("serif", size=size)
        self.set_text_color(*colour)
        self.set_fill_color(*colour)

    def footer(self) -> None:
        self.set_y(-15)
        self.write_in(_SMALL, _GREY)
        self.cell(0, 5, str(self.page_no()), align="C")


def paper_pdf(paper: Paper, draft: str = "") -> bytes:
    """Return ``paper`` laid out for A4. ``draft``: a line that says it is not final."""
    paper, draft = cleaned(paper), clean(draft)
    pdf = _Sheet()
    pdf.set_title(paper.title)
    pdf.set_author(paper.organisation)
    pdf.add_page()
    _write(pdf, paper.organisation, 11, align="C", colour=_GREY)
    _write(pdf, paper.title, 18, align="C")
    if draft:
        _write(pdf, draft, 9.5, align="C", colour=_GREY)
    pdf.ln(3)
    _facts(pdf, paper.facts)
    for section in paper.sections:
        pdf.ln(4)
        _keep_together(pdf, 22)
        _write(pdf, section.heading, 13)
        pdf.ln(1)
        for block in section.blocks:
            _block(pdf, block)
    if paper.signs:
        pdf.ln(8)
        _keep_together(pdf, 24)
        for label, name in paper.signs:
            _write(pdf, f"{label}  {name or '＿＿＿＿＿＿'}", _BODY)
    pdf.ln(6)
    _write(pdf, paper.hash_line, _SMALL, colour=_GREY)
    return bytes(pdf.output())


def _block(pdf: _Sheet, block: Block) -> None:
    match block:
        case Paragraph(text, strong):
            _write(pdf, text + strong, _BODY)
        case Points(lines):
            for number, line in enumerate(lines, 1):
                _write(pdf, f"{number}. {line}", _BODY)
        case Heading(text):
            _keep_together(pdf, 16)
            _write(pdf, text, 11.5)
        case Speech(clock, who, text):
            _speech(pdf, clock, who, text)
        case Grid(_, head, rows):
            _table(pdf, [head, *rows])


def _speech(pdf: _Sheet, clock: str, who: str, text: str) -> None:
    """Lay out the time in the margin, then the speaker and the text beside it."""
    _keep_together(pdf, 14)
    pdf.write_in(_SMALL, _GREY)
    pdf.cell(17, _BODY * _LEADING * _POINT, clock)
    left = pdf.l_margin
    pdf.set_left_margin(left + 17)
    if who:
        _write(pdf, who, 9.5, colour=_GREY)
    _write(pdf, text, _BODY)
    pdf.set_left_margin(left)
    pdf.set_x(left)
    pdf.ln(1.2)


def _write(pdf: _Sheet, text: str, size: float, *, align: str = "L", colour: tuple[int, int, int] = _INK) -> None:
    pdf.write_in(size, colour)
    lines = "\n".join(_lines(pdf, pdf.drawn(text), pdf.w - pdf.l_margin - pdf.r_margin - 2 * pdf.c_margin))
    pdf.multi_cell(0, size * _LEADING * _POINT, lines, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _facts(pdf: _Sheet, facts: tuple[tuple[str, str], ...]) -> None:
    """Lay out labels and texts side by side, with a hairline under each."""
    left = pdf.l_margin
    pdf.set_draw_color(*_RULE)
    for label, said in facts:
        _keep_together(pdf, 10)
        top = pdf.get_y()
        _write(pdf, label, 9.5, colour=_GREY)
        below = pdf.get_y()
        pdf.set_left_margin(left + 28)
        pdf.set_xy(left + 28, top)
        _write(pdf, said, 10)
        pdf.set_left_margin(left)
        pdf.set_xy(left, max(below, pdf.get_y()) + 1)
        pdf.line(left, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())
        pdf.ln(1)


def _table(pdf: _Sheet, rows: list[tuple[str, ...]]) -> None:
    pdf.write_in(10, _INK)
    pdf.set_draw_color(*_RULE)
    look = {"line_height": 10 * 1.55 * _POINT, "padding": 1.2, "text_align": "LEFT", "wrapmode": "CHAR"}
    with pdf.table(headings_style=FontFace(), **look) as table:
        for row in rows:
            cells = table.row()
            for said in row:
                cells.cell(pdf.drawn(said))


def _keep_together(pdf: _Sheet, height: float) -> None:
    """Keep a heading from standing alone at the foot of a page."""
    if pdf.get_y() + height > pdf.h - 22:
        pdf.add_page()


def _lines(pdf: _Sheet, text: str, width: float) -> Iterator[str]:
    """Break the text into lines that fit. Chinese has no spaces, so lines may end nearly everywhere."""
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for piece in _pieces(paragraph):
            needed = pdf.get_string_width(piece.rstrip())
            if line and used + needed > width:
                yield line.rstrip()
                line, used = "", 0.0
            line += piece
            used += pdf.get_string_width(piece)
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Split text into unbreakable units: words with the space after them, and characters with their punctuation."""
    last = 0
    for found in _BREAK.finditer(text):
        at = found.start()
        if at == 0 or text[at] in _NEVER_FIRST or text[at - 1] in _NEVER_LAST:
            continue
        yield text[last:at]
        last = at
    yield text[last:]
