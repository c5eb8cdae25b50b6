"""From measured levels to how many phones a server carries: the estimator, without a server."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meeting_server.rehearsal.estimate import FURTHEST, Level, fitted, full_at, judge, symptoms
from tests.kit.meetings.rehearsed import MACHINE, QUIET


def levels(**per_phone: float) -> list[Level]:
    """0, 10, 20 and 30 phones; each resource grows by so much a phone."""
    return [replace(QUIET, phones=n, **{name: each * n for name, each in per_phone.items()}) for n in (0, 10, 20, 30)]  # type: ignore[arg-type]


def test_a_line_is_found_through_points_on_a_line() -> None:
    assert fitted([0, 10, 20, 30], [1.0, 2.0, 3.0, 4.0], squares=True) == pytest.approx((1.0, 0.1, 0.0), abs=1e-6)


def test_a_square_is_found_through_points_on_a_square() -> None:
    assert fitted([0, 10, 20, 30], [0.5, 1.5, 4.5, 9.5], squares=True) == pytest.approx((0.5, 0.0, 0.01), abs=1e-6)


def test_what_cannot_grow_with_the_square_is_fitted_by_a_line() -> None:
    assert fitted([10, 20, 30], [1.0, 4.0, 9.0], squares=False)[2] == 0.0


def test_a_resource_is_full_where_its_line_meets_the_limit() -> None:
    assert full_at([10, 20, 30], [0.1, 0.2, 0.3], 0.9, squares=True) == 90


def test_a_resource_that_does_not_grow_is_never_full() -> None:
    assert full_at([10, 20, 30], [0.3, 0.3, 0.3], 0.9, squares=True) is None


def test_nothing_is_foretold_beyond_ten_times_the_most_measured() -> None:
    assert full_at([10, 20, 30], [0.001, 0.002, 0.003], 0.9, squares=False) is None


def test_the_media_process_is_full_first_when_it_grows_fastest() -> None:
    first = judge(levels(media=0.01, web=0.002), MACHINE).first
    assert first is not None
    assert (first.resource, first.full_at) == ("media", 90)


def test_all_cores_are_full_first_on_a_machine_with_one() -> None:
    first = judge(levels(media=0.006, web=0.006), replace(MACHINE, cores=1)).first
    assert first is not None
    assert (first.resource, first.full_at) == ("cores", 75)


def test_files_are_full_first_when_the_limit_is_low() -> None:
    first = judge(levels(files=4.0), replace(MACHINE, files=400.0)).first
    assert first is not None
    assert (first.resource, first.full_at) == ("files", 90)


def test_the_network_counts_only_where_its_speed_is_known() -> None:
    measured = levels(out_mbit_s=2.0)
    assert judge(measured, MACHINE).first is None
    first = judge(measured, replace(MACHINE, network_mbit_s=100.0)).first
    assert first is not None
    assert (first.resource, first.full_at) == ("network", 40)


def test_one_number_of_phones_foretells_no_limit() -> None:
    verdict = judge([QUIET, replace(QUIET, phones=10, web=0.5)], MACHINE)
    assert verdict.first is None
    assert not verdict.estimated
    assert verdict.carried == 10


@pytest.mark.parametrize(
    ("symptom", "changes"),
    [
        ("refused", {"refused": 1}),
        ("messages_late", {"message_p95": 1_200.0}),
        ("messages_late", {"answer_p95": 1_200.0}),
        ("server_late", {"server_late_p95": 300.0}),
        ("sound_gaps", {"sound_gap_p99": 500.0}),
        ("lost", {"lost": 0.03}),
    ],
)
def test_each_symptom_is_seen_where_people_would_notice_it(symptom: str, changes: dict[str, float]) -> None:
    assert symptoms(QUIET) == ()
    assert symptoms(replace(QUIET, **changes)) == (symptom,)  # type: ignore[arg-type]


def test_carried_is_the_most_before_anything_gave_way() -> None:
    measured = levels(web=0.001)
    measured[3] = replace(measured[3], message_p95=2_000.0)
    verdict = judge(measured, MACHINE)
    assert (verdict.carried, verdict.gave_way_at, verdict.gave_way) == (20, 30, ("messages_late",))


def test_a_level_that_went_well_after_a_failed_one_is_not_carried() -> None:
    measured = levels(web=0.001)
    measured[2] = replace(measured[2], refused=3)
    assert judge(measured, MACHINE).carried == 10


def test_phones_that_are_late_themselves_are_named() -> None:
    assert judge([replace(QUIET, phones=10, phones_busy=0.95)], MACHINE).phones_were_the_limit
    assert judge([replace(QUIET, phones=10, phones_late_p95=200.0)], MACHINE).phones_were_the_limit
    assert not judge([replace(QUIET, phones=10)], MACHINE).phones_were_the_limit


def test_other_programs_that_keep_the_machine_busy_are_named() -> None:
    assert judge([replace(QUIET, phones=10, others=1.5)], MACHINE).others_were_busy


def test_nothing_measured_is_no_verdict() -> None:
    with pytest.raises(ValueError, match="nothing"):
        judge([], MACHINE)


@given(
    st.lists(st.tuples(st.integers(1, 500), st.floats(0, 4)), min_size=2, max_size=6, unique_by=lambda point: point[0]),
    st.floats(0.1, 8),
    st.booleans(),
)
def test_any_measurement_gives_a_number_within_reach_or_none(points: list[tuple[int, float]], full: float, squares: bool) -> None:
    phones, used = [n for n, _ in points], [value for _, value in points]
    found = full_at(phones, used, full, squares=squares)
    assert found is None or 0 <= found <= FURTHEST * max(phones)
    assert min(fitted(phones, used, squares=squares)) >= 0
