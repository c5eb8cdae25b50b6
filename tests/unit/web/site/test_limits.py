"""How much one person may say, and what the house remembers of everyone."""

from __future__ import annotations

from meeting_server.web.site.limits import ALL, MOST_REFUSED, RATES, Limits

COMMAND = '{"type":"command","id":"0123456789","kind":"RaiseHand","data":{}}'
PING = '{"type":"ping","sent":1}'


def allowed(limits: Limits, text: str, now: float, tries: int) -> int:
    return sum(limits.refuse(text, now) is None for _ in range(tries))


def test_a_burst_passes_and_what_is_beyond_is_told_when_to_come_again() -> None:
    limits = Limits()
    rate = RATES["command"]
    assert allowed(limits, COMMAND, 0.0, 100) == rate.burst
    refused = limits.refuse(COMMAND, 0.0)
    assert refused is not None
    assert (refused.re, refused.is_command, refused.retry_after_ms) == ("0123456789", True, 100)
    assert limits.refuse(COMMAND, refused.retry_after_ms / 1000) is None


def test_in_the_long_run_the_rate_holds() -> None:
    limits = Limits()
    passed = sum(limits.refuse(COMMAND, tick / 100) is None for tick in range(60_00))
    rate = RATES["command"]
    assert 60 * rate.per_second <= passed <= 60 * rate.per_second + rate.burst + 1


def test_each_kind_has_its_own_budget() -> None:
    limits = Limits()
    allowed(limits, COMMAND, 0.0, 100)
    assert limits.refuse(PING, 0.0) is None


def test_all_kinds_together_have_one_too() -> None:
    limits = Limits()
    kinds = [f'{{"type":"{kind}"}}' for kind in RATES] + ["{}"]
    assert sum(allowed(limits, text, 0.0, 100) for text in kinds) <= ALL.burst


def test_a_type_that_does_not_stand_first_gets_the_smallest_budget() -> None:
    assert allowed(Limits(), '{"sent":1,"type":"ping"}', 0.0, 100) == 10


def test_too_many_refusals_are_a_flood_and_old_ones_are_forgiven() -> None:
    limits = Limits()
    assert not any(limits.flooding(0.0) for _ in range(MOST_REFUSED))
    assert limits.flooding(0.0)
    assert not any(limits.flooding(second * 1.01) for second in range(1, 100))


def test_a_clock_that_stands_still_or_runs_back_gives_nothing() -> None:
    limits = Limits()
    assert allowed(limits, PING, 10.0, 100) == RATES["ping"].burst
    assert limits.refuse(PING, 5.0) is not None
