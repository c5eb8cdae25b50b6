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
    # preset: quorum, passing (numerator/denominator, comparison, base), method, electorate
    "general_meeting": ("1/2 at_least entitled", "1/2 more_than entitled", "free", "voting"),
    "admission": ("1/2 more_than entitled", "1/2 more_than entitled", "secret", "voting"),
    "full_membership": ("1/2 more_than entitled", "1/2 more_than entitled", "secret", "voting"),
    "committee": ("1/2 at_least entitled", "1/2 more_than entitled", "free", "committee"),
    "group_meeting": (None, None, "free", "everyone"),
    "theme_day": (None, None, "free", "everyone"),
    "organisation_life": (None, None, "free", "everyone"),
    "appraisal": ("1/2 at_least entitled", None, "secret", "voting"),
    "election": ("4/5 at_least entitled", "1/2 more_than present", "secret", "voting"),
    "election_equal": ("4/5 at_least entitled", "1/2 more_than present", "secret", "voting"),
    "ronr": ("1/2 more_than entitled", "1/2 more_than yes_no", "free", "voting"),
}


def test_every_row_of_the_rules_is_a_file_with_these_figures() -> None:
    def said(threshold: Threshold | None) -> str | None:
        if threshold is None:
            return None
        return f"{threshold.numerator}/{threshold.denominator} {threshold.comparison} {threshold.base}"

    found = {i: (said(p.quorum), said(p.passing), p.method, p.electorate) for i, p in load_presets().items()}
    assert found == ROWS
    presets = load_presets()
    assert [i for i, p in presets.items() if p.written_opinions] == ["admission", "full_membership"]
    assert (presets["election"].surplus_percent, presets["election_equal"].surplus_percent) == (20, 0)
    assert not any(preset.proxy for preset in presets.values())
    assert presets["appraisal"].excellent == Share(1, 3)


def test_where_the_sources_disagree_the_secretary_is_asked_and_an_election_has_more_candidates_than_seats() -> None:
    presets = load_presets()
    assert presets["election"].doubts == presets["election_equal"].doubts == ("passing.base",)
    assert (presets["election"].surplus_percent, presets["election_equal"].surplus_percent) == (20, 0)


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
