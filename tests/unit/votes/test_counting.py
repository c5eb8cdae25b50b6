"""Counting reads each mark once and the list of the meeting once, however many ballots there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.spelling import folded
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Candidate, OnRoster, Terms
from meeting_server.domain.vote_terms import Base, MotionForce, MotionPhase, VoteMethod, WriteIns
from meeting_server.domain.votes import marks, write_ins
from meeting_server.domain.votes.ballots import count
from tests.kit.meetings.sitting import ELECTION

T = TypeVar("T")
LIST = tuple(OnRoster(ParticipantId(f"m{n}"), f"人{n}", True) for n in range(200))


def election() -> Motion:
    return Motion(
        MotionId("m1"),
        MotionPhase.VOTING,
        "选举",
        "",
        None,
        MotionForce.ELECTION,
        VoteMethod.SECRET,
        (),
        1,
        replace(ELECTION, write_ins=WriteIns.ROSTER),
        candidates=tuple(Candidate(f"c{n}", f"候选{n}", n) for n in range(1, 4)),
        terms=Terms(2, "1号", Base.PRESENT),
        roster=LIST,
    )


def noting(calls: list[str], step: Callable[[str], T]) -> Callable[[str], T]:
    def noted(argument: str) -> T:
        calls.append(argument)
        return step(argument)

    return noted


def test_a_count_reads_each_mark_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(marks, "read", noting(read, marks.read))
    tally = count(election(), [("c1:for", "c2:against", "c3:abstain")] * 300 + [("c1:for", "c2:for")] * 200, 500)
    assert dict(tally.counts)["c1:for"] == 500
    assert sorted(read) == ["c1:for", "c2:against", "c2:for", "c3:abstain"]


def test_a_count_goes_through_the_list_of_the_meeting_once(monkeypatch: pytest.MonkeyPatch) -> None:
    folds: list[str] = []
    monkeypatch.setattr(write_ins, "folded", noting(folds, folded))
    tally = count(election(), [("c1:against", f"w:人{n % 10}") for n in range(500)], 500)
    assert dict(tally.counts)["p:m7"] == 50
    assert sum(folds.count(one.name) for one in LIST[20:]) <= 2 * len(LIST[20:])  # once for the ballots, once for their sums
