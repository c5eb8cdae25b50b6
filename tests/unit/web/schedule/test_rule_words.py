"""A rule in words: what a secretary reads before choosing it."""

from __future__ import annotations

from functools import partial

import pytest

from meeting_server.store.schedule.presets import load_presets
from meeting_server.web.schedule.rule_words import RuleWords, rule_words
from meeting_server.web.site.catalogue import LANGUAGES, Language, text
from meeting_server.web.site.qr import qr_svg

PRESETS = load_presets()


def words(preset_id: str, entitled: int, language: Language = "zh-CN") -> RuleWords:
    return rule_words(PRESETS[preset_id], entitled, language, partial(text, language))


@pytest.mark.parametrize(
    ("preset_id", "entitled", "quorum", "passing"),
    [
        ("general_meeting", 29, "应到 29 人，须到 15 人", "应到 29 人，须得 15 票赞成"),
        ("general_meeting", 16, "应到 16 人，须到 8 人", "应到 16 人，须得 9 票赞成"),
        ("admission", 16, "应到 16 人，须到 9 人", "应到 16 人，须得 9 票赞成"),
        ("election", 29, "应到 29 人，须到 24 人", "按实到算：都到时 29 人，须得 15 票赞成"),
        ("committee", 5, "委员应到 5 人，须到 3 人", "应到 5 人，须得 3 票赞成"),
        ("theme_day", 29, "没有到会人数的要求", "表决只计票，没有通过的票数"),
        ("ronr", 50, "应到 50 人，须到 26 人", "弃权不算：赞成与不赞成共 50 票时，须得 26 票赞成"),
    ],
)
def test_the_consequence_is_worked_out_for_the_branch(preset_id: str, entitled: int, quorum: str, passing: str) -> None:
    said = words(preset_id, entitled)
    assert (said.quorum, said.passing) == (quorum, passing)


def test_what_the_source_does_not_say_is_a_doubt_for_the_secretary() -> None:
    assert words("committee", 5).doubts == "没有查到条文，按惯例定，请您确认：通过的票数"
    assert words("election", 29).disputed == ""
    assert words("general_meeting", 29).doubts == ""


def test_the_article_the_date_of_the_text_and_what_was_compared_are_said() -> None:
    said, english = words("admission", 29), words("admission", 29, "en")
    assert said.source == "依据：《中国共产党发展党员工作细则》（2026 年修订），第 19、20 条，2026年5月11日的文本"
    assert english.source == "Source: Detailed Rules on Admitting Party Members (revised 2026), art. 19, 20, text of 11 May 2026"
    assert (said.since, said.compared) == ("自 2026年5月11日 起施行", "已对照条文原文")
    assert words("union_meeting", 29).compared == "没有可对照的文本"


def test_a_secret_rule_says_so() -> None:
    said = words("admission", 29)
    assert said.secret
    assert said.method == "须无记名投票。"
    assert said.opinions


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("preset_id", sorted(PRESETS))
def test_every_rule_can_be_said_in_both_languages(preset_id: str, language: Language) -> None:
    said = words(preset_id, 29, language)
    assert all((said.title, said.quorum, said.passing, said.method, said.source))


def test_a_qr_code_is_attributes_only_and_its_name_is_escaped() -> None:
    drawn = str(qr_svg("https://branch.example/j/abc", '<b>"x"</b>'))
    assert "style" not in drawn
    assert "<b>" not in drawn
    assert drawn.startswith('<svg class="qr" viewBox="0 0 ')
