"""The pages in docs/ tell the truth about the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meeting_server.config import Settings
from meeting_server.domain import commands, events
from tests.kit.paths import ROOT
from tools import generated_docs

ENTRY = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def section(title: str) -> dict[str, tuple[str, str]]:
    page = (ROOT / "docs" / "GLOSSARY.md").read_text("utf-8")
    body = page.split(f"## {title}")[1].split("\n## ")[0]
    return {name: (chinese.strip(), english.strip()) for name, chinese, english in ENTRY.findall(body)}


def test_every_event_has_an_entry_in_both_languages() -> None:
    assert set(section("Events")) == set(events.KINDS)


def test_every_command_has_an_entry_in_both_languages() -> None:
    assert set(section("Commands")) == set(commands.KINDS) | set(commands.SERVER_KINDS)
    for name in commands.SERVER_KINDS:
        assert section("Commands")[name][1].startswith("*server*")


def test_every_rejection_has_a_sentence_in_both_languages() -> None:
    missing = [code for code, pair in section("Codes").items() if "?" in pair]
    assert missing == []


@pytest.mark.parametrize("path", sorted(generated_docs.fresh()), ids=lambda path: path.name)
def test_generated_tables_are_fresh(path: Path) -> None:
    assert path.read_text("utf-8") == generated_docs.fresh()[path], "run `make docs`"


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*")], ids=lambda path: path.name)
def test_no_page_has_marks_of_a_merge(path: Path) -> None:
    assert re.findall(r"(?m)^(<{7}|={7}|>{7})( |$)", path.read_text("utf-8")) == []


PROMISED_TEST = re.compile(r"`(tests/[\w/.]+|web_client/tests/[\w/.]+)(?:::(\w+))?`")


def test_every_promise_of_security_names_a_test_that_exists() -> None:
    page = (ROOT / "docs" / "SECURITY.md").read_text("utf-8")
    named = PROMISED_TEST.findall(page)
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).exists() or (test and not re.search(rf"\bdef {test}\b", (ROOT / file).read_text("utf-8")))
    ]
    assert missing == []
    promises = page.split("## Promises and their tests")[1]
    rows = [line for line in promises.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    assert len(rows) > 40
    without = [row for row in rows if not PROMISED_TEST.search(row)]
    assert without == []
