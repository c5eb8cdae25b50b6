"""The elected become the committee by one confirmed act, and its first meeting is offered at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from meeting_server.acts.context import By
from meeting_server.acts.people.committee import Seating, seat_committee
from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Candidate
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house
from tests.unit.votes.test_elected import BALLOT, after, result


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


async def elected(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch, *who: str) -> MeetingId:
    """A meeting whose published election elected these; the committee was 何雨桐."""
    scheduled = await house.scheduled()
    people = tuple(Candidate(f"c{n}", one, participant_id=ParticipantId(house.pid(one))) for n, one in enumerate(who))
    motion = replace(BALLOT, candidates=people, verdict=result(*(one.candidate_id for one in people)))

    async def state(meeting_id: MeetingId) -> MeetingState | None:
        return after(motion) if meeting_id == scheduled.meeting_id else None

    monkeypatch.setattr(house.registry, "state", state)
    return scheduled.meeting_id


async def committee(house: MeetingHouse) -> set[str]:
    return {m.name for m in await house.site.directory.roster(house.inner.branch.branch_id) if m.committee}


async def test_the_elected_are_the_committee_after_one_confirmed_act(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/meetings/{await elected(house, monkeypatch, 'member')}/committee"
    browser = await house.signed_in("secretary")
    page = (await browser.get(path)).text
    assert "当选 1 人" in page
    assert "不再担任支部委员：何雨桐" in page
    assert await committee(house) == {"何雨桐"}, "looking changes nothing"
    await browser.submit(path, {"seating": "anew"})
    assert await committee(house) == {"丁文静"}
    page = (await browser.get(path)).text
    assert "召开第一次支委会" in page
    assert "?kind=first_committee" in page


async def test_a_second_tap_and_a_later_term_change_nothing(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await house.signed_in("secretary")
    meeting_id = await elected(house, monkeypatch, "member")
    first = f"/meetings/{meeting_id}/committee"
    for _ in range(2):
        await browser.submit(first, {"seating": "anew"})
    assert len(await house.site.access_log.about(meeting_id)) == 1
    at, by, branch_id = house.site, By("x", "何雨桐"), house.inner.branch.branch_id
    later = MeetingId("a-later-meeting")
    assert await seat_committee(at, by, branch_id, later, [house.pid("secretary")], Seating.ANEW, now_millis() + 1)
    assert not await seat_committee(at, by, branch_id, meeting_id, [house.pid("probationary")], Seating.ANEW, now_millis() + 2)
    assert await committee(house) == {"何雨桐"}


async def test_a_by_election_adds_to_the_committee(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/meetings/{await elected(house, monkeypatch, 'member')}/committee"
    await (await house.signed_in("secretary")).submit(path, {"seating": "added"})
    assert await committee(house) == {"何雨桐", "丁文静"}


async def test_an_election_that_elected_nobody_leaves_the_committee_as_it_is(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting_id = await elected(house, monkeypatch)
    page = (await (await house.signed_in("secretary")).get(f"/meetings/{meeting_id}/committee")).text
    assert "还没有能就任的人" in page
    assert 'name="seating"' not in page
    at, by, branch_id = house.site, By("x", "何雨桐"), house.inner.branch.branch_id
    assert not await seat_committee(at, by, branch_id, meeting_id, [], Seating.ANEW, now_millis())
    assert await committee(house) == {"何雨桐"}


async def test_who_comes_onto_the_roster_later_is_seated_then(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    at, by, branch_id = house.site, By("x", "何雨桐"), house.inner.branch.branch_id
    meeting_id = await elected(house, monkeypatch, "member")
    assert not await seat_committee(at, by, branch_id, meeting_id, ["of-another-branch"], Seating.ANEW, now_millis())
    assert await seat_committee(at, by, branch_id, meeting_id, [house.pid("member"), "of-another-branch"], Seating.ANEW, now_millis())
    both = [house.pid("member"), house.pid("probationary")]
    assert await seat_committee(at, by, branch_id, meeting_id, both, Seating.ANEW, now_millis())
    assert len(await committee(house)) == 2


async def test_only_who_manages_the_meeting_seats_anybody(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/meetings/{await elected(house, monkeypatch, 'member')}/committee"
    assert (await (await house.signed_in("probationary")).get(path)).status_code == 403
    assert (await (await house.signed_in("stranger")).get(path)).status_code == 404


async def test_a_meeting_without_a_published_election_has_no_such_page(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    assert (await (await house.signed_in("secretary")).get(f"/meetings/{scheduled.meeting_id}/committee")).status_code == 404


async def test_the_first_meeting_is_filled_for_the_new_committee_today(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await house.signed_in("secretary")
    await browser.submit(f"/meetings/{await elected(house, monkeypatch, 'member')}/committee", {"seating": "anew"})
    page = (await browser.get(f"/branches/{house.inner.branch.branch_id}/meetings/new?kind=first_committee")).text
    assert "选举书记、副书记" in page
    assert f'name="person" value="{house.pid("member")}" checked' in page
    assert f'name="person" value="{house.pid("probationary")}" checked' not in page
