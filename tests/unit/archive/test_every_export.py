"""No export fails on a character: every writer of a file, given texts that no file can hold, writes one that its readers open."""

from __future__ import annotations

import ast
import json
import random
import subprocess
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from meeting_server.archive.attendance.report import attendance_report
from meeting_server.archive.attendance.workbook import attendance_workbook
from meeting_server.archive.minutes.document_model import paper_of
from meeting_server.archive.minutes.docx import minutes_document, record_form_document
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.minutes.record_form import record_form_of
from meeting_server.archive.minutes.word_files import form_docx, paper_docx
from meeting_server.archive.sheets import write_csv, write_xlsx
from meeting_server.archive.takeaway.captions import chapters_vtt, srt, webvtt
from meeting_server.archive.takeaway.cartridge import write_cartridge
from meeting_server.archive.takeaway.markdown import markdown
from meeting_server.archive.takeaway.paper import transcript_paper
from meeting_server.archive.takeaway.pdf import paper_pdf
from meeting_server.archive.takeaway.podcast import Episode, podcast
from meeting_server.archive.takeaway.qti import assessment
from meeting_server.archive.takeaway.scorm import write_scorm
from meeting_server.archive.takeaway.sharing import write_bundle as write_shared
from meeting_server.archive.takeaway.xapi import Done, statement
from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.roles import Role
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import ItemPlan
from meeting_server.store.schedule.schedule import Listed, Plan, Scheduled
from meeting_server.web.schedule.calendar_file import calendar_of
from meeting_server.web.site.catalogue import text
from tests.kit.meetings.nasty_names import NAMES
from tests.kit.meetings.studies import HELD, study, words
from tests.kit.meetings.whole_meeting import whole_meeting
from tests.kit.paths import ROOT
from tests.kit.work.export_readers import FORBIDDEN, READERS, captions, package, pdf, strings, subrip, xml

SPOIL = "\x01\x0b\x7f\x85\ud800\udfff\u202e\u2066\ufeff\ufdd0\ufffe\uffff\U0001ffff\r"
"""Controls of both kinds, halves of surrogate pairs, text turned around, noncharacters of two planes."""
RARE = "𠮷"
NASTY = SPOIL + RARE + "".join(name.typed for name in NAMES.values())


def spoiled(value: Any, by: str = NASTY) -> Any:
    """The value with ``by`` behind every text that has Chinese in it, all the way down."""
    if type(value) is str:
        return value + by if any("\u4e00" <= c <= "\u9fff" for c in value) else value
    if isinstance(value, tuple | list):
        return type(value)(spoiled(part, by) for part in value)
    if isinstance(value, dict):
        return {key: spoiled(part, by) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: spoiled(getattr(value, f.name), by) for f in fields(value) if f.init})
    return value


def _state() -> MeetingState:
    from tests.unit.archive.attendance.test_attendance_report import GONE, LATE, WHOLE, meeting

    return meeting(WHOLE, LATE, GONE)


def _scheduled() -> Scheduled:
    people = (Listed(ParticipantId("m1"), Role.CHAIR), Listed(ParticipantId("g-1"), Role.GUEST, "高原"))
    plan = Plan(
        "b1", "general", "支部党员大会", "教学楼 A305", HELD, HELD + 3_600_000, "general_meeting", False, (ItemPlan("学习", 30),), people
    )
    return Scheduled(MeetingId("m-1"), plan, "convened", 1, 1, "m1", HELD, HELD)


def _minutes_paper() -> Any:
    minutes = minutes_of(whole_meeting().records)
    assert minutes is not None
    return spoiled(paper_of(minutes, words()))


def _record_form() -> Any:
    minutes = minutes_of(whole_meeting().records)
    assert minutes is not None
    return spoiled(record_form_of(minutes, words()))


DOCX = READERS["application/vnd.openxmlformats-officedocument.wordprocessingml.document"]
XLSX = READERS["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]


def _packed(write: Callable[..., Any], folder: Path) -> bytes:
    path = folder / "package.zip"
    write(path, spoiled(study()), None, words())
    return path.read_bytes()


EXPORTS: dict[str, tuple[Callable[[Path], bytes], Callable[[bytes], str]]] = {
    "archive.minutes.docx.minutes_document": (lambda _: minutes_document(_minutes_paper(), f"草稿{NASTY}"), DOCX),
    "archive.minutes.docx.record_form_document": (lambda _: record_form_document(_record_form(), f"草稿{NASTY}"), DOCX),
    "archive.minutes.word_files.paper_docx": (lambda _: paper_docx(_minutes_paper(), f"草稿{NASTY}"), DOCX),
    "archive.minutes.word_files.form_docx": (lambda _: form_docx(_record_form(), f"草稿{NASTY}"), DOCX),
    "archive.takeaway.pdf.paper_pdf": (lambda _: paper_pdf(_minutes_paper(), f"草稿{NASTY}"), pdf),
    "archive.takeaway.markdown.markdown": (lambda _: markdown(transcript_paper(spoiled(study()), words())).encode(), bytes.decode),
    "archive.takeaway.captions.webvtt": (lambda _: webvtt(spoiled(study()), words()).encode(), captions),
    "archive.takeaway.captions.chapters_vtt": (lambda _: chapters_vtt(spoiled(study()), words()).encode(), captions),
    "archive.takeaway.captions.srt": (lambda _: srt(spoiled(study()), words()).encode(), subrip),
    "archive.takeaway.scorm.write_scorm": (partial(_packed, write_scorm), package),
    "archive.takeaway.cartridge.write_cartridge": (partial(_packed, write_cartridge), package),
    "archive.takeaway.qti.assessment": (lambda _: assessment(spoiled(study()), words()), xml),
    "archive.takeaway.sharing.write_bundle": (
        lambda _: write_shared(spoiled(study()), f"学院{NASTY}", Ed25519PrivateKey.generate(), HELD, words()),
        package,
    ),
    "archive.takeaway.podcast.podcast": (
        lambda _: podcast(
            spoiled("会议"),
            spoiled("学习"),
            "zh-CN",
            "http://h",
            "http://h",
            [spoiled(Episode("g", "学习", "总结", HELD, "http://h", 1, 1))],
        ),
        xml,
    ),
    "archive.takeaway.xapi.statement": (
        lambda _: json.dumps(statement(spoiled(Done("finished", "张三", "http://h", "http://h", "党课", "zh-CN", HELD)))).encode(),
        lambda content: "".join(strings(json.loads(content))),
    ),
    "archive.attendance.workbook.attendance_workbook": (
        lambda _: attendance_workbook(spoiled(attendance_report(_state(), HELD)), partial(text, "zh-CN")),
        XLSX,
    ),
    "archive.sheets.write_csv": (lambda _: write_csv([["姓名"], [f"张三{NASTY}"]]), READERS["text/csv"]),
    "archive.sheets.write_xlsx": (lambda _: write_xlsx([["姓名"], [f"张三{NASTY}"]], f"名册{NASTY}"), XLSX),
    "web.schedule.calendar_file.calendar_of": (
        lambda _: calendar_of([spoiled(_scheduled())], {}, name=f"日历{NASTY}", product="p"),
        READERS["text/calendar"],
    ),
}
"""Each function that writes a file for other programs, and who reads it. A new one joins here, or the second test fails."""
PARTS = {
    "archive.takeaway.packing.pack": "of the packages",
    "archive.takeaway.packing.xml_bytes": "of the packages",
    "archive.takeaway.pages.page_parts": "of the packages",
    "archive.sheets.saved": "of the workbooks",
    "archive.audit.bulletin.withheld": "hashes and ids alone",
    "archive.audit.bulletin.bulletin_of": "hashes and the marks of ballots, JSON in ASCII",
}
"""Writers that are parts of others, or write no text that anybody gave."""

PLACES = ("archive/minutes", "archive/takeaway", "archive/attendance", "archive/audit", "archive/sheets.py", "web/schedule", "web/sharing")


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_written_and_read_whatever_is_in_it(name: str, tmp_path: Path) -> None:
    write, read = EXPORTS[name]
    said = read(write(tmp_path))
    bad = FORBIDDEN.search(said)
    assert bad is None, f"U+{ord(bad[0]):04X}"
    assert RARE in said


def test_every_writer_of_a_file_is_among_the_exports() -> None:
    found = set()
    places = (
        "archive/minutes",
        "archive/takeaway",
        "archive/attendance",
        "archive/audit",
        "archive/sheets.py",
        "web/schedule",
        "web/sharing",
    )
    for place in places:
        at = ROOT / "meeting_server" / place
        for path in [at] if at.suffix else sorted(at.glob("*.py")):
            found |= {f"{_module(path)}.{name}" for name in _writers(ast.parse(path.read_text("utf-8")))}
    assert found == set(EXPORTS) | set(PARTS)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "meeting_server").with_suffix("").parts)


def _writers(module: ast.Module) -> list[str]:
    """Its public functions that return a file, or the text of one made from a study or a paper."""
    return [
        function.name
        for function in module.body
        if isinstance(function, ast.FunctionDef)
        and not function.name.startswith("_")
        and function.returns is not None
        and _is_file(function)
    ]


def _is_file(function: ast.FunctionDef) -> bool:
    given = [ast.unparse(argument.annotation) for argument in function.args.args if argument.annotation is not None]
    returned = ast.unparse(function.returns) if function.returns is not None else ""
    return returned in ("bytes", "Target", "dict[str, bytes | Path]", "dict[str, Any]") or (
        returned == "str" and given[:1] in (["Study"], ["Paper"]) and function.name != "fingerprint_of"
    )


CURIOUS = "".join(chr(code) for code in (0x1F468, 0x200D, 0x1F469, 0xFE0F, 0x628, 0x301, 0xE33, 0x2F00, 0xE0101, 0x10FFFD, 0xAD, 0x378))
"""Joined emoji, letters written from the right, marks without a letter, a radical, a private and an unassigned character."""


def test_paper_holds_any_character() -> None:
    every = random.Random(2026)
    said = CURIOUS + "".join(chr(every.randrange(0x110000)) for _ in range(600))
    paper = transcript_paper(replace(study(), title=said, utterances=study().utterances[:1], summary=said), words())
    assert paper_pdf(paper).startswith(b"%PDF")
    assert minutes_document(paper).startswith(b"PK")


def test_every_line_of_paper_has_a_typeface_though_a_page_begins_with_a_rare_character(tmp_path: Path) -> None:
    paper = transcript_paper(
        replace(study(), title=RARE, utterances=study().utterances[:1], summary=f"{RARE}同志\n同志发言\n" * 200), words()
    )
    (tmp_path / "paper.pdf").write_bytes(paper_pdf(paper))
    shown = subprocess.run(["pdftotext", tmp_path / "paper.pdf", "-"], capture_output=True, text=True, check=True)
    assert shown.stderr == ""
    assert shown.stdout.count("同志发言") == 200
