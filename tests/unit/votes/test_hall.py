"""Who votes in the hall, what was counted there and who signed it: never more votes than people, nothing closed without it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meeting_server.domain.commands import (
    AdmitParticipant,
    CastBallot,
    CloseCollecting,
    CloseConnection,
    CloseMotion,
    Command,
    DraftMotion,
    EnterPaperCount,
    IssuePaper,
    LeaveMeeting,
    OpenBatch,
    OpenMotion,
    PublishMotion,
    RecuseParticipant,
    RegisterHallVoters,
    ReportSealed,
    SignPaperCount,
    StepAgenda,
)
from meeting_server.domain.errors import Code
from meeting_server.domain.events import MotionPublished
from meeting_server.domain.ids import ConnectionId, ItemId, MotionId, ParticipantId
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Candidate, Choice, NamedBallot
from meeting_server.domain.vote_terms import AppraisalSheet, MotionForce, PollShape, VoteMethod
from meeting_server.domain.votes.papers import may_collect
from tests.kit.meetings.sitting import Sitting, member
from tests.unit.votes.test_elections import E1, ELECTION, KEY, branch, marks

THREE = tuple(ParticipantId(f"m{n}") for n in (1, 2, 3))
SCRUTINEER, TELLER = ParticipantId("m8"), ParticipantId("m9")
LINES = (Choice("", "线上学"), Choice("", "集中学"))


def opened(draft: DraftMotion, *hall: ParticipantId, **times: int) -> Sitting:
    """Ten entitled, all there, ``hall`` voting in the hall; m8 and m9 count. A secret paper takes ballots."""
    sitting = branch()
    sitting.did("secretary", draft)
    sitting.did("secretary", OpenMotion(E1, times.get("seconds", 0), 0, hall))
    if motion(sitting).method == VoteMethod.SECRET:
        sitting.told(IssuePaper(E1, KEY))
        sitting.did("secretary", CloseCollecting(E1))
    return sitting


def motion(sitting: Sitting) -> Motion:
    return sitting.state.motions[E1]


def count(issued: int, returned: int, void: int = 0, **lines: int) -> EnterPaperCount:
    return EnterPaperCount(E1, issued, returned, void, tuple(lines.items()), SCRUTINEER, TELLER)


def signed(sitting: Sitting, enter: EnterPaperCount) -> None:
    sitting.did("secretary", enter)
    for who in ("m8", "m9"):
        sitting.did(who, SignPaperCount(E1))


def elected(n: int = 3) -> EnterPaperCount:
    lines = tuple((f"c{c}:{'for' if c < 4 else 'against'}", n) for c in range(1, 5))
    return EnterPaperCount(E1, n, n, 0, lines, SCRUTINEER, TELLER)


# --- merged into the result ---------------------------------------------------------------------------------


def test_a_hall_count_is_merged_once_both_have_signed() -> None:
    sitting = opened(ELECTION, *THREE)
    sitting.did("secretary", elected())
    assert sitting.refused("secretary", CloseMotion(E1)) is Code.COUNT_UNSIGNED
    assert sitting.refused("m1", SignPaperCount(E1)) is Code.NOT_AN_OFFICER
    for who in ("m8", "m9"):
        assert sitting.refused("secretary", CloseMotion(E1)) is Code.COUNT_UNSIGNED  # one of the two is not both
        sitting.did(who, SignPaperCount(E1))
    sitting.did("secretary", CloseMotion(E1))
    sitting.told(ReportSealed(E1, 7, "root", (marks("c1", "c2", "c3"),) * 5))
    tally = motion(sitting).tally
    assert tally is not None
    assert (dict(tally.counts)["c1:for"], tally.cast, tally.paper) == (8, 8, 3)


def test_hands_raised_in_the_hall_carry_an_open_vote() -> None:
    sitting = opened(DraftMotion("通过工作总结"), *THREE)
    for n in (4, 5, 6):
        sitting.did(f"m{n}", CastBallot(E1, ("for",)))
    signed(sitting, count(3, 3, **{"for": 3}))
    sitting.did("secretary", CloseMotion(E1))
    tally, verdict = motion(sitting).tally, motion(sitting).verdict
    assert tally is not None
    assert verdict is not None
    assert (tally.cast, tally.paper, verdict.votes_for, verdict.carried) == (6, 3, 6, True)


def test_a_named_vote_names_those_in_the_hall_too() -> None:
    sitting = opened(DraftMotion("通过工作总结", method=VoteMethod.NAMED), *THREE)
    sitting.did("m4", CastBallot(E1, ("abstain",)))
    enter = count(3, 2, **{"for": 1, "against": 1})
    assert sitting.refused("secretary", enter) is Code.COUNT_IMPOSSIBLE
    ballots = (NamedBallot(THREE[0], ("for",)), NamedBallot(THREE[1], ("against",)))
    for wrong in (
        (ballots[0], ballots[0]),
        (ballots[0], NamedBallot(ParticipantId("m5"), ("against",))),
        (ballots[0], NamedBallot(THREE[1], ("perhaps",))),
        (ballots[0], NamedBallot(THREE[1], ("for",))),
    ):
        assert sitting.refused("secretary", replace(enter, named=wrong)) is Code.COUNT_IMPOSSIBLE
    signed(sitting, replace(enter, named=ballots))
    sitting.did("secretary", CloseMotion(E1))
    (published,) = sitting.did("secretary", PublishMotion(E1))
    assert isinstance(published, MotionPublished)
    assert published.named == (*ballots, NamedBallot(ParticipantId("m4"), ("abstain",)))


def test_a_count_without_names_names_nobody() -> None:
    sitting = opened(DraftMotion("议题"), *THREE)
    enter = replace(count(3, 1, **{"for": 1}), named=(NamedBallot(THREE[0], ("for",)),))
    assert sitting.refused("secretary", enter) is Code.COUNT_IMPOSSIBLE


SUBJECTS = (Candidate("", "甲", 5, ParticipantId("m4")), Candidate("", "乙", 1, ParticipantId("m5")))


@pytest.mark.parametrize(
    ("draft", "lines"),
    [
        (DraftMotion("快速投票", force=MotionForce.POLL, choices=LINES), {"1": 3, "2": 2}),
        (DraftMotion("快速投票", force=MotionForce.POLL, choices=LINES, max_choices=2), {"1": 5, "2": 2}),
        (DraftMotion("打分", force=MotionForce.POLL, shape=PollShape.SCALE), {"5": 5}),
        (DraftMotion("问卷", force=MotionForce.SURVEY, choices=LINES), {"1": 3, "2": 2}),
        (DraftMotion("接收预备党员", preset_id="admission"), {"for": 5}),
        (
            DraftMotion("民主测评", force=MotionForce.APPRAISAL, candidates=SUBJECTS),
            {"c1:excellent": 2, "c1:good": 3, "c2:good": 5},
        ),
    ],
    ids=["poll", "poll of several", "scale", "survey", "secret motion", "appraisal"],
)
def test_a_hall_is_counted_for_every_method(draft: DraftMotion, lines: dict[str, int]) -> None:
    sitting = opened(draft, *THREE, ParticipantId("m6"), ParticipantId("m7"))
    short = dict.fromkeys(lines, 0)
    assert sitting.refused("secretary", count(5, 5, **short)) is Code.COUNT_IMPOSSIBLE
    signed(sitting, count(5, 5, **lines))
    sitting.did("secretary", CloseMotion(E1))
    if motion(sitting).method == VoteMethod.SECRET:
        sitting.told(ReportSealed(E1, 0, "root", ()))
    tally = motion(sitting).tally
    assert tally is not None
    assert {line: n for line, n in tally.counts if n} == lines


@pytest.mark.parametrize(
    "draft",
    [
        DraftMotion("一个词", force=MotionForce.POLL, shape=PollShape.WORD),
        DraftMotion("自评", force=MotionForce.APPRAISAL, sheet=AppraisalSheet.SELF, candidates=SUBJECTS),
    ],
    ids=["words", "self-appraisal"],
)
def test_words_of_ones_own_are_not_counted_in_the_hall(draft: DraftMotion) -> None:
    sitting = opened(draft)
    assert sitting.refused("secretary", RegisterHallVoters(E1, THREE)) is Code.NO_HALL_COUNT
    assert sitting.refused("secretary", count(0, 0)) is Code.NO_HALL_COUNT


# --- nobody votes twice -------------------------------------------------------------------------------------


def test_who_votes_in_the_hall_does_not_vote_online() -> None:
    sitting = opened(DraftMotion("议题"), *THREE)
    assert sitting.refused("m1", CastBallot(E1, ("for",))) is Code.VOTES_IN_HALL


def test_who_takes_paper_in_the_hall_is_handed_no_ballot_online() -> None:
    sitting = branch()
    sitting.did("secretary", ELECTION)
    sitting.did("secretary", OpenMotion(E1, hall_voters=THREE[:1]))
    sitting.told(IssuePaper(E1, KEY))
    sitting.did("secretary", RegisterHallVoters(E1, THREE[:2]))
    refused = [may_collect(sitting.state, who, motion(sitting), sitting.now) for who in THREE]
    assert [one and one.code for one in refused] == [Code.VOTES_IN_HALL, Code.VOTES_IN_HALL, None]


def test_who_voted_online_is_not_registered_in_the_hall() -> None:
    sitting = opened(DraftMotion("议题"))
    sitting.did("m1", CastBallot(E1, ("for",)))
    assert sitting.refused("secretary", RegisterHallVoters(E1, THREE)) is Code.HALL_VOTED_ONLINE


def test_only_those_entitled_and_there_vote_in_the_hall() -> None:
    sitting = opened(DraftMotion("议题"))
    guest = member("guest", voting=False)
    sitting.told(AdmitParticipant(guest, ParticipantId("secretary")))
    sitting.did("m1", LeaveMeeting())
    for who, code in (("guest", Code.HALL_NOT_ENTITLED), ("m1", Code.HALL_NOT_PRESENT), ("nobody", Code.UNKNOWN_PARTICIPANT)):
        assert sitting.refused("secretary", RegisterHallVoters(E1, (ParticipantId(who),))) is code


def test_who_waits_outside_for_an_item_does_not_vote_on_it_in_the_hall() -> None:
    sitting = opened(DraftMotion("议题"))
    sitting.did("secretary", StepAgenda(ItemId("i1")))
    sitting.did("secretary", RecuseParticipant(THREE[0]))
    assert sitting.refused("secretary", RegisterHallVoters(E1, THREE)) is Code.HALL_OUTSIDE


def test_who_left_after_raising_a_hand_stays_registered() -> None:
    sitting = opened(DraftMotion("议题"), *THREE)
    sitting.did("m1", LeaveMeeting())
    sitting.did("secretary", RegisterHallVoters(E1, (*THREE, ParticipantId("m4"))))
    assert motion(sitting).hall_voters == (*THREE, ParticipantId("m4"))


def test_several_votes_at_once_have_the_same_people_in_the_hall() -> None:
    sitting = branch()
    for _ in range(2):
        sitting.did("secretary", DraftMotion("议题"))
    both = (E1, MotionId("m3"))
    sitting.did("secretary", OpenBatch(both, hall_voters=THREE[::-1]))
    assert [sitting.state.motions[one].hall_voters for one in both] == [THREE, THREE]


# --- figures that can't be ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("enter", "code"),
    [
        (count(40, 40, **{"for": 40}), Code.HALL_OVER_ENTITLED),
        (count(4, 3, **{"for": 3}), Code.HALL_NOT_REGISTERED),
        (count(3, 4, **{"for": 4}), Code.COUNT_OVER_HALL),
        (count(3, 1, 2), Code.COUNT_VOID_OVER),
        (count(3, -1), Code.COUNT_OUT_OF_RANGE),
        (count(3, 3, **{"for": 4, "against": -1}), Code.COUNT_OUT_OF_RANGE),
        (count(3, 3, **{"for": 2}), Code.COUNT_IMPOSSIBLE),
        (count(3, 3, perhaps=3), Code.COUNT_IMPOSSIBLE),
        (replace(count(3, 3), counts=(("for", 3), ("for", 3))), Code.COUNT_IMPOSSIBLE),
        (replace(count(3, 3, **{"for": 3}), teller=SCRUTINEER), Code.NOT_AN_OFFICER),
        (replace(count(3, 3, **{"for": 3}), scrutineer=ParticipantId("m1")), Code.NOT_AN_OFFICER),
    ],
)
def test_a_count_that_cannot_be_is_refused_and_changes_nothing(enter: EnterPaperCount, code: Code) -> None:
    sitting = opened(DraftMotion("议题"), *THREE)
    sitting.did("secretary", count(3, 2, **{"for": 2}))
    before = sitting.state
    assert sitting.refused("secretary", enter) is code
    assert sitting.state == before


def test_forty_papers_are_not_counted_where_ten_voted_online() -> None:
    sitting = opened(DraftMotion("议题"))
    for who in ("secretary", *(f"m{n}" for n in range(1, 10))):
        sitting.did(who, CastBallot(E1, ("for",)))
    assert sitting.refused("secretary", count(40, 40, **{"for": 40})) is Code.HALL_OVER_ENTITLED
    assert sitting.refused("secretary", count(1, 1, **{"for": 1})) is Code.HALL_OVER_ENTITLED


def test_a_count_signed_by_both_is_not_entered_again() -> None:
    sitting = opened(DraftMotion("议题"), *THREE)
    signed(sitting, count(3, 3, **{"for": 3}))
    for again in (count(3, 3, against=3), RegisterHallVoters(E1, THREE[:1])):
        assert sitting.refused("secretary", again) is Code.COUNT_SIGNED


def test_a_count_sent_twice_keeps_the_signature_it_has() -> None:
    sitting = opened(DraftMotion("议题"), *THREE)
    sitting.did("secretary", count(3, 3, **{"for": 3}))
    sitting.did("m8", SignPaperCount(E1))
    assert sitting.did("secretary", count(3, 3, **{"for": 3})) == ()
    sitting.did("secretary", count(3, 3, against=3))
    counted = motion(sitting).paper_count
    assert counted is not None
    assert counted.signed_by == ()


def test_one_more_person_in_the_hall_asks_for_the_count_again() -> None:
    sitting = opened(DraftMotion("议题"), *THREE)
    sitting.did("secretary", count(3, 3, **{"for": 3}))
    sitting.did("m8", SignPaperCount(E1))
    sitting.did("secretary", RegisterHallVoters(E1, (*THREE, ParticipantId("m4"))))
    counted = motion(sitting).paper_count
    assert counted is not None
    assert (counted.returned, counted.signed_by) == (3, ())
    assert sitting.refused("m9", SignPaperCount(E1)) is Code.HALL_NOT_REGISTERED


def test_more_ballots_returned_than_issued_void_the_vote() -> None:
    sitting = opened(ELECTION, *THREE[:2])
    signed(sitting, replace(elected(), issued=2))
    sitting.did("secretary", CloseMotion(E1))
    sitting.told(ReportSealed(E1, 7, "root", (marks("c1", "c2", "c3"),) * 5))
    verdict = motion(sitting).verdict
    assert verdict is not None
    assert (verdict.carried, verdict.reason) == (False, "more_than_issued")


# --- nothing closes without it ------------------------------------------------------------------------------


def test_a_vote_whose_time_is_over_waits_for_both_signatures_under_its_hall_count() -> None:
    sitting = opened(ELECTION, *THREE, seconds=60)
    sitting.did("secretary", elected())
    sitting.did("m8", SignPaperCount(E1))
    sitting.wait(300)
    assert motion(sitting).phase == "voting"
    sitting.did("m9", SignPaperCount(E1))
    sitting.wait(1)
    assert motion(sitting).phase == "sealing"


@pytest.mark.parametrize("acts", [(), (count(3, 3, **{"for": 3}),)], ids=["not counted yet", "one signature missing"])
def test_a_timed_open_vote_waits_for_the_hall_when_somebodys_grace_runs_out(acts: tuple[Command, ...]) -> None:
    """Five for online and three in the hall are eight; the phone that goes away wakes the meeting up and closes nothing."""
    sitting = opened(DraftMotion("议题"), *THREE, seconds=60)
    for who in ("secretary", "m4", "m5", "m6", "m7"):
        sitting.did(who, CastBallot(E1, ("for",)))
    for act in acts:
        sitting.did("secretary", act)
        sitting.did("m8", SignPaperCount(E1))
    sitting.wait(50)
    sitting.told(CloseConnection(ParticipantId("m7"), ConnectionId("m7-phone"), sitting.now))
    sitting.wait(60)
    assert motion(sitting).phase == "voting"
    assert sitting.refused("m9", CastBallot(E1, ("against",))) is Code.POLL_CLOSED  # its time is over all the same
    signed(sitting, count(3, 3, **{"for": 3}))
    sitting.wait(1)
    verdict = motion(sitting).verdict
    assert verdict is not None
    assert (verdict.votes_for, verdict.carried) == (8, True)


def test_a_vote_is_not_closed_by_hand_before_the_hall_is_counted() -> None:
    sitting = opened(DraftMotion("议题"), *THREE)
    assert sitting.refused("secretary", CloseMotion(E1)) is Code.COUNT_MISSING
    sitting.did("secretary", RegisterHallVoters(E1, ()))
    sitting.did("secretary", CloseMotion(E1))


def test_a_hall_count_entered_early_does_not_keep_the_collecting_open() -> None:
    sitting = branch()
    sitting.did("secretary", ELECTION)
    sitting.did("secretary", OpenMotion(E1, seconds=600, collect_seconds=60, hall_voters=THREE))
    sitting.told(IssuePaper(E1, KEY))
    sitting.did("secretary", elected())
    sitting.wait(61)
    assert motion(sitting).phase == "voting"


def test_what_the_hall_chose_is_not_published_apart_from_the_others() -> None:
    sitting = opened(DraftMotion("议题"), *THREE)
    signed(sitting, count(3, 3, **{"for": 3}))
    sitting.did("secretary", CloseMotion(E1))
    (published,) = sitting.did("secretary", PublishMotion(E1))
    assert isinstance(published, MotionPublished)
    assert published.paper_count is not None
    assert (published.paper_count.counts, published.paper_count.returned, dict(published.tally.counts)["for"]) == ((), 3, 3)


# --- the smallest meetings ----------------------------------------------------------------------------------


def test_an_electorate_of_one_decides_alone() -> None:
    sitting = Sitting(0)
    sitting.did("secretary", DraftMotion("议题"))
    sitting.did("secretary", OpenMotion(MotionId("m1")))
    sitting.did("secretary", CastBallot(MotionId("m1"), ("for",)))
    sitting.did("secretary", CloseMotion(MotionId("m1")))
    verdict = sitting.state.motions[MotionId("m1")].verdict
    assert verdict is not None
    assert (verdict.needed, verdict.base_count, verdict.carried) == (1, 1, True)


def test_a_vote_does_not_open_while_everyone_entitled_is_away() -> None:
    chair = replace(member("chair"), voting=False)
    sitting = Sitting(3, extra=(chair,))
    sitting.did("secretary", DraftMotion("议题"))
    sitting.did("secretary", LeaveMeeting())
    assert sitting.refused("secretary", OpenMotion(MotionId("m1"))) is Code.NO_QUORUM
