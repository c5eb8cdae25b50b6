"""What a rule comes to for an example is what the meeting itself would need."""

from __future__ import annotations

from meeting_server.store.schedule.presets import load_presets
from meeting_server.web.schedule.rules_pages import Example, worked_out


def test_the_worked_consequence_of_a_general_meeting_is_twenty_six_of_fifty() -> None:
    worked = worked_out(load_presets()["general_meeting"], Example(50, 30, 24, 0))
    assert (worked.quorum, worked.met, worked.passing, worked.of) == (25, True, 26, 50)


def test_the_majority_of_the_present_and_of_the_cast_are_worked_out_of_theirs() -> None:
    presets = load_presets()
    assert worked_out(presets["election"], Example(50, 30, 24, 0)).passing == 16
    assert worked_out(presets["ronr"], Example(50, 30, 24, 0)).passing == 13
    assert worked_out(presets["ronr"], Example(50, 30, 24, 4)).passing == 11


def test_a_rule_that_asks_for_nothing_needs_nobody() -> None:
    worked = worked_out(load_presets()["theme_day"], Example(50, 0, 0, 0))
    assert (worked.quorum, worked.met, worked.passing) == (0, True, 0)


def test_the_surplus_of_candidates_is_rounded_up() -> None:
    presets = load_presets()
    assert worked_out(presets["election"], Example(50, 30, 24, 0)).candidates == 6
    assert worked_out(presets["election_equal"], Example(50, 30, 24, 0)).candidates == 5
