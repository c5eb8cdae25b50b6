"""The minutes say what happened, with every number's base, in both languages; nothing unpublished is in them."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache, partial
from typing import Any

import msgspec
import pytest
from docx import Document

from meeting_server.archive.minutes.document_model import Grid, Points, Words, chinese_number, counts_said, paper_of, verdict_said
from meeting_server.archive.minutes.docx import minutes_document
from meeting_server.archive.minutes.minutes import Minutes, minutes_of
from meeting_server.archive.minutes.results import Contender, Result
from meeting_server.domain.terms import QuorumCheck, Verdict
from meeting_server.domain.vote_terms import Base, MotionForce, VerdictReason, VoteMethod
from meeting_server.web.site import dates
from meeting_server.web.site.catalogue import LANGUAGES, text
from tests.kit.meetings.whole_meeting import STARTS, whole_meeting


def words(language: Any = "zh-CN") -> Words:
    return Words(partial(text, language), partial(dates.date, language), dates.clock, language == "zh-CN")


@cache
def minutes() -> Minutes:
    made = minutes_of(whole_meeting().records)
    assert made is not None
    return made


def result(title: str) -> Result:
    return next(r for item in minutes().items for r in item.results if title in r.title)


def facts(language: Any = "zh-CN") -> dict[str, str]:
    return dict(paper_of(minutes(), words(language)).facts)


def test_the_facts_of_the_meeting_are_all_there() -> None:
    said = facts()
    assert said["时间"].startswith("2026年11月26日 19:00–19:")
    assert said["地点"] == "教学楼 A305，线上同时进行"
    assert said["主持人"].startswith("周建华")
    assert said["记录人"] == "何雨桐"
    assert said["应到实到"] == "应到 8 人，实到 7 人；其中有表决权的应到 7 人，实到 6 人，须到 4 人，符合规定人数"
    assert said["参加（无表决权）"] == "林晓雨（预备党员）"
    assert said["缺席"] == "王志远（外出调研），已请假"
    assert said["不计应到"] == "钱文（出国八个月，校党〔2026〕12号）"
    assert said["列席"] == "高原（列席）"


def test_absence_without_leave_is_told_apart() -> None:
    made = replace(minutes(), absent=minutes().on_leave, on_leave=())
    assert dict(paper_of(made, words()).facts)["缺席"] == "王志远，未请假"


def test_who_was_removed_is_not_among_those_attending() -> None:
    assert "路人" not in facts()["列席"]


def test_points_dissent_and_resolution_stand_under_their_item() -> None:
    item = next(item for item in minutes().items if "年度工作总结" in item.title)
    assert [point.name for point in item.points] == ["李敏", "孙国栋"]
    assert [dissent.name for dissent in item.dissent] == ["马丽娟"]
    assert item.resolutions == ("通过支部 2026 年度工作总结，修改后上报学院党委。",)
    assert "记错的一句" not in str(minutes())


def test_who_spoke_is_told_where_no_point_was_noted() -> None:
    section = paper_of(minutes(), words()).sections[0]
    assert section.heading == "一、宣布开会，核实人数"
    assert "周建华（1 分钟）" in str(section.blocks)


def test_a_result_names_base_threshold_and_verdict() -> None:
    assert counts_said(result("通过支部"), words()) == (
        "举手表决（只记票数）。应到有表决权的 7 人，实到 6 人，收回 5 票：赞成 4 票，不赞成 0 票，弃权 1 票，无效 0 票。"
        "表决结束时在场 6 人（只作记录）。"
    )
    assert verdict_said(result("通过支部"), words()) == "赞成 4 人，超过应到会有表决权的 7 人的半数（须得 4 票），通过。"
    assert verdict_said(result("留学生"), words("en")) == "2 for, not more than half of 7 entitled (4 needed): not carried."


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (
            Verdict(False, VerdictReason.NOT_REACHED, 26, Base.ENTITLED, 50, 24),
            "24 for, not more than half of 50 entitled (26 needed): not carried.",
        ),
        (Verdict(True, VerdictReason.REACHED, 16, Base.PRESENT, 30, 20), "20 for, more than half of 30 present (16 needed): carried."),
        (
            Verdict(True, VerdictReason.REACHED, 13, Base.CAST, 24, 13),
            "13 for, more than half of 24 ballots returned (13 needed): carried.",
        ),
        (Verdict(True, VerdictReason.REACHED, 20, Base.YES_NO, 30, 21), "20 of 30 votes for and against needed, 21 for: carried."),
        (
            Verdict(True, VerdictReason.REACHED, 12, Base.YES_NO, 22, 12),
            "12 for, more than half of 22 votes for and against (12 needed): carried.",
        ),
    ],
)
def test_the_verdict_is_said_for_every_base(verdict: Verdict, said: str) -> None:
    assert verdict_said(replace(result("通过支部"), verdict=verdict), words("en")) == said


def test_a_quorum_lost_by_the_closing_is_said() -> None:
    lost = replace(
        result("通过支部"),
        verdict=Verdict(False, VerdictReason.NO_QUORUM_AT_CLOSE, 9, Base.ENTITLED, 16, 8),
        quorum_at_close=QuorumCheck(16, 7, 8, False),
    )
    assert verdict_said(lost, words()) == "应到 16 人，到会 7 人，不足 8 人：会议无效，须重新召开。"


def test_a_named_vote_lists_who_chose_what() -> None:
    blocks = [b for section in paper_of(minutes(), words()).sections for b in section.blocks if isinstance(b, Grid)]
    assert blocks[0].rows == (("不赞成", "周建华、孙国栋"), ("赞成", "何雨桐、李敏"))


def test_a_secret_vote_tells_papers_issued_and_no_names() -> None:
    secret = result("预备党员")
    assert secret.method == "secret"
    assert secret.named == ()
    assert counts_said(secret, words()).startswith(f"无记名表决。发出选票 {secret.issued} 张。")
    assert secret.issued == 4 + 1  # four on phones, one paper in the hall


def test_the_halls_count_stands_with_those_who_signed_it() -> None:
    secret = result("接收林晓雨")
    assert secret.hall is not None
    papers = "其中会场纸质票：发出 1 张，收回 1 张，无效 0 张，监票人孙国栋、计票人丁文静签字。"
    assert papers in counts_said(secret, words())
    hands = replace(secret, method=VoteMethod.OPEN, hall=replace(secret.hall, registered=3, returned=2))
    assert "其中会场举手 2 票（登记 3 人），监票人孙国栋、计票人丁文静签字。" in counts_said(hands, words())
    assert "of 3 registered, signed by 孙国栋 (scrutineer) and 丁文静 (teller)" in counts_said(hands, words("en"))


def test_an_officer_who_went_is_named_apart_from_those_who_counted() -> None:
    gone = replace(result("接收林晓雨"), former_officers=("王芳",))
    item = replace(minutes().items[0], results=(gone,))
    said = paper_of(replace(minutes(), items=(item,)), words())
    assert "会中免去或离会的监票人、计票人：王芳。" in str([section.blocks for section in said.sections])


def test_an_election_is_a_table_and_a_sentence() -> None:
    election = replace(
        result("通过支部"),
        force=MotionForce.ELECTION,
        method=VoteMethod.SECRET,
        contenders=(
            Contender("丁文静", (("for", 24), ("against", 1), ("abstain", 0)), "elected"),
            Contender("刘海涛", (("for", 8), ("against", 15), ("abstain", 2)), "not_elected"),
            Contender("另选的人", (("for", 1),), "not_elected"),
        ),
        counts=(),
        seats=1,
        issued=26,
        returned=26,
        void=1,
        outcome="elected",
        approval_reference="校党〔2026〕3号",
        verdict=Verdict(True, VerdictReason.ELECTED, 14, Base.PRESENT, 26, 24, elected=("c1",)),
    )
    item = replace(minutes().items[0], results=(election,))
    blocks = paper_of(replace(minutes(), items=(item,)), words()).sections[0].blocks
    grid = next(block for block in blocks if isinstance(block, Grid))
    assert grid.head == ("姓名", "赞成", "不赞成", "弃权", "结果")
    assert grid.rows[0] == ("丁文静", "24", "1", "0", "当选")
    assert grid.rows[2] == ("另选的人", "1", "0", "0", "未当选")
    assert "应选 1 名，按实到会有表决权的 26 人计算，须得 14 票：丁文静当选。" in str(blocks)
    assert "上级批准文号：校党〔2026〕3号" in str(blocks)


def test_an_unpublished_result_keeps_its_figures() -> None:
    story = whole_meeting()
    unpublished = [record for record in story.records if record.kind != "MotionPublished"]
    made = minutes_of(unpublished)
    assert made is not None
    for item in made.items:
        for kept in item.results:
            assert kept.counts == ()
            assert kept.verdict is None
            assert kept.outcome in ("unpublished", "withdrawn")


def test_a_withdrawn_draft_is_not_mentioned() -> None:
    assert not any("写错的动议" in r.title for item in minutes().items for r in item.results)


def test_the_head_is_the_record_that_adjourned_the_meeting() -> None:
    adjourned = next(record for record in whole_meeting().records if record.kind == "MeetingAdjourned")
    assert (minutes().head_seq, minutes().head_hash) == (adjourned.seq, adjourned.hash.hex())
    assert minutes().final


def test_minutes_of_a_running_meeting_are_a_draft() -> None:
    running = [r for r in whole_meeting().records if r.seq < minutes().head_seq]
    made = minutes_of(running)
    assert made is not None
    assert not made.final
    assert paper_of(made, words()).status == "draft"


def test_nothing_recorded_gives_no_minutes() -> None:
    assert minutes_of([]) is None


def test_minutes_survive_being_written_out_and_read_in() -> None:
    assert msgspec.json.decode(msgspec.json.encode(minutes()), type=Minutes) == minutes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_holds_all_the_page_says(language: Any) -> None:
    paper = paper_of(minutes(), words(language))
    document = Document(io.BytesIO(minutes_document(paper)))
    written = "\n".join(p.text for p in document.paragraphs)
    tables = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    for label, said in paper.facts:
        assert label in tables
        assert said in tables
    for section in paper.sections:
        assert section.heading in written
        for block in section.blocks:
            if isinstance(block, Points):
                assert all(line in written for line in block.lines)
    assert paper.hash_line in written


def test_control_characters_do_not_break_the_document() -> None:
    odd = replace(minutes(), place="教室\x00\x0b三\x1f")
    document = Document(io.BytesIO(minutes_document(paper_of(odd, words()))))
    assert "教室三" in document.tables[0].rows[1].cells[1].text


@pytest.mark.parametrize(("number", "said"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")])
def test_sections_are_numbered_in_chinese(number: int, said: str) -> None:
    assert chinese_number(number) == said


def test_the_meeting_began_when_it_was_opened() -> None:
    assert minutes().opened_at == STARTS + 31_000
