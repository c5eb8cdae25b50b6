"""What the minutes say of an election: a tie, a run-off, a seat given up, reasons to stand and names that can't be elected."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from meeting_server.archive.minutes.document_model import Grid, Paragraph, Words, paper_of, verdict_said
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.minutes.results import Result, result_of
from meeting_server.domain.meeting import replay
from meeting_server.domain.state import MeetingState
from meeting_server.domain.vote_terms import VerdictReason
from meeting_server.journal.bundle import record_of
from meeting_server.web.site import dates
from meeting_server.web.site.catalogue import text
from tests.kit.paths import GOLDEN

TITLE = "选举支部委员"
RECORDS = [record_of(line) for line in (GOLDEN / "journal_v4.jsonl").read_bytes().splitlines()]


def words(language: Any = "zh-CN") -> Words:
    return Words(partial(text, language), partial(dates.date, language), dates.clock, language == "zh-CN")


def story() -> MeetingState:
    state = replay((record.event, record.recorded_at) for record in RECORDS if record.event is not None)
    assert state is not None
    return state


def election() -> Result:
    """The election of the newest golden journal: 马丽娟 elected, 李敏, 周建华 and 何雨桐 (written in) tied, one seat given up."""
    state = story()
    return next(result_of(state, motion) for motion in state.motions.values() if motion.title == TITLE and motion.verdict is not None)


def test_people_written_in_stand_by_their_name_with_what_came_of_it() -> None:
    outcomes = {one.name: one.outcome for one in election().contenders}
    assert (outcomes["马丽娟"], outcomes["何雨桐"], outcomes["李敏"]) == ("elected", "tied", "tied")
    assert outcomes["无名氏"] == "ineligible"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-CN", "会议决定名额减为 2 名（见“支部委员名额减为二名”）。"),
        ("en", "The meeting decided to fill 2 seats in all (“支部委员名额减为二名”)."),
    ],
)
def test_the_minutes_name_the_motion_that_reduced_the_seats(language: str, said: str) -> None:
    minutes = minutes_of(RECORDS)
    assert minutes is not None
    paper = paper_of(minutes, words(language))
    blocks = [block for section in paper.sections for block in section.blocks]
    told = [block.text for block in blocks if isinstance(block, Paragraph)]
    assert said in told
    assert any("崔调入" in line and "组织关系正在转入" in line for line in told)
    assert any("无名氏" in row for block in blocks if isinstance(block, Grid) for row in block.rows)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (VerdictReason.ELECTED, "再次投票，应选 3 名，得票多的当选：马丽娟当选。"),
        (VerdictReason.TIED, "再次投票，应选 3 名，得票多的当选：马丽娟当选；最后名额票数仍然相等，尚缺 2 名。"),
    ],
)
def test_a_run_off_is_said_to_be_decided_by_the_most_votes(reason: VerdictReason, said: str) -> None:
    result = election()
    assert result.verdict is not None
    short = 2 if reason is VerdictReason.TIED else 0
    run_off = replace(result, run_off=True, verdict=replace(result.verdict, reason=reason, short=short))
    assert verdict_said(run_off, words()) == said
