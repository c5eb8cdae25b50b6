"""The library: whatever any branch or institution offers its reader, what is said about each, and collections of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from meeting_server.archive.takeaway.study import Study
from meeting_server.domain.ids import MeetingId
from meeting_server.store.learning.collections import Collection
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.learning.resources import Resource
from meeting_server.store.learning.shelf import Check
from meeting_server.store.people.branch_tree import Branch
from meeting_server.store.record.publications import Audience, Publication
from meeting_server.store.sharing.shared_resources import Shared
from meeting_server.web.routes import routes
from meeting_server.web.site import dates
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.houses import Browser, TestHouse, people_house

MINUTE, DAY = 60_000, 86_400_000
NOW = now_millis()
DUES, PLEDGE, RULES, ABROAD, TALK = "党费为什么要按月交", "入党誓词逐句讲", "发展党员的程序", "志愿服务在东海", "支部大会谈党费"
LESSON = Resource("lesson", "l-dues")
TITLE = re.compile(r'<span class="row__title">([^<]+)</span><span class="row__sub">(?:会议|微党课|外单位资源)')

pytestmark = pytest.mark.asyncio(loop_scope="function")


async def lesson(there: TestHouse, name: str, title: str, branch: Branch, audience: Audience, minutes: int, days: int) -> None:
    """Published so many days ago, of a meeting whose record is described with the topics 党费 and 章程."""
    meeting_id, at = MeetingId(f"m-{name}"), NOW - days * DAY
    keeper, lessons = there.people["secretary"].member_id, there.site.learning.lessons
    made = Lesson(f"l-{name}", meeting_id, branch.branch_id, title, 0, minutes * MINUTE, keeper, "何雨桐", at, audience=audience)
    await lessons.save(made)
    await lessons.publish(made, f"{name}的发布人", at)


async def come(there: TestHouse, audience: Audience) -> None:
    study = Study("r-1", "zh-CN", ABROAD, "东海大学", NOW, 0, "讲志愿服务。", ("志愿服务",), approved=True)
    content = msgspec.json.encode(study).decode()
    shared = Shared("shared-1", there.branch.branch_id, "0" * 64, "东海大学党委", "f" * 64, NOW, ABROAD, content, NOW, "何雨桐")
    await there.site.shared_resources.offer(shared)
    await there.site.shared_resources.accept("shared-1", audience, "何雨桐", NOW - DAY)


@pytest_asyncio.fixture(loop_scope="function")
async def there(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with people_house(tmp_path, routes) as made:
        await lesson(made, "dues", DUES, made.branch, "all", 8, 10)
        await lesson(made, "pledge", PLEDGE, made.other_branch, "faculty", 20, 20)
        await lesson(made, "rules", RULES, made.branch, "branch", 45, 400)
        await come(made, "all")
        described = Publication(MeetingId("m-dues"), made.branch.branch_id, TALK, "", ("党费", "处分"), "branch", "published")
        at = NOW - 5 * DAY
        await made.site.publications.save(replace(described, approved_at=at, approved_name="何雨桐", published_at=at))
        yield made


async def listed(browser: Browser, query: str = "") -> list[str]:
    """Titles on the page, from above."""
    answer = await browser.get(f"/library{query}")
    assert answer.status_code == 200
    return TITLE.findall(answer.text)


def collection(there: TestHouse, *items: Resource, audience: Audience = "all") -> Collection:
    return Collection("col-1", there.branch.branch_id, "新党员看什么", "何雨桐", NOW, "从这里开始。", audience, items)


async def test_one_page_holds_everything_that_is_published_to_its_reader_whatever_the_branch(there: TestHouse) -> None:
    seen = {who: await listed(await there.signed_in(who)) for who in ("member", "stranger", "administrator")}
    assert seen["member"] == [ABROAD, TALK, DUES, PLEDGE, RULES]
    assert seen["stranger"] == [ABROAD, DUES, PLEDGE]  # of another branch of the faculty
    assert seen["administrator"] == seen["member"]
    assert (await there.browser().get("/library")).status_code in (303, 401)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("?topic=党费", [TALK, DUES]),
        ("?topic=处分", [TALK]),
        ("?topic=志愿服务", [ABROAD]),
        ("?kind=shared", [ABROAD]),
        ("?kind=lesson", [DUES, PLEDGE, RULES]),
        ("?length=short", [DUES]),
        ("?length=medium", [PLEDGE]),
        ("?length=long", [RULES]),
        ("?length=read", [ABROAD, TALK]),
        ("?until={year_ago}", [RULES]),
        ("?since={year_ago}&kind=lesson", [DUES, PLEDGE]),
        ("?branch={other}", [PLEDGE]),
        ("?kind=nonsense&since=yesterday&page=x&length=1", [ABROAD, TALK, DUES, PLEDGE, RULES]),
        ("?topic=none", []),
    ],
)
async def test_a_filter_leaves_what_fits_it(there: TestHouse, query: str, titles: list[str]) -> None:
    year_ago = f"{dates.local(NOW - 365 * DAY):%Y-%m-%d}"
    asked = query.format(year_ago=year_ago, other=there.other_branch.branch_id)
    assert await listed(await there.signed_in("member"), asked) == titles


async def test_topics_are_counted_over_what_the_reader_may_open_only(there: TestHouse) -> None:
    shown = re.compile(r'<a class="chip" href="/library\?topic=[^"]+">([^ ]+) <span class="muted">(\d+)</span>')
    counted = {who: dict(shown.findall((await (await there.signed_in(who)).get("/library")).text)) for who in ("member", "stranger")}
    assert counted["member"] == {"党费": "2", "处分": "1", "志愿服务": "1"}
    assert counted["stranger"] == {"党费": "1", "志愿服务": "1"}  # the lesson never named the other item of its meeting


async def test_useful_is_counted_once_a_person_and_names_nobody(there: TestHouse) -> None:
    page = LESSON.address
    for who in ("member", "member", "stranger"):
        await (await there.signed_in(who)).submit("/library/lesson/l-dues/useful", {"useful": "yes"})
    shown = {who: (await (await there.signed_in(who)).get(page)).text for who in ("secretary", "administrator")}
    for text in shown.values():
        assert "2 人觉得有用" in text
        assert not [name for who in ("member", "stranger") if (name := there.people[who].name) in text]
    await (await there.signed_in("member")).submit("/library/lesson/l-dues/useful", {"useful": "no"})
    assert "1 人觉得有用" in (await (await there.signed_in("secretary")).get("/library")).text
    assert (await listed(await there.signed_in("member"), "?sort=useful"))[0] == DUES


async def test_nobody_marks_or_checks_what_is_not_published_to_them(there: TestHouse) -> None:
    stranger, member = await there.signed_in("stranger"), await there.signed_in("member")
    for address in ("lesson/l-rules", "meeting/m-dues", "meeting/m-nowhere", "person/x"):
        await stranger.submit(f"/library/{address}/useful", {"useful": "yes"}, status=404)
        await stranger.submit(f"/library/{address}/check", {"holds": "yes"}, status=404)
    await member.submit("/library/lesson/l-dues/check", {"holds": "no"}, status=403)
    await member.submit("/library/lesson/l-dues/useful", {"useful": "perhaps"}, status=400)
    shelf = there.site.learning.shelf
    assert (await shelf.useful(), await shelf.checks()) == ({}, {})


async def test_who_keeps_the_records_says_that_it_is_outdated_and_takes_that_back(there: TestHouse) -> None:
    secretary, member = await there.signed_in("secretary"), await there.signed_in("member")
    await secretary.submit("/library/lesson/l-dues/check", {"holds": "no"})
    assert "何雨桐在" in (await member.get(LESSON.address)).text
    assert (await listed(member))[-1] == DUES  # still found, below what holds
    assert DUES not in await listed(member, "?held=yes")
    await secretary.submit("/library/lesson/l-dues/check", {"holds": "yes"})
    assert DUES in await listed(member, "?held=yes")


async def test_a_resource_says_who_answers_for_it_and_when_it_was_checked_last(there: TestHouse) -> None:
    member = await there.signed_in("member")
    text = (await member.get("/library?kind=lesson&length=long")).text
    assert "rules的发布人" in text
    assert "核对，已超过一年" in text
    await there.site.learning.shelf.check(Resource("lesson", "l-rules"), Check(False, NOW, "何雨桐"))
    assert "已超过一年" not in (await member.get("/library?kind=lesson&length=long")).text
    imported = (await member.get("/sharing/shared-1")).text
    assert 'id="library"' in imported
    assert "信息学院研究生第二党支部 · 何雨桐负责" in imported


async def test_what_is_published_again_was_checked_then(there: TestHouse) -> None:
    shelf, lessons = there.site.learning.shelf, there.site.learning.lessons
    await shelf.check(LESSON, Check(True, NOW - DAY, "何雨桐"))
    member = await there.signed_in("member")
    assert DUES not in await listed(member, "?held=yes")
    kept = await lessons.lesson("l-dues")
    assert kept is not None
    await lessons.publish(kept, "何雨桐", NOW)
    assert DUES in await listed(member, "?held=yes")


async def test_a_collection_is_put_together_across_branches_and_institutions(there: TestHouse) -> None:
    secretary = await there.signed_in("secretary")
    fields = {"title": "新党员看什么", "summary": "从这里开始。", "audience": "all"}
    await secretary.submit("/library/collections", {**fields, "title": ""}, status=422)
    await secretary.submit("/library/collections", fields)
    [made] = await there.site.learning.collections.all()
    url = f"/library/collections/{made.collection_id}"
    stranger = await there.signed_in("stranger")
    assert (await stranger.get(url)).status_code == 404  # nothing is in it for them
    for item in ("lesson/l-rules", "lesson/l-pledge", "shared/shared-1"):
        await secretary.submit(f"{url}/items", {"do": "add", "item": item})
    await secretary.submit(f"{url}/items", {"do": "up shared/shared-1"})
    await secretary.submit(f"{url}/items", {"do": "add", "item": "lesson/l-nowhere"}, status=400)
    assert TITLE.findall((await secretary.get(url)).text) == [RULES, ABROAD, PLEDGE]
    assert TITLE.findall((await stranger.get(url)).text) == [ABROAD, PLEDGE]  # one of them is not theirs
    assert "新党员看什么" in (await stranger.get("/library")).text
    await secretary.submit(f"{url}/items", {"do": "remove lesson/l-pledge"})
    await secretary.submit(f"{url}/edit", {**fields, "audience": "branch"})
    assert (await stranger.get(url)).status_code == 404
    await stranger.submit(f"{url}/remove", status=404)
    await secretary.submit(f"{url}/remove")
    assert (await secretary.get(url)).status_code == 404


async def test_only_who_may_publish_puts_collections_together(there: TestHouse) -> None:
    member = await there.signed_in("member")
    assert (await member.get("/library/collections")).status_code == 403
    await member.submit("/library/collections", {"title": "我的", "audience": "all"}, status=403)
    await there.site.learning.collections.save(collection(there, LESSON))
    for path in ("edit", "items", "remove"):
        await member.submit(f"/library/collections/col-1/{path}", {"do": "remove lesson/l-dues"}, status=403)
    stranger_secretary = await there.signed_in("other_secretary")
    fields = {"title": "别人支部的", "audience": "all", "branch": there.branch.branch_id}
    await stranger_secretary.submit("/library/collections", fields, status=403)


async def test_a_keeper_is_not_told_what_stands_in_a_collection_and_is_not_theirs(there: TestHouse) -> None:
    kept = replace(collection(there, Resource("lesson", "l-rules"), LESSON), branch_id=there.other_branch.branch_id)
    await there.site.learning.collections.save(kept)
    text = (await (await there.signed_in("other_secretary")).get("/library/collections/col-1/edit")).text
    assert DUES in text
    assert RULES not in text
    assert "现在看不到的内容" in text
