"""What a secretary and an administrator do with branches, people, rosters, links and roles, through the pages."""

from __future__ import annotations

import html
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest

from meeting_server.archive.sheets import XLSX
from meeting_server.domain.roles import Standing
from meeting_server.store.people.access_log import Act
from meeting_server.store.people.people import BranchRole
from meeting_server.web.me import account_pages
from meeting_server.web.people import access_log_pages, branch_pages, link_pages, people_pages, roster_pages, sign_in_pages
from meeting_server.web.site import preference_pages
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.houses import Browser, TestHouse, people_house

ROUTES = [
    *sign_in_pages.routes,
    *account_pages.routes,
    *preference_pages.routes,
    *branch_pages.routes,
    *access_log_pages.routes,
    *roster_pages.routes,
    *link_pages.routes,
    *people_pages.routes,
]
EVIL = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "'; DROP TABLE members;--", "=1+1"]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with people_house(tmp_path, ROUTES) as made:
        yield made


def people_of(house: TestHouse) -> str:
    return f"/branches/{house.branch.branch_id}/people"


def fields(name: str, **more: str) -> dict[str, str | list[str]]:
    return {"name": name, "standing": "full", "exclusion": "", **more}


async def upload(browser: Browser, house: TestHouse, data: bytes, name: str = "roster.csv", status: int = 200) -> str:
    answer = await browser.submit(f"{people_of(house)}/import", files={"file": (name, data, "text/csv")}, status=status)
    return answer.text


def rows_on(page: str) -> str:
    found = re.search(r'name="rows" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


async def test_a_secretary_adds_changes_removes_and_brings_back(house: TestHouse) -> None:
    browser, directory = await house.signed_in("secretary"), house.site.directory
    form = fields("马丽娟", number="2024001", branch=house.group.branch_id, committee="yes")
    answer = await browser.submit(f"{people_of(house)}/new", form)
    added = await directory.member_by_number("2024001")
    assert added is not None
    assert (added.name, added.branch_id, added.committee, added.added_by) == ("马丽娟", house.group.branch_id, True, "何雨桐")
    assert "已加进名册" in (await browser.get(answer.headers["location"])).text
    await browser.submit(f"{people_of(house)}/{added.member_id}", fields("马丽娟", number="2024001", standing="probationary"))
    changed = await directory.member(added.member_id)
    assert changed is not None
    assert changed.standing is Standing.PROBATIONARY
    assert not changed.may_vote
    answer = await browser.submit(f"{people_of(house)}/{added.member_id}/remove")
    page = (await browser.get(answer.headers["location"])).text
    assert "撤销" in page
    assert f"{people_of(house)}/{added.member_id}/restore" in page
    assert (await browser.get(f"{people_of(house)}/{added.member_id}")).status_code == 404
    await browser.submit(f"{people_of(house)}/{added.member_id}/restore")
    assert (await browser.get(f"{people_of(house)}/{added.member_id}")).status_code == 200
    acts = [entry.act for _number, entry in await house.site.access_log.latest([house.branch.branch_id, house.group.branch_id])]
    for act in (Act.MEMBER_ADDED, Act.MEMBER_CHANGED, Act.MEMBER_REMOVED, Act.MEMBER_RESTORED):
        assert act in acts


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        (fields("  "), "name", "还没有写名字"),
        (fields("甲", number="T1002"), "number", "这个号码已经有人用了"),
        (fields("甲", number="a b"), "number", "号码里只能有"),
        (fields("甲", exclusion="abroad"), "exclusion_reference", "批准文号"),
    ],
)
async def test_a_wrong_field_is_named_and_what_was_typed_is_kept(
    house: TestHouse, form: dict[str, str | list[str]], field: str, sentence: str
) -> None:
    browser = await house.signed_in("secretary")
    before = await house.site.directory.roster(house.branch.branch_id)
    page = (await browser.submit(f"{people_of(house)}/new", form, status=422)).text
    assert f'id="{field}-fault"' in page
    assert sentence in page
    assert f'value="{form.get("number", "")}"' in page
    assert await house.site.directory.roster(house.branch.branch_id) == before


@pytest.mark.parametrize("evil", EVIL)
async def test_names_are_shown_as_text_wherever_they_appear(house: TestHouse, evil: str) -> None:
    browser = await house.signed_in("secretary")
    await browser.submit(f"{people_of(house)}/new", fields(evil, number="evil1"))
    member = await house.site.directory.member_by_number("evil1")
    assert member is not None
    log = f"/branches/{house.branch.branch_id}/log"
    own = f"{people_of(house)}/{member.member_id}"
    for path in (people_of(house), f"{people_of(house)}?q=evil1", own, f"{people_of(house)}/links", log):
        page = (await browser.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert evil in html.unescape(page)  # as it was typed, never computed
    exported = (await browser.get(f"{people_of(house)}/export.csv")).content.decode("utf-8-sig")
    assert not re.search(r'(^|,)"?[=+@]', exported, re.MULTILINE)


async def test_a_roster_is_looked_at_before_it_is_imported(house: TestHouse) -> None:
    browser, directory = await house.signed_in("secretary"), house.site.directory
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["姓名", "学号", "身份", "党小组"], ["丁文静", "2023002", "正式党员", "第二党小组"], ["许嘉宁", 2024087, "预备党员", ""]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    page = (await browser.submit(f"{people_of(house)}/import", files={"file": ("名册.xlsx", out.getvalue(), XLSX)}, status=200)).text
    assert "许嘉宁" in page
    assert await directory.member_by_number("2024087") is None
    answer = await browser.submit(f"{people_of(house)}/import/confirm", {"rows": rows_on(page)})
    assert "导入了 2 人" in (await browser.get(answer.headers["location"])).text
    added, moved = await directory.member_by_number("2024087"), await directory.member(house.people["member"].member_id)
    assert added is not None
    assert added.standing is Standing.PROBATIONARY
    assert moved is not None
    assert moved.branch_id == house.group.branch_id
    again = await browser.submit(f"{people_of(house)}/import", files={"file": ("名册.xlsx", out.getvalue(), XLSX)}, status=200)
    assert "和名册一模一样" in again.text


def office_workbook(group: str) -> bytes:
    """A sheet of instructions, one of a group with a line filtered out, one of the branch, an old one that is hidden."""
    book = openpyxl.Workbook()
    notes = book.active
    assert notes is not None
    notes.title = "填写说明"
    notes.append(["请照此填写，不要合并单元格"])
    for title, names in ((group, ("甲一", "甲二", "甲三")), ("名册", ("乙一",)), ("旧名单", ("丙一",))):
        sheet = book.create_sheet(title)
        sheet.append(["姓名", "学号", "身份"])
        for number, name in enumerate(names):
            sheet.append([name, f"S{ord(name[0])}{number}", "正式党员"])
    book[group].row_dimensions[3].hidden = True
    book["旧名单"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def test_nothing_is_imported_when_one_row_is_wrong(house: TestHouse) -> None:
    browser, directory = await house.signed_in("secretary"), house.site.directory
    before = await directory.roster(house.branch.branch_id)
    page = await upload(browser, house, "姓名,学号,身份\n甲,N1,正式党员\n,N2,正式党员\n乙,T1002,正式党员\n".encode("gbk"), status=422)
    assert "第 3 行" in page
    assert "没有姓名" in page
    assert "第 4 行" in page
    assert "别的支部" in page
    assert "孙国栋" not in page  # who it is in the other branch is not told
    assert 'name="rows"' not in page
    rows = '[{"at":[2,""],"name":"甲","standing":"full"},{"at":[3,""],"name":"","standing":"full"}]'
    await browser.submit(f"{people_of(house)}/import/confirm", {"rows": rows}, status=422)
    assert await directory.roster(house.branch.branch_id) == before


async def test_what_changed_between_looking_and_confirming_is_noticed(house: TestHouse) -> None:
    browser, directory = await house.signed_in("secretary"), house.site.directory
    rows = rows_on(await upload(browser, house, "姓名,学号,身份\n甲,N1,正式党员\n".encode()))
    await house.add("late", "迟来", house.other_branch, number="N1")
    page = (await browser.submit(f"{people_of(house)}/import/confirm", {"rows": rows}, status=422)).text
    assert "别的支部" in page
    assert [member.name for member in await directory.roster(house.branch.branch_id, search="甲")] == []


@pytest.mark.parametrize("who", ["same", "other"])
async def test_a_changed_number_is_asked_about_and_the_answer_counts(house: TestHouse, who: str) -> None:
    browser, directory = await house.signed_in("secretary"), house.site.directory
    before = house.people["member"]
    page = await upload(browser, house, f"姓名,学号,身份\n{before.name},B2026001,正式党员\n".encode())
    assert before.number in page
    assert "同一个人" in page
    await browser.submit(f"{people_of(house)}/import/confirm", {"rows": rows_on(page), "who-0": who})
    found = [member for member in await directory.roster(house.branch.branch_id) if member.name == before.name]
    numbers = {member.number for member in found}
    assert numbers == ({"B2026001"} if who == "same" else {before.number, "B2026001"})
    assert before.member_id in {member.member_id for member in found}


async def test_every_sheet_and_what_was_not_read_is_told_before_anything_is_imported(house: TestHouse) -> None:
    browser = await house.signed_in("secretary")
    page = await upload(browser, house, office_workbook(house.group.name))
    for told in (house.group.name, "2 人", "填写说明", "没有“姓名”这一列", "隐藏的工作表", "被筛选掉了", "甲二"):
        assert told in page
    await browser.submit(f"{people_of(house)}/import/confirm", {"rows": rows_on(page)})
    places = {member.name: member.branch_id for member in await house.site.directory.roster(house.branch.branch_id)}
    assert places["甲一"] == places["甲三"] == house.group.branch_id
    assert "甲二" not in places
    assert "和名册一模一样" in await upload(browser, house, office_workbook(house.group.name))


@pytest.mark.parametrize("rows", ["", "null", "[1]", "{", '[{"at":[2,""]}]', '[{"at":[2,""],"name":"甲","standing":"king"}]'])
async def test_altered_rows_are_refused(house: TestHouse, rows: str) -> None:
    browser = await house.signed_in("secretary")
    await browser.submit(f"{people_of(house)}/import/confirm", {"rows": rows}, status=400)


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"0" * 99, 415, "这不是表格"),
        (b"", 422, "表格里没有人"),
        (b"x" * (2 * 1024 * 1024 + 1), 413, "文件太大了"),
        ("名单,类别\n甲,乙\n".encode(), 422, "没有找到"),
    ],
    ids=["png", "empty", "too large", "no header"],
)
async def test_a_file_that_can_not_be_a_roster_says_so_on_the_same_page(house: TestHouse, data: bytes, status: int, sentence: str) -> None:
    browser = await house.signed_in("secretary")
    page = await upload(browser, house, data, status=status)
    assert sentence in page
    assert 'id="file-fault"' in page


async def test_no_file_and_far_too_large_a_body_are_refused(house: TestHouse) -> None:
    browser = await house.signed_in("secretary")
    await browser.submit(f"{people_of(house)}/import", {}, status=422)
    token = await browser.token("/me")
    answer = await browser.post(
        f"{people_of(house)}/import", data={"csrf": token}, files={"file": ("x.csv", b"x" * (5 * 1024 * 1024), "text/csv")}
    )
    assert answer.status_code == 413


async def test_exports_carry_everyone_and_say_their_name(house: TestHouse) -> None:
    browser = await house.signed_in("secretary")
    answer = await browser.get(f"{people_of(house)}/export.csv")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "姓名,学号或工号,身份,党小组,表决权,支委",
        "何雨桐,2023001,正式党员,,是,是",
        "丁文静,2023002,正式党员,,是,否",
        "林晓雨,2023003,预备党员,第二党小组,否,否",
    ]
    sheet = openpyxl.load_workbook(io.BytesIO((await browser.get(f"{people_of(house)}/export.xlsx")).content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet["A"]] == ["姓名", "何雨桐", "丁文静", "林晓雨"]
    browser.cookies.set("language", "en", domain="house.test")
    assert (await browser.get(f"{people_of(house)}/export.csv")).text.lstrip("\ufeff").startswith("Name,Number,Standing")


async def test_the_template_can_be_imported_as_it_is(house: TestHouse) -> None:
    browser = await house.signed_in("secretary")
    for language in ("zh-CN", "en"):
        browser.cookies.set("language", language, domain="house.test")
        for kind in ("csv", "xlsx"):
            template = (await browser.get(f"{people_of(house)}/template.{kind}")).content
            await upload(browser, house, template, f"x.{kind}")


async def test_a_link_is_shown_once_with_its_code_and_signs_in(house: TestHouse) -> None:
    browser, member = await house.signed_in("secretary"), house.people["member"]
    page = (await browser.submit(f"{people_of(house)}/{member.member_id}/link", status=200)).text
    found = re.search(r"http://house\.test(/sign-in/[\w-]{43})", page)
    assert found is not None
    assert '<svg aria-hidden="true"' in page
    assert " style=" not in page
    assert found[1] not in (await browser.get(f"{people_of(house)}/{member.member_id}")).text
    other = house.browser()
    await other.submit(found[1], page=found[1])
    assert "丁文静" in (await other.get("/me")).text
    assert "发登录链接" in (await other.get("/me")).text  # who issued it is told to the member
    (entry,) = [e for _n, e in await house.site.access_log.latest([house.branch.branch_id], act=Act.LINK_ISSUED)]
    assert (entry.actor_name, entry.subject_name) == ("何雨桐", "丁文静")


async def test_a_link_can_be_withdrawn(house: TestHouse) -> None:
    browser, member = await house.signed_in("secretary"), house.people["member"]
    page = (await browser.submit(f"{people_of(house)}/{member.member_id}/link", status=200)).text
    found = re.search(r"http://house\.test(/sign-in/[\w-]{43})", page)
    assert found is not None
    await browser.submit(f"{people_of(house)}/{member.member_id}/link/revoke")
    assert (await house.browser().get(found[1])).status_code == 410


async def test_everyone_who_is_not_signed_in_gets_a_link_at_once_but_nobody_with_a_role(house: TestHouse) -> None:
    await house.add("second", "刘海涛", house.branch)
    await house.site.directory.grant(house.people["second"].member_id, house.branch.branch_id, BranchRole.REVIEWER, 1)
    await house.signed_in("probationary")
    browser = await house.signed_in("secretary")
    page = (await browser.submit(f"{people_of(house)}/links", status=200)).text
    assert page.count("http://house.test/sign-in/") == 1
    assert "丁文静" in page


async def test_a_secretary_can_not_get_a_link_for_someone_who_holds_a_role_nor_remove_them(house: TestHouse) -> None:
    await house.add("boss", "院长", house.branch, number="BOSS1")
    boss = house.people["boss"].member_id
    await house.site.directory.grant(boss, house.university.branch_id, BranchRole.ADMINISTRATOR, 1)
    browser = await house.signed_in("secretary")
    await browser.submit(f"{people_of(house)}/{boss}/link", status=403)
    await browser.submit(f"{people_of(house)}/{boss}/link/revoke", status=403)
    await browser.submit(f"{people_of(house)}/{boss}/remove", status=403)
    await browser.submit(f"{people_of(house)}/{boss}", fields("院长", number="other1"), status=403)
    await browser.submit(f"{people_of(house)}/{boss}", fields("院长", number="BOSS1", standing="guest"))
    assert "登录链接由任命他的管理员来发" in (await browser.get(f"{people_of(house)}/{boss}")).text
    administrator = await house.signed_in("administrator")
    await administrator.submit(f"{people_of(house)}/{boss}/link", status=200)


async def test_removing_someone_signs_them_out_at_once_and_closes_their_sockets(house: TestHouse) -> None:
    member = house.people["member"]
    theirs, browser = await house.signed_in("member"), await house.signed_in("secretary")
    (sign_in,) = await house.site.accounts.sign_ins_of(member.member_id, now_millis())
    closed: list[str] = []
    house.site.sign_outs.watch(sign_in.sign_in_id, lambda: closed.append("socket"))
    await browser.submit(f"{people_of(house)}/{member.member_id}/remove")
    assert closed == ["socket"]
    assert (await theirs.get("/me")).status_code == 303


async def test_a_secretary_moves_people_only_where_they_may_edit(house: TestHouse) -> None:
    browser, member = await house.signed_in("secretary"), house.people["member"]
    await browser.submit(f"{people_of(house)}/{member.member_id}", fields("丁文静", branch=house.other_branch.branch_id), status=404)
    administrator = await house.signed_in("administrator")
    await administrator.submit(f"{people_of(house)}/{member.member_id}", fields("丁文静", branch=house.other_branch.branch_id))
    moved = await house.site.directory.member(member.member_id)
    assert moved is not None
    assert moved.branch_id == house.other_branch.branch_id


async def test_an_administrator_builds_the_tree(house: TestHouse) -> None:
    browser, directory = await house.signed_in("administrator"), house.site.directory
    answer = await browser.submit(f"/branches/{house.faculty.branch_id}/create", {"name": "本科生第一党支部", "kind": "branch"})
    made = answer.headers["location"].split("/")[2].split("?")[0]
    await browser.submit(f"/branches/{made}/rename", {"name": "本科生党支部"})
    await browser.submit(f"/branches/{made}/move", {"parent": house.university.branch_id})
    assert [branch.name for branch in (await directory.tree()).line(made)] == ["本科生党支部", "江城大学党委"]
    page = (await browser.submit(f"/branches/{house.branch.branch_id}/remove", status=422)).text
    assert "里面还有人" in page
    await browser.submit(f"/branches/{house.group.branch_id}/create", {"name": "x", "kind": "university"}, status=422)
    await browser.submit(f"/branches/{house.faculty.branch_id}/create", {"name": "x", "kind": "kingdom"}, status=400)
    answer = await browser.submit(f"/branches/{made}/remove")
    assert "撤销" in (await browser.get(answer.headers["location"])).text
    await browser.submit(f"/branches/{made}/restore")
    assert made in await directory.tree()


async def test_an_administrator_appoints_by_name_and_is_asked_which_of_two(house: TestHouse) -> None:
    browser, directory = await house.signed_in("administrator"), house.site.directory
    base = f"/branches/{house.branch.branch_id}/roles"
    await browser.submit(base, {"role": "reviewer", "who": "没有这个人"}, status=422)
    await browser.submit(base, {"role": "reviewer", "who": "2023002"})
    await house.add("namesake", "丁文静", house.other_branch)
    page = (await browser.submit(base, {"role": "secretary", "who": "丁文静"}, status=200)).text
    assert page.count('name="member"') >= 2
    await browser.submit(base, {"role": "secretary", "member": house.people["member"].member_id})
    holders = {(member.name, role.value) for member, role in await directory.holders(house.branch.branch_id)}
    assert {("丁文静", "secretary"), ("丁文静", "reviewer")} <= holders
    answer = await browser.submit(f"{base}/withdraw", {"role": "secretary", "member": house.people["member"].member_id})
    assert "撤销" in (await browser.get(answer.headers["location"])).text


async def test_a_withdrawn_role_is_gone_with_the_next_request(house: TestHouse) -> None:
    theirs, administrator = await house.signed_in("secretary"), await house.signed_in("administrator")
    assert (await theirs.get(people_of(house))).status_code == 200
    await administrator.submit(
        f"/branches/{house.branch.branch_id}/roles/withdraw", {"role": "secretary", "member": house.people["secretary"].member_id}
    )
    assert (await theirs.get(people_of(house))).status_code == 403


async def test_the_last_administrator_can_not_give_up_the_house(house: TestHouse) -> None:
    browser = await house.signed_in("administrator")
    page = await browser.submit(
        f"/branches/{house.university.branch_id}/roles/withdraw",
        {"role": "administrator", "member": house.people["administrator"].member_id},
        status=422,
    )
    assert "最后一位管理员" in page.text


async def test_the_access_log_pages_on_and_filters(house: TestHouse) -> None:
    browser = await house.signed_in("secretary")
    for _time in range(60):
        await browser.submit(f"{people_of(house)}/{house.people['member'].member_id}/link", status=200)
    base = f"/branches/{house.branch.branch_id}/log"
    page = (await browser.get(base)).text
    earlier = re.search(r"before=(\d+)", page)
    assert earlier is not None
    assert page.count("<tr>") == 51
    assert (await browser.get(f"{base}?before={earlier[1]}&act=link_issued")).text.count("<tr>") == 11
    assert "还没有记录" in (await browser.get(f"{base}?act=role_granted")).text
    assert (await browser.get(f"{base}?act=nonsense&before=x")).status_code == 200


async def test_a_member_sees_and_exports_what_is_held_about_them(house: TestHouse) -> None:
    browser = await house.signed_in("member")
    held = (await browser.get("/me/my-record.json")).json()
    assert (held["name"], held["number"], held["standing"], held["added_by"]) == ("丁文静", "2023002", "full", "测试")
    assert len(held["sign_ins"]) == 1
    assert "hash" not in str(held)
