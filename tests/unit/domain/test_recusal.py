"""回避, and people called to some items only: outside the room they neither hear, see, read, say nor vote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meeting_server.domain.commands import (
    AdjournMeeting,
    AssignRole,
    CastBallot,
    Command,
    DraftMotion,
    GrantFloor,
    MoveMotion,
    OpenMedia,
    OpenMotion,
    PostChat,
    PublishMotion,
    RaiseHand,
    RecallParticipant,
    RecuseParticipant,
    RemoveAgendaItem,
    ScanHallCode,
    ShowPage,
    StepAgenda,
)
from meeting_server.domain.errors import Code
from meeting_server.domain.events import AgendaStepped, ChatPosted, FloorEnded, HandLowered, MediaClosed, PageShown, ParticipantRecalled
from meeting_server.domain.ids import HALL, ItemId, MotionId, ParticipantId
from meeting_server.domain.recusal import OPEN_OUTSIDE, WAITING, is_outside, opens_document, place_of, was_outside
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.rooms import in_room
from meeting_server.domain.state import Participant, Recusal
from meeting_server.domain.visibility import copies, view
from meeting_server.domain.votes.electorate import present_among
from meeting_server.domain.votes.verdicts import entitled_to
from meeting_server.store.schedule.presets import load_presets
from tests.kit.meetings.sitting import Sitting, member

M1 = ParticipantId("m1")
APPLICANT = ParticipantId("applicant")
FIRST, SECOND = ItemId("i1"), ItemId("i2")


def sitting_at_the_first_item() -> Sitting:
    applicant = replace(member("applicant", voting=False, standing=Standing.APPLICANT), items=(SECOND,))
    sitting = Sitting(3, extra=[applicant])
    sitting.connect("m1", "m2", "m3", "applicant")
    sitting.did("secretary", StepAgenda(FIRST))
    return sitting


def recused() -> Sitting:
    sitting = sitting_at_the_first_item()
    sitting.did("secretary", RecuseParticipant(M1))
    return sitting


def outside(sitting: Sitting, who: ParticipantId) -> bool:
    return is_outside(sitting.state, sitting.state.participants[who])


def told(sitting: Sitting, event: object, who: ParticipantId) -> object:
    return next(copy.event for copy in copies(sitting.state, event) if copy.to is None or who in copy.to)  # type: ignore[arg-type]


def test_who_is_asked_out_is_in_no_room_until_called_back() -> None:
    sitting = recused()
    assert place_of(sitting.state, sitting.state.participants[M1]) == WAITING
    assert M1 not in {p.participant_id for p in in_room(sitting.state, HALL)}
    sitting.did("secretary", RecallParticipant(M1))
    assert place_of(sitting.state, sitting.state.participants[M1]) == HALL


def test_who_is_asked_out_comes_back_by_themselves_when_the_item_ends() -> None:
    sitting = recused()
    facts = sitting.did("secretary", StepAgenda(SECOND))
    assert ParticipantRecalled(M1, FIRST, None) in facts
    assert not outside(sitting, M1)


def test_the_end_of_the_meeting_ends_a_recusal() -> None:
    sitting = recused()
    sitting.did("secretary", AdjournMeeting())
    assert [(r.item_id, r.until is not None) for r in sitting.state.participants[M1].recusals] == [(FIRST, True)]


def test_whoever_goes_out_gives_up_hand_floor_and_media() -> None:
    sitting = sitting_at_the_first_item()
    sitting.did("m1", RaiseHand())
    sitting.did("m1", OpenMedia("audio"))
    sitting.did("m1", OpenMedia("video"))
    sitting.did("secretary", GrantFloor(M1, 60))
    sitting.did("m1", RaiseHand())
    facts = sitting.did("secretary", RecuseParticipant(M1))
    assert FloorEnded(M1, "left") in facts
    assert HandLowered(M1) in facts
    assert [fact.media for fact in facts if isinstance(fact, MediaClosed)] == ["audio", "video"]


def test_words_said_meanwhile_never_reach_who_is_outside_nor_afterwards() -> None:
    sitting = recused()
    (posted,) = sitting.did("m2", PostChat("他还年轻"))
    assert isinstance(posted, ChatPosted)
    assert told(sitting, posted, M1) is None
    assert told(sitting, posted, ParticipantId("m3")) == posted
    assert view(sitting.state, M1).chat == ()
    sitting.did("secretary", StepAgenda(SECOND))
    assert view(sitting.state, M1).chat == ()
    assert [m.text for m in view(sitting.state, ParticipantId("m3")).chat] == ["他还年轻"]


def test_the_page_shown_meanwhile_is_not_told_outside() -> None:
    sitting = recused()
    (shown,) = sitting.did("secretary", ShowPage("d1", 1))
    assert isinstance(shown, PageShown)
    assert told(sitting, shown, M1) is None
    assert view(sitting.state, M1).shown is None
    assert view(sitting.state, ParticipantId("m2")).shown is not None


def test_a_motion_of_the_item_is_kept_from_who_is_asked_out() -> None:
    sitting = recused()
    sitting.did("secretary", DraftMotion("关于其本人", item_id=FIRST))
    (moved,) = sitting.did("secretary", MoveMotion(MotionId("m1")))
    assert told(sitting, moved, M1) is None
    assert view(sitting.state, M1).motions == {}
    sitting.did("secretary", RecallParticipant(M1))
    assert list(view(sitting.state, M1).motions) == ["m1"]


def test_who_is_asked_out_is_not_present_for_the_vote_and_casts_nothing() -> None:
    sitting = sitting_at_the_first_item()
    sitting.did("secretary", DraftMotion("表决", item_id=FIRST))
    sitting.did("secretary", OpenMotion(MotionId("m1")))
    electorate = sitting.state.motions[MotionId("m1")].electorate
    before = present_among(sitting.state, electorate)
    sitting.did("secretary", RecuseParticipant(M1))
    assert set(before) - set(present_among(sitting.state, electorate)) == {M1}
    assert entitled_to(sitting.state, sitting.state.motions[MotionId("m1")]) == electorate  # 应到 does not change
    assert sitting.refused("m1", CastBallot(MotionId("m1"), ("for",))) is Code.OUTSIDE


@pytest.mark.parametrize("command", [PostChat("我在"), RaiseHand(), OpenMedia("audio"), ShowPage("d1", 1)])
def test_nothing_is_done_in_the_hall_from_outside(command: Command) -> None:
    assert type(command) not in OPEN_OUTSIDE
    assert recused().refused("m1", command) is Code.OUTSIDE
    assert sitting_at_the_first_item().refused("applicant", command) is Code.OUTSIDE


def test_whoever_runs_the_meeting_hands_it_over_before_going_out() -> None:
    sitting = sitting_at_the_first_item()
    assert sitting.refused("secretary", RecuseParticipant(ParticipantId("secretary"))) is Code.RUNS_THE_MEETING
    sitting.did("secretary", AssignRole(M1, Role.CHAIR))
    sitting.did("m1", AssignRole(ParticipantId("secretary"), Role.MEMBER))
    sitting.did("m1", RecuseParticipant(ParticipantId("secretary")))
    assert outside(sitting, ParticipantId("secretary"))
    assert sitting.refused("m1", AssignRole(ParticipantId("secretary"), Role.CHAIR)) is Code.OUTSIDE


def test_nobody_is_asked_out_between_items_or_by_a_member() -> None:
    sitting = Sitting(2)
    sitting.connect("m1", "m2")
    assert sitting.refused("secretary", RecuseParticipant(M1)) is Code.NO_ITEM
    sitting.did("secretary", StepAgenda(FIRST))
    assert sitting.refused("m2", RecuseParticipant(M1)) is Code.FORBIDDEN


def test_who_is_called_to_one_item_is_inside_for_that_item_alone() -> None:
    sitting = Sitting(1, extra=[replace(member("applicant", voting=False, standing=Standing.APPLICANT), items=(SECOND,))])
    sitting.connect("applicant")
    stays = [outside(sitting, APPLICANT)]
    for item in (FIRST, SECOND, None):
        sitting.did("secretary", StepAgenda(item))
        stays.append(outside(sitting, APPLICANT))
    assert stays == [True, True, False, True]


def test_who_is_called_to_an_item_that_was_struck_stays_outside() -> None:
    sitting = sitting_at_the_first_item()
    sitting.did("secretary", RemoveAgendaItem(SECOND))
    sitting.did("secretary", StepAgenda(None))
    assert outside(sitting, APPLICANT)


def test_a_motion_of_another_item_is_never_shown_to_who_is_called_to_one() -> None:
    sitting = sitting_at_the_first_item()
    sitting.did("secretary", DraftMotion("第一项", item_id=FIRST))
    sitting.did("secretary", DraftMotion("第二项", item_id=SECOND))
    sitting.did("secretary", DraftMotion("不属于哪一项"))
    for number in (1, 2, 3):
        sitting.did("secretary", MoveMotion(MotionId(f"m{number}")))
    assert [m.title for m in view(sitting.state, APPLICANT).motions.values()] == ["第二项"]


def test_whoever_the_meeting_excludes_is_told_though_outside() -> None:
    pending = replace(member("abroad"), excluded_reason="出国半年以上（批复〔2026〕3号）", exclusion_needs_vote=True)
    sitting = Sitting(3, extra=[pending], presets=load_presets())
    sitting.connect("m1", "m2", "m3")
    sitting.did("secretary", StepAgenda(FIRST))
    sitting.did("secretary", RecuseParticipant(M1))
    sitting.did("secretary", DraftMotion("不计入应到", item_id=FIRST, excludes=(ParticipantId("abroad"),)))
    sitting.did("secretary", OpenMotion(MotionId("m1")))
    assert list(view(sitting.state, M1).motions) == ["m1"]
    assert sitting.refused("secretary", PublishMotion(MotionId("m1"))) is Code.NOT_CLOSED


def test_a_code_of_the_hall_scanned_outside_is_evidence_all_the_same() -> None:
    sitting = recused()
    sitting.told(ScanHallCode(M1, 7))
    assert sitting.state.participants[M1].marked_present


def test_a_document_is_opened_by_whom_it_was_shown_to_and_kept_by_whom_nothing_was_kept_from() -> None:
    called = Participant(M1, "m1", Standing.APPLICANT, Role.MEMBER, False, items=(SECOND,))
    asked_out = Participant(M1, "m1", Standing.FULL, Role.MEMBER, True, recusals=(Recusal(FIRST, 1, 2),))
    facts = [
        AgendaStepped(FIRST),
        PageShown("of the first", 1, M1),
        PageShown("of both", 1, M1),
        AgendaStepped(SECOND),
        PageShown("of both", 2, M1),
    ]
    opened = {
        name: (opens_document(called, facts, name), opens_document(asked_out, facts, name)) for name in ("of the first", "of both", "never")
    }
    assert opened == {"of the first": (False, False), "of both": (True, True), "never": (False, True)}


def test_what_was_said_while_somebody_was_outside_is_not_told_them_later() -> None:
    sitting = recused()
    said_at = sitting.now
    sitting.now += 5_000
    sitting.did("secretary", RecallParticipant(M1))
    me = sitting.state.participants[M1]
    assert was_outside(sitting.state, me, said_at)
    assert not was_outside(sitting.state, me, sitting.now)
    sitting.now += 5_000
    sitting.did("secretary", StepAgenda(SECOND))
    assert was_outside(sitting.state, sitting.state.participants[APPLICANT], said_at)
    assert not was_outside(sitting.state, sitting.state.participants[APPLICANT], sitting.now)
