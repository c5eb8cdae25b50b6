"""Rosters as they really come: CSV in three encodings, XLSX with numbers as numbers, formulas, bombs and things that are no roster."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
import pytest

from meeting_server.archive.sheets import write_csv, write_xlsx
from meeting_server.domain.roles import Standing
from meeting_server.roster.headers import Column, header
from meeting_server.roster.plan import RosterPlan, plan_import
from meeting_server.roster.reading import RosterFile, read_roster
from meeting_server.roster.rows import Fault
from meeting_server.roster.sheets import FILE_BYTES, UnreadableRoster
from meeting_server.roster.words import standing_word, yes_word
from meeting_server.store.people.branch_tree import Branch, BranchKind
from meeting_server.store.people.people import Member

BRANCH = Branch("b", None, BranchKind.BRANCH, "第二党支部", 0)
GROUP = Branch("g", "b", BranchKind.GROUP, "第一党小组", 0)
TEXT = "姓名,学号,党员身份,党小组,表决权,支委\r\n丁文静,2023001,正式党员,第一党小组,是,否\r\n许嘉宁,,预备党员,,,\r\n"


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plan(data: bytes | str, roster: tuple[Member, ...] = (), elsewhere: frozenset[str] = frozenset()) -> RosterPlan:
    return plan_import(read_roster(data.encode() if isinstance(data, str) else data), BRANCH, [GROUP], roster, elsewhere)


def faults(data: bytes | str, roster: tuple[Member, ...] = (), elsewhere: frozenset[str] = frozenset()) -> list[tuple[int, str, str]]:
    return [(fault.at.line, fault.column.value, fault.fault.value) for fault in plan(data, roster, elsewhere).faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_is_read_in_every_usual_encoding(encoding: str) -> None:
    file = read_roster(TEXT.encode(encoding))
    assert [(row.name, row.number, row.standing, row.group, row.voting, row.committee) for row in file.rows] == [
        ("丁文静", "2023001", Standing.FULL, "第一党小组", True, False),
        ("许嘉宁", "", Standing.PROBATIONARY, "", None, False),
    ]
    assert file.faults == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_other_delimiters_are_understood(delimiter: str) -> None:
    assert len(read_roster(TEXT.replace(",", delimiter).encode()).rows) == 2


def test_english_headers_and_words_are_understood_and_unused_columns_named() -> None:
    file = read_roster(b"Name,Student Number,Standing,Phone\nDing Wenjing,2023001,Full Member,139\n")
    assert file.rows[0].standing is Standing.FULL
    assert file.unused == ("Phone",)


def test_numbers_in_a_sheet_are_read_as_they_are_seen() -> None:
    file = read_roster(workbook([["姓名", "学号", "身份"], ["丁文静", 2023001, "党员"], ["李敏", 2023002.0, "预备党员"]]))
    assert [row.number for row in file.rows] == ["2023001", "2023002"]


def test_a_title_above_the_header_and_blank_rows_are_no_trouble() -> None:
    file = read_roster(workbook([["第二党支部名册"], [], ["姓名", "身份"], [], ["丁文静", "正式党员"]]))
    assert [(row.at.line, row.name) for row in file.rows] == [(5, "丁文静")]


def test_a_formula_is_a_fault_and_never_a_value() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["姓名", "身份"])
    sheet.append(['=HYPERLINK("http://evil.test","丁")', "正式党员"])
    out = io.BytesIO()
    book.save(out)
    assert faults(out.getvalue()) == [(2, "name", "formula")]
    assert faults('姓名,身份\n"=1+1",正式党员\n@SUM(A1),正式党员\n') == [(2, "name", "formula"), (3, "name", "formula")]


def test_every_wrong_row_is_named_with_its_reason() -> None:
    data = (
        "姓名,学号,身份,党小组,表决权\n"
        ",2023001,正式党员,,\n"  # 2
        "甲,2023002,党外人士,第九党小组,也许\n"  # 3
        "乙,2023002,正式党员,,\n"  # 4
        "丙,bad number!,正式党员,,\n"  # 5
        "丁,2023009,,,\n"  # 6
        "戊,2023010,预备党员,,是\n"  # 7
        "己,2023011,正式党员,,\n"  # 8
        "庚,,正式党员,,\n"  # 9
        "庚,,正式党员,,\n"  # 10
        f"{'长' * 61},2023012,正式党员,,\n"  # 11
    )
    assert faults(data, elsewhere=frozenset({"2023011"})) == [
        (2, "name", "name_empty"),
        (3, "standing", "standing_unknown"),
        (3, "group", "group_unknown"),
        (3, "voting", "not_yes_or_no"),
        (4, "number", "number_twice"),
        (5, "number", "number_malformed"),
        (6, "standing", "standing_empty"),
        (7, "voting", "vote_without_standing"),
        (8, "number", "number_elsewhere"),
        (10, "name", "name_twice"),
        (11, "name", "name_too_long"),
    ]


def test_duplicates_point_at_the_earlier_row() -> None:
    (fault,) = plan("姓名,学号,身份\n甲,A1,正式党员\n乙,a1,正式党员\n").faults
    assert (fault.fault, fault.other and fault.other.line) == (Fault.NUMBER_TWICE, 2)


def test_known_people_are_matched_by_number_then_by_an_unambiguous_name() -> None:
    roster = (
        Member("m1", "b", "丁文静", "2023001"),
        Member("m2", "b", "李敏", ""),
        Member("m3", "b", "王伟", "2023003"),
        Member("m4", "b", "王伟", "2023004"),
    )
    made = plan("姓名,学号,身份\n丁文静（博）,2023001,正式党员\n李敏,2023002,预备党员\n王伟,2023004,正式党员\n", roster)
    assert made.faults == ()
    assert [(change.after.member_id, change.after.name, change.after.number) for change in made.changes] == [
        ("m1", "丁文静（博）", "2023001"),
        ("m2", "李敏", "2023002"),
    ]
    assert [member.member_id for member in made.unchanged] == ["m4"]
    assert not made.changes[1].after.voting
    assert faults("姓名,身份\n王伟,正式党员\n", roster) == [(2, "name", "name_ambiguous")]


def test_two_rows_about_one_person_on_the_roster_are_a_fault() -> None:
    roster = (Member("m1", "b", "丁文静", ""),)
    assert faults("姓名,学号,身份\n丁文静,2023001,正式党员\n丁文静,2023002,正式党员\n", roster) == [(3, "name", "name_twice")]


def test_what_a_file_does_not_say_stays_as_it_was() -> None:
    before = Member("m1", "g", "丁文静", "2023001", Standing.FULL, voting=False, committee=True)
    made = plan("姓名,学号,身份\n丁文静,2023001,正式党员\n", (before,))
    assert made.unchanged == (before,)
    (change,) = plan("姓名,学号,身份,党小组,支委\n丁文静,2023001,正式党员,第二党支部,否\n", (before,)).changes
    assert (change.after.branch_id, change.after.committee, change.after.voting) == ("b", False, False)


@pytest.mark.parametrize("write", [write_csv, lambda rows: write_xlsx(rows, "名册")], ids=["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_is_exported_can_be_imported_and_changes_nothing(write, language: str) -> None:  # type: ignore[no-untyped-def]  # either writer
    roster = (
        Member("m1", "b", "丁文静", "0023001", Standing.FULL, committee=True),
        Member("m2", "g", "许嘉宁", "", Standing.PROBATIONARY, voting=False),
        Member("m3", "g", "O'Neill", "t-1", Standing.FULL, voting=False),
    )
    places = {"g": GROUP.name}
    rows = [header(language)]
    for member in roster:
        rows.append(
            [
                member.name,
                member.number,
                standing_word(member.standing, language),
                places.get(member.branch_id, ""),
                yes_word(member.voting, language),
                yes_word(member.committee, language),
            ]
        )
    made = plan(write(rows), roster)
    assert (made.faults, made.additions, made.changes) == ((), (), ())
    assert made.unchanged == roster


@pytest.mark.parametrize("value", ['=HYPERLINK("http://evil.test")', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_nothing_exported_is_computed_when_it_is_opened(value: str) -> None:
    ((written,),) = csv.reader(io.StringIO(write_csv([[value]]).decode("utf-8-sig"), newline=""))
    assert written == f"'{value}".replace("\r", "\n")
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx([[value]], "x"))).active
    assert sheet is not None
    cell = sheet["A1"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + b"x" * 50,
        b"%PDF-1.7\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600,
        b"<html><script>alert(1)</script></html>",
        b"<?xml version='1.0'?><svg/>",
        b"\x00\x01\x02",
        b"PK\x03\x04 not a zip",
        "姓名,身份\n丁\x07,正式党员".encode(),
    ],
    ids=["png", "pdf", "xls", "html", "svg", "binary", "broken zip", "control characters"],
)
def test_what_is_no_table_is_refused_by_its_bytes(data: bytes) -> None:
    with pytest.raises(UnreadableRoster) as refusal:
        read_roster(data)
    assert (refusal.value.code, refusal.value.status) == ("wrong_media_type", 415)


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def test_another_kind_of_archive_is_refused() -> None:
    with pytest.raises(UnreadableRoster, match="wrong_media_type"):
        read_roster(archive({"word/document.xml": b"<x/>"}))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = archive({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * (40 * 1024 * 1024)})
    assert len(bomb) < 200_000
    with pytest.raises(UnreadableRoster, match="too_large"):
        read_roster(bomb)
    with pytest.raises(UnreadableRoster, match="too_large"):
        read_roster(archive({f"x{number}": b"" for number in range(600)}))


def test_an_archive_that_lies_about_its_sizes_is_refused() -> None:
    honest = archive({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>", "xl/big.xml": b" " * (40 * 1024 * 1024)})
    size = (40 * 1024 * 1024).to_bytes(4, "little")
    assert honest.count(size) >= 1
    with pytest.raises(UnreadableRoster) as refusal:
        read_roster(honest.replace(size, (100).to_bytes(4, "little")))
    assert refusal.value.status in (413, 415)


def test_entities_are_refused() -> None:
    evil = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>'
    with pytest.raises(UnreadableRoster, match="wrong_media_type"):
        read_roster(archive({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": evil}))


def test_one_byte_over_the_limit_is_too_much() -> None:
    row = b"\xe7\x94\xb2,\xe6\xad\xa3\xe5\xbc\x8f\n"
    head = "姓名,身份\n".encode()
    filler = head + row + b"," * (FILE_BYTES - len(head) - len(row))
    assert len(read_roster(filler).rows) == 1
    with pytest.raises(UnreadableRoster) as refusal:
        read_roster(filler + b",")
    assert refusal.value.status == 413


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n\n,,\n", "empty"),
        ("姓名,身份\n".encode(), "empty"),
        ("名单,类别\n丁文静,正式党员\n".encode(), "no_header"),
        (("姓名,身份\n" + "甲,正式党员\n" * 2001).encode(), "too_many_rows"),
    ],
)
def test_a_table_that_is_no_roster_says_why(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableRoster) as problem:
        read_roster(data)
    assert problem.value.code == code


def test_every_column_can_be_written_and_read_again() -> None:
    for language in ("zh-CN", "en"):
        file = read_roster(write_csv([header(language), ["甲", "A1", standing_word(Standing.FULL, language), "", "", ""]]))
        assert isinstance(file, RosterFile)
        assert file.unused == ()
        assert len(header(language)) == len(Column)
