"""The form of 三会一课 holds every field that is inspected, filled in from the minutes."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from docx import Document

from meeting_server.archive.minutes.docx import record_form_document
from meeting_server.archive.minutes.minutes import Item, Spoken
from meeting_server.archive.minutes.record_form import RECORDED, RecordForm, record_form_of
from meeting_server.store.schedule.templates import TEMPLATES
from tests.unit.archive.minutes.test_minutes import minutes, words


def cells(form: RecordForm) -> dict[str, tuple[str, ...]]:
    return {cell.label: cell.lines for row in form.rows for cell in row}


def form(language: str = "zh-CN") -> RecordForm:
    return record_form_of(minutes(), words(language))


def test_every_field_of_the_form_is_there_in_its_order() -> None:
    assert list(cells(form())) == [
        "会议名称",
        "类型",
        "时间",
        "地点",
        "主持人",
        "记录人",
        "应到",
        "实到",
        "缺席及原因",
        "列席",
        "议题",
        "每人发言要点",
        "不同意见",
        "表决情况",
        "决议",
    ]
    assert form().signs == ("主持人签字", "记录人签字", "审核签字")
    assert all(lines and all(lines) for lines in cells(form()).values())


def test_the_form_says_who_said_what_who_disagreed_and_what_was_decided() -> None:
    said = cells(form())
    assert any(line.startswith("李敏：") for line in said["每人发言要点"])
    assert any(line.startswith("马丽娟：") for line in said["不同意见"])
    assert "通过支部 2026 年度工作总结，修改后上报学院党委。" in said["决议"]
    assert any("赞成 4 人，超过应到会有表决权的 7 人的半数（须得 4 票），通过。" in line for line in said["表决情况"])


def test_what_nobody_noted_is_said_to_be_missing() -> None:
    bare = replace(minutes(), items=(Item("学习", "", 1, 2),), on_leave=(), absent=(), attending=(), without_vote=())
    said = cells(record_form_of(bare, words()))
    assert said["每人发言要点"] == ("（未记录发言要点）",)
    assert said["不同意见"] == said["表决情况"] == said["决议"] == said["缺席及原因"] == said["列席"] == ("无",)


def test_what_was_said_stands_under_its_item_where_there_are_several() -> None:
    two = (Item("学习", "", 1, 2, points=(Spoken("李敏", "甲"),)), Item("讨论", "", 2, 3, points=(Spoken("李敏", "乙"),)))
    said = cells(record_form_of(replace(minutes(), items=two), words()))
    assert said["每人发言要点"] == ("【学习】", "李敏：甲", "【讨论】", "李敏：乙")


def test_the_recorder_is_nowhere_called_the_branch_secretary() -> None:
    assert "书记" not in "".join(cells(form()))
    assert cells(form())["记录人"] == minutes().recorders


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_document_is_one_ruled_table_with_every_cell(language: str) -> None:
    asked = form(language)
    document = Document(io.BytesIO(record_form_document(asked)))
    (table,) = document.tables
    text = "\n".join(cell.text for row in table.rows for cell in row.cells)
    for label, lines in cells(asked).items():
        assert label in text
        assert all(line in text for line in lines), label
    assert document.paragraphs[-1].text == asked.hash_line


def test_the_three_meetings_and_the_lesson_have_the_form() -> None:
    assert {"general", "committee", "group", "lesson"} == RECORDED
    assert {template.kind for template in TEMPLATES.values()} > RECORDED
