"""A branch copies a rule, sees what it comes to, saves it, and meets by it."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from meeting_server.domain.terms import Share, Threshold
from meeting_server.domain.vote_terms import Base, Comparison
from tests.kit.houses.meeting_house import MeetingHouse, form_fields, meeting_house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path_factory.mktemp("rules")) as made:
        yield made


def fields(**changes: str) -> dict[str, str | list[str]]:
    """The form of a copied general meeting's rule, as the page sends it."""
    sent: dict[str, str | list[str]] = {
        "from": "general_meeting",
        "preset_id": "",
        "title": "本支部大会",
        "source": "支部大会 2026 年 3 月决定",
        "quorum-asked": "yes",
        "quorum-numerator": "2",
        "quorum-denominator": "3",
        "quorum-comparison": "at_least",
        "passing-asked": "yes",
        "passing-numerator": "1",
        "passing-denominator": "2",
        "passing-comparison": "more_than",
        "passing-base": "entitled",
        "method": "free",
        "electorate": "voting",
        "surplus": "0",
        "entitled": "50",
        "present": "30",
        "cast": "24",
        "abstained": "0",
        "do": "save",
    }
    return {**sent, **changes}


def words(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page))


async def test_the_page_shows_every_shipped_rule_with_its_source_and_its_doubts(house: MeetingHouse) -> None:
    page = words((await (await house.signed_in("secretary")).get(f"/branches/{house.inner.branch.branch_id}/rules")).text)
    for preset in house.site.presets.shipped.values():
        assert (preset.title_zh in page) == (not preset.replaced_by)
        assert preset.source in page or preset.replaced_by
    assert "第 19、20 条，2026年5月11日的文本 自 2026年5月11日 起施行 已对照条文原文" in page
    assert "没有查到条文，按惯例定，请您确认" in page


async def test_the_form_works_out_the_consequence_before_anything_is_saved(house: MeetingHouse) -> None:
    browser = await house.signed_in("secretary")
    path = f"/branches/{house.inner.branch.branch_id}/rules"
    form = words((await browser.get(f"{path}/new?from=general_meeting")).text)
    assert "应到 50 人、实到 30 人时，须得 26 票赞成" in form
    sent = fields(do="work", **{"passing-base": "present"})
    shown = await browser.submit(path, sent, page=f"{path}/new?from=general_meeting", status=200)
    assert "应到 50 人、实到 30 人时，须得 16 票赞成" in words(shown.text)
    assert "应到 50 人，须到 34 人；实到 30 人。 人数不够。" in words(shown.text)
    assert house.site.presets.own(house.inner.branch.branch_id) == ()


@pytest.mark.parametrize("copied", ["general_meeting", "election", "appraisal"])
async def test_every_field_of_the_form_is_explained(house: MeetingHouse, copied: str) -> None:
    browser = await house.signed_in("secretary")
    form = (await browser.get(f"/branches/{house.inner.branch.branch_id}/rules/new?from={copied}")).text
    said = {name: words(text) for name, text in re.findall(r'<p class="[^"]+" id="(how-[\w-]+)">(.*?)</p>', form, re.DOTALL)}
    asked = [tag for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", form.partition("<form class")[2]) if 'type="hidden"' not in tag]
    assert len(asked) >= 19
    for tag in asked:
        about = re.search(r'aria-describedby="(how-[\w-]+)', tag)
        assert about is not None, tag
        assert len(said[about[1]]) > 5, tag


async def test_the_form_speaks_english(house: MeetingHouse) -> None:
    browser = await house.signed_in("secretary")
    browser.cookies.set("language", "en")
    form = words((await browser.get(f"/branches/{house.inner.branch.branch_id}/rules/new?from=general_meeting")).text)
    assert "With 50 entitled and 30 present, 26 are needed" in form


async def test_a_saved_rule_rules_the_branch_and_no_other(house: MeetingHouse) -> None:
    branch, other = house.inner.branch.branch_id, house.inner.other_branch.branch_id
    browser = await house.signed_in("secretary")
    await browser.submit(f"/branches/{branch}/rules", fields(), page=f"/branches/{branch}/rules/new?from=general_meeting")
    (own,) = house.site.presets.own(branch)
    assert own.preset.quorum == Threshold(2, 3, Comparison.AT_LEAST, Base.ENTITLED)
    assert own.preset.preset_id in house.site.presets.of_branch(branch)
    assert own.preset.preset_id not in house.site.presets.of_branch(other)
    answer = await browser.submit(f"/branches/{branch}/meetings/new", form_fields(house, preset=own.preset.preset_id), page="/me")
    meeting_id = answer.headers["location"].split("/")[2].split("?")[0]
    convening = await house.site.convener.convening(meeting_id)  # type: ignore[arg-type]  # an id
    assert convening is not None
    assert convening.preset == own.preset
    changed = fields(preset_id=own.preset.preset_id, title="改过的", **{"from": own.preset.preset_id})
    await browser.submit(f"/branches/{branch}/rules", changed, page=f"/branches/{branch}/rules/{own.preset.preset_id}")
    (own,) = house.site.presets.own(branch)
    assert own.preset.title_zh == "改过的"
    await browser.submit(f"/branches/{branch}/rules/{own.preset.preset_id}/remove", page=f"/branches/{branch}/rules")
    assert house.site.presets.own(branch) == ()
    assert (await house.site.convener.convening(meeting_id)) is not None  # type: ignore[arg-type]  # planned under it already


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"title": ""}, "请填名称"),
        ({"source": ""}, "请写明依据"),
        ({"quorum-numerator": "4"}, "分数要在 0 和 1 之间"),
        ({"passing-denominator": "0"}, "分数要在 0 和 1 之间"),
        ({"passing-numerator": "2"}, "分数要在 0 和 1 之间"),
        ({"surplus": "-1"}, "请填 0 到 100 的整数"),
    ],
)
async def test_an_impossible_rule_is_sent_back_with_the_field_named(house: MeetingHouse, change: dict[str, str], fault: str) -> None:
    branch = house.inner.branch.branch_id
    browser = await house.signed_in("secretary")
    page = f"/branches/{branch}/rules/new?from=general_meeting"
    answer = await browser.submit(f"/branches/{branch}/rules", fields(**change), page=page, status=422)
    assert fault in answer.text
    assert house.site.presets.own(branch) == ()


async def test_only_who_plans_meetings_sees_and_changes_the_rules(house: MeetingHouse) -> None:
    branch = house.inner.branch.branch_id
    for who, status in (("secretary", 200), ("administrator", 200), ("member", 403), ("reviewer", 403), ("stranger", 404)):
        browser = await house.signed_in(who)
        for path in ("", "/new?from=general_meeting"):
            assert (await browser.get(f"/branches/{branch}/rules{path}")).status_code == status, (who, path)
        await browser.submit(f"/branches/{branch}/rules", fields(do="work"), page="/me", status=status)


async def test_nobody_copies_the_rule_of_another_branch(house: MeetingHouse, tmp_path: Path) -> None:
    branch, other = house.inner.branch.branch_id, house.inner.other_branch.branch_id
    browser = await house.signed_in("other_secretary")
    saved = await browser.submit(f"/branches/{other}/rules", fields(), page="/me")
    assert saved.status_code == 303
    (theirs,) = house.site.presets.own(other)
    ours = await house.signed_in("secretary")
    assert (await ours.get(f"/branches/{branch}/rules/{theirs.preset.preset_id}")).status_code == 404
    assert (await ours.get(f"/branches/{branch}/rules/new?from={theirs.preset.preset_id}")).status_code == 404


async def test_the_share_of_excellent_is_explained_worked_out_and_saved_with_who_is_given_the_ballots(house: MeetingHouse) -> None:
    browser = await house.signed_in("secretary")
    path = f"/branches/{house.inner.branch.branch_id}/rules"
    form = words((await browser.get(f"{path}/new?from=appraisal")).text)
    assert "支部有正式党员 50 人时，优秀最多 16 人" in form
    sent = fields(
        do="work", title="本支部评议", method="secret", bulletin="members", **{
            "from": "appraisal", "passing-asked": "", "excellent-numerator": "1", "excellent-denominator": "4",
        }
    )  # fmt: skip
    shown = await browser.submit(path, sent, page=f"{path}/new?from=appraisal", status=200)
    assert "支部有正式党员 50 人时，优秀最多 12 人" in words(shown.text)
    wrong = {**sent, "do": "save", "excellent-numerator": "5"}
    await browser.submit(path, wrong, page=f"{path}/new?from=appraisal", status=422)
    await browser.submit(path, {**sent, "do": "save"}, page=f"{path}/new?from=appraisal", status=303)
    own = house.site.presets.own(house.inner.branch.branch_id)[-1].preset
    assert (own.excellent, own.bulletin) == (Share(1, 4), "members")
