"""A meeting's life around its opening: convened, changed, called off, convened again."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import ConveneMeeting, OpenConnection, OpenMeeting, PostChat
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import ConnectionId, ParticipantId
from meeting_server.domain.roles import Role
from tests.kit.meetings.sitting import Sitting, convening, member

SECRETARY = member("secretary", role=Role.SECRETARY)


def test_an_equal_schedule_changes_nothing() -> None:
    sitting = Sitting(2, opened=False)
    assert sitting.told(ConveneMeeting(convening([SECRETARY, member("m1"), member("m2")]))) == ()


def test_who_is_struck_off_the_list_is_out_and_who_stays_keeps_their_place() -> None:
    sitting = Sitting(2, opened=False)
    sitting.connect("m1", "m2")
    sitting.told(ConveneMeeting(convening([SECRETARY, member("m1")])))
    assert sitting.state.participants[ParticipantId("m2")].removed
    assert sitting.state.participants[ParticipantId("m1")].present


def test_nothing_can_be_done_in_a_meeting_that_was_called_off() -> None:
    sitting = Sitting(2, opened=False)
    sitting.connect("secretary")
    called_off = replace(convening([SECRETARY, member("m1"), member("m2")]), cancelled=True)
    sitting.told(ConveneMeeting(called_off))
    assert sitting.refused("secretary", OpenMeeting()) is Code.CANCELLED
    assert sitting.refused("secretary", PostChat("还开吗")) is Code.CANCELLED
    assert sitting.refused(None, OpenConnection(ParticipantId("m1"), ConnectionId("x"), "phone")) is Code.CANCELLED


def test_a_meeting_called_off_can_be_convened_again() -> None:
    sitting = Sitting(2, opened=False)
    list_ = [SECRETARY, member("m1"), member("m2")]
    sitting.told(ConveneMeeting(replace(convening(list_), cancelled=True)))
    sitting.told(ConveneMeeting(convening(list_)))
    sitting.connect("secretary")
    sitting.did("secretary", OpenMeeting())


def test_the_schedule_changes_nothing_once_the_meeting_is_open() -> None:
    assert Sitting(2).refused(None, ConveneMeeting(convening([SECRETARY]))) is Code.ALREADY_OPEN
