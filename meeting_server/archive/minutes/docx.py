"""A paper (minutes, transcript) as a Word document (DOCX)."""

from __future__ import annotations

import io

from docx import Document
from docx.blkcntnr import BlockItemContainer
from docx.document import Document as DocumentObject
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as DocumentParagraph

from meeting_server.archive.minutes.document_model import Grid, Heading, Paper, Paragraph, Points, Speech
from meeting_server.archive.minutes.record_form import RecordForm
from meeting_server.domain.characters import clean, cleaned

_MARGIN = Cm(2.7)
_TEXT = Length(Cm(21) - 2 * _MARGIN)
"""The usable width of A4."""
_LABEL = Cm(3)
LATIN, CHINESE = "Times New Roman", "SimSun"
_PROPERTY = 255
"""Most characters of a property; python-docx refuses more."""


def minutes_document(paper: Paper, draft: str = "") -> bytes:
    """Return ``paper`` laid out for A4. ``draft``: a line that says it is not final."""
    paper, draft = cleaned(paper), clean(draft)
    document = _blank(paper.title, paper.organisation)
    _centred(document, paper.organisation, 12, bold=False)
    _centred(document, paper.title, 18, bold=True)
    if draft:
        _centred(document, draft, 10.5, bold=False)
    _facts(document, paper)
    for part in paper.sections:
        document.add_heading(part.heading, 1)
        for block in part.blocks:
            if isinstance(block, Paragraph):
                _paragraph(document, block)
            elif isinstance(block, Points):
                for number, line in enumerate(block.lines, 1):
                    document.add_paragraph(f"{number}. {line}").paragraph_format.left_indent = Cm(0.6)
            elif isinstance(block, Heading):
                document.add_heading(block.text, 2)
            elif isinstance(block, Speech):
                _speech(document, block)
            else:
                _grid(document, block)
    if paper.signs:
        _signs(document, paper)
    _small(document, paper.hash_line)
    return _bytes(document)


def record_form_document(form: RecordForm, draft: str = "") -> bytes:
    """``form`` laid out for A4: one ruled table, whose rows run over pages where much was said."""
    form, draft = cleaned(form), clean(draft)
    document = _blank(form.title, form.organisation)
    _centred(document, form.title, 18, bold=True)
    _centred(document, f"{form.organisation}  {draft}".strip(), 10.5, bold=False)
    widths = (_LABEL, Length(_TEXT // 2 - _LABEL), _LABEL, Length(_TEXT - _TEXT // 2 - _LABEL))
    table = document.add_table(rows=0, cols=len(widths))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in form.rows:
        cells = table.add_row().cells
        if len(row) == 1:
            cells = (cells[0], cells[1].merge(cells[-1]))
        for place, cell in zip((cells[0:2], cells[2:4]), row, strict=False):
            _lines(place[0], (cell.label,), bold=True)
            place[0].vertical_alignment = WD_ALIGN_VERTICAL.CENTER
            place[0].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
            _lines(place[1], cell.lines)
    signs = table.add_row().cells
    signed = signs[0].merge(signs[-1])
    _lines(signed, tuple(f"{label}：＿＿＿＿＿＿＿＿" for label in form.signs))
    _small(document, form.hash_line)
    return _bytes(document)


def _lines(cell: BlockItemContainer, lines: tuple[str, ...], *, bold: bool = False) -> None:
    for number, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.add_run(line).bold = bold
        paragraph.paragraph_format.line_spacing = 1.25
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(3)


def _blank(title: str, author: str) -> DocumentObject:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = _MARGIN
    section.top_margin = section.bottom_margin = Cm(2.5)
    _fonts(document)
    document.core_properties.title = title[:_PROPERTY]
    document.core_properties.author = author[:_PROPERTY]
    return document


def _small(document: DocumentObject, text: str) -> None:
    run = document.add_paragraph().add_run(text)
    run.font.size = Pt(8.5)
    run.font.color.rgb = RGBColor(0x66, 0x5F, 0x57)


def _bytes(document: DocumentObject) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _fonts(document: DocumentObject) -> None:
    for name, size in (("Normal", 12.0), ("Heading 1", 14.0), ("Heading 2", 12.0)):
        style = document.styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name, style.font.size = LATIN, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:eastAsia", "w:ascii", "w:hAnsi"):
            fonts.set(qn(attribute), CHINESE if attribute == "w:eastAsia" else LATIN)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        style.paragraph_format.line_spacing = 1.5
        style.paragraph_format.space_after = Pt(4)


def _centred(document: DocumentObject, text: str, size: float, *, bold: bool) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)


def _facts(document: DocumentObject, paper: Paper) -> None:
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    # rows take their widths from the grid, and some programs look at the grid alone
    table.columns[0].width, table.columns[1].width = _LABEL, Length(_TEXT - _LABEL)
    for label, said in paper.facts:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(label).bold = True
        cells[1].paragraphs[0].add_run(said)


def _paragraph(document: DocumentObject, block: Paragraph) -> None:
    paragraph: DocumentParagraph = document.add_paragraph(block.text)
    if block.strong:
        paragraph.add_run(block.strong).bold = True


def _speech(document: DocumentObject, line: Speech) -> None:
    paragraph = document.add_paragraph()
    clock = paragraph.add_run(f"{line.clock}  ")
    clock.font.size, clock.font.color.rgb = Pt(9), RGBColor(0x66, 0x5F, 0x57)
    if line.who:
        paragraph.add_run(f"{line.who}  ").bold = True
    paragraph.add_run(line.text)


def _grid(document: DocumentObject, grid: Grid) -> None:
    table = document.add_table(rows=0, cols=len(grid.head))
    table.style = "Table Grid"
    for number, row in enumerate((grid.head, *grid.rows)):
        for cell, said in zip(table.add_row().cells, row, strict=True):
            cell.paragraphs[0].add_run(said).bold = number == 0
    first = table.rows[0]._tr.get_or_add_trPr()  # repeated on every page the table runs over
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    first.append(header)


def _signs(document: DocumentObject, paper: Paper) -> None:
    document.add_paragraph()  # a table would stick to the one before
    table = document.add_table(rows=2, cols=len(paper.signs))
    for column, (label, name) in enumerate(paper.signs):
        table.cell(0, column).paragraphs[0].add_run(label)
        table.cell(1, column).paragraphs[0].add_run(name or "＿＿＿＿＿＿")
