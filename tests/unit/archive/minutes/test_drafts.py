"""Documents drafted from a meeting: 选举办法, 选举报告单, 选举结果报告, 决议 with the items of art. 21."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import pytest
from docx import Document

from meeting_server.archive.minutes.docx import minutes_document
from meeting_server.archive.minutes.drafts import Draft, DraftKind, drafted, drafts_of
from meeting_server.domain.state import MeetingState
from meeting_server.domain.vote_terms import MotionForce, MotionPhase
from tests.golden.later_events import an_election_reported
from tests.kit.meetings.studies import words
from tests.kit.meetings.whole_meeting import whole_meeting


@cache
def meeting() -> MeetingState:
    """With an admission, and an election counted in the hall."""
    state = whole_meeting(an_election_reported).state
    assert state is not None
    return state


def draft(kind: DraftKind) -> Draft:
    return next(one for one in drafts_of(meeting()) if one.kind is kind)


def text_of(kind: DraftKind, language: str = "zh-CN") -> str:
    """Everything the document says, as Word reads it."""
    content = minutes_document(drafted(meeting(), draft(kind), words(language)), "草稿")  # type: ignore[arg-type]  # a language
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_rules_are_drafted_from_the_terms_of_the_election() -> None:
    said = text_of(DraftKind.ELECTION_RULES)
    assert "院党〔2026〕31号" in said
    assert "应选支部委员 1 名，候选人 2 名，差额 1 名" in said
    assert "达到应到会有选举权的党员人数的五分之四" in said
    assert "超过实到会有选举权的党员人数的二分之一，始得当选" in said
    assert "监票人：孙国栋" in said


def test_rules_can_be_had_before_the_meeting_opens_and_figures_only_once_published() -> None:
    election = next(m for m in meeting().motions.values() if m.force is MotionForce.ELECTION)
    for phase in (MotionPhase.DRAFTED, MotionPhase.CLOSED):
        state = replace(meeting(), motions={election.motion_id: replace(election, phase=phase)})
        assert [one.kind for one in drafts_of(state)] == [DraftKind.ELECTION_RULES]


def test_the_report_sheet_says_issued_returned_valid_void_and_who_signed() -> None:
    paper = drafted(meeting(), draft(DraftKind.REPORT_SHEET), words("zh-CN"))
    facts = dict(paper.facts)
    assert [facts[name] for name in ("发出选票", "收回选票", "有效票", "无效票")] == ["5", "5", "5", "0"]
    assert facts["选举是否有效"] == "收回数不多于发出数，选举有效"
    assert paper.signs[0] == ("监票人", "孙国栋")


def test_the_report_of_the_result_names_who_was_elected() -> None:
    said = text_of(DraftKind.ELECTION_REPORT)
    assert "当选 1 人：" in said
    assert "现予报告，请审批。" in said


def test_a_resolution_holds_the_items_of_article_21() -> None:
    paper = drafted(meeting(), draft(DraftKind.RESOLUTION), words("zh-CN"))
    labels = [label for label, _ in paper.facts]
    assert labels == ["应到会有表决权的党员", "实到会有表决权的党员", "表决结果", "其中会前书面意见", "通过决议的日期"]
    assert [section.heading for section in paper.sections] == ["主要表现", "决议"]
    assert [label for label, _ in paper.signs] == ["支部书记", "日期"]
    assert "接收林晓雨同志为中共预备党员" in paper.title


@pytest.mark.parametrize("kind", DraftKind)
def test_every_draft_is_whole_in_both_languages(kind: DraftKind) -> None:
    for language in ("zh-CN", "en"):
        said = text_of(kind, language)
        assert "drafts." not in said
        assert "{" not in said
