"""Rosters as offices write them: padding, merged cells, formats, titles, several sheets, other programs. Each right value is a promise."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from meeting_server.domain.roles import Standing
from meeting_server.roster.plan import RosterPlan, group_key, plan_import
from meeting_server.roster.reading import RosterFile, read_roster
from meeting_server.roster.rows import At, Fault
from meeting_server.roster.sheets import UnreadableRoster
from meeting_server.store.people.branch_tree import Branch, BranchKind
from meeting_server.store.people.people import Member
from tests.kit.paths import DATA

BRANCH = Branch("b", None, BranchKind.BRANCH, "第二党支部", 0)
GROUPS = [Branch("g1", "b", BranchKind.GROUP, "第一党小组", 0), Branch("g2", "b", BranchKind.GROUP, "第二党小组", 0)]
HEAD = ["姓名", "学号", "身份", "党小组"]
Rows = Sequence[object]
"""Lines of cells."""
FILES = DATA / "rosters"


def filled(sheet: Worksheet, rows: Rows) -> Worksheet:
    for row in rows:
        assert isinstance(row, list)
        sheet.append(row)
    return sheet


def workbook(*sheets: tuple[str, Rows], then: Callable[[openpyxl.Workbook], object] | None = None) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets:
        filled(book.create_sheet(name), rows)
    if then is not None:
        then(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def one(rows: Rows, then: Callable[[Worksheet], object] | None = None) -> bytes:
    return workbook(("Sheet1", rows), then=None if then is None else lambda book: then(book["Sheet1"]))


def plan(file: RosterFile | bytes, roster: Sequence[Member] = (), others: Sequence[At] = ()) -> RosterPlan:
    read = read_roster(file) if isinstance(file, bytes) else file
    return plan_import(read, BRANCH, GROUPS, roster, frozenset(), others)


def names(data: bytes) -> list[str]:
    return [row.name for row in read_roster(data).rows]


def person(name: object, number: object = "", group: object = None) -> list[object]:
    return [name, number, "正式党员", group]


# --- names


@pytest.mark.parametrize("padded", ["张　三", "张 三", " 张\u00a0三 ", "张\u2003三", "张\n三", "张\u200b三", "张三_x000D_\n", "\ufeff张三"])
def test_a_padded_name_is_the_name(padded: str) -> None:
    assert names(one([HEAD, person(padded)])) == ["张三"]


@pytest.mark.parametrize("dot", "·•‧∙⋅・･᛫●．.")
def test_every_dot_between_the_parts_of_a_name_is_one_dot(dot: str) -> None:
    assert names(one([HEAD, person(f"买买提{dot}艾力"), person(f"阿卜杜拉 {dot} 热合曼")])) == ["买买提·艾力", "阿卜杜拉·热合曼"]


@pytest.mark.parametrize(("written", "meant"), [("⾼山", "高山"), ("⻢⽴", "马立"), ("⽅⽂⻘", "方文青"), ("⻰⼀", "龙一")])
def test_radicals_in_place_of_characters_are_the_characters(written: str, meant: str) -> None:
    assert names(one([HEAD, person(written)])) == [meant]


def test_a_latin_name_keeps_its_spaces_and_its_full_stop() -> None:
    assert names(one([HEAD, person("John  F. Kennedy")])) == ["John F. Kennedy"]


def test_people_who_were_stored_padded_are_found_by_their_name() -> None:
    made = plan(one([HEAD, person("张三")]), [Member("m1", "b", "张　三")])
    assert [change.before.member_id for change in made.changes] == ["m1"]
    assert made.additions == ()


# --- numbers


@pytest.mark.parametrize(
    ("value", "form", "seen"),
    [
        (123, "00000000", "00000123"),
        (123, '"S"00000', "S00123"),
        (20230001, "0000-0000", "2023-0001"),
        (7, "General", "7"),
        (7, "0_ ", "7"),
        (123, "[$-804]0000", "0123"),
        (123456, "0000", "123456"),
    ],
)
def test_a_number_is_read_as_its_format_shows_it(value: int, form: str, seen: str) -> None:
    def shape(sheet: Worksheet) -> None:
        sheet["B2"].number_format = form

    file = read_roster(one([HEAD, person("乙一", value)], shape))
    assert (file.rows[0].number, file.faults) == (seen, ())


def test_a_format_that_can_not_be_followed_is_named() -> None:
    def shape(sheet: Worksheet) -> None:
        sheet["B2"].number_format = "yyyy-mm-dd"

    assert [fault.fault for fault in plan(one([HEAD, person("乙一", 123)], shape)).faults] == [Fault.NUMBER_FORMAT]


@pytest.mark.parametrize("value", [110101199001011234, 1.10101199001011e17, 1234567890123456])
def test_a_number_longer_than_a_spreadsheet_keeps_is_named_and_never_taken(value: float) -> None:
    made = plan(one([HEAD, person("丙一", value)]))
    assert [(fault.at.line, fault.fault) for fault in made.faults] == [(2, Fault.NUMBER_ROUNDED)]


def test_the_same_number_as_text_is_whole() -> None:
    assert read_roster(one([HEAD, person("丙一", "110101199001011234")])).rows[0].number == "110101199001011234"


def test_a_text_file_whose_long_numbers_were_rounded_is_named() -> None:
    rounded = "姓名,学号,身份\n甲,110101199001011000,党员\n乙,110101199203042000,党员\n丙,1.10101E+17,党员\n"
    assert {fault.fault for fault in plan(rounded.encode()).faults} == {Fault.NUMBER_ROUNDED}
    whole = "姓名,学号,身份\n甲,110101199001011000,党员\n乙,110101199203042317,党员\n"
    assert plan(whole.encode()).faults == ()


@pytest.mark.parametrize("written", ['="00123"', "'00123", "\t00123", "００１２３", "00 123"])
def test_a_number_kept_as_text_in_a_text_file_keeps_its_zeros(written: str) -> None:
    field = '"' + written.replace('"', '""') + '"'
    assert read_roster(f"姓名,学号,身份\n甲,{field},党员\n".encode()).rows[0].number == "00123"


# --- where things stand


def test_a_merged_group_belongs_to_every_line_it_covers() -> None:
    rows = [HEAD, person("甲一", "01", "第一党小组"), person("甲二", "02"), person("甲三", "03")]
    file = read_roster(one(rows, lambda sheet: sheet.merge_cells("D2:D4")))
    assert [row.group for row in file.rows] == ["第一党小组"] * 3


def test_a_group_that_stands_over_all_columns_belongs_to_the_lines_below() -> None:
    rows = [HEAD[:3], ["第一党小组（2人）"], person("甲一")[:3], person("甲二")[:3], ["第二党小组"], person("乙一")[:3]]

    def shape(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:C2")
        sheet.merge_cells("A5:C5")

    file = read_roster(one(rows, shape))
    assert [(row.name, row.group) for row in file.rows] == [("甲一", "第一党小组"), ("甲二", "第一党小组"), ("乙一", "第二党小组")]


def test_prose_before_the_header_and_after_the_people_is_no_person() -> None:
    rows = [
        ["计算机学院第二党支部党员名册"],
        ["填表日期：2026年11月"],
        ["填写说明：1. 姓名与证件一致；2. 学号为文本。"],
        [],
        HEAD,
        person("甲一", "01"),
        [],
        HEAD,
        person("甲二", "02"),
        ["注：名册每季度更新一次"],
        ["填表人：何雨桐"],
        ["合计"],
    ]
    assert names(one(rows)) == ["甲一", "甲二"]


def test_a_header_of_two_lines_is_read() -> None:
    rows = [["姓名", "学号", "党内情况", None], [None, None, "身份", "党小组"], person("甲一", "01", "第一党小组")]

    def shape(sheet: Worksheet) -> None:
        for area in ("A1:A2", "B1:B2", "C1:D1"):
            sheet.merge_cells(area)

    (row,) = read_roster(one(rows, shape)).rows
    assert (row.name, row.number, row.standing, row.group) == ("甲一", "01", Standing.FULL, "第一党小组")


@pytest.mark.parametrize(
    "head",
    [
        ["姓\n名", "学  号", "身 份", "党 小 组"],
        ["*姓名", "学（工）号", "党员身份（必填）", "所在党小组："],
        ["姓名_x000D_\n", "学号", "身份", "小组"],
    ],
)
def test_headers_with_spaces_line_breaks_and_asides_are_read(head: list[str]) -> None:
    (row,) = read_roster(one([head, person("庚一", "2023001", "第一党小组")])).rows
    assert (row.name, row.number, row.standing, row.group) == ("庚一", "2023001", Standing.FULL, "第一党小组")


# --- text files


@pytest.mark.parametrize("separator", [",", "\t", ";", "，", "|"])
def test_the_separator_is_the_one_that_yields_a_header(separator: str) -> None:
    note = "说明, 请按, 照抄, 填写; 不要, 改动\n"  # more commas than anything else
    text = note + "\n".join(separator.join(row) for row in (["姓名", "学号", "身份"], ["甲一", "0001", "党员"], ["甲二", "0002", "党员"]))
    assert [(row.name, row.number) for row in read_roster(text.encode()).rows] == [("甲一", "0001"), ("甲二", "0002")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "big5"])
def test_the_encoding_is_the_one_that_yields_a_header(encoding: str) -> None:
    assert names("姓名,身份\n甲一,群众\n".replace("群众", "guest").encode(encoding)) == ["甲一"]


@pytest.mark.parametrize("marks", [1, 2, 3])
def test_marks_at_the_beginning_of_a_text_are_no_part_of_it(marks: int) -> None:
    assert names(("\ufeff" * marks + "姓名,身份\n甲一,党员\n").encode()) == ["甲一"]


# --- sheets


def test_one_sheet_a_group_is_read_whole_and_its_name_is_the_group() -> None:
    second = [HEAD[:3], person("庚二", "02")[:3], person("庚三", "03")[:3]]
    data = workbook(("第一党小组", [HEAD[:3], person("庚一", "01")[:3]]), ("第2小组", second))
    file = read_roster(data)
    assert [(sheet.name, sheet.people) for sheet in file.sheets] == [("第一党小组", 1), ("第2小组", 2)]
    made = plan(file)
    assert made.faults == ()
    assert [(member.name, member.branch_id) for member in made.additions] == [("庚一", "g1"), ("庚二", "g2"), ("庚三", "g2")]
    assert dict(made.sheet_groups) == {"第一党小组": "g1", "第2小组": "g2"}


def test_a_sheet_named_like_a_group_that_is_not_there_is_named_once() -> None:
    data = workbook(("第一党小组", [HEAD[:3], person("庚一")[:3]]), ("第九党小组", [HEAD[:3], person("庚二")[:3], person("庚三")[:3]]))
    assert [(fault.at, fault.fault) for fault in plan(data).faults] == [(At(2, "第九党小组"), Fault.GROUP_UNKNOWN)]


def test_what_a_line_says_of_its_group_goes_before_the_name_of_the_sheet() -> None:
    data = workbook(("第一党小组", [HEAD, person("庚一", "01", "第二党小组")]), ("第二党小组", [HEAD, person("庚二", "02")]))
    assert {member.branch_id for member in plan(data).additions} == {"g2"}


def test_instructions_and_hidden_sheets_are_passed_over_and_said() -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book["旧名单"].sheet_state = "hidden"

    data = workbook(("填写说明", [["请照此填写"]]), ("旧名单", [HEAD, person("走了")]), ("名册", [HEAD, person("甲一")]), then=hide)
    file = read_roster(data)
    assert [row.name for row in file.rows] == ["甲一"]
    assert [(sheet.name, sheet.state) for sheet in file.sheets] == [("填写说明", "no_header"), ("旧名单", "hidden"), ("名册", "read")]


def test_hidden_and_filtered_lines_are_not_taken_and_said() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.auto_filter.ref = "A1:D4"

    file = read_roster(one([HEAD, person("甲一"), person("甲二"), person("甲三")], hide))
    assert [row.name for row in file.rows] == ["甲一", "甲三"]
    assert file.unseen == ((At(3), "甲二"),)


def test_people_beyond_the_last_line_that_is_read_are_never_dropped_in_silence() -> None:
    with pytest.raises(UnreadableRoster, match="too_many_rows"):
        read_roster(one([HEAD, *([[]] * 2500), person("甲一")]))


# --- other programs


def open_document(content: str, mimetype: bytes = b"application/vnd.oasis.opendocument.spreadsheet", **more: bytes) -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style"))
    document = f"<?xml version='1.0'?><office:document-content {spaces}>{content}</office:document-content>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", mimetype)
        package.writestr("content.xml", document)
        for name, part in more.items():
            package.writestr(name.replace("__", "/") + ".xml", part)
    return out.getvalue()


def test_an_open_document_is_read_with_its_sheets_merged_cells_zeros_and_hidden_lines() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    head = "".join(cell(text) for text in ("姓名", "学<text:s text:c='2'/>号", "身份", "党小组"))

    def number(seen: str, value: int) -> str:
        return cell(seen, f"office:value-type='float' office:value='{value}'")

    full, spanned = cell("正式党员"), cell("第一党小组", "table:number-rows-spanned='2'")
    data = open_document(
        "<office:automatic-styles><style:style style:name='gone'><style:table-properties table:display='false'/></style:style>"
        "</office:automatic-styles><office:body><office:spreadsheet>"
        f"<table:table table:name='名册'><table:table-row>{head}</table:table-row><table:table-row>{cell('张　三')}"
        f"{number('00123', 123)}{full}{spanned}"
        f"</table:table-row><table:table-row>{cell('李四')}{cell('2')}{full}<table:covered-table-cell/></table:table-row>"
        f"<table:table-row table:visibility='filter'>{cell('王五')}{cell('3')}{full}</table:table-row>"
        f"<table:table-row>{cell('赵六')}{number('1.10101E+17', 110101199001011234)}{full}"
        "</table:table-row><table:table-row table:number-rows-repeated='1048000'><table:table-cell table:number-columns-repeated='16000'/>"
        f"</table:table-row></table:table><table:table table:name='旧' table:style-name='gone'><table:table-row>{head}</table:table-row>"
        "</table:table></office:spreadsheet></office:body>"
    )
    file = read_roster(data)
    assert [(row.name, row.number, row.group) for row in file.rows] == [
        ("张三", "00123", "第一党小组"),
        ("李四", "2", "第一党小组"),
        ("赵六", "", ""),
    ]
    assert [(fault.at.line, fault.fault) for fault in file.faults] == [(5, Fault.NUMBER_ROUNDED)]
    assert file.unseen == ((At(4), "王五"),)
    assert [sheet.state for sheet in file.sheets] == ["read", "hidden"]


def test_an_open_document_nested_without_end_is_refused() -> None:
    deep = "<table:table-row-group>" * 30_000 + "</table:table-row-group>" * 30_000
    with pytest.raises(UnreadableRoster, match="wrong_media_type"):
        read_roster(open_document(f"<office:body><table:table table:name='x'>{deep}</table:table></office:body>"))


def compound(stream: str) -> bytes:
    """The beginning of an OLE container whose directory names ``stream``."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + stream.encode("utf-16-le") + b"\0" * 200


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (compound("EncryptedPackage"), "password"),
        (compound("Workbook\0"), "other_workbook"),
        (compound("WordDocument\0"), "wrong_media_type"),
        (open_document("<x/>", **{"META-INF__manifest": b"<manifest:encryption-data/>"}), "password"),
        (b"<html><body><table><tr><td>\xe5\xa7\x93\xe5\x90\x8d</td></tr></table></body></html>", "other_workbook"),
        (b"<html><body>no</body></html>", "wrong_media_type"),
        (open_document("<x/>", b"application/vnd.oasis.opendocument.text"), "wrong_media_type"),
    ],
    ids=["encrypted xlsx", "xls", "doc", "encrypted ods", "web page saved as xls", "web page", "odt"],
)
def test_each_kind_of_file_that_can_not_be_read_has_its_own_next_step(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableRoster) as refusal:
        read_roster(data)
    assert refusal.value.code == code


def test_a_workbook_that_needs_a_password_to_open_says_so() -> None:
    with pytest.raises(UnreadableRoster, match="password"):
        read_roster((FILES / "locked.xlsx").read_bytes())


def test_areas_that_claim_to_cover_every_cell_again_and_again_cost_little() -> None:
    rows = [HEAD, *(person(f"人{number}", str(number)) for number in range(1, 1500))]
    data = one(rows)
    areas = "".join("<mergeCell ref='A1:BH2100'/>" for _ in range(50_000))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in package.namelist():
            part = package.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"</sheetData>", f"</sheetData><mergeCells>{areas}</mergeCells>".encode())
            made.writestr(name, part)
    with pytest.raises(UnreadableRoster):
        read_roster(out.getvalue())  # every cell shows what the first one says: no people


# --- who is who


ROSTER = (
    Member("m1", "b", "丁文静", "2023001"),
    Member("m2", "b", "李敏", "2023002"),
    Member("m3", "b", "王伟", ""),
)


def test_importing_twice_changes_nothing() -> None:
    data = workbook(("第一党小组", [HEAD[:3], person("张　三", "00123")[:3]]), ("第二党小组", [HEAD[:3], person("买买提•艾力")[:3]]))
    first = plan(data)
    kept = [replace(member, member_id=f"n{number}") for number, member in enumerate(first.additions)]
    again = plan(data, kept)
    assert (again.additions, again.changes, again.faults) == ((), (), ())
    assert list(again.unchanged) == kept


def test_a_changed_name_keeps_the_person_and_the_old_name_is_seen() -> None:
    (change,) = plan(one([HEAD, person("丁雯静", "2023001")]), ROSTER).changes
    assert (change.before.member_id, change.before.name, change.after.name, change.renamed) == ("m1", "丁文静", "丁雯静", True)


def test_a_changed_number_keeps_the_person_and_is_asked_about() -> None:
    made = plan(one([HEAD, person("丁文静", "B2026001")]), ROSTER)
    (change,) = made.asked
    assert (change.after.member_id, change.before.number, change.after.number) == ("m1", "2023001", "B2026001")
    assert made.additions == ()


def test_another_person_of_the_same_name_is_added_once_somebody_says_so() -> None:
    made = plan(one([HEAD, person("丁文静", "B2026001")]), ROSTER, [At(2)])
    assert [(member.member_id, member.number) for member in made.additions] == [("", "B2026001")]
    assert (made.changes, made.namesakes) == ((), made.additions)


def test_two_people_of_one_name_are_two_when_the_file_has_both_numbers() -> None:
    made = plan(one([HEAD, person("丁文静", "2023001"), person("丁文静", "B2026001")]), ROSTER)
    assert [member.number for member in made.additions] == ["B2026001"]
    assert [member.member_id for member in made.unchanged] == ["m1"]


def test_a_number_of_one_and_the_name_of_another_is_asked_about() -> None:
    made = plan(one([HEAD, person("李敏", "2023001"), person("丁文静", "2023002"), person("王伟", "2023001")]), ROSTER)
    assert [(fault.at.line, fault.fault, fault.name) for fault in made.faults][:2] == [
        (2, Fault.NUMBER_OF_ANOTHER, "丁文静"),
        (3, Fault.NUMBER_OF_ANOTHER, "李敏"),
    ]
    assert made.changes == ()


@pytest.mark.parametrize(
    ("one_name", "other"), [("第一党小组", "第1党小组"), ("第一党小组", "一组"), ("第十二党小组", "第12小组"), ("教工党小组", "教工小组")]
)
def test_a_group_is_known_by_its_usual_short_names(one_name: str, other: str) -> None:
    assert group_key(one_name) == group_key(other)
    assert group_key("第一党小组") != group_key("第十一党小组")
