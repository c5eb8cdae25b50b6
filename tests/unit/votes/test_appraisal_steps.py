"""民主评议 in its steps: the third of the branch's 正式党员, more only with a reason, a sheet for the committee, answers of five."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meeting_server.archive.minutes.document_model import Paragraph, paper_of
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.domain.commands import (
    CastBallot,
    CloseMotion,
    ConveneMeeting,
    DraftMotion,
    MoveMotion,
    OpenMeeting,
    OpenMotion,
    PublishMotion,
)
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MotionId
from meeting_server.domain.terms import Candidate
from meeting_server.domain.vote_terms import AppraisalSheet, Grade, MotionForce, PollShape
from meeting_server.domain.votes.appraisals import grades, most_excellent
from meeting_server.domain.votes.ballots import check
from meeting_server.domain.votes.marks import Validity
from tests.kit.meetings.sitting import GENERAL, Sitting
from tests.kit.meetings.whole_meeting import CHAIR, LI, SECRETARY, SUN, Story, convening
from tests.unit.archive.minutes.test_minutes import words
from tests.unit.votes.test_appraisals import SHIPPED, branch, last, person, sealed, sheet, told

COMMITTEE = DraftMotion("支部班子", force=MotionForce.APPRAISAL, sheet=AppraisalSheet.COMMITTEE, candidates=(Candidate("", "支部班子"),))


def graded(excellent: int, of: int) -> DraftMotion:
    """An organisation sheet of ``of`` people with so many 优秀; those beyond the meeting's list by name."""
    people = [Candidate("", f"党员{n}", n, None, Grade.EXCELLENT if n <= excellent else Grade.GOOD) for n in range(1, of + 1)]
    return replace(sheet("organisation"), candidates=tuple(people))


# --- the third --------------------------------------------------------------------------------------------------


def test_the_third_is_taken_of_the_full_members_of_the_branch_not_of_those_on_the_sheet() -> None:
    """12 members, 10 on the sheet: 4 (rules.md)."""
    sitting = branch(12)
    sitting.did("secretary", graded(4, of=10))
    assert most_excellent(last(sitting).preset, 10) == 4
    refused = told(sitting, graded(5, of=10))
    assert refused.code is Code.TOO_MANY_EXCELLENT
    assert dict(refused.detail) == {"given": 5, "most": 4, "appraised": 12, "numerator": 1, "denominator": 3}


def test_a_record_that_does_not_know_the_branch_counts_the_meetings_list() -> None:
    sitting = branch(0)
    sitting.did("secretary", sheet("mutual"))
    assert last(sitting).preset.excellent_of == 7, "six members and the secretary; the probationary member not"


def test_a_motion_of_before_takes_its_third_of_those_on_the_sheet() -> None:
    assert most_excellent(SHIPPED["appraisal"], 8) == 2


def test_more_than_the_third_stand_with_a_reason_that_goes_with_the_motion() -> None:
    sitting = branch(12)
    draft = replace(graded(5, of=10), excellent_reason="  上级同意按 40% 评定  ")
    sitting.did("secretary", draft)
    motion_id = last(sitting).motion_id
    sitting.did("secretary", MoveMotion(motion_id))
    sitting.did("secretary", OpenMotion(motion_id))
    assert sitting.state.motions[motion_id].excellent_reason == "上级同意按 40% 评定"


@pytest.mark.parametrize("reason", ["上级同意按 40% 评定", "长" * 201])
def test_a_reason_nobody_needs_is_not_kept(reason: str) -> None:
    sitting = branch(12)
    sitting.did("secretary", replace(graded(4, of=10), excellent_reason=reason))
    assert last(sitting).excellent_reason == ""
    sitting.did("secretary", DraftMotion("通过工作总结", excellent_reason=reason))
    assert last(sitting).excellent_reason == ""


@pytest.mark.parametrize(("reason", "code"), [("   ", Code.TOO_MANY_EXCELLENT), ("长" * 201, Code.TOO_LONG)])
def test_a_reason_says_something_and_not_too_much(reason: str, code: Code) -> None:
    sitting = branch(12)
    assert told(sitting, replace(graded(5, of=10), excellent_reason=reason)).code is code


def test_the_reason_stands_in_the_minutes() -> None:
    story = Story()
    story.do(None, ConveneMeeting(replace(convening(), full_members=2)))
    story.do(CHAIR, OpenMeeting(), after=600)
    story.connect(CHAIR, SECRETARY, LI, SUN)
    two = tuple(Candidate("", name, 6, who, Grade.EXCELLENT) for name, who in (("李敏", LI), ("孙国栋", SUN)))
    story.do(SECRETARY, replace(sheet("organisation", *two), excellent_reason="上级同意"))
    story.do(SECRETARY, OpenMotion(MotionId("m1")))
    for who in (CHAIR, SECRETARY, LI, SUN):
        story.do(who, CastBallot(MotionId("m1"), ("for",)))
    story.do(SECRETARY, CloseMotion(MotionId("m1")))
    story.do(SECRETARY, PublishMotion(MotionId("m1")))
    minutes = minutes_of(story.records)
    assert minutes is not None
    for language in ("zh-CN", "en"):
        speak = words(language)
        said = [block.text for section in paper_of(minutes, speak).sections for block in section.blocks if isinstance(block, Paragraph)]
        assert speak.say("minutes.excellent_reason", reason="上级同意") in said


# --- the committee ----------------------------------------------------------------------------------------------


def test_the_committee_has_a_sheet_of_one_line_with_four_grades_of_its_own_in_secret() -> None:
    motion = sealed(branch(), COMMITTEE, ("c1:well",), ("c1:well",), ("c1:poor",), ("c1:fairly_well",), ("c1:average",))
    assert motion.method == "secret"
    assert motion.tally is not None
    assert dict(motion.tally.counts) == {"c1:well": 2, "c1:fairly_well": 1, "c1:average": 1, "c1:poor": 1}
    assert grades(motion, motion.tally) == (("c1", Grade.NONE),), "only the sums"
    assert motion.verdict is not None
    assert motion.verdict.reason == "no_force"


def test_a_members_grade_is_no_mark_of_the_committees_sheet_nor_the_other_way_round() -> None:
    sitting = branch()
    sitting.did("secretary", COMMITTEE)
    assert check(last(sitting), ("c1:excellent",)) is Validity.MALFORMED
    assert check(last(sitting), ("c1:well",)) is Validity.VALID
    sitting.did("secretary", sheet("mutual", person(1)))
    assert check(last(sitting), ("c1:well",)) is Validity.MALFORMED


def test_the_committees_sheet_is_about_nobody_in_particular_and_no_basis_of_grades() -> None:
    sitting = branch()
    assert told(sitting, replace(COMMITTEE, candidates=())).code is Code.TOO_FEW_CANDIDATES
    assert told(sitting, replace(COMMITTEE, candidates=(person(1),))).code is Code.BAD_CHOICE
    assert told(sitting, replace(COMMITTEE, candidates=COMMITTEE.candidates * 2)).code is Code.BAD_CHOICE
    motion = sealed(sitting, COMMITTEE, ("c1:well",))
    based = sheet("organisation", person(1, "good"), based_on=(motion.motion_id,))
    assert told(sitting, based).code is Code.UNKNOWN_MOTION


def test_every_grade_of_either_sheet_has_its_word_in_the_minutes() -> None:
    for language in ("zh-CN", "en"):
        speak = words(language)
        assert all(speak.say(f"minutes.choice.{grade}") for grade in Grade if grade is not Grade.NONE)
        assert speak.say("minutes.appraisal_committee", title="")
    assert [words().say(f"minutes.choice.{grade}") for grade in ("well", "fairly_well", "average", "poor")] == ["好", "较好", "一般", "差"]


# --- surveys ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "kept"), [(0, 5), (2, 5), (5, 5), (8, 8)])
def test_a_survey_shows_nothing_below_five_answers_whatever_is_asked(asked: int, kept: int) -> None:
    sitting = Sitting(4, preset=GENERAL)
    sitting.did("secretary", DraftMotion("满意吗", force=MotionForce.SURVEY, shape=PollShape.SCALE, minimum_group=asked))
    assert last(sitting).minimum_group == kept
