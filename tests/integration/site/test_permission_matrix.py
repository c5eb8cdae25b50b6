"""Every page of people and branches × every role × own and other branch: allowed, 403 or 404, as the table says."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.routing import Route

from meeting_server.acts.people.permissions import Action, permits
from meeting_server.web.learning import branch_learning, course_pages
from meeting_server.web.me import account_pages
from meeting_server.web.people import access_log_pages, branch_pages, link_pages, people_pages, roster_pages, sign_in_pages
from meeting_server.web.record import erasing_pages
from meeting_server.web.site.auth import Viewer
from meeting_server.web.site.permissions import roles_in
from tests.kit.houses.houses import Browser, TestHouse, people_house

BRANCH_ROUTES = [
    *branch_pages.routes,
    *access_log_pages.routes,
    *roster_pages.routes,
    *link_pages.routes,
    *(route for route in erasing_pages.routes if isinstance(route, Route) and route.path.startswith("/branches")),
    *people_pages.routes,
    *branch_learning.routes,
    *(route for route in course_pages.routes if isinstance(route, Route) and route.path.startswith("/branches")),
]
ROUTES = [*sign_in_pages.routes, *account_pages.routes, *BRANCH_ROUTES]
WHO = ("administrator", "secretary", "reviewer", "member", "probationary", "stranger", "other_secretary", "nobody")
NEEDED = {
    "": Action.SEE_MEETINGS,
    "/settings": Action.MANAGE_BRANCHES,
    "/rename": Action.MANAGE_BRANCHES,
    "/move": Action.MANAGE_BRANCHES,
    "/create": Action.MANAGE_BRANCHES,
    "/remove": Action.MANAGE_BRANCHES,
    "/restore": Action.MANAGE_BRANCHES,
    "/roles": Action.APPOINT,
    "/roles/withdraw": Action.APPOINT,
    "/log": Action.SEE_ACCESS_LOG,
    "/learning": Action.SEE_ARCHIVE,
    "/learning.csv": Action.SEE_LEARNING,
    "/learning.xlsx": Action.SEE_LEARNING,
    "/courses": Action.EDIT_ARCHIVE,
    "/people": Action.SEE_PEOPLE,
    "/people/import": Action.EDIT_PEOPLE,
    "/people/import/confirm": Action.EDIT_PEOPLE,
    "/people/export.csv": Action.EXPORT_PEOPLE,
    "/people/export.xlsx": Action.EXPORT_PEOPLE,
    "/people/template.csv": Action.EDIT_PEOPLE,
    "/people/template.xlsx": Action.EDIT_PEOPLE,
    "/people/links": Action.ISSUE_LINKS,
    "/people/{member_id}/link": Action.ISSUE_LINKS,
    "/people/{member_id}/link/revoke": Action.ISSUE_LINKS,
    "/people/new": Action.EDIT_PEOPLE,
    "/people/{member_id}": Action.SEE_PEOPLE,
    "/people/{member_id}/remove": Action.EDIT_PEOPLE,
    "/people/{member_id}/restore": Action.EDIT_PEOPLE,
    "/people/left": Action.EDIT_PEOPLE,
    "/people/{member_id}/erase": Action.EDIT_PEOPLE,
}
POST_NEEDS_MORE = {"/people/{member_id}": Action.EDIT_PEOPLE}


def routes_of_branches() -> list[tuple[str, str, Action]]:
    """Every (method, path after the branch, action); a new route without a line in ``NEEDED`` fails here."""
    found = []
    for route in BRANCH_ROUTES:
        assert isinstance(route, Route)
        if not route.path.startswith("/branches/{branch_id}"):
            assert route.path == "/branches"
            continue
        rest = route.path.removeprefix("/branches/{branch_id}")
        for method in (route.methods or set()) - {"HEAD"}:
            needed = POST_NEEDS_MORE.get(rest, NEEDED[rest]) if method == "POST" else NEEDED[rest]
            found.append((method, rest, needed))
    return sorted(found)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with people_house(tmp_path, ROUTES) as made:
        yield made


def test_every_route_of_branches_is_in_the_matrix() -> None:
    assert {rest for _method, rest, _needed in routes_of_branches()} == set(NEEDED)


@pytest.mark.parametrize("who", WHO)
async def test_every_page_is_open_to_whom_the_table_says_and_to_nobody_else(house: TestHouse, who: str) -> None:
    directory = house.site.directory
    tree = await directory.tree()
    browser = house.browser() if who == "nobody" else await house.signed_in(who)
    viewer = await _viewer(house, who)
    token = await browser.token("/sign-in" if who == "nobody" else "/me")
    wrong = []
    for (method, rest, needed), where in itertools.product(routes_of_branches(), ("own", "other")):
        branch = house.branch if where == "own" else house.other_branch
        someone = house.people["member" if where == "own" else "stranger"]
        path = f"/branches/{branch.branch_id}{rest.format(member_id=someone.member_id)}"
        # a form without fields: whoever may come in is told that it is not filled in, or it changes nothing
        answer = await (browser.get(path) if method == "GET" else browser.post(path, data={"csrf": token, "member": "-", "name": ""}))
        # a removed branch is out of the tree: bringing it back is a matter of the one above
        asked = house.faculty if rest == "/restore" else branch
        roles = roles_in(tree, viewer, asked.branch_id)
        allowed = permits(roles, needed)
        if allowed:
            # past the door: the form, the page, or what is wrong with the empty form
            fine = answer.status_code in (200, 303, 400, 404, 409, 415, 422) and "errors.forbidden" not in answer.text
            fine = fine and (answer.status_code != 404 or method == "POST")
        elif who == "nobody":
            fine = answer.status_code == (303 if method == "GET" else 401) and "/branches" not in answer.headers.get("location", "")[:9]
        else:
            fine = answer.status_code == (403 if roles else 404)
        if not fine:
            wrong.append(f"{who} {where} {method} {rest}: {answer.status_code}, allowed={allowed}")
        if method == "POST" and allowed and answer.status_code == 303:
            await _put_back(house, branch.branch_id, someone.member_id)
            browser, token = await _again(house, browser, who)
    assert wrong == []


async def test_people_and_roles_are_untouched_by_whoever_has_no_right(house: TestHouse) -> None:
    directory = house.site.directory
    before = [await directory.roster(house.university.branch_id), await directory.holders(house.branch.branch_id)]
    for who in ("reviewer", "member", "probationary", "stranger", "other_secretary"):
        browser = await house.signed_in(who)
        token = await browser.token("/me")
        someone = house.people["secretary"]
        base = f"/branches/{house.branch.branch_id}"
        for path, fields in (
            ("/people/new", {"name": "混入", "standing": "full", "exclusion": ""}),
            (f"/people/{someone.member_id}", {"name": "改名", "standing": "guest", "exclusion": ""}),
            (f"/people/{someone.member_id}/remove", {}),
            (f"/people/{someone.member_id}/link", {}),
            ("/roles", {"role": "administrator", "member": house.people[who].member_id}),
            ("/roles/withdraw", {"role": "secretary", "member": someone.member_id}),
            ("/rename", {"name": "改了"}),
            ("/people/import/confirm", {"rows": '[{"line":2,"name":"混入","standing":"full"}]'}),
        ):
            answer = await browser.post(base + path, data={"csrf": token, **fields})
            assert answer.status_code in (403, 404), f"{who} {path}"
    assert [await directory.roster(house.university.branch_id), await directory.holders(house.branch.branch_id)] == before
    branch = await directory.branch(house.branch.branch_id)
    assert branch is not None
    assert branch.name == house.branch.name


async def test_a_person_of_another_branch_is_not_found_through_one_s_own(house: TestHouse) -> None:
    browser = await house.signed_in("secretary")
    stranger = house.people["stranger"].member_id
    base = f"/branches/{house.branch.branch_id}/people/{stranger}"
    assert (await browser.get(base)).status_code == 404
    await browser.submit(f"{base}/remove", status=404)
    await browser.submit(f"{base}/link", status=404)
    await browser.submit(base, {"name": "夺来", "standing": "full", "exclusion": ""}, status=404)


async def _viewer(house: TestHouse, who: str) -> Viewer | None:
    if who == "nobody":
        return None
    member = house.people[who]
    grants = await house.site.directory.grants_of(member.member_id)
    return Viewer(member.member_id, None, member.name, "zh-CN", "s", member.branch_id, None, grants)


async def _put_back(house: TestHouse, branch_id: str, member_id: str) -> None:
    directory = house.site.directory
    member = await directory.member(member_id)
    if member is not None and member.removed_at is not None:
        await directory.restore_member(member_id)
    branch = await directory.branch(branch_id)
    if branch is not None and branch.removed_at is not None:
        await directory.restore_branch(branch_id)


async def _again(house: TestHouse, browser: Browser, who: str) -> tuple[Browser, str]:
    """The same person, signed in anew when what was done signed them out."""
    if (await browser.get("/me")).status_code != 200:
        browser = await house.signed_in(who)
    return browser, await browser.token("/me")
