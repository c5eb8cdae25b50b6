"""A meeting planned under a rule that was replaced is told before it opens; one tap takes the new one. What was frozen stays."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from meeting_server.domain.ids import MeetingId
from meeting_server.domain.terms import Convening
from meeting_server.web.site.assets import Assets
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOLD = {
    "zh-CN": "这条规则已由“接收预备党员”代替，新条文自 2026年5月11日 起施行。",
    "en": "This rule has been replaced by “Admitting a probationary member”, in force since 11 May 2026.",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path_factory.mktemp("replaced")) as made:
        yield made


def words(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page))


async def convening(house: MeetingHouse, meeting_id: MeetingId) -> Convening:
    found = await house.site.convener.convening(meeting_id)
    assert found is not None
    return found


async def planned(house: MeetingHouse, preset_id: str = "admission_2014") -> MeetingId:
    return (await house.scheduled(preset_id=preset_id)).meeting_id


@pytest.mark.parametrize("language", sorted(TOLD))
async def test_the_page_tells_whoever_runs_the_meeting_in_both_languages(house: MeetingHouse, language: str) -> None:
    meeting_id = await planned(house)
    for who, told in (("secretary", True), ("member", True), ("probationary", False)):
        browser = await house.signed_in(who)
        browser.cookies.set("language", language)
        page = await browser.get(f"/meetings/{meeting_id}")
        assert (f'action="/meetings/{meeting_id}/rule"' in page.text) is told, who
        assert TOLD[language] in words(page.text), who


async def test_the_room_tells_whoever_runs_the_meeting_before_it_opens(house: MeetingHouse, tmp_path: Path) -> None:
    meeting_id = await planned(house)
    built = {"src/main.ts": {"file": "room.js", "name": "room", "src": "src/main.ts", "isEntry": True, "css": []}}
    (tmp_path / "manifest.json").write_text(json.dumps(built))
    house.inner.change(assets=Assets(tmp_path))
    for who, told in (("member", True), ("probationary", False)):
        page = (await (await house.signed_in(who)).get(f"/meetings/{meeting_id}/room")).text
        found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', page, re.DOTALL)
        assert found is not None
        replaced = json.loads(found[1])["replaced"]
        assert (replaced is not None) is told
        if told:
            assert replaced["preset_id"] == "admission_2014"
            assert replaced["words"] == TOLD["zh-CN"]
            assert replaced["url"] == f"/meetings/{meeting_id}/rule"


async def test_one_tap_takes_the_rule_in_force_and_nothing_else_changes(house: MeetingHouse) -> None:
    meeting_id = await planned(house)
    before = await convening(house, meeting_id)
    chair = await house.signed_in("member")
    await chair.submit(f"/meetings/{meeting_id}/rule", page=f"/meetings/{meeting_id}")
    after = await convening(house, meeting_id)
    assert after.preset == house.site.presets.shipped["admission"]
    assert replace(after, preset=before.preset) == before
    assert "已由“接收预备党员”代替" not in words((await chair.get(f"/meetings/{meeting_id}")).text)


async def test_a_member_who_runs_nothing_takes_no_rule(house: MeetingHouse) -> None:
    meeting_id = await planned(house)
    await (await house.signed_in("probationary")).submit(f"/meetings/{meeting_id}/rule", page="/me", status=403)
    assert (await convening(house, meeting_id)).preset.preset_id == "admission_2014"


async def test_a_meeting_that_opened_keeps_its_rule_and_says_so(house: MeetingHouse) -> None:
    meeting_id = await planned(house)
    await house.open(meeting_id)
    chair = await house.signed_in("member")
    assert "已由“接收预备党员”代替" not in words((await chair.get(f"/meetings/{meeting_id}")).text)
    answer = await chair.submit(f"/meetings/{meeting_id}/rule", page="/me")
    assert answer.headers["location"].endswith("done=not_changeable")
    assert (await convening(house, meeting_id)).preset.preset_id == "admission_2014"


async def test_a_meeting_held_before_the_new_text_is_in_force_is_told_nothing(house: MeetingHouse) -> None:
    presets = house.site.presets
    assert presets.replacement("admission_2014", "2026-05-10") is None
    assert presets.replacement("admission_2014", "2026-05-11") == presets.shipped["admission"]
    assert presets.replacement("admission", "2026-12-01") is None


async def test_a_branch_keeps_its_copy_of_a_replaced_rule_and_is_told_until_it_has_looked(house: MeetingHouse) -> None:
    site, branch = house.site, house.inner.branch.branch_id
    old = replace(site.presets.shipped["admission_2014"], preset_id="", title_zh="我们的接收", title_en="", replaced_by="")
    own = await site.presets.save(branch, old, copied_from="admission_2014", by="someone", now=1)
    meeting_id = await planned(house, own.preset_id)
    assert (await convening(house, meeting_id)).preset == own
    secretary = await house.signed_in("secretary")
    rules = f"/branches/{branch}/rules"
    assert f"{TOLD['zh-CN']} 本支部抄的这条照常可用" in words((await secretary.get(rules)).text)
    assert TOLD["zh-CN"] in words((await secretary.get(f"/meetings/{meeting_id}")).text)
    await site.presets.save(branch, own, copied_from=own.preset_id, by="someone", now=2)
    assert TOLD["zh-CN"] not in words((await secretary.get(rules)).text)
    assert (await convening(house, meeting_id)).preset == own


async def test_a_replaced_rule_is_offered_for_nothing_new(house: MeetingHouse) -> None:
    branch = house.inner.branch.branch_id
    secretary = await house.signed_in("secretary")
    for path in (f"/branches/{branch}/rules", f"/branches/{branch}/meetings/new?kind=general"):
        assert "2014 年条文" not in words((await secretary.get(path)).text)
    assert (await secretary.get(f"/branches/{branch}/rules/new?from=admission_2014")).status_code == 404
