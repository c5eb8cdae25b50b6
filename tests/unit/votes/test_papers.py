"""Secret papers as the meeting knows them: requested, collected, voted, sealed."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import (
    AdjournMeeting,
    CastBallot,
    CloseCollecting,
    CloseMotion,
    DraftMotion,
    FileWrittenOpinion,
    IssuePaper,
    LeaveMeeting,
    OpenMotion,
    PublishMotion,
    RemoveParticipant,
    ReportSealed,
    Revote,
    WithdrawMotion,
)
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Paper
from meeting_server.domain.votes.papers import may_collect
from tests.kit.meetings.sitting import Sitting, member

M1 = MotionId("m1")
KEY = Paper("ab", "fingerprint", "04")
MEMBER = ParticipantId("m1")


def requested(members: int = 4, present: int | None = None, **times: int) -> Sitting:
    sitting = Sitting(members)
    sitting.connect_members(members if present is None else present)
    sitting.did("secretary", DraftMotion("接收林晓雨同志为预备党员", preset_id="secret"))
    sitting.did("secretary", OpenMotion(M1, times.get("seconds", 0), times.get("collect_seconds", 0)))
    return sitting


def collecting(members: int = 4, present: int | None = None, **times: int) -> Sitting:
    sitting = requested(members, present, **times)
    sitting.told(IssuePaper(M1, KEY))
    return sitting


def voting(members: int = 4, **times: int) -> Sitting:
    sitting = collecting(members, **times)
    if motion(sitting).phase == "collecting":
        sitting.did("secretary", CloseCollecting(M1))
    return sitting


def motion(sitting: Sitting) -> Motion:
    return sitting.state.motions[M1]


def test_nobody_can_collect_before_the_key_is_made() -> None:
    sitting = requested()
    assert motion(sitting).phase == "preparing"
    refused = may_collect(sitting.state, MEMBER, motion(sitting), sitting.now)
    assert refused is not None
    assert refused.code is Code.NOT_COLLECTING


def test_a_member_with_the_right_to_vote_may_collect() -> None:
    sitting = collecting()
    assert may_collect(sitting.state, MEMBER, motion(sitting), sitting.now) is None


def test_who_left_or_was_removed_may_not_collect() -> None:
    sitting = collecting()
    sitting.did("m1", LeaveMeeting())
    sitting.did("secretary", RemoveParticipant(ParticipantId("m2")))
    codes = [may_collect(sitting.state, ParticipantId(who), motion(sitting), sitting.now) for who in ("m1", "m2")]
    assert [refused.code for refused in codes if refused] == [Code.NOT_PRESENT, Code.REMOVED]


def test_collecting_ends_by_itself_and_voting_begins() -> None:
    sitting = collecting(collect_seconds=30, seconds=60)
    sitting.wait(30)
    assert motion(sitting).phase == "voting"
    sitting.wait(60)
    assert motion(sitting).phase == "sealing"


def test_a_secret_vote_takes_no_ballot_that_names_its_voter() -> None:
    assert voting().refused("m1", CastBallot(M1, ("for",))) is Code.SECRET_ONLY


def test_the_sealed_box_makes_the_result() -> None:
    sitting = voting(4)
    sitting.did("secretary", CloseMotion(M1))
    sitting.told(ReportSealed(M1, 5, "root", (("for",), ("for",), ("for",), ("against",))))
    assert motion(sitting).verdict is not None
    assert motion(sitting).verdict.carried  # type: ignore[union-attr]
    assert (motion(sitting).issued, motion(sitting).returned, motion(sitting).root) == (5, 4, "root")


def test_a_box_reported_twice_after_a_restart_changes_nothing() -> None:
    sitting = voting()
    sitting.did("secretary", CloseMotion(M1))
    sitting.told(ReportSealed(M1, 1, "root", (("for",),)))
    assert sitting.told(ReportSealed(M1, 1, "root", (("for",),))) == ()
    assert sitting.told(IssuePaper(M1, KEY)) == ()


def test_presence_at_the_closing_counts_and_not_at_the_sealing() -> None:
    sitting = voting(4)
    sitting.did("secretary", CloseMotion(M1))
    for name in ("m1", "m2", "m3", "m4"):
        sitting.did(name, LeaveMeeting())
    sitting.told(ReportSealed(M1, 5, "root", (("for",),) * 3))
    verdict = motion(sitting).verdict
    assert verdict is not None
    assert verdict.reason == "reached"


def test_a_paper_whose_quorum_went_away_is_not_opened() -> None:
    sitting = requested(4, present=2)
    sitting.did("m1", LeaveMeeting())
    sitting.told(IssuePaper(M1, KEY))
    assert motion(sitting).phase == "drafted"


def test_nothing_is_withdrawn_while_the_box_is_being_sealed_and_no_meeting_ends_during_a_vote() -> None:
    sitting = voting()
    assert sitting.refused("secretary", AdjournMeeting()) is Code.VOTE_IN_PROGRESS
    sitting.did("secretary", CloseMotion(M1))
    assert sitting.refused("secretary", WithdrawMotion(M1)) is Code.SEALING


def test_a_written_opinion_counts_and_its_author_collects_no_paper() -> None:
    sitting = Sitting(4)
    sitting.did("secretary", DraftMotion("接收", preset_id="admission"))
    opinion = FileWrittenOpinion(M1, MEMBER, ("for",), "2026-11-20 信函")
    sitting.did("secretary", opinion)
    assert sitting.refused("secretary", opinion) is Code.ALREADY_FILED
    sitting.connect_members(4)  # who comes after all has filed already
    sitting.did("secretary", OpenMotion(M1))
    sitting.told(IssuePaper(M1, KEY))
    refused = may_collect(sitting.state, MEMBER, motion(sitting), sitting.now)
    assert refused is not None
    assert refused.code is Code.ALREADY_FILED
    sitting.did("secretary", CloseCollecting(M1))
    sitting.did("secretary", CloseMotion(M1))
    sitting.told(ReportSealed(M1, 4, "root", (("for",), ("for",))))
    tally = motion(sitting).tally
    assert tally is not None
    assert (dict(tally.counts)["for"], tally.cast, tally.written) == (3, 3, 1)


def test_no_written_opinion_is_taken_from_someone_present_without_a_vote_or_after_the_opening() -> None:
    sitting = Sitting(4, extra=[member("new", voting=False, standing=Standing.PROBATIONARY)])
    sitting.did("secretary", DraftMotion("接收", preset_id="admission"))
    opinion = FileWrittenOpinion(M1, MEMBER, ("for",), "信函")
    assert sitting.refused("secretary", replace(opinion, participant_id=ParticipantId("new"))) is Code.NO_VOTING_RIGHT
    sitting.connect_members(3)
    assert sitting.refused("secretary", opinion) is Code.VOTES_HERE
    away = replace(opinion, participant_id=ParticipantId("m4"))
    sitting.did("secretary", OpenMotion(M1))
    assert sitting.refused("secretary", away) is Code.BALLOT_OPEN
    assert motion(sitting).opinions == ()


def test_written_opinions_are_filed_only_where_the_preset_counts_them() -> None:
    sitting = Sitting(4)
    sitting.did("secretary", DraftMotion("通过"))
    opinion = FileWrittenOpinion(M1, MEMBER, ("for",), "信函")
    assert sitting.refused("secretary", opinion) is Code.NO_WRITTEN_OPINIONS


def test_a_vote_that_failed_is_drafted_anew_and_one_that_carried_is_not() -> None:
    sitting = voting(4)
    sitting.did("secretary", CloseMotion(M1))
    sitting.told(ReportSealed(M1, 5, "root", (("against",),)))
    sitting.did("secretary", PublishMotion(M1))
    sitting.did("secretary", Revote(M1))
    assert sitting.state.motions[MotionId("m2")].revote_of == M1
    assert sitting.refused("secretary", Revote(MotionId("m2"))) is Code.NOT_VOID
