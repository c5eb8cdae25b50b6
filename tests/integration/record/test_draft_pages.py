"""Drafts of documents as files: for whoever manages the meeting, of what it holds by now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meeting_server.domain.ids import MeetingId
from meeting_server.domain.state import MeetingState
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house
from tests.unit.archive.minutes.test_drafts import meeting


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


@pytest.fixture
async def address(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of the drafts of a meeting that held an election and an admission."""
    scheduled = await house.scheduled()

    async def state(_meeting_id: MeetingId) -> MeetingState | None:
        return meeting()

    monkeypatch.setattr(house.registry, "state", state)
    return f"/meetings/{scheduled.meeting_id}/drafts"


async def test_whoever_manages_the_meeting_takes_its_drafts_as_word_files(house: MeetingHouse, address: str) -> None:
    browser = await house.signed_in("secretary")
    page = (await browser.get(address)).text
    for kind in ("election_rules", "report_sheet", "election_report", "resolution"):
        link = page[page.index(f"{address}/{kind}/") :].partition('"')[0]
        answer = await browser.get(link)
        assert answer.headers["content-type"].endswith("wordprocessingml.document")
        assert answer.content.startswith(b"PK")


async def test_a_draft_the_meeting_cannot_give_is_not_found(house: MeetingHouse, address: str) -> None:
    browser = await house.signed_in("secretary")
    for path in ("election_rules/m99.docx", "anything/m1.docx"):
        assert (await browser.get(f"{address}/{path}")).status_code == 404


async def test_a_member_has_no_drafts(house: MeetingHouse, address: str) -> None:
    assert (await (await house.signed_in("probationary")).get(address)).status_code == 403
