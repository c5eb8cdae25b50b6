"""民主评议: the self, mutual and organisation sheets, what each takes, who may fill it in, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from meeting_server.archive.audit.audit import audit
from meeting_server.archive.minutes.document_model import Grid, Paragraph, paper_of
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.domain.commands import (
    AdjournMeeting,
    CastBallot,
    CloseCollecting,
    CloseMotion,
    ConveneMeeting,
    DraftMotion,
    IssuePaper,
    LeaveMeeting,
    OpenBatch,
    OpenMeeting,
    OpenMotion,
    PublishMotion,
    ReportSealed,
)
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import BallotCast
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Candidate, Paper, Preset, Share
from meeting_server.domain.visibility import view
from meeting_server.domain.vote_terms import AppraisalSheet, Grade
from meeting_server.domain.votes.appraisals import grades
from meeting_server.journal.bundle import read_bundle, write_bundle
from meeting_server.journal.port import Draft, Record
from meeting_server.journal.record import EMPTY, head_of, seal
from meeting_server.store.schedule.presets import load_presets
from tests.kit.meetings.sitting import GENERAL, Sitting, member
from tests.kit.meetings.whole_meeting import BULLETIN, CHAIR, LI, MEETING, SECRETARY, SUN, Story, convening, whole_meeting
from tests.unit.archive.minutes.test_minutes import words

KEY = Paper("ab", "fingerprint", "04")
MEMBERS = 6


def person(n: int, grade: str = "") -> Candidate:
    return Candidate("", f"m{n}", n, ParticipantId(f"m{n}"), grade)  # type: ignore[arg-type]  # a literal of Grade


def sheet(kind: str, *people: Candidate, title: str = "民主评议", based_on: tuple[str, ...] = ()) -> DraftMotion:
    listed = people or tuple(person(n) for n in range(1, MEMBERS + 1))
    return DraftMotion(title, force="appraisal", sheet=kind, candidates=listed, based_on=tuple(map(MotionId, based_on)))  # type: ignore[arg-type]


def branch(full_members: int = 0) -> Sitting:
    """Six full members, all there, and one probationary; ``full_members``: of the whole branch, where that is known."""
    sitting = Sitting(MEMBERS, extra=[member("new", voting=False, standing=Standing.PROBATIONARY)], full_members=full_members)
    sitting.connect_members(MEMBERS)
    sitting.connect("new")
    return sitting


def last(sitting: Sitting) -> Motion:
    return list(sitting.state.motions.values())[-1]


def opened(sitting: Sitting, draft: DraftMotion) -> MotionId:
    sitting.did("secretary", draft)
    motion_id = last(sitting).motion_id
    sitting.did("secretary", OpenMotion(motion_id))
    if last(sitting).method == "secret":
        sitting.told(IssuePaper(motion_id, KEY))
        sitting.did("secretary", CloseCollecting(motion_id))
    return motion_id


def sealed(sitting: Sitting, draft: DraftMotion, *ballots: tuple[str, ...]) -> Motion:
    motion_id = opened(sitting, draft)
    sitting.did("secretary", CloseMotion(motion_id))
    sitting.told(ReportSealed(motion_id, len(ballots), "root", ballots))
    sitting.did("secretary", PublishMotion(motion_id))
    return sitting.state.motions[motion_id]


def told(sitting: Sitting, draft: DraftMotion) -> Rejected:
    decision = sitting.ask("secretary", draft)
    assert isinstance(decision, Rejected)
    return decision


# --- self -------------------------------------------------------------------------------------------------------


def test_members_grade_themselves_in_a_word_a_sentence_or_both_and_the_result_names_them() -> None:
    sitting = branch()
    motion_id = opened(sitting, sheet("self"))
    sitting.did("m1", CastBallot(motion_id, ("c1:excellent", "t:带头值班，联系群众还不够。")))
    sitting.did("m2", CastBallot(motion_id, ("c2:good",)))
    sitting.did("m3", CastBallot(motion_id, ("t:今年在外学习，请同志们评议。",)))
    sitting.did("secretary", CloseMotion(motion_id))
    sitting.did("secretary", PublishMotion(motion_id))
    motion = sitting.state.motions[motion_id]
    assert motion.method == "named"
    assert motion.tally is not None
    own = dict(grades(motion, motion.tally))
    assert (own["c1"], own["c2"], own["c3"], own["c4"]) == ("excellent", "good", "", "")
    assert [ballot.choices[-1] for ballot in motion.named if ballot.participant_id == "m3"] == ["t:今年在外学习，请同志们评议。"]
    assert all(not line.startswith("t:") for line, _ in motion.tally.counts)  # words are no votes


@pytest.mark.parametrize(
    "choices",
    [
        ("c2:good",),  # about another
        ("c1:good", "c1:pass"),
        ("c1:splendid",),
        ("t:",),
        ("t: 前后有空格 ",),
        ("t:" + "长" * 501,),
        ("t:一", "t:二"),
        (),
    ],
    ids=str,
)
def test_what_is_no_self_appraisal_is_refused(choices: tuple[str, ...]) -> None:
    sitting = branch()
    motion_id = opened(sitting, sheet("self"))
    assert sitting.refused("m1", CastBallot(motion_id, choices)) is Code.BAD_CHOICE
    assert sitting.state.motions[motion_id].returned == 0


def test_only_those_on_the_self_sheet_fill_it_in() -> None:
    sitting = branch()
    motion_id = opened(sitting, sheet("self", person(1), person(2)))
    assert sitting.state.motions[motion_id].electorate == ("m1", "m2")
    for who in ("m3", "new", "secretary"):
        assert sitting.refused(who, CastBallot(motion_id, ("c1:good",))) is Code.NO_VOTING_RIGHT


def test_a_self_sheet_can_only_list_people_of_the_meeting_once() -> None:
    sitting = branch()
    assert told(sitting, sheet("self", Candidate("", "外人", 3))).code is Code.UNKNOWN_PARTICIPANT
    assert told(sitting, sheet("self", person(1), replace(person(1), name="同一人"))).code is Code.PERSON_TWICE
    assert told(sitting, sheet("self", Candidate("", "new", 1, ParticipantId("new")))).code is Code.NO_VOTING_RIGHT


def test_what_somebody_wrote_about_themselves_is_not_shown_before_it_is_published() -> None:
    sitting = branch()
    motion_id = opened(sitting, sheet("self"))
    sitting.did("m1", CastBallot(motion_id, ("c1:good", "t:自评")))
    for other in ("m2", "secretary"):
        assert view(sitting.state, ParticipantId(other)).motions[motion_id].ballots == {}
    assert view(sitting.state, ParticipantId("m1")).motions[motion_id].ballots == {"m1": ("c1:good", "t:自评")}


# --- mutual -----------------------------------------------------------------------------------------------------


def test_a_mutual_sheet_is_secret_and_everyone_on_it_is_graded_by_members_of_both_standings() -> None:
    sitting = branch()
    motion = sealed(
        sitting,
        sheet("mutual", person(1), person(2)),
        ("c1:excellent", "c2:good"),
        ("c1:good", "c2:good"),
        ("c1:good", "c2:pass"),
        ("c1:good",),  # a line is missing: no ballot of this paper
    )
    assert motion.method == "secret"
    assert motion.ballots == {}
    assert motion.named == ()
    assert ParticipantId("new") in motion.electorate
    assert motion.tally is not None
    assert motion.tally.void == 1
    assert dict(motion.tally.counts)["c1:good"] == 2
    assert dict(grades(motion, motion.tally)) == {"c1": "good", "c2": "good"}
    assert motion.verdict is not None
    assert motion.verdict.reason == "no_force"


def test_a_mutual_sheet_needs_the_quorum_of_the_meeting_in_which_probationary_members_do_not_count() -> None:
    sitting = branch()
    for n in range(1, 4):  # secretary and three of six stay, of seven: 4 are needed
        sitting.did(f"m{n}", LeaveMeeting())
    sitting.did("secretary", sheet("mutual"))
    sitting.did("secretary", OpenMotion(MotionId("m1")))
    sitting.told(IssuePaper(MotionId("m1"), KEY))
    quorum = sitting.state.motions[MotionId("m1")].quorum_at_open
    assert quorum is not None
    assert (quorum.entitled, quorum.present, quorum.needed, quorum.met) == (7, 4, 4, True)
    sitting.did("m4", LeaveMeeting())  # 新 is there, and it is one too few
    sitting.did("secretary", CloseCollecting(MotionId("m1")))
    sitting.did("secretary", CloseMotion(MotionId("m1")))
    sitting.told(ReportSealed(MotionId("m1"), 0, "root", ()))
    at_close = sitting.state.motions[MotionId("m1")].quorum_at_close
    assert at_close is not None
    assert (at_close.present, at_close.met) == (4, True)  # who is gone was there for this vote
    sitting.did("secretary", sheet("mutual"))
    assert sitting.refused("secretary", OpenMotion(MotionId("m2"))) is Code.NO_QUORUM


def test_excellent_is_proposed_for_at_most_the_share_of_the_rule_by_how_many_gave_it() -> None:
    sitting = branch()
    every = tuple(f"c{n}:excellent" for n in range(1, 7))
    but_two = tuple(f"c{n}:{'excellent' if n != 2 else 'good'}" for n in range(1, 7))
    motion = sealed(sitting, sheet("mutual"), every, every, every, but_two)
    assert motion.tally is not None
    proposed = dict(grades(motion, motion.tally))
    assert [who for who, grade in proposed.items() if grade == "excellent"] == ["c1", "c3"]  # a third of six
    half = replace(motion, preset=replace(motion.preset, excellent=Share(1, 2)))
    assert list(dict(grades(half, motion.tally)).values()).count(Grade.EXCELLENT) == 3


# --- organisation -----------------------------------------------------------------------------------------------


def test_the_organisation_s_grades_are_adopted_like_a_motion_on_the_basis_of_the_other_sheets() -> None:
    sitting = branch()
    mutual = sealed(sitting, sheet("mutual"), tuple(f"c{n}:good" for n in range(1, 7)))
    graded = [person(n, "excellent" if n < 3 else "good") for n in range(1, 7)]
    motion_id = opened(sitting, sheet("organisation", *graded, based_on=(mutual.motion_id,)))
    for who in ("m1", "m2", "m3", "secretary"):
        sitting.did(who, CastBallot(motion_id, ("for",)))
    assert sitting.refused("new", CastBallot(motion_id, ("for",))) is Code.NO_VOTING_RIGHT
    sitting.did("secretary", CloseMotion(motion_id))
    sitting.did("secretary", PublishMotion(motion_id))
    motion = sitting.state.motions[motion_id]
    assert motion.verdict is not None
    assert motion.verdict.carried
    assert motion.verdict.needed == 4
    assert motion.quorum_at_close is not None
    assert motion.based_on == (mutual.motion_id,)
    assert motion.tally is not None
    assert dict(grades(motion, motion.tally))["c1"] == "excellent"


def test_one_excellent_too_many_is_refused_with_the_figures_and_their_rounding() -> None:
    sitting = branch()
    refused = told(sitting, sheet("organisation", *(person(n, "excellent" if n < 4 else "good") for n in range(1, 7))))
    assert refused.code is Code.TOO_MANY_EXCELLENT
    assert dict(refused.detail) == {"given": 3, "most": 2, "appraised": 7, "numerator": 1, "denominator": 3}
    five = told(sitting, sheet("organisation", *(person(n, "excellent" if n < 4 else "good") for n in range(1, 6))))
    assert dict(five.detail)["most"] == 2  # 7/3, rounded down, however many are on the sheet


def test_a_grade_is_missing_from_no_line_of_the_organisation_s_sheet_and_stands_on_no_other() -> None:
    sitting = branch()
    assert told(sitting, sheet("organisation", person(1, "good"), person(2))).code is Code.GRADE_MISSING
    assert told(sitting, sheet("mutual", person(1, "good"))).code is Code.BAD_CHOICE
    assert told(sitting, replace(sheet("mutual"), candidates=())).code is Code.TOO_FEW_CANDIDATES


def test_it_rests_on_published_sheets_only() -> None:
    sitting = branch()
    sitting.did("secretary", sheet("mutual"))
    draft = sheet("organisation", person(1, "good"), based_on=("m1",))
    assert told(sitting, draft).code is Code.NOT_CLOSED
    assert told(sitting, replace(draft, based_on=(MotionId("m9"),))).code is Code.UNKNOWN_MOTION
    assert told(sitting, replace(sheet("mutual"), based_on=(MotionId("m1"),))).code is Code.BAD_CHOICE
    assert told(sitting, DraftMotion("通过", sheet=AppraisalSheet.SELF)).code is Code.BAD_CHOICE


def test_the_rule_is_the_branch_s_own_for_appraisals_and_its_share_goes_with_the_basis() -> None:
    assert load_presets()["appraisal"].excellent == Share(1, 3)
    sitting = branch()
    mutual = sealed(sitting, sheet("mutual"), tuple(f"c{n}:good" for n in range(1, 7)))
    sitting.state.motions[mutual.motion_id] = replace(mutual, preset=replace(mutual.preset, excellent=Share(1, 2)))
    graded = [person(n, "excellent" if n < 4 else "good") for n in range(1, 7)]
    assert told(sitting, sheet("organisation", *graded)).code is Code.TOO_MANY_EXCELLENT
    sitting.did("secretary", sheet("organisation", *graded, based_on=(mutual.motion_id,)))
    assert last(sitting).preset.excellent == Share(1, 2)


def by(rule: Preset, *others: Preset) -> Sitting:
    """A branch whose meeting goes by ``rule`` and may decide by ``others`` too."""
    sitting = Sitting(MEMBERS, preset=rule, presets={one.preset_id: one for one in others})
    sitting.connect_members(MEMBERS)
    return sitting


SHIPPED = load_presets()
STRICT = replace(SHIPPED["appraisal"], preset_id="own-1", title_zh="本支部评议办法", excellent=Share(1, 6))


@pytest.mark.parametrize("kind", ["self", "mutual"])
def test_a_sheet_goes_by_the_branch_s_own_rule_where_it_is_named(kind: str) -> None:
    sitting = by(GENERAL, SHIPPED["appraisal"], STRICT)
    sitting.did("secretary", replace(sheet(kind), preset_id="own-1"))
    assert (last(sitting).preset.preset_id, last(sitting).preset.excellent) == ("own-1", Share(1, 6))
    sitting.did("secretary", sheet(kind))
    assert last(sitting).preset.preset_id == "appraisal"
    assert told(sitting, replace(sheet(kind), preset_id="own-2")).code is Code.UNKNOWN_PRESET


@pytest.mark.parametrize("kind", ["self", "mutual"])
def test_a_meeting_held_under_the_branch_s_own_rule_for_appraisals_needs_not_name_it(kind: str) -> None:
    sitting = by(STRICT, SHIPPED["appraisal"])
    sitting.did("secretary", sheet(kind))
    assert last(sitting).preset.preset_id == "own-1"


def test_a_meeting_of_appraisal_adopts_the_organisation_s_sheet_as_a_general_meeting_does() -> None:
    sitting = by(STRICT, *SHIPPED.values())
    assert told(sitting, sheet("organisation", *(person(n, "excellent") for n in (1, 2)))).code is Code.TOO_MANY_EXCELLENT
    sitting.did("secretary", sheet("organisation", person(1, "excellent"), *(person(n, "good") for n in range(2, 7))))
    rule = last(sitting).preset
    assert (rule.preset_id, rule.passing, rule.excellent) == ("general_meeting", SHIPPED["general_meeting"].passing, Share(1, 6))


def test_an_organisation_sheet_names_the_rule_it_is_adopted_by_or_the_rule_of_its_grades() -> None:
    sitting = by(GENERAL, *SHIPPED.values(), STRICT)
    one = sheet("organisation", person(1, "good"))
    for named, adopted_by, share in (("own-1", "general", Share(1, 6)), ("ronr", "ronr", Share(1, 3)), ("", "general", Share(1, 3))):
        sitting.did("secretary", replace(one, preset_id=named))
        assert (last(sitting).preset.preset_id, last(sitting).preset.excellent) == (adopted_by, share), named
    assert told(by(STRICT), one).code is Code.UNKNOWN_PRESET  # nothing there decides anything


def test_self_and_organisation_sheets_open_in_one_batch_with_motions_and_mutual_ones_never() -> None:
    sitting = branch()
    for draft in (sheet("self"), sheet("organisation", person(1, "good")), DraftMotion("通过"), sheet("mutual")):
        sitting.did("secretary", draft)
    assert sitting.refused("secretary", OpenBatch((MotionId("m1"), MotionId("m4")))) is Code.SECRET_ALONE
    sitting.did("secretary", OpenBatch((MotionId("m1"), MotionId("m2"), MotionId("m3"))))
    assert [motion.phase for motion in sitting.state.motions.values()] == ["voting", "voting", "voting", "drafted"]


# --- minutes ----------------------------------------------------------------------------------------------------


def appraised_meeting() -> Story:
    """A short meeting: 李敏 grades herself, 孙国栋 only writes, and their grades are adopted on that basis."""
    story = Story()
    story.do(None, ConveneMeeting(convening()))
    story.do(CHAIR, OpenMeeting(), after=600)
    story.connect(CHAIR, SECRETARY, LI, SUN)
    two = (Candidate("", "李敏", 7, LI), Candidate("", "孙国栋", 6, SUN))
    story.do(SECRETARY, sheet("self", *two, title="2026 年度"))
    story.do(SECRETARY, OpenMotion(MotionId("m1")))
    story.do(LI, CastBallot(MotionId("m1"), ("c2:good", "t:学习抓得不紧。")))
    story.do(SUN, CastBallot(MotionId("m1"), ("t:请同志们评。",)))
    graded = [replace(one, grade=Grade.GOOD) for one in two]
    for number, draft in enumerate((None, sheet("organisation", *graded, title="2026 年度", based_on=("m1",))), 1):
        motion_id = MotionId(f"m{number}")
        if draft is not None:
            story.do(SECRETARY, draft)
            story.do(SECRETARY, OpenMotion(motion_id))
            for who in (CHAIR, SECRETARY, LI, SUN):
                story.do(who, CastBallot(motion_id, ("for",)))
        story.do(SECRETARY, CloseMotion(motion_id))
        story.do(SECRETARY, PublishMotion(motion_id))
    story.do(CHAIR, AdjournMeeting())
    return story


def test_the_minutes_say_who_graded_themselves_how_and_which_grades_were_adopted() -> None:
    minutes = minutes_of(appraised_meeting().records)
    assert minutes is not None
    own, adopted = [result for item in minutes.items for result in item.results]
    assert [(c.name, c.outcome, c.text) for c in own.contenders] == [
        ("孙国栋", "", "请同志们评。"),
        ("李敏", "good", "学习抓得不紧。"),
    ]
    assert own.named == ()  # who graded themselves stands with their grade
    assert (adopted.outcome, adopted.count("for"), adopted.based_on) == ("carried", 4, ("2026 年度",))
    assert (own.takes_three, adopted.takes_three) == (False, True)  # its named ballots are told in words, as a motion's are
    assert [(c.name, c.outcome, c.counts) for c in adopted.contenders] == [("孙国栋", "good", ()), ("李敏", "good", ())]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_sheets_stand_in_the_minutes_in_words(language: Any) -> None:
    minutes = minutes_of(appraised_meeting().records)
    assert minutes is not None
    speak = words(language)
    blocks = [block for section in paper_of(minutes, speak).sections for block in section.blocks]
    own, adopted = [block for block in blocks if isinstance(block, Grid)]
    assert own.head == tuple(speak.say(f"minutes.{name}_head") for name in ("candidate", "outcome", "own_words"))
    assert own.rows[1] == ("李敏", speak.say("minutes.contender.good"), "学习抓得不紧。")
    assert adopted.rows[0] == ("孙国栋", speak.say("minutes.contender.good"))
    said = [block.text + block.strong for block in blocks if isinstance(block, Paragraph)]
    assert any(speak.say("minutes.based_on", sheets="2026 年度") == line for line in said)
    base = speak.say("minutes.base.entitled", number=7)
    verdict = speak.say("minutes.verdict.carried_half", base=base, needed=4, votes_for=4)
    assert any(verdict in line for line in said)


def bundled(records: Iterable[Record]) -> bytes:
    """A bundle of what ``records`` tell, sealed anew, with the minutes they make."""
    told: list[Record] = []
    for record in records:
        assert record.event is not None
        head = head_of(told[-1]) if told else EMPTY
        told.append(seal(MEETING, head, Draft(record.event, record.actor, record.command_id, record.recorded_at)))
    return write_bundle(MEETING, told, {"minutes.json": msgspec.json.encode(minutes_of(told))})


def test_the_audit_recounts_every_sheet_and_names_a_grade_given_to_another() -> None:
    honest = appraised_meeting().records
    assert audit(read_bundle(bundled(honest))).sound

    def of_another(record: Record) -> Record:
        event = record.event
        if isinstance(event, BallotCast) and event.choices == ("c2:good", "t:学习抓得不紧。"):
            return replace(record, event=replace(event, choices=("c1:good", "t:学习抓得不紧。")))
        return record

    found = audit(read_bundle(bundled(of_another(record) for record in honest)))
    assert "ballots_valid" in {finding.check for finding in found.findings}


def test_minutes_written_before_there_were_sheets_still_agree_with_their_records() -> None:
    """A bundle exported earlier knows no ``sheet``, no ``based_on`` and no words of one's own."""
    records = tuple(whole_meeting().records)
    said = msgspec.to_builtins(minutes_of(records))
    for item in said["items"]:
        for result in item["results"]:
            del result["sheet"], result["based_on"]
            for contender in result["contenders"]:
                del contender["text"]
    papers = {"papers/m5.json": BULLETIN.read_bytes().strip()}
    files = {"minutes.json": msgspec.json.encode(said), **papers}
    assert audit(read_bundle(write_bundle(MEETING, records, files))).sound
    said["items"][2]["results"][0]["title"] = "别的动议"
    files["minutes.json"] = msgspec.json.encode(said)
    assert {f.check for f in audit(read_bundle(write_bundle(MEETING, records, files))).findings} == {"minutes"}
