"""Every vector of the regulation (``tests/vectors/regulation.json``) comes out of a meeting as it says."""

from __future__ import annotations

import pytest

from tests.kit.meetings.regulation import PRESETS, Case, cases, go_through

CASES = cases()


def test_every_vector_has_a_name_of_its_own_and_cites_an_article() -> None:
    names = [case.case for case in CASES]
    assert len(set(names)) == len(names)
    assert all(case.article for case in CASES)


def test_every_rule_in_force_has_a_vector() -> None:
    in_force = {preset_id for preset_id, preset in PRESETS.items() if not preset.replaced_by}
    assert in_force - {case.preset for case in CASES} == {"not_counted"}, "that rule decides exclusions only, see test_exclusions"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
def test_a_vote_comes_to_what_the_regulation_says(case: Case) -> None:
    assert go_through(case) == []
