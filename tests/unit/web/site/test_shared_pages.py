"""Shared pages: who may show which page, who may turn it, and when it goes."""

from __future__ import annotations

from meeting_server.archive.record.timeline import timeline_of
from meeting_server.archive.record.transcript import Stretch
from meeting_server.domain.commands import AdjournMeeting, EndFloor, GrantFloor, ShowPage, StepAgenda, StopShowing
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import PageHidden, PageShown
from meeting_server.domain.ids import ItemId, ParticipantId
from meeting_server.domain.meeting import replay
from meeting_server.domain.state import Shown
from meeting_server.domain.visibility import copies, view
from meeting_server.web.record.playback import playback_of
from meeting_server.web.record.shown_pages import leaves_of
from tests.kit.meetings.sitting import Sitting
from tests.kit.meetings.whole_meeting import STARTS, whole_meeting

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


def test_the_record_knows_which_page_was_shown_from_when_to_when() -> None:
    timeline = timeline_of(whole_meeting().records)
    assert timeline is not None
    told = [(shown.title, shown.page, (shown.since - STARTS) // 1000, (shown.until - STARTS) // 1000) for shown in timeline.pages]
    title = "年度工作总结.pdf"
    assert told == [(title, 1, 76, 81), (title, 2, 81, 130), (title, 2, 640, 660), (title, 3, 660, 811), (title, 1, 812, 1028)]


def test_the_player_shows_pages_on_its_axis_and_only_to_those_who_may_open_the_document() -> None:
    timeline = timeline_of(whole_meeting().records)
    assert timeline is not None
    axis = playback_of(timeline)
    first, second, later, *_ = leaves_of(timeline, axis, (), {"d1"})
    assert (first.start, first.end, first.picture) == (13_000, 18_000, f"/meetings/{timeline.meeting_id}/documents/d1/pages/1")
    assert (second.start, second.end) == (18_000, 60_000)  # shown longer than the recording lasted
    assert (later.start, later.end) == (None, None)
    assert {leaf.picture for leaf in leaves_of(timeline, axis, ())} == {""}


def test_a_page_shown_while_a_passage_that_was_taken_out_was_spoken_goes_with_it() -> None:
    timeline = timeline_of(whole_meeting().records)
    assert timeline is not None
    taken = [Stretch(STARTS + 75_000, STARTS + 90_000)]
    told = [((leaf.at - STARTS) // 1000, leaf.page) for leaf in leaves_of(timeline, playback_of(timeline), taken)]
    assert told == [(90, 2), (640, 2), (660, 3), (812, 1)]
