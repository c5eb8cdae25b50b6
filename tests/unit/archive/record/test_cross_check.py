"""Sentences that the record contradicts, and sentences that it doesn't."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from meeting_server.archive.minutes.results import Contender, Outcome, Result
from meeting_server.archive.record.cross_check import ANNOUNCED_MS, Contradiction, Facts, Known, contradictions
from meeting_server.archive.record.transcript import Spoken
from meeting_server.domain.ids import HALL, ParticipantId
from meeting_server.domain.vote_terms import MotionForce, VoteMethod

OPENED = int(datetime(2026, 12, 1, 11, 0, tzinfo=UTC).timestamp() * 1000)
"""19:00 in Shanghai."""
MINUTE = 60_000


def result(title: str, at: int, counts: tuple[int, int, int] | None, outcome: Outcome, contenders: tuple[Contender, ...] = ()) -> Result:
    return Result(
        title=title,
        text="",
        force=MotionForce.MOTION if counts else MotionForce.ELECTION,
        method=VoteMethod.OPEN,
        preset_zh="",
        preset_en="",
        opened_at=OPENED + at * MINUTE,
        closed_at=OPENED + (at + 2) * MINUTE,
        counts=tuple((choice, "", number) for choice, number in zip(("for", "against", "abstain"), counts, strict=True)) if counts else (),
        contenders=contenders,
        entitled=29,
        present=26,
        returned=26,
        issued=0,
        void=0,
        written=0,
        by_hand=0,
        seats=0,
        approval_reference="",
        officers=(),
        quorum_at_open=None,
        quorum_at_close=None,
        verdict=None,
        outcome=outcome,
    )


STOOD = (Contender("何雨桐", (("for", 20),), "elected"), Contender("马丽娟", (("for", 6),), "not_elected"))
FACTS = Facts(
    {Known.EXPECTED: frozenset({29, 32}), Known.PRESENT: frozenset({26}), Known.ON_LEAVE: frozenset({3})},
    (
        result("党费使用计划", 10, (24, 1, 1), "carried"),
        result("改到周六上午", 20, (11, 12, 3), "not_carried"),
        result("增补委员", 40, None, "elected", STOOD),
    ),
    timezone(timedelta(hours=8)),
)


def found(text: str, minute: int = 1) -> tuple[Contradiction, ...]:
    since = OPENED + minute * MINUTE
    return contradictions([Spoken("a.1", since, since + 4_000, ParticipantId("zhou"), "周建华", HALL, text)], FACTS)


@pytest.mark.parametrize(
    ("text", "minute", "known", "said", "record"),
    [
        ("十到二十九人，超过半数", 1, Known.PRESENT, "29", ("26",)),
        ("有表决权的实到28人", 1, Known.PRESENT, "28", ("26",)),
        ("应到党员三十三人", 1, Known.EXPECTED, "33", ("29", "32")),
        ("请假两人", 1, Known.ON_LEAVE, "2", ("3",)),
        ("赞成二十一票，反对一票，弃权一票", 13, Known.FOR, "21", ("24",)),
        ("赞成11票，不赞成2票，弃权3票", 23, Known.AGAINST, "2", ("12",)),
        ("11票赞成，12票反对，13票弃权", 23, Known.ABSTAIN, "13", ("3",)),
        ("同意的超过半数，通过。", 23, Known.CARRIED, "通过", ("not_carried",)),
        ("这一项没有通过", 13, Known.NOT_CARRIED, "没有通过", ("carried",)),
        ("何雨桐同志得26票", 43, Known.FOR, "26", ("20",)),
        ("马丽娟同志当选", 43, Known.ELECTED, "马丽娟", ("何雨桐",)),
        ("现在是晚上八点三十分", 10, Known.CLOCK, "现在是晚上8点30分", ("19:10",)),
        ("今天是十二月二日", 1, Known.DATE, "今天是12月2日", ("2026-12-01",)),
    ],
)
def test_a_sentence_that_says_otherwise_than_the_record_is_found(
    text: str, minute: int, known: Known, said: str, record: tuple[str, ...]
) -> None:
    (one,) = found(text, minute)
    assert (one.known, one.said, one.record) == (known, said, record)


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("应到党员三十二人，其中有表决权的二十九人。请假三人，有表决权的实到二十六人", 1),
        ("请十到二十九人来帮忙", 1),
        ("赞成二十四票，反对一票，弃权一票。同意的超过半数，通过。", 13),
        ("刚才第一项赞成24票，这一项赞成11票", 23),
        ("没有超过半数，不通过。", 23),
        ("去年赞成30票", 5),
        ("何雨桐同志得20票，当选", 43),
        ("马丽娟同志没有当选", 43),
        ("现在七点零五分，开会", 1),
        ("现在七点，开会", 20),
        ("今天是2026年12月1日", 1),
        ("有30人报名，超过20小时", 1),
    ],
)
def test_a_sentence_that_agrees_or_speaks_of_something_else_is_not_flagged(text: str, minute: int) -> None:
    assert found(text, minute) == ()


def test_long_after_a_vote_its_numbers_are_not_looked_for() -> None:
    late = 42 + ANNOUNCED_MS // MINUTE
    assert found("赞成30票，不通过", late) == ()


def test_what_contradicts_names_the_motion_and_the_moment_it_was_put() -> None:
    (one,) = found("赞成21票", 13)
    assert (one.about, one.at) == ("党费使用计划", OPENED + 10 * MINUTE)


def test_of_a_sentence_that_was_taken_out_nothing_is_said() -> None:
    assert contradictions([Spoken("a.1", OPENED, OPENED + 1, ParticipantId("zhou"), "", HALL, "", "redacted")], FACTS) == ()
