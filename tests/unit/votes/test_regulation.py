"""Every vector of the regulation (``tests/vectors/regulation.json``) comes out of a meeting as it says."""

from __future__ import annotations

import pytest

from tests.kit.meetings.regulation import Case, cases, go_through

CASES = cases()


def test_every_vector_has_a_name_of_its_own_and_cites_an_article() -> None:
    names = [case.case for case in CASES]
    assert len(set(names)) == len(names)
    assert all(case.article for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
def test_a_vote_comes_to_what_the_regulation_says(case: Case) -> None:
    assert go_through(case) == []
