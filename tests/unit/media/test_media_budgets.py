"""How much of what a client may cause is served."""

from __future__ import annotations

from meeting_server.media.budgets import Budget


def test_a_budget_gives_its_burst_and_then_its_rate() -> None:
    budget = Budget(10, 2)
    assert [budget.take(100.0) for _ in range(11)] == [True] * 10 + [False]
    assert [budget.take(101.0) for _ in range(3)] == [True, True, False]
    assert sum(budget.take(1000.0) for _ in range(20)) == 10


def test_a_taking_that_does_not_fit_takes_nothing() -> None:
    budget = Budget(10, 1)
    assert not budget.take(5.0, 11)
    assert budget.take(5.0, 10)
