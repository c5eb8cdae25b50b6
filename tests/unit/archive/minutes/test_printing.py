"""What offices print and add up: pages as wide as the paper with their heads and numbers, tables with their grid, figures as numbers."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from datetime import datetime, time

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl.worksheet.worksheet import Worksheet

from meeting_server.archive.attendance.report import attendance_report
from meeting_server.archive.attendance.workbook import attendance_workbook
from meeting_server.archive.minutes.document_model import paper_of
from meeting_server.archive.minutes.docx import minutes_document
from meeting_server.archive.sheets import Share, Value, write_csv, write_xlsx
from meeting_server.archive.takeaway.podcast import Episode, podcast
from meeting_server.web.site.catalogue import Language, text
from tests.kit.meetings.studies import words
from tests.unit.archive.attendance.test_attendance_report import END, EVERYONE, meeting
from tests.unit.archive.minutes.test_minutes import minutes

LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")


def sheets(language: Language = "zh-CN") -> dict[str, Worksheet]:
    content = attendance_workbook(attendance_report(meeting(*EVERYONE), END), lambda key, **holes: text(language, key, **holes))
    people, evidence = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    table = openpyxl.load_workbook(io.BytesIO(write_xlsx([["姓名", "应到"], ["甲", 12]], "年度", (14, 10)))).worksheets[0]
    return {"people": people, "evidence": evidence, "table": table}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["people", "evidence", "table"])
def test_every_page_of_a_print_is_as_wide_as_the_paper_with_heads_and_a_number(name: str, language: Language) -> None:
    sheet = sheets(language)[name]
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert str(sheet.page_setup.paperSize) == "9"
    found = re.fullmatch(r"\$?(\d+):\$?(\d+)", str(sheet.print_title_rows))
    assert found is not None
    head = [cell.value for cell in sheet[int(found[1])]]
    assert head[0] in ("姓名", "Name")
    assert found[1] == found[2]
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.center is not None
    assert "&P" in str(sheet.oddFooter.center.text)


def test_a_wide_table_lies_on_its_side_and_a_narrow_one_stands() -> None:
    made = sheets()
    assert [made[name].page_setup.orientation for name in ("people", "evidence", "table")] == ["landscape", "portrait", "portrait"]


def test_figures_and_times_are_numbers_that_add_up_and_sort() -> None:
    people = sheets()["people"]
    rows = [[cell.value for cell in row] for row in people.iter_rows()]
    head = next(row for row in rows if row[0] == "姓名")
    below = rows[rows.index(head) + 1 :]
    kinds = {str(head[column]): {type(row[column]) for row in below} - {type(None)} for column in range(len(head))}
    wrong = {name: found for name, found in kinds.items() if found - {str, int, time}}
    assert wrong == {}
    assert kinds[text("zh-CN", "attendance.column.responsive")] <= {int}
    assert {type(rows[line][1]) for line in range(1, 11)} == {str, int, datetime}


def test_a_table_of_figures_has_numbers_and_shares_and_names_stay_texts() -> None:
    rows: list[list[Value]] = [["姓名", "应到", "出席率"], ["=SUM(A1)", 12, Share(0.925)]]
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(rows, "年度"))).worksheets[0]
    name, expected, share = sheet[2]
    assert (name.data_type, expected.value, share.value, share.number_format) == ("s", 12, 0.925, "0%")
    assert write_csv(rows).decode("utf-8-sig").splitlines()[1] == "'=SUM(A1),12,92%"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cells_of_every_table_are_as_wide_as_its_grid_and_the_table_as_the_text(language: Language) -> None:
    document = Document(io.BytesIO(minutes_document(paper_of(minutes(), words(language)))))
    section = document.sections[0]
    assert section.page_width is not None
    assert section.left_margin is not None
    assert section.right_margin is not None
    wide = section.page_width.twips - section.left_margin.twips - section.right_margin.twips
    assert len(document.tables) >= 2
    for table in document.tables:
        grid = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.findall(qn("w:gridCol"))]
        assert abs(sum(grid) - wide) < 20
        for row in table._tbl.tr_lst:
            assert [int(width.get(qn("w:w"))) for cell in row.tc_lst for width in cell.iter(qn("w:tcW"))] == grid


def test_the_description_of_an_episode_is_plain_text_whatever_reads_it() -> None:
    said = "支部 <b>讨论</b>了 a < b && c &amp; d\n第二行"
    feed = podcast("支部 & 会议", said, "zh-CN", "https://x/feed", "https://x/", [Episode("m", "会", said, 0, "https://x/a.m4a", 1, 1000)])
    descriptions = [element.text or "" for element in ET.fromstring(feed).iter() if element.tag.endswith(("description", "summary"))]
    assert len(descriptions) == 3
    for told in descriptions:
        assert re.search(r"[<>&\n]|&\w+;", told) is None
        assert "讨论" in told
