"""The server's clock never jumps."""

from __future__ import annotations

import time

import pytest

from meeting_server.live.clock import steady_clock


def test_a_wall_clock_set_an_hour_on_or_back_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time_ns
    now = steady_clock()
    before = now()
    for hours in (1, -1):
        monkeypatch.setattr(time, "time_ns", lambda hours=hours: real() + hours * 3_600_000_000_000)
        assert 0 <= now() - before < 60_000


def test_it_starts_at_the_time_of_the_wall() -> None:
    assert abs(steady_clock()() - time.time_ns() // 1_000_000) < 1_000
