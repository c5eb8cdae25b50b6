"""The rule presets that ship with the house."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meeting_server.domain.terms import Share, Threshold
from meeting_server.domain.vote_terms import Base, Comparison
from meeting_server.store.schedule.presets import FOLDER, PresetFileError, load_presets
from meeting_server.store.schedule.templates import TEMPLATES


def test_every_preset_cites_its_source() -> None:
    presets = load_presets()
    assert set(presets) >= {"general_meeting", "admission", "full_membership", "committee", "group_meeting", "theme_day", "ronr"}
    assert all(preset.source for preset in presets.values())


def test_general_meeting_and_admission_differ_by_half_or_more_than_half() -> None:
    presets = load_presets()
    assert presets["general_meeting"].quorum == Threshold(1, 2, Comparison.AT_LEAST, Base.ENTITLED)
    assert presets["admission"].quorum == Threshold(1, 2, Comparison.MORE_THAN, Base.ENTITLED)
    assert presets["admission"].method == "secret"
    assert presets["admission"].written_opinions


def test_what_the_sources_do_not_say_is_marked_as_assumed() -> None:
    presets = load_presets()
    assert presets["committee"].assumed == ("passing",)


ROWS = {
    # preset: quorum, passing (numerator/denominator, comparison, base), method, electorate, kind of motion
    "general_meeting": ("1/2 at_least entitled", "1/2 more_than entitled", "free", "voting", "motion"),
    "admission": ("1/2 more_than entitled", "1/2 more_than entitled", "secret", "voting", "motion"),
    "full_membership": ("1/2 more_than entitled", "1/2 more_than entitled", "secret", "voting", "motion"),
    "probation_extended": ("1/2 more_than entitled", "1/2 more_than entitled", "secret", "voting", "motion"),
    "membership_not_granted": ("1/2 more_than entitled", "1/2 more_than entitled", "secret", "voting", "motion"),
    "committee": ("1/2 at_least entitled", "1/2 more_than entitled", "free", "committee", "motion"),
    "group_meeting": (None, None, "free", "members", "motion"),
    "theme_day": (None, None, "free", "members", "motion"),
    "organisation_life": (None, None, "free", "members", "motion"),
    "appraisal": ("1/2 at_least entitled", None, "secret", "voting", "appraisal"),
    "election": ("4/5 at_least entitled", "1/2 more_than present", "secret", "voting", "election"),
    "election_officers": ("1/2 at_least entitled", "1/2 more_than present", "secret", "committee", "election"),
    "election_secretary_direct": ("4/5 at_least entitled", "1/2 more_than present", "secret", "voting", "election"),
    "election_rules": ("1/2 at_least entitled", "1/2 more_than entitled", "open", "voting", "motion"),
    "not_counted": (None, "1/2 more_than present", "open", "voting", "motion"),
    "league_election": ("2/3 at_least entitled", "1/2 more_than present", "secret", "voting", "election"),
    "union_meeting": ("2/3 at_least entitled", "1/2 more_than entitled", "free", "voting", "motion"),
    "staff_congress": ("2/3 at_least entitled", "1/2 at_least entitled", "free", "voting", "motion"),
    "ronr": ("1/2 more_than entitled", "1/2 more_than yes_no", "free", "voting", "motion"),
    "ronr_two_thirds": ("1/2 more_than entitled", "2/3 at_least yes_no", "free", "voting", "motion"),
    "verein": (None, "1/2 more_than yes_no", "free", "voting", "motion"),
    "verein_statute": (None, "3/4 at_least yes_no", "free", "voting", "motion"),
}
REPLACED = {
    "admission_2014": ("1/2 more_than entitled", "1/2 more_than entitled", "secret", "voting", "motion"),
    "full_membership_2014": ("1/2 more_than entitled", "1/2 more_than entitled", "secret", "voting", "motion"),
    "election_equal": ("4/5 at_least entitled", "1/2 more_than present", "secret", "voting", "election"),
}


def test_every_row_of_the_rules_is_a_file_with_these_figures() -> None:
    def said(threshold: Threshold | None) -> str | None:
        if threshold is None:
            return None
        return f"{threshold.numerator}/{threshold.denominator} {threshold.comparison} {threshold.base}"

    presets = load_presets()
    found = {i: (said(p.quorum), said(p.passing), p.method, p.electorate, p.made_for) for i, p in presets.items()}
    assert found == ROWS | REPLACED
    assert not any(preset.proxy for preset in presets.values())
    assert presets["appraisal"].excellent == Share(1, 3)


TEXTS = {
    # preset: article, date of the text, compared with, assumed, in force since
    "general_meeting": ("11", "2018-10-28", ["text"], [], "2018-10-28"),
    "admission": ("19, 20", "2026-05-11", ["text"], [], "2026-05-11"),
    "full_membership": ("32", "2026-05-11", ["text"], [], "2026-05-11"),
    "probation_extended": ("31, 32", "2026-05-11", ["text"], [], "2026-05-11"),
    "membership_not_granted": ("31, 32", "2026-05-11", ["text"], [], "2026-05-11"),
    "committee": ("12", "2018-10-28", ["text"], ["passing"], "2018-10-28"),
    "group_meeting": ("13, 16", "2018-10-28", ["text"], ["quorum", "passing"], "2018-10-28"),
    "theme_day": ("16", "2018-10-28", ["text"], ["quorum", "passing"], "2018-10-28"),
    "organisation_life": ("17", "2018-10-28", ["text"], ["quorum", "passing"], "2018-10-28"),
    "appraisal": ("18", "2018-10-28", ["text", "notices"], ["quorum"], "2018-10-28"),
    "election": ("", "2020-07-13", ["text"], [], "2020-07-13"),
    "election_officers": ("22", "2018-10-28", ["text"], ["quorum", "passing", "surplus_percent"], "2018-10-28"),
    "election_secretary_direct": ("22", "2018-10-28", ["text"], ["quorum", "passing", "surplus_percent"], "2018-10-28"),
    "election_rules": ("11", "2018-10-28", ["samples"], ["method"], "2018-10-28"),
    "not_counted": ("", "", [], ["quorum", "passing"], ""),
    "league_election": ("", "2025-01-03", ["text"], ["quorum", "surplus_percent"], "2025-01-03"),
    "union_meeting": ("", "", [], ["quorum", "passing"], ""),
    "staff_congress": ("", "", [], ["quorum", "passing"], ""),
    "ronr": ("", "", ["text"], [], ""),
    "ronr_two_thirds": ("", "", ["text"], [], ""),
    "verein": ("32", "", ["text"], ["passing", "method"], ""),
    "verein_statute": ("33", "", ["text"], ["passing", "method"], ""),
}


def test_every_rule_in_force_says_what_its_text_is_and_what_is_assumed() -> None:
    in_force = {i: p for i, p in load_presets().items() if not p.replaced_by}
    found = {i: (p.article, p.text_date, list(p.compared_with), list(p.assumed), p.valid_from) for i, p in in_force.items()}
    assert found == TEXTS


def test_a_replaced_rule_names_the_one_in_force() -> None:
    assert {i: p.replaced_by for i, p in load_presets().items() if p.replaced_by} == {
        "admission_2014": "admission",
        "full_membership_2014": "full_membership",
        "election_equal": "election_secretary_direct",
    }


def test_written_opinions_count_where_members_are_admitted_and_nowhere_else() -> None:
    written = {i for i, p in load_presets().items() if p.written_opinions and not p.replaced_by}
    assert written == {"admission", "full_membership", "probation_extended", "membership_not_granted"}


def test_no_shipped_election_asks_for_its_base_and_only_a_committee_has_more_candidates_than_seats() -> None:
    presets = load_presets()
    assert [i for i, p in presets.items() if p.doubts] == []
    assert {i: p.surplus_percent for i, p in presets.items() if p.surplus_percent} == {"election": 20}


def test_every_template_names_a_preset_that_exists() -> None:
    presets = load_presets()
    assert {template.preset_id for template in TEMPLATES.values()} <= set(presets)


def test_template_agendas_fit_the_planned_length() -> None:
    for template in TEMPLATES.values():
        assert sum(item.minutes for item in template.items) <= template.minutes, template.kind


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"source": " "}, "source is empty"),
        ({"preset_id": "other"}, "expected 'ronr'"),
        ({"quorum": {"numerator": 3, "denominator": 2, "comparison": "at_least", "base": "entitled"}}, "quorum is not a fraction"),
        ({"passing": {"numerator": 0, "denominator": 2, "comparison": "at_least", "base": "entitled"}}, "passing is not a fraction"),
        ({"method": "by acclamation"}, "method"),
        ({"valid_from": "11 May 2026"}, "valid_from is not a day"),
        ({"text_date": "2026-5-11"}, "text_date is not a day"),
        ({"compared_with": []}, "compared with no text, and nothing is assumed"),
        ({"replaced_by": "roberts"}, "replaced_by names no rule in force"),
        ({"replaced_by": "ronr"}, "replaced_by names no rule in force"),
    ],
)
def test_a_broken_preset_file_stops_the_start(tmp_path: Path, change: dict[str, object], complaint: str) -> None:
    content = json.loads((FOLDER / "ronr.json").read_text(encoding="utf-8"))
    (tmp_path / "ronr.json").write_text(json.dumps(content | change), encoding="utf-8")
    with pytest.raises(PresetFileError, match=complaint):
        load_presets(tmp_path)


def test_an_empty_preset_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PresetFileError, match="no preset files"):
        load_presets(tmp_path)
