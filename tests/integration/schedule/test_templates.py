"""Meetings started from a template: what each item is for reaches the meeting itself."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meeting_server.domain.ids import MeetingId
from meeting_server.domain.roles import Standing
from meeting_server.domain.vote_terms import ItemPurpose
from meeting_server.store.people.people import Exclusion
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


def chosen(page: str, name: str) -> str:
    """The name picked in a list of people."""
    found = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.S)
    assert found is not None
    picked = re.search(r"selected>([^<·]*)", found[0])
    return picked[1].strip() if picked is not None else ""


def ticked(page: str) -> dict[str, bool]:
    """Who is offered for the whole meeting, and whether they are called to begin with."""
    boxes = re.findall(r'name="person" value="[^"]*"( checked)?><span><span class="strong">([^<]*)', page)
    return {name: bool(checked) for checked, name in boxes}


async def test_whoever_holds_the_branch_has_the_chair_and_another_keeps_the_record(house: MeetingHouse) -> None:
    for who in ("secretary", "administrator"):
        browser = await house.signed_in(who)
        page = (await browser.get(f"/branches/{house.inner.branch.branch_id}/meetings/new?kind=general")).text
        assert chosen(page, "chair") == "何雨桐"
        assert chosen(page, "secretary") == "丁文静"


@pytest.mark.parametrize("template_id", sorted(TEMPLATES))
async def test_a_template_calls_members_and_offers_applicants_at_most_unticked(house: MeetingHouse, template_id: str) -> None:
    await house.inner.add("applicant", "邓一鸣", house.inner.branch, standing=Standing.APPLICANT, voting=False)
    browser = await house.signed_in("secretary")
    page = (await browser.get(f"/branches/{house.inner.branch.branch_id}/meetings/new?kind={template_id}")).text
    offered = ticked(page)
    assert offered.pop("邓一鸣", None) == (False if TEMPLATES[template_id].kind in ("lesson", "theme_day", "blank") else None)
    assert offered["何雨桐"]
    assert offered["林晓雨"] is (TEMPLATES[template_id].called == "members")


async def test_an_applicant_called_to_an_item_is_convened_for_that_item(house: MeetingHouse) -> None:
    applicant = await house.inner.add("applicant", "邓一鸣", house.inner.branch, standing=Standing.APPLICANT, voting=False)
    browser = await house.signed_in("secretary")
    path = f"/branches/{house.inner.branch.branch_id}/meetings/new"
    answer = await browser.submit(path, {**form_fields(house), "item-called-1": applicant.member_id})
    meeting_id = MeetingId(answer.headers["location"].split("/")[2].split("?")[0])
    convening = await house.site.convener.convening(meeting_id)
    assert convening is not None
    assert {p.name: p.items for p in convening.participants if p.items} == {"邓一鸣": ("i2",)}


async def test_a_member_left_out_of_the_expected_by_the_roster_waits_for_the_vote_of_the_meeting(house: MeetingHouse) -> None:
    abroad = await house.inner.add("abroad", "钱文", house.inner.branch, exclusion=Exclusion.ABROAD, exclusion_reference="校党〔2026〕3号")
    browser = await house.signed_in("secretary")
    path = f"/branches/{house.inner.branch.branch_id}/meetings/new"
    fields = form_fields(house)
    answer = await browser.submit(path, {**fields, "person": [*fields["person"], abroad.member_id]})
    convening = await house.site.convener.convening(MeetingId(answer.headers["location"].split("/")[2].split("?")[0]))
    assert convening is not None
    qian = next(p for p in convening.participants if p.name == "钱文")
    assert (qian.exclusion_needs_vote, qian.is_excluded) == (True, False)
    assert "校党〔2026〕3号" in qian.excluded_reason
