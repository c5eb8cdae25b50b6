"""Hands, the floor, rooms, and what may be heard where."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.attendance.report import report
from meeting_server.domain.commands import (
    AdmitParticipant,
    AssignRole,
    CloseMedia,
    CloseRoom,
    EndFloor,
    ExtendFloor,
    GrantFloor,
    LowerHand,
    ModerateRoom,
    MoveParticipant,
    MuteAll,
    OpenMedia,
    OpenRoom,
    PostChat,
    RaiseHand,
    RemoveChat,
    RemoveParticipant,
)
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import HALL, MessageId, ParticipantId, RoomId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Invited
from meeting_server.domain.visibility import view
from meeting_server.domain.vote_terms import Electorate
from meeting_server.domain.votes.electorate import electorate
from tests.kit.meetings.sitting import Sitting, member

M1, M2 = ParticipantId("m1"), ParticipantId("m2")


def live(members: int = 4) -> Sitting:
    sitting = Sitting(members, extra=[member("guest", role=Role.GUEST, voting=False, standing=Standing.GUEST)])
    sitting.connect_members(members)
    sitting.connect("guest")
    return sitting


def media(sitting: Sitting, who: str) -> tuple[str, ...]:
    return sitting.state.participants[ParticipantId(who)].media


def with_camera() -> tuple[Sitting, str]:
    sitting = live()
    camera = Invited(ParticipantId("camera"), "会场摄像机", Standing.GUEST, Role.GUEST, False, kind="hall_camera")
    sitting.told(AdmitParticipant(camera, ParticipantId("secretary")))
    return sitting, "camera"


def test_a_hall_camera_speaks_without_the_floor_where_a_guest_may_not() -> None:
    sitting, camera = with_camera()
    sitting.did("secretary", ModerateRoom(HALL, True))
    assert sitting.refused("guest", OpenMedia("audio")) is Code.FLOOR_REQUIRED
    sitting.did(camera, OpenMedia("audio"))
    sitting.did(camera, OpenMedia("video"))
    assert media(sitting, camera) == ("audio", "video")


def test_the_chair_mutes_stops_and_removes_a_hall_camera_and_a_member_does_not() -> None:
    sitting, camera = with_camera()
    sitting.did(camera, OpenMedia("audio"))
    sitting.did(camera, OpenMedia("video"))
    assert sitting.refused("m1", CloseMedia("video", ParticipantId(camera))) is Code.FORBIDDEN
    sitting.did("secretary", CloseMedia("video", ParticipantId(camera)))
    sitting.did("secretary", MuteAll())
    assert media(sitting, camera) == ()
    sitting.did("secretary", RemoveParticipant(ParticipantId(camera), ""))
    assert sitting.refused(camera, OpenMedia("video")) is Code.REMOVED


def test_a_hall_camera_is_in_no_count_and_no_report() -> None:
    sitting, camera = with_camera()
    everyone = replace(sitting.state.preset, electorate=Electorate.EVERYONE)
    assert camera not in electorate(sitting.state, everyone)
    assert "guest" in electorate(sitting.state, everyone)
    assert camera not in [row.participant.participant_id for row in report(sitting.state, 0)]


def test_hands_queue_in_the_order_they_were_raised() -> None:
    sitting = live()
    for name in ("m2", "m1"):
        sitting.did(name, RaiseHand())
    assert [hand.participant_id for hand in sitting.state.hands] == ["m2", "m1"]
    assert sitting.refused("m1", RaiseHand()) is Code.ALREADY_RAISED


def test_only_those_who_run_the_floor_lower_another_hand() -> None:
    sitting = live()
    sitting.did("m1", RaiseHand())
    assert sitting.refused("m2", LowerHand(M1)) is Code.FORBIDDEN
    sitting.did("secretary", LowerHand(M1))
    assert sitting.state.hands == ()


def test_a_granted_floor_lowers_the_hand_and_ends_by_itself() -> None:
    sitting = live()
    sitting.did("m1", RaiseHand())
    sitting.did("secretary", GrantFloor(M1, 180))
    assert sitting.state.hands == ()
    sitting.wait(100)
    sitting.did("secretary", ExtendFloor(60))
    sitting.wait(139)
    assert sitting.state.floor is not None
    sitting.wait(1)
    assert sitting.state.floor is None


def test_granting_the_floor_to_another_ends_the_first() -> None:
    sitting = live()
    sitting.did("secretary", GrantFloor(M1))
    facts = sitting.did("secretary", GrantFloor(M2))
    assert [type(fact).__name__ for fact in facts] == ["FloorEnded", "FloorGranted"]


def test_the_holder_gives_the_floor_back() -> None:
    sitting = live()
    sitting.did("secretary", GrantFloor(M1))
    assert sitting.refused("m2", EndFloor()) is Code.FORBIDDEN
    sitting.did("m1", EndFloor())
    assert sitting.state.floor is None


def test_moderating_a_room_closes_the_microphones_without_the_floor() -> None:
    sitting = live()
    for name in ("m1", "m2", "secretary"):
        sitting.did(name, OpenMedia("audio"))
    sitting.did("secretary", GrantFloor(M1))
    sitting.did("secretary", ModerateRoom(HALL, True))
    assert (media(sitting, "m1"), media(sitting, "m2"), media(sitting, "secretary")) == (("audio",), (), ("audio",))
    assert sitting.refused("m2", OpenMedia("audio")) is Code.FLOOR_REQUIRED


def test_in_a_moderated_room_the_microphone_closes_with_the_floor() -> None:
    sitting = live()
    sitting.did("secretary", ModerateRoom(HALL, True))
    sitting.did("secretary", GrantFloor(M1, 60))
    sitting.did("m1", OpenMedia("audio"))
    sitting.wait(60)
    assert media(sitting, "m1") == ()


def test_a_guest_speaks_by_invitation() -> None:
    sitting = live()
    assert sitting.refused("guest", OpenMedia("audio")) is Code.FLOOR_REQUIRED
    sitting.did("secretary", GrantFloor(ParticipantId("guest")))
    sitting.did("guest", OpenMedia("audio"))
    assert media(sitting, "guest") == ("audio",)


def test_the_chair_closes_a_microphone_and_the_fact_names_the_chair() -> None:
    sitting = live()
    sitting.did("m1", OpenMedia("audio"))
    assert sitting.refused("m2", CloseMedia("audio", M1)) is Code.FORBIDDEN
    (fact,) = sitting.did("secretary", CloseMedia("audio", M1))
    assert fact.closed_by == "secretary"  # type: ignore[attr-defined]


def test_mute_all_spares_the_floor_holder_and_the_one_who_asks() -> None:
    sitting = live()
    for name in ("m1", "m2", "secretary"):
        sitting.did(name, OpenMedia("audio"))
    sitting.did("secretary", GrantFloor(M1))
    sitting.did("secretary", MuteAll())
    assert [media(sitting, name) for name in ("m1", "m2", "secretary")] == [("audio",), (), ("audio",)]


def test_one_screen_at_a_time() -> None:
    sitting = live()
    sitting.did("m1", OpenMedia("screen"))
    assert sitting.refused("m2", OpenMedia("screen")) is Code.SCREEN_TAKEN
    sitting.did("m1", CloseMedia("screen"))
    sitting.did("m2", OpenMedia("screen"))


def test_a_text_room_carries_no_media_and_closing_it_brings_everyone_back() -> None:
    sitting = live()
    sitting.did("m1", OpenMedia("audio"))
    sitting.did("secretary", OpenRoom("第一小组", "text"))
    sitting.did("secretary", MoveParticipant(M1, RoomId("r1")))
    assert media(sitting, "m1") == ()
    assert sitting.refused("m1", OpenMedia("audio")) is Code.NO_MEDIA_HERE
    sitting.did("secretary", CloseRoom(RoomId("r1")))
    assert sitting.state.participants[M1].room_id == HALL


def test_group_room_chat_is_read_by_those_who_were_there_and_those_who_run_the_meeting() -> None:
    sitting = live()
    sitting.did("secretary", OpenRoom("第一小组", "voice"))
    sitting.did("secretary", MoveParticipant(M1, RoomId("r1")))
    sitting.did("m1", PostChat("小组里说的话"))
    sitting.did("secretary", MoveParticipant(M2, RoomId("r1")))
    assert [len(view(sitting.state, ParticipantId(who)).chat) for who in ("m1", "secretary", "m2", "m3")] == [1, 1, 0, 0]


def test_a_removed_message_keeps_its_place_without_its_words() -> None:
    sitting = live()
    sitting.did("m1", PostChat("不合适的话"))
    assert sitting.refused("m2", RemoveChat(MessageId("c1"))) is Code.FORBIDDEN
    sitting.did("secretary", RemoveChat(MessageId("c1"), "与议题无关"))
    assert (sitting.state.chat[0].text, sitting.state.chat[0].removed_by) == ("", "secretary")


def test_a_removed_participant_lets_go_of_everything() -> None:
    sitting = live()
    sitting.did("m1", OpenMedia("audio"))
    sitting.did("secretary", GrantFloor(M1))
    sitting.did("secretary", RemoveParticipant(M1, "扰乱会场"))
    gone = sitting.state.participants[M1]
    assert (gone.present, gone.media, sitting.state.floor) == (False, (), None)
    assert sitting.refused("m1", RaiseHand()) is Code.REMOVED


def test_someone_is_always_left_to_run_the_meeting() -> None:
    sitting = live()
    secretary = ParticipantId("secretary")
    assert sitting.refused("secretary", AssignRole(secretary, Role.MEMBER)) is Code.FORBIDDEN
    assert sitting.refused("secretary", RemoveParticipant(secretary)) is Code.FORBIDDEN
    sitting.did("secretary", AssignRole(M1, Role.CHAIR))
    sitting.did("m1", AssignRole(secretary, Role.MEMBER))
