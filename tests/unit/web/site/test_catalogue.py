"""The one catalogue: equal keys, a sentence for every code, no text forgotten."""

from __future__ import annotations

import json
import re

import pytest

from meeting_server.domain.errors import Code
from meeting_server.domain.roles import Standing
from meeting_server.roster.rows import Fault
from meeting_server.store.people.access_log import Act
from meeting_server.store.people.branch_tree import BranchKind
from meeting_server.store.people.people import BranchRole, DirectoryCode, Exclusion
from meeting_server.web.site.catalogue import HOLE, LANGUAGES, LOCALES, Language, sentences, text
from meeting_server.web.site.errors import WebCode
from meeting_server.web.site.pages import TEMPLATES


def holes(sentence: str) -> set[str]:
    return {hole[1] for hole in HOLE.finditer(sentence)}


def test_both_languages_have_the_same_keys() -> None:
    zh, en = sentences("zh-CN"), sentences("en")
    assert sorted(zh.keys() ^ en.keys()) == []


def test_both_languages_have_the_same_holes() -> None:
    zh, en = sentences("zh-CN"), sentences("en")
    assert [key for key in zh if key in en and holes(zh[key]) != holes(en[key])] == []


@pytest.mark.parametrize("code", [*Code, *WebCode, *DirectoryCode], ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_sentence(code: Code | WebCode | DirectoryCode, language: Language) -> None:
    assert sentences(language)[f"errors.{code}"].strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_of_the_access_log_every_role_and_standing_has_a_word(language: Language) -> None:
    known = sentences(language)
    words_of = {"access_log.act": Act, "common.role": BranchRole, "common.standing": Standing, "common.branch_kind": BranchKind}
    for area, words in words_of.items():
        assert [word for word in words if f"{area}.{word}" not in known] == []
    assert [fault for fault in Fault if f"roster.fault.{fault}" not in known] == []
    assert [one for one in Exclusion if one and f"people.exclusions.{one}" not in known] == []


def test_no_text_is_empty_or_written_in_the_other_language() -> None:
    zh, en = sentences("zh-CN"), sentences("en")
    on_purpose = {"schedule.title.blank"}  # a meeting from no template begins without a title
    assert {key for key, value in (*zh.items(), *en.items()) if not value.strip()} <= on_purpose
    han = re.compile(r"[\u4e00-\u9fff]")
    english_with_han = [key for key, value in en.items() if han.search(value) and not key.startswith("common.")]
    # names of languages and of Chinese terms are quoted on purpose; whole sentences in Chinese are not
    assert [key for key in english_with_han if len(han.findall(en[key])) > len(en[key]) / 3] == []


def test_every_text_named_in_a_template_exists() -> None:
    known = sentences("zh-CN")
    missing = []
    for template in sorted(TEMPLATES.rglob("*.html")):
        for key in re.findall(r"\bt\(\s*[\"']([\w.]+)[\"']\s*[,)]", template.read_text("utf-8")):
            if key not in known:
                missing.append(f"{template.name}: {key}")
    assert missing == []


def test_catalogue_files_are_sorted_so_that_two_edits_do_not_clash() -> None:
    for language in LANGUAGES:
        content = (LOCALES / f"{language}.json").read_text("utf-8")
        assert content == json.dumps(json.loads(content), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_holes_are_filled_and_a_missing_one_is_a_mistake() -> None:
    assert text("en", "common.request_id", id="a1") == "Reference a1"
    with pytest.raises(KeyError):
        text("en", "common.request_id")


@pytest.mark.parametrize(("n", "said"), [(0, "Changed 0 times"), (1, "Changed once"), (2, "Changed 2 times")])
def test_a_number_takes_its_plural_form(n: int, said: str) -> None:
    assert text("en", "console.amended_n", n=n) == said


def test_no_text_has_braces_that_nobody_fills() -> None:
    odd = [key for language in LANGUAGES for key, value in sentences(language).items() if re.search(r"[{}]", HOLE.sub("", value))]
    assert odd == []
