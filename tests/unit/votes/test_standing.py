"""Who may stand for election, whom a ballot may name beside the candidates (另选他人), and what comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meeting_server.domain.commands import (
    AppointOfficer,
    CastBallot,
    CloseCollecting,
    CloseMotion,
    DraftMotion,
    IssuePaper,
    OpenMotion,
    PublishMotion,
    ReduceSeats,
    ReportSealed,
    Revote,
)
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Candidate, CharacterStrokes, Invited, Paper, Terms
from meeting_server.domain.vote_terms import Base, MotionForce, WriteIns
from meeting_server.domain.votes.ballots import check, refusal
from meeting_server.domain.votes.kinds import kind_of
from meeting_server.domain.votes.marks import Validity
from tests.kit.meetings.sitting import Sitting, member

KEY = Paper("ab", "fingerprint", "04")
E1 = MotionId("m2")
NAMED = {"q1": "钱卫", "q2": "买买提·艾力", "q3": "张伟", "q4": "张伟", "w1": "丁一", "w2": "王二", "w3": "李三"}
OTHERS = (
    *(replace(member(who), name=name) for who, name in NAMED.items()),
    replace(member("barred", voting=False), name="留党察看"),
    replace(member("new", voting=False, standing=Standing.PROBATIONARY), name="孙预备"),
    replace(member("away"), name="郑外出", excluded_reason="出国半年以上 组〔2026〕3号"),
)


def line(who: str) -> Candidate:
    return Candidate("", NAMED[who], participant_id=ParticipantId(who))


def election(seats: int = 1, *candidates: Candidate) -> DraftMotion:
    return DraftMotion(
        "选举支部委员会",
        force=MotionForce.ELECTION,
        candidates=candidates or (line("w1"), line("w2"), line("w3")),
        terms=Terms(seats, "组〔2026〕12号", Base.PRESENT),
    )


def branch(*others: Invited) -> Sitting:
    """Nine members there, the people of ``OTHERS`` on the list and there too, m8 scrutineer and m9 teller."""
    sitting = Sitting(9, extra=(*OTHERS, *others))
    sitting.connect_members(9)
    for who in NAMED:
        sitting.connect(who)
    carried(sitting, "m1", "监票人、计票人")
    for who, office in (("m8", "scrutineer"), ("m9", "teller")):
        sitting.did("secretary", AppointOfficer(ParticipantId(who), office, MotionId("m1")))  # type: ignore[arg-type]
    return sitting


def carried(sitting: Sitting, motion_id: str, title: str) -> None:
    sitting.did("secretary", DraftMotion(title))
    sitting.did("secretary", OpenMotion(MotionId(motion_id)))
    for who in ("secretary", *(f"m{n}" for n in range(1, 10)), *NAMED):
        sitting.did(who, CastBallot(MotionId(motion_id), ("for",)))
    sitting.did("secretary", CloseMotion(MotionId(motion_id)))
    sitting.did("secretary", PublishMotion(MotionId(motion_id)))


def opened(sitting: Sitting, motion_id: MotionId = E1) -> Motion:
    sitting.did("secretary", OpenMotion(motion_id))
    sitting.told(IssuePaper(motion_id, KEY))
    sitting.did("secretary", CloseCollecting(motion_id))
    return sitting.state.motions[motion_id]


def counted(sitting: Sitting, ballots: tuple[tuple[str, ...], ...], motion_id: MotionId = E1) -> Motion:
    sitting.did("secretary", CloseMotion(motion_id))
    sitting.told(ReportSealed(motion_id, 17, "root", ballots))
    return sitting.state.motions[motion_id]


def held(*ballots: tuple[str, ...], draft: DraftMotion | None = None) -> Motion:
    sitting = branch()
    sitting.did("secretary", draft or election())
    opened(sitting)
    return counted(sitting, ballots)


def other(*names: str) -> tuple[str, ...]:
    """A ballot against the first candidate, with these names in their place."""
    return ("c1:against", *names)


def told(sitting: Sitting, draft: DraftMotion) -> Rejected:
    refused = sitting.ask("secretary", draft)
    assert isinstance(refused, Rejected), refused
    return refused


# --- who may stand -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["barred", "new"])
def test_nobody_stands_without_the_rosters_right(who: str) -> None:
    sitting = branch()
    name = sitting.state.participants[ParticipantId(who)].name
    refused = told(sitting, election(1, line("w1"), Candidate("", name, participant_id=ParticipantId(who))))
    assert (refused.code, dict(refused.detail)) == (Code.MAY_NOT_STAND, {"name": name})


def test_who_is_not_counted_in_the_electorate_may_stand() -> None:
    branch().did("secretary", election(1, line("w1"), Candidate("", "郑外出", participant_id=ParticipantId("away"))))


def test_a_candidate_from_elsewhere_needs_a_reason_that_stays_with_them() -> None:
    sitting = branch()
    refused = told(sitting, election(1, line("w1"), Candidate("", "周调入")))
    assert (refused.code, dict(refused.detail)) == (Code.REASON_MISSING, {"name": "周调入"})
    sitting.did("secretary", election(1, line("w1"), Candidate("", "周调入", reason="组织关系正在转入")))
    assert [c.reason for c in sitting.state.motions[E1].candidates] == ["", "组织关系正在转入"]


def test_a_name_of_the_list_is_chosen_from_it() -> None:
    refused = told(branch(), election(1, line("w1"), Candidate("", "孙 预备", reason="没有")))
    assert (refused.code, dict(refused.detail)) == (Code.ON_THE_ROSTER, {"name": "孙 预备"})


@pytest.mark.parametrize("spelling", ["丁一", "丁　一", " 丁 一"])
def test_one_person_stands_once_however_the_name_is_written(spelling: str) -> None:
    refused = told(branch(), election(1, line("w1"), line("w2"), Candidate("", spelling, reason="组织关系正在转入")))
    assert refused.code is Code.PERSON_TWICE


# --- bad input ---------------------------------------------------------------------------------------------------------


def test_an_election_fills_a_seat_at_least() -> None:
    assert told(branch(), election(0)).code is Code.NO_SEATS


def test_more_seats_than_candidates_are_refused_with_the_figures() -> None:
    refused = told(branch(), election(4))
    assert (refused.code, dict(refused.detail)) == (Code.TOO_FEW_CANDIDATES, {"needed": 5, "given": 3})


def test_sixty_candidates_stand_and_sixty_one_do_not() -> None:
    numbers = "一二三四五六七八"
    names = [f"赵{first}{second}" for first in numbers for second in numbers][:61]
    people = tuple(Candidate("", name, reason="组织关系正在转入") for name in names)
    refused = told(branch(), election(1, *people))
    assert (refused.code, dict(refused.detail)) == (Code.TOO_MANY_CANDIDATES, {"most": 60, "given": 61})
    sitting = branch()
    sitting.did("secretary", election(1, *people[:60]))
    assert len(sitting.state.motions[E1].candidates) == 60


def test_a_character_no_table_knows_is_asked_about_and_the_answer_orders_the_paper() -> None:
    sitting = branch(replace(member("rare"), name="\ue000明"))
    draft = election(1, line("w1"), line("w3"), Candidate("", "\ue000明", participant_id=ParticipantId("rare")))
    refused = told(sitting, draft)
    assert (refused.code, refused.field, dict(refused.detail)) == (Code.STROKES_UNKNOWN, "characters", {"characters": "\ue000"})
    wrong = replace(draft, characters=(CharacterStrokes("\ue000", 0),))
    assert sitting.refused("secretary", wrong) is Code.OUT_OF_RANGE
    sitting.did("secretary", replace(draft, characters=(CharacterStrokes("\ue000", 5),)))
    assert [(c.name, c.strokes) for c in sitting.state.motions[E1].candidates] == [("丁一", 2), ("\ue000明", 5), ("李三", 7)]


# --- 另选他人 ----------------------------------------------------------------------------------------------------------


def test_one_person_in_several_spellings_is_one_line_and_can_be_elected() -> None:
    spellings = ("p:q2", "w:买买提·艾力", "w:买买提•艾力", "w:买买提・艾力", "w:买买提．艾力", "w:买买提‧艾力", "w:买买提 艾力")
    motion = held(*[other(name) for name in spellings], *[other("p:q2")] * 3)
    assert motion.tally is not None
    assert motion.verdict is not None
    assert dict(motion.tally.counts[-1:]) == {"p:q2": 10}
    assert (motion.verdict.elected, motion.verdict.ineligible) == (("p:q2",), ())


def test_someone_without_the_right_to_stand_is_listed_and_not_elected() -> None:
    motion = held(*[other("p:barred")] * 9, *[other("w:孙　预备")] * 8)
    assert motion.verdict is not None
    assert (motion.verdict.elected, motion.verdict.ineligible) == ((), ("p:barred", "p:new"))


def test_a_name_on_no_roster_is_listed_once_and_not_elected() -> None:
    motion = held(*[other("w:无名氏")] * 6, *[other("w:无 名 氏")] * 5)
    assert motion.verdict is not None
    assert motion.tally is not None
    assert (motion.verdict.elected, motion.verdict.ineligible) == ((), ("w:无名氏",))
    assert dict(motion.tally.counts)["w:无名氏"] == 11


def test_namesakes_are_told_apart_by_choosing_one_of_the_list() -> None:
    motion = held(*[other("p:q3")] * 9, *[other("p:q4")] * 2, other("w:张伟"))
    assert motion.verdict is not None
    assert (motion.verdict.elected, motion.verdict.ineligible) == (("p:q3",), ("w:张伟",))


@pytest.mark.parametrize("name", ["w:丁　一", "p:w1"])
def test_one_who_has_a_line_of_their_own_is_not_written_in(name: str) -> None:
    sitting = branch()
    sitting.did("secretary", election())
    motion = opened(sitting)
    assert check(motion, ("c1:for", "c2:against", name)) is Validity.MALFORMED
    assert refusal(motion, ("c1:for", "c2:against", name)) is Code.PERSON_TWICE


def test_nobody_is_written_in_twice_in_two_spellings() -> None:
    sitting = branch()
    sitting.did("secretary", election(2))
    motion = opened(sitting)
    assert check(motion, ("c1:against", "c2:against", "p:q1", "w:钱卫")) is Validity.MALFORMED
    assert check(motion, ("c1:against", "c2:against", "p:q1", "p:q2")) is Validity.VALID


@pytest.mark.parametrize("name", ["p:nobody", "p:", "w:", "w:" + "长" * 61])
def test_what_names_nobody_is_no_ballot(name: str) -> None:
    sitting = branch()
    sitting.did("secretary", election())
    motion = opened(sitting)
    assert check(motion, other(name)) is Validity.MALFORMED
    assert check(motion, other("w:" + "长" * 60)) is Validity.VALID


def test_the_halls_count_names_people_too_and_no_candidate() -> None:
    sitting = branch()
    sitting.did("secretary", election())
    motion = opened(sitting)
    lines = dict.fromkeys(("c1:against", "c2:against", "c3:against"), 2)
    assert kind_of(motion).adds_up(motion, {**lines, "w:钱 卫": 2}, 2)
    assert not kind_of(motion).adds_up(motion, {**lines, "w:丁　一": 2}, 2)


# --- 再次投票, 另行选举, fewer seats ---------------------------------------------------------------------------------------


def even() -> tuple[Sitting, MotionId]:
    """Two seats: 丁一 has all votes, 王二 and 李三 the same number above the half."""
    sitting = branch()
    sitting.did("secretary", election(2, line("w1"), line("w2"), line("w3")))
    opened(sitting)
    ballots = (*[("c1:for", "c2:for")] * 5, *[("c1:for", "c3:for")] * 5, *[("c2:for", "c3:for")] * 5)
    motion = counted(sitting, ballots)
    assert motion.verdict is not None
    assert (motion.verdict.elected, motion.verdict.tied) == ((), ("c1", "c2", "c3"))
    sitting.did("secretary", Revote(E1))
    return sitting, MotionId("m3")


def test_in_a_run_off_only_the_tied_stand_and_the_most_votes_win() -> None:
    sitting, run_off = even()
    motion = opened(sitting, run_off)
    assert motion.terms is not None
    assert (motion.terms.run_off, motion.terms.seats, motion.roster) == (True, 2, ())
    assert check(motion, other("p:q1")) is Validity.MALFORMED
    found = counted(sitting, (*[("c1:for",)] * 3, *[("c2:for",)] * 2, *[("c3:for",)]), run_off).verdict
    assert found is not None
    assert (found.carried, found.elected, found.needed) == (True, ("c1", "c2"), 0)


def test_a_run_off_that_is_equal_again_stays_tied() -> None:
    sitting, run_off = even()
    opened(sitting, run_off)
    found = counted(sitting, (*[("c1:for",)] * 3, *[("c2:for",)] * 2, *[("c3:for",)] * 2), run_off).verdict
    assert found is not None
    assert (found.carried, found.elected, found.tied, found.short) == (False, ("c1",), ("c2", "c3"), 1)
    sitting.did("secretary", Revote(run_off))
    again = sitting.state.motions[MotionId("m4")]
    assert again.terms is not None
    assert (again.terms.run_off, again.terms.seats, [c.name for c in again.candidates]) == (True, 1, ["王二", "李三"])


def test_nobody_is_elected_in_a_run_off_without_a_vote() -> None:
    sitting, run_off = even()
    opened(sitting, run_off)
    found = counted(sitting, (("c1:for",),), run_off).verdict
    assert found is not None
    assert (found.elected, found.tied) == (("c1",), ("c2", "c3"))


def short() -> Sitting:
    """Two seats: 丁一 is elected, 王二 and 李三 have no half."""
    sitting = branch()
    sitting.did("secretary", election(2))
    opened(sitting)
    counted(sitting, (*[("c1:for", "c2:for")] * 8, *[("c1:for", "c3:for")] * 7))
    return sitting


def test_missing_seats_are_voted_on_again_by_the_majority() -> None:
    sitting = short()
    sitting.did("secretary", Revote(E1))
    again = MotionId("m3")
    motion = opened(sitting, again)
    assert motion.terms is not None
    assert (motion.terms.run_off, motion.terms.seats, [c.name for c in motion.candidates]) == (False, 1, ["王二", "李三"])
    found = counted(sitting, (*[("c1:for",)] * 8, *[("c2:for",)] * 7), again).verdict
    assert found is not None
    assert (found.elected, found.short) == ((), 1)  # eight of seventeen are no half


def test_fewer_seats_are_filled_only_by_a_carried_motion() -> None:
    sitting = branch()
    sitting.did("secretary", election(2))
    opened(sitting)
    counted(sitting, (("c1:for",),))
    assert sitting.refused("secretary", Revote(E1, seats=1)) is Code.REDUCTION_MISSING
    sitting.did("secretary", DraftMotion("委员名额减为一名"))
    assert sitting.refused("secretary", ReduceSeats(E1, 1, MotionId("m3"))) is Code.NOT_CLOSED
    assert sitting.refused("secretary", ReduceSeats(E1, 1, E1)) is Code.UNKNOWN_MOTION
    carried(sitting, "m4", "委员名额减为一名")
    assert sitting.refused("secretary", ReduceSeats(E1, 2, MotionId("m4"))) is Code.OUT_OF_RANGE
    sitting.did("secretary", ReduceSeats(E1, 1, MotionId("m4")))
    sitting.did("secretary", Revote(E1))
    terms = sitting.state.motions[MotionId("m5")].terms
    assert terms is not None
    assert terms.seats == 1


def test_seats_the_meeting_gave_up_are_not_voted_on_again() -> None:
    sitting = short()
    carried(sitting, "m3", "委员名额减为一名")
    sitting.did("secretary", ReduceSeats(E1, 1, MotionId("m3")))
    assert sitting.refused("secretary", Revote(E1)) is Code.NOT_VOID


def test_a_decided_election_keeps_its_seats() -> None:
    sitting = branch()
    sitting.did("secretary", election())
    opened(sitting)
    counted(sitting, (("c1:for",),) * 17)
    carried(sitting, "m3", "委员名额减少")
    assert sitting.refused("secretary", ReduceSeats(E1, 1, MotionId("m3"))) is Code.NOT_VOID


# --- journals from before -------------------------------------------------------------------------------------------------


def test_a_name_written_in_under_an_old_rule_stands_as_it_did() -> None:
    motion = held(*[other("w:无名氏")] * 12)
    old = replace(motion, preset=replace(motion.preset, write_ins=WriteIns.FREE), roster=())
    assert check(old, ("c1:for", "c2:against", "w:丁一")) is not Validity.MALFORMED
