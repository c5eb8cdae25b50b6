"""Moments in words, on the wall clock of the house."""

from __future__ import annotations

from datetime import UTC, datetime

from meeting_server.web.site import dates

AT = dates.millis(datetime(2026, 11, 26, 11, 0, tzinfo=UTC))


def test_moments_are_shown_on_the_clock_of_shanghai() -> None:
    assert dates.clock(AT) == "19:00"
    assert dates.moment("zh-CN", AT) == "11月26日 周四 19:00"
    assert dates.moment("en", AT) == "Thu 26 Nov, 19:00"


def test_the_day_turns_at_midnight_in_shanghai() -> None:
    before = dates.millis(datetime(2026, 11, 26, 15, 59, tzinfo=UTC))
    assert dates.day("zh-CN", before) == "11月26日 周四"
    assert dates.day("zh-CN", before + 60_000) == "11月27日 周五"


def test_another_year_is_said() -> None:
    now = dates.millis(datetime(2027, 1, 2, tzinfo=UTC))
    assert dates.day("zh-CN", AT, now) == "2026年11月26日 周四"
    assert dates.day("en", AT, now) == "Thu 26 Nov 2026"
    assert dates.day("en", AT, AT) == "Thu 26 Nov"
    assert dates.date("en", AT) == "26 Nov 2026"
    assert dates.date("zh-CN", AT) == "2026年11月26日"


def test_a_wall_clock_time_goes_there_and_back() -> None:
    assert dates.millis(datetime(2026, 11, 26, 19, 0)) == AT
    assert dates.local(AT).replace(tzinfo=None) == datetime(2026, 11, 26, 19, 0)


def test_minutes_are_never_none_when_there_were_some() -> None:
    assert [dates.minutes(ms) for ms in (0, 1, 29_000, 90_000, 3_600_000)] == [0, 1, 1, 2, 60]
