"""Presence by evidence: intervals, grace, absence dated back, marks, roll call, the report."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.attendance.evidence import GRACE
from meeting_server.domain.attendance.report import report
from meeting_server.domain.commands import (
    AdjournMeeting,
    AnswerRollCall,
    ChangeResponsiveness,
    CloseConnection,
    CloseRoom,
    LeaveMeeting,
    MarkPresent,
    MoveParticipant,
    OpenConnection,
    OpenMeeting,
    OpenRollCall,
    OpenRoom,
    ReadmitParticipant,
    RecordLeave,
    RemoveParticipant,
    ReportSpeakerTurn,
    ResetConnections,
    WithdrawMark,
)
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import HALL, ConnectionId, ParticipantId, RoomId
from meeting_server.domain.meeting import evolve
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.state import Participant
from meeting_server.domain.terms import Invited
from meeting_server.domain.visibility import view
from meeting_server.domain.vote_terms import Electorate
from meeting_server.domain.votes.electorate import quorum_now
from meeting_server.journal.upcast import event_of
from tests.kit.meetings.sitting import GENERAL, START, Sitting

M1 = ParticipantId("m1")
PHONE = ConnectionId("m1-phone")


def m1(sitting: Sitting) -> Participant:
    return sitting.state.participants[M1]


def levels(sitting: Sitting) -> list[tuple[str, int, int | None]]:
    """m1's intervals as (level, seconds since the start, seconds until)."""
    return [(i.level, (i.since - START) // 1000, None if i.until is None else (i.until - START) // 1000) for i in m1(sitting).intervals]


def test_a_phone_in_the_background_is_connected_and_not_absent() -> None:
    sitting = Sitting()
    sitting.connect("m1")
    sitting.wait(60)
    sitting.told(ChangeResponsiveness(M1, PHONE, False))
    sitting.wait(360)
    assert m1(sitting).present
    assert levels(sitting) == [("responsive", 0, 60), ("connected", 60, None)]


def test_absence_is_dated_back_to_the_last_evidence() -> None:
    sitting = Sitting()
    sitting.connect("m1")
    sitting.wait(100)
    sitting.told(CloseConnection(M1, PHONE, START + 80_000))
    sitting.wait(GRACE / 1000)
    assert not m1(sitting).present
    assert m1(sitting).left_at == START + 80_000
    assert levels(sitting) == [("responsive", 0, 80)]


def test_within_the_grace_a_member_stays_present_and_the_gap_shows() -> None:
    sitting = Sitting()
    sitting.connect("m1")
    sitting.wait(10)
    sitting.told(CloseConnection(M1, PHONE, sitting.now))
    sitting.wait(12)
    assert m1(sitting).present
    sitting.told(OpenConnection(M1, ConnectionId("again"), "phone"))
    sitting.wait(600)
    assert m1(sitting).present
    assert levels(sitting) == [("responsive", 0, 10), ("responsive", 22, None)]


def test_a_second_device_keeps_a_member_present_and_counts_once() -> None:
    sitting = Sitting(4)
    sitting.connect("m1")
    sitting.told(OpenConnection(M1, ConnectionId("laptop"), "desktop"))
    assert quorum_now(sitting.state).present == 2
    sitting.told(CloseConnection(M1, PHONE, sitting.now))
    sitting.wait(600)
    assert m1(sitting).present


def test_leaving_on_purpose_has_no_grace() -> None:
    sitting = Sitting()
    sitting.connect("m1")
    sitting.wait(5)
    sitting.did("m1", LeaveMeeting())
    assert not m1(sitting).present
    assert m1(sitting).left_at == sitting.now


def test_speaking_confirms_presence_until_the_phone_goes_to_the_background() -> None:
    sitting = Sitting()
    sitting.connect("m1")
    sitting.wait(30)
    sitting.told(ReportSpeakerTurn(M1, HALL, START + 20_000, START + 30_000))
    sitting.wait(30)
    sitting.told(ReportSpeakerTurn(M1, HALL, START + 50_000, START + 60_000))
    sitting.told(ChangeResponsiveness(M1, PHONE, False))
    assert levels(sitting) == [("responsive", 0, 30), ("confirmed", 30, 60), ("connected", 60, None)]


def test_a_mark_in_the_hall_names_the_secretary_and_can_be_withdrawn() -> None:
    sitting = Sitting()
    sitting.did("secretary", MarkPresent(M1, "坐在第三排"))
    assert m1(sitting).present
    assert m1(sitting).intervals[-1].marked_by == "secretary"
    sitting.wait(10)
    sitting.did("secretary", WithdrawMark(M1))
    assert not m1(sitting).present
    assert sitting.refused("secretary", WithdrawMark(M1)) is Code.NOT_MARKED


def test_a_mark_taken_back_leaves_no_presence_behind_unless_there_was_other_evidence() -> None:
    sitting = Sitting(2)
    sitting.did("secretary", MarkPresent(M1))
    sitting.wait(60)
    sitting.did("secretary", WithdrawMark(M1))
    assert report(sitting.state, sitting.now)[1].status == "absent"
    sitting.connect("m2")
    sitting.wait(60)
    sitting.did("secretary", MarkPresent(ParticipantId("m2")))
    sitting.did("secretary", WithdrawMark(ParticipantId("m2")))
    assert report(sitting.state, sitting.now)[2].status == "present"


def test_a_marked_member_without_a_phone_never_times_out() -> None:
    sitting = Sitting()
    sitting.did("secretary", MarkPresent(M1))
    sitting.wait(3600)
    assert m1(sitting).present


def test_a_member_can_not_mark_anyone() -> None:
    sitting = Sitting()
    assert sitting.refused("m2", MarkPresent(M1)) is Code.FORBIDDEN


def test_a_roll_call_closes_by_itself_and_counts_its_answers() -> None:
    sitting = Sitting(4)
    sitting.connect_members(3)
    sitting.did("secretary", OpenRollCall(60))
    sitting.did("m1", AnswerRollCall())
    sitting.did("m1", AnswerRollCall())
    sitting.wait(60)
    roll_call = sitting.state.roll_call
    assert roll_call is not None
    assert roll_call.closed_at == sitting.now
    assert roll_call.answered == ("m1",)
    assert sitting.refused("m2", AnswerRollCall()) is Code.NO_ROLL_CALL


def test_answering_confirms_presence_once() -> None:
    sitting = Sitting()
    sitting.connect("m1")
    sitting.wait(5)
    sitting.did("secretary", OpenRollCall(60))
    assert [type(e).__name__ for e in sitting.did("m1", AnswerRollCall())] == ["RollCallAnswered", "PresenceConfirmed"]
    assert sitting.did("m1", AnswerRollCall()) == ()


def test_after_a_restart_every_socket_is_gone_since_the_last_record() -> None:
    sitting = Sitting()
    sitting.connect("m1", "m2")
    last = sitting.now
    sitting.now += 600_000
    sitting.told(ResetConnections(last))
    sitting.connect("m2")
    sitting.wait(GRACE / 1000)
    assert m1(sitting).left_at == last
    assert sitting.state.participants[ParticipantId("m2")].present


def test_the_report_tells_late_early_absent_and_effective_minutes() -> None:
    sitting = Sitting(3)
    sitting.connect("m1")
    sitting.wait(300)
    sitting.connect("m2")
    sitting.wait(300)
    sitting.did("m1", LeaveMeeting())
    sitting.wait(300)
    sitting.did("secretary", AdjournMeeting())
    rows = {row.participant.participant_id: row for row in report(sitting.state, sitting.now)}
    assert (rows[M1].status, rows[M1].effective) == ("left_early", 600_000)
    assert (rows[ParticipantId("m2")].status, rows[ParticipantId("m2")].effective) == ("late", 600_000)
    assert rows[ParticipantId("m3")].status == "absent"
    assert rows[ParticipantId("secretary")].status == "present"


def test_time_at_the_door_before_the_opening_does_not_count() -> None:
    sitting = Sitting(1, opened=False)
    sitting.connect("secretary", "m1")
    sitting.wait(600)
    sitting.did("secretary", OpenMeeting())
    sitting.wait(60)
    rows = {row.participant.participant_id: row for row in report(sitting.state, sitting.now)}
    assert (rows[M1].status, rows[M1].effective) == ("present", 60_000)


def test_leave_granted_during_the_meeting_is_in_its_record_and_nobody_elses_affair() -> None:
    sitting = Sitting(2)
    sitting.told(RecordLeave(M1, "孩子发烧", True))
    assert report(sitting.state, sitting.now)[1].status == "leave"
    assert view(sitting.state, ParticipantId("m2")).participants[M1].leave_reason == ""
    assert sitting.told(RecordLeave(M1, "孩子发烧", True)) == ()


def test_time_is_told_apart_by_room() -> None:
    sitting = Sitting(2)
    sitting.connect("m1")
    sitting.wait(300)
    sitting.did("secretary", OpenRoom("第一小组", "voice"))
    sitting.did("secretary", MoveParticipant(M1, RoomId("r1")))
    sitting.wait(120)
    sitting.did("secretary", CloseRoom(RoomId("r1")))
    sitting.wait(60)
    assert report(sitting.state, sitting.now)[1].by_room == (("", 360_000), ("第一小组", 120_000))


def test_whoever_is_asked_to_leave_is_still_expected_and_what_was_counted_stays_counted() -> None:
    sitting = Sitting()
    sitting.connect("m1", "m2")
    before = quorum_now(sitting.state)
    sitting.wait(60)
    sitting.did("secretary", RemoveParticipant(M1, "扰乱会场"))
    after = quorum_now(sitting.state)
    assert (before.entitled, before.present) == (5, 3)
    assert (after.entitled, after.present) == (5, 2)
    assert levels(sitting) == [("responsive", 0, 60)], "the line of the past is drawn from these"
    (row,) = [row for row in report(sitting.state, sitting.now) if row.participant.participant_id == M1]
    assert row.effective == 60_000


def test_a_guest_who_is_asked_to_leave_is_expected_by_no_count() -> None:
    everyone = replace(GENERAL, electorate=Electorate.EVERYONE)
    guest = Invited(ParticipantId("guest"), "路人", Standing.GUEST, Role.GUEST, False)
    sitting = Sitting(1, preset=everyone, extra=[guest])
    sitting.did("secretary", RemoveParticipant(ParticipantId("guest")))
    assert quorum_now(sitting.state).entitled == 2


def test_a_removal_recorded_before_it_kept_the_count_folds_as_it_did() -> None:
    sitting = Sitting()
    old = event_of("ParticipantRemoved", 1, b'{"participant_id":"m1","removed_by":"secretary","reason":""}')
    assert old is not None
    assert quorum_now(evolve(sitting.state, old, START)).entitled == 4


def test_a_removal_can_be_taken_back() -> None:
    sitting = Sitting()
    sitting.connect("m1")
    sitting.did("secretary", RemoveParticipant(M1))
    assert sitting.refused("m1", LeaveMeeting()) is Code.REMOVED
    sitting.did("secretary", ReadmitParticipant(M1))
    sitting.connect("m1")
    assert m1(sitting).present
    assert quorum_now(sitting.state).present == 2
    assert sitting.did("secretary", ReadmitParticipant(M1)) == (), "nothing to take back"
    assert sitting.refused("m2", ReadmitParticipant(M1)) is Code.FORBIDDEN


def test_whoever_comes_back_to_a_room_that_closed_meanwhile_is_in_the_hall() -> None:
    sitting = Sitting()
    sitting.connect("m1")
    sitting.did("secretary", OpenRoom("第一组", "voice"))
    sitting.did("secretary", MoveParticipant(M1, RoomId("r1")))
    sitting.did("secretary", RemoveParticipant(M1))
    sitting.did("secretary", CloseRoom(RoomId("r1")))
    sitting.did("secretary", ReadmitParticipant(M1))
    assert m1(sitting).room_id == HALL
