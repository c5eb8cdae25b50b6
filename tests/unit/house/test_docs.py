"""The pages in docs/ tell the truth about the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from meeting_server import __version__
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
        for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*")], ids=lambda path: path.name)
def test_no_page_has_marks_of_a_merge(path: Path) -> None:
    assert re.findall(r"(?m)^(<{7}|={7}|>{7})( |$)", path.read_text("utf-8")) == []


PROMISED_TEST = re.compile(r"`(tests/[\w/.]+|web_client/tests/[\w/.]+)(?:::(\w+))?`")


def missing_tests(page: str) -> list[str]:
    """The tests a page names that are not there."""
    return [
        f"{file}::{test}"
        for file, test in PROMISED_TEST.findall(page)
        if not (ROOT / file).exists() or (test and not re.search(rf"\bdef {test}\b", (ROOT / file).read_text("utf-8")))
    ]


def test_every_recipe_names_files_and_a_test_that_exist() -> None:
    recipes = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## Recipes")[1].split("\n### ")[1:]
    assert len(recipes) >= 7
    for recipe in recipes:
        title, _, body = recipe.partition("\n")
        assert "Forgotten:" in body, title
        assert missing_tests(body) == [], title
        named = re.findall(r"`((?:domain|web|store|ballots|acts|docs|tests|web_client)/[a-z_/.]+\.(?:py|ts|md|toml|json))`", body)
        assert [path for path in named if not any((root / path).exists() for root in (ROOT, ROOT / "meeting_server"))] == [], title


def test_the_notice_names_what_is_shipped() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    shipped = json.loads((ROOT / "web_client" / "package.json").read_text("utf-8"))["dependencies"]
    fonts = re.findall(r'"(pylopdf-fonts-[a-z-]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    names = [*(name for name in shipped if name != "preact"), "Preact", *(font.removeprefix("pylopdf-fonts") for font in fonts)]
    assert [name for name in names if name not in notice] == []


def test_the_version_stands_in_one_place() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (*ROOT.glob("*.toml"), *ROOT.glob("meeting_server/**/*.py"), *ROOT.glob("deploy/*"), *ROOT.glob(".ci/tools/*.py"))
        if re.search(rf"[\"']{re.escape(__version__)}[\"']", path.read_text("utf-8"))
    ]
    assert found == ["meeting_server/__init__.py"]


def test_every_picture_of_the_readme_is_there() -> None:
    named = re.findall(r'<img src="([^"]+)"', (ROOT / "README.md").read_text("utf-8"))
    assert len(named) == 3
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_promise_of_security_names_a_test_that_exists() -> None:
    page = (ROOT / "docs" / "SECURITY.md").read_text("utf-8")
    assert missing_tests(page) == []
    promises = page.split("## Promises and their tests")[1]
    rows = [line for line in promises.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    assert len(rows) > 40
    without = [row for row in rows if not PROMISED_TEST.search(row)]
    assert without == []
