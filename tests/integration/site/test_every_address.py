"""Promises about every address of the house, whoever wrote it: closed to strangers, no change by GET, no form without its token."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.routing import Route

from meeting_server.domain.ids import MeetingId
from meeting_server.store.database import Database
from meeting_server.store.learning.collections import Collection
from meeting_server.store.learning.courses import Course
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.learning.resources import Resource
from meeting_server.store.learning.studied import Studied
from meeting_server.store.record.publications import Publication
from meeting_server.web.routes import routes
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.houses import Browser
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house
from tests.kit.work.whole_acts import Rows, rows_of

PUBLIC = {"/sign-in", "/preferences", "/sign-out"}
"""Open to someone who is not signed in: the door itself."""
OWN = {
    "/",
    "/me",
    "/me/password",
    "/me/attendance",
    "/me/readings",
    "/me/my-record.json",
    "/me/calendar",
    "/me/calendar.ics",
    "/me/sign-outs",
    "/me/learning",
    "/archive",
    "/search",
    "/meetings/new",
    "/branches",
    "/feeds",
    "/sharing",
    "/me/telling",
    "/learn",
    "/learn/notes",
    "/library",
    "/library/collections",
    "/sign-out",
    "/sign-in",
    "/preferences",
}
"""Open to every member, showing what is theirs."""
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC")
"""The smallest picture."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


async def addresses(house: MeetingHouse, method: str) -> list[tuple[str, str]]:
    """(path as declared, an address of the own branch and its two meetings) of every route that answers ``method``."""
    coming, past = await house.scheduled(), await house.scheduled()
    await house.open(past.meeting_id)
    await house.adjourn(past.meeting_id)
    await house.registry.state(coming.meeting_id)  # its journal begins when anybody first asks; that is no change
    await _something_to_study(house, past.meeting_id)
    slide = await house.site.documents.add(coming.meeting_id, "一页.png", DOT, house.pid("secretary"), now_millis())
    assert slide.pages == 1
    found = []
    for route in routes:
        if not isinstance(route, Route) or method not in (route.methods or set()):
            continue
        for meeting in (coming, past) if "{meeting_id}" in route.path else (coming,):
            known = {
                "branch_id": house.inner.branch.branch_id,
                "member_id": house.pid("member"),
                "meeting_id": meeting.meeting_id,
                "participant_id": house.pid("member"),
                "token": "x" * 43,
                "lesson_id": "l-1",
                "course_id": "c-1",
                "collection_id": "col-1",
                "document_id": slide.document_id,
                "page": "1",
            }
            # a kind of thing this test does not know of: one that is not there
            path = re.sub(r"\{(\w+)(:\w+)?\}", lambda hole, known=known: known.get(hole[1], "unknown-1"), route.path)  # type: ignore[misc]  # bound now
            found.append((route.path, path))
    return found


async def _something_to_study(house: MeetingHouse, meeting_id: MeetingId) -> None:
    """The past meeting as a resource of its branch, a lesson of it, a course and a collection."""
    inner, by, now = house.inner.site, house.pid("secretary"), now_millis()
    branch_id = house.inner.branch.branch_id
    await inner.publications.save(
        Publication(meeting_id, branch_id, "志愿服务", state="published", approved_by=by, approved_at=now, published_at=now)
    )
    lesson = Lesson("l-1", meeting_id, branch_id, "微党课", now, now + 60_000, by, "何雨桐", now, state="published", published_at=now)
    await inner.learning.lessons.save(lesson)
    parts = (Studied("lesson", "l-1"), Studied("meeting", meeting_id))
    await inner.learning.courses.save(Course("c-1", branch_id, "专题", by, "何雨桐", now, state="published", published_at=now, parts=parts))
    items = (Resource("meeting", meeting_id), Resource("lesson", "l-1"))
    await inner.learning.collections.save(Collection("col-1", branch_id, "合集", "何雨桐", now, items=items))


def everything(database: Database) -> Rows:
    """All rows of all tables, without when a sign-in was last seen and what was written down about exports."""
    rows = rows_of(Path(str(database.engine.url.database)), told_as=lambda value: value)
    return {name: kept for name, kept in rows.items() if name != "access_log"}


async def test_nothing_is_shown_to_someone_who_is_not_signed_in(house: MeetingHouse) -> None:
    browser = house.browser()
    wrong = []
    for declared, path in await addresses(house, "GET"):
        answer = await browser.get(path)
        to_the_door = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        if declared not in PUBLIC and not to_the_door and answer.status_code not in (401, 404, 410):
            wrong.append(f"{path}: {answer.status_code} {answer.headers.get('location', '')}")
        if "支部党员大会" in answer.text or "丁文静" in answer.text:
            wrong.append(f"{path}: tells")
    assert wrong == []


@pytest.mark.parametrize("who", ["stranger", "other_secretary"])
async def test_members_of_another_branch_learn_nothing_of_a_meeting_or_its_people(house: MeetingHouse, who: str) -> None:
    browser = await house.signed_in(who)
    wrong = []
    for declared, path in await addresses(house, "GET"):
        answer = await browser.get(path)
        if declared not in OWN and answer.status_code not in (403, 404, 410):
            wrong.append(f"{path}: {answer.status_code} {answer.headers.get('location', '')}")
        if "支部党员大会" in answer.text or "丁文静" in answer.text:
            wrong.append(f"{path}: tells")
    assert wrong == []


@pytest.mark.parametrize("who", ["secretary", "administrator", "member"])
async def test_looking_changes_nothing(house: MeetingHouse, who: str) -> None:
    paths = await addresses(house, "GET")
    browser = await house.signed_in(who)
    before = everything(house.inner.site.database)
    assert sum(rows.total() for rows in before.values()) > 20
    for _declared, path in paths:
        answer = await browser.get(path)
        assert answer.status_code < 500 or "client_not_built" in answer.text, path
        assert everything(house.inner.site.database) == before, path


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_no_form_is_obeyed_without_its_token(house: MeetingHouse, token: str) -> None:
    paths = await addresses(house, "POST")
    browsers: list[Browser] = [await house.signed_in("secretary"), await house.signed_in("administrator"), house.browser()]
    before = everything(house.inner.site.database)
    asked_for_it: set[str] = set()
    for declared, path in paths:
        for browser in browsers:
            answer = await browser.post(path, data={"csrf": token, "name": "x"} if token else {"name": "x"})
            assert answer.status_code in (401, 403, 404, 410), f"{path}: {answer.status_code}"
            if "form_expired" in answer.text:
                asked_for_it.add(declared)
    assert everything(house.inner.site.database) == before
    # addresses of a thing that does not exist here may refuse for that first; all others asked for the token
    about_a_thing = {declared for declared, path in paths if "unknown-1" in path or "{token}" in declared or "leave" in declared}
    about_a_thing |= {"/whip", "/whep"}  # no form of a page, no cookie counts: a bearer token or 401
    assert {declared for declared, _path in paths} - asked_for_it <= about_a_thing


async def test_every_answer_carries_the_headers_whatever_became_of_it(house: MeetingHouse) -> None:
    browser = await house.signed_in("secretary")
    for _declared, path in await addresses(house, "GET"):
        answer = await browser.get(path)
        for name in ("content-security-policy", "x-content-type-options", "referrer-policy", "x-request-id", "x-frame-options"):
            assert name in answer.headers, f"{path}: {name}"
        assert "unsafe" not in answer.headers["content-security-policy"]
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert " style=" not in answer.text, path
            assert "<style" not in answer.text, path
            assert " onclick=" not in answer.text, path
