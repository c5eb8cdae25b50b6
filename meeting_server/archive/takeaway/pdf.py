"""A paper (minutes, transcript) as PDF, A4, its Chinese typeface embedded so that it looks the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace, TTFFont
from pylopdf_fonts_zh_cn import serif_path

from meeting_server.archive.minutes_text import Block, Grid, Heading, Paper, Paragraph, Points, Speech

_BODY, _SMALL = 11.0, 8.5
_LEADING = 1.65
"""Height of a line over the size of its type."""
_POINT = 25.4 / 72
_INK, _GREY, _RULE = (33, 30, 27), (102, 95, 87), (205, 199, 189)
_WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…"
_BREAK = re.compile(f"(?<=[{_WIDE}])(?=\\S)|(?<=\\S)(?=[{_WIDE}])|(?<=\\s)(?=\\S)")
_NEVER_FIRST = "，。、；：？！）》」』】〉”’…—％℃·"
_NEVER_LAST = "（《「『【〈“‘"
_CONTROLS = {code: None for code in range(32) if code != 10} | {9: " "}


class _Sheet(FPDF):
    """A4 with page numbers at the foot."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        self.set_margins(25, 22, 25)
        self.set_auto_page_break(True, 22)
        self.add_font("serif", "", str(serif_path()))

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("serif", size=_SMALL)
        self.set_text_color(*_GREY)
        self.cell(0, 5, str(self.page_no()), align="C")


def paper_pdf(paper: Paper, draft: str = "") -> bytes:
    """``paper`` laid out for A4; ``draft``: a line that says it is no final text yet."""
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
    """Time in the margin's column, who, then what was said beside it."""
    _keep_together(pdf, 14)
    pdf.set_font("serif", size=_SMALL)
    pdf.set_text_color(*_GREY)
    pdf.cell(17, _BODY * _LEADING * _POINT, clock)
    left = pdf.l_margin
    pdf.set_left_margin(left + 17)
    if who:
        _write(pdf, who, 9.5, colour=_GREY)
    _write(pdf, text, _BODY)
    pdf.set_left_margin(left)
    pdf.set_x(left)
    pdf.ln(1.2)


def _write(
    pdf: _Sheet, text: str, size: float, *, align: str = "L", colour: tuple[int, int, int] = _INK
) -> None:
    pdf.set_font("serif", size=size)
    pdf.set_text_color(*colour)
    lines = "\n".join(_lines(pdf, _drawn(pdf, text), pdf.w - pdf.l_margin - pdf.r_margin - 2 * pdf.c_margin))
    pdf.multi_cell(0, size * _LEADING * _POINT, lines, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _facts(pdf: _Sheet, facts: tuple[tuple[str, str], ...]) -> None:
    """Label and text side by side, a hairline under each."""
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
    pdf.set_font("serif", size=10)
    pdf.set_text_color(*_INK)
    pdf.set_draw_color(*_RULE)
    look = {"line_height": 10 * 1.55 * _POINT, "padding": 1.2, "text_align": "LEFT", "wrapmode": "CHAR"}
    with pdf.table(headings_style=FontFace(), **look) as table:
        for row in rows:
            cells = table.row()
            for said in row:
                cells.cell(_drawn(pdf, said))


def _keep_together(pdf: _Sheet, height: float) -> None:
    """A heading does not stand alone at the foot of a page."""
    if pdf.get_y() + height > pdf.h - 22:
        pdf.add_page()


def _drawn(pdf: _Sheet, text: str) -> str:
    """Without controls; what the typeface can not draw (emoji) becomes a box."""
    font = pdf.fonts["serif"]
    assert isinstance(font, TTFFont)
    known = font.cmap
    return "".join(c if c == "\n" or ord(c) in known else "□" for c in text.translate(_CONTROLS))


def _lines(pdf: _Sheet, text: str, width: float) -> Iterator[str]:
    """The text in lines that fit: Chinese has no spaces, so they may end nearly everywhere."""
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
    """What may not be torn apart: words with the space after them, and characters with the marks that belong to them."""
    last = 0
    for found in _BREAK.finditer(text):
        at = found.start()
        if at == 0 or text[at] in _NEVER_FIRST or text[at - 1] in _NEVER_LAST:
            continue
        yield text[last:at]
        last = at
    yield text[last:]
