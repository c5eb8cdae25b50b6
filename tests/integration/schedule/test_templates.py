"""Meetings started from a template: what each item is for reaches the meeting itself."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meeting_server.domain.ids import MeetingId
from meeting_server.domain.vote_terms import ItemPurpose
from meeting_server.store.schedule.templates import TEMPLATES
from tests.kit.houses.meeting_house import MeetingHouse, form_fields, meeting_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


def values(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page)


@pytest.mark.parametrize("template_id", sorted(TEMPLATES))
async def test_a_template_fills_the_form_with_titles_in_both_languages(house: MeetingHouse, template_id: str) -> None:
    template = TEMPLATES[template_id]
    browser = await house.signed_in("secretary")
    for language in ("zh-CN", "en"):
        page = (await browser.get(f"/branches/{house.inner.branch.branch_id}/meetings/new?kind={template_id}&lang={language}")).text
        assert values(page, "item-purpose") == [item.purpose for item in template.items]
        assert not any(title.startswith("schedule.") for title in (*values(page, "title"), *values(page, "item-title")))


async def test_the_purposes_of_an_election_meeting_reach_its_agenda(house: MeetingHouse) -> None:
    browser = await house.signed_in("secretary")
    path = f"/branches/{house.inner.branch.branch_id}/meetings/new"
    page = (await browser.get(f"{path}?kind=election_meeting")).text
    fields = form_fields(house)
    for name in ("item-title", "item-minutes", "item-speaker", "item-purpose"):
        fields[name] = values(page, name)
    answer = await browser.submit(path, fields)
    meeting_id = MeetingId(answer.headers["location"].split("/")[2].split("?")[0])
    convening = await house.site.convener.convening(meeting_id)
    assert convening is not None
    assert [item.purpose for item in convening.agenda] == [
        ItemPurpose.ROLL_CALL,
        ItemPurpose.EXCLUSIONS,
        ItemPurpose.NONE,
        ItemPurpose.ELECTION_RULES,
        ItemPurpose.SCRUTINEERS,
        ItemPurpose.NONE,
        ItemPurpose.BALLOT,
        ItemPurpose.COUNT,
        ItemPurpose.ANNOUNCE,
    ]
    edit = (await browser.get(f"/meetings/{meeting_id}/edit")).text
    assert values(edit, "item-purpose") == [item.purpose for item in convening.agenda]
