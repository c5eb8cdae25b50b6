"""Shared pages: who may show which page, who may turn it, and when it goes."""

from __future__ import annotations

from meeting_server.domain.commands import AdjournMeeting, EndFloor, GrantFloor, ShowPage, StepAgenda, StopShowing
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import PageHidden, PageShown
from meeting_server.domain.ids import ItemId, ParticipantId
from meeting_server.domain.meeting import replay
from meeting_server.domain.state import Shown
from meeting_server.domain.visibility import copies, view
from tests.sitting import Sitting

SECRETARY, M1 = ParticipantId("secretary"), ParticipantId("m1")


def shown(sitting: Sitting) -> Shown | None:
    return sitting.state.shown


def test_the_secretary_shows_a_page_turns_it_and_stops() -> None:
    sitting = Sitting()
    assert sitting.did("secretary", ShowPage("d1", 1)) == (PageShown("d1", 1, SECRETARY),)
    sitting.did("secretary", ShowPage("d1", 3))
    assert shown(sitting) == Shown("d1", 3, SECRETARY)
    assert sitting.did("secretary", StopShowing()) == (PageHidden(SECRETARY),)
    assert shown(sitting) is None
    assert replay(sitting.facts) == sitting.state


def test_everyone_sees_the_page_also_who_is_no_participant() -> None:
    sitting = Sitting()
    (event,) = sitting.did("secretary", ShowPage("d1", 2))
    assert [copy.event for copy in copies(sitting.state, event)] == [event]
    for viewer in (M1, None):
        assert view(sitting.state, viewer).shown == Shown("d1", 2, SECRETARY)


def test_a_page_that_is_not_there_is_refused() -> None:
    sitting = Sitting()
    assert sitting.refused("secretary", ShowPage("d9", 1)) is Code.UNKNOWN_DOCUMENT
    assert sitting.refused("secretary", ShowPage("d2", 1)) is Code.NO_PAGES
    for page in (0, 4):
        assert sitting.ask("secretary", ShowPage("d1", page)) == Rejected(Code.OUT_OF_RANGE, "page", (("least", 1), ("most", 3)))
    assert sitting.refused("secretary", StopShowing()) is Code.NOT_SHOWING
    sitting.did("secretary", ShowPage("d1", 1))
    assert sitting.refused("secretary", ShowPage("d1", 1)) is Code.NOTHING_CHANGED


def test_a_member_shows_nothing_and_stops_nothing() -> None:
    sitting = Sitting()
    sitting.connect_members(1)
    assert sitting.refused("m1", ShowPage("d1", 1)) is Code.FORBIDDEN
    sitting.did("secretary", ShowPage("d1", 1))
    assert sitting.refused("m1", ShowPage("d1", 2)) is Code.FORBIDDEN
    assert sitting.refused("m1", StopShowing()) is Code.FORBIDDEN


def test_whoever_has_the_floor_turns_the_pages_of_what_is_shown_and_shows_nothing_else() -> None:
    sitting = Sitting()
    sitting.connect_members(1)
    sitting.did("secretary", GrantFloor(M1, 0))
    assert sitting.refused("m1", ShowPage("d1", 1)) is Code.FORBIDDEN  # nothing is shown: it is not theirs to begin
    sitting.did("secretary", ShowPage("d1", 1))
    assert sitting.did("m1", ShowPage("d1", 2)) == (PageShown("d1", 2, M1),)
    assert sitting.refused("m1", ShowPage("d2", 1)) is Code.FORBIDDEN
    sitting.did("m1", EndFloor())
    assert sitting.refused("m1", ShowPage("d1", 3)) is Code.FORBIDDEN


def test_the_page_goes_when_the_meeting_goes_on_to_another_item_or_is_adjourned() -> None:
    sitting = Sitting()
    sitting.did("secretary", StepAgenda(ItemId("i1")))
    sitting.did("secretary", ShowPage("d1", 1))
    assert sitting.did("secretary", StepAgenda(ItemId("i2")))[0] == PageHidden(SECRETARY)
    assert shown(sitting) is None
    sitting.did("secretary", ShowPage("d1", 2))
    facts = sitting.did("secretary", AdjournMeeting())
    assert PageHidden(SECRETARY) in facts
    assert shown(sitting) is None


def test_a_meeting_that_is_not_open_shows_nothing() -> None:
    sitting = Sitting(opened=False)
    assert sitting.refused("secretary", ShowPage("d1", 1)) is Code.NOT_OPEN
