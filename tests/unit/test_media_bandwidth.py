"""When pictures give way, and when they come back."""

from __future__ import annotations

from meeting_server.media.bandwidth import Downlink


def feed(link: Downlink, begin: float, seconds: float, delay: float, *, sending: float = 800_000, lose: int = 0) -> float:
    """Feedback ten times a second about ten packets each, all delayed by ``delay`` seconds."""
    now = begin
    number = int(begin * 100) & 0xFFFF
    while now < begin + seconds:
        link.sending = sending
        link.sent.append((number - 1 & 0xFFFF, number + 9 & 0xFFFF, now))
        arrivals = [(number + i & 0xFFFF, -1 if i < lose else int((now + delay + 100) * 1e6)) for i in range(10)]
        link.reported_arrivals(arrivals, now + delay)
        number += 10
        now += 0.1
    return now


def test_without_signs_of_congestion_nothing_is_taken_away() -> None:
    link = Downlink()
    end = feed(link, 0.0, 20.0, 0.15)
    assert not link.ever_congested
    assert not link.must_shrink(end)


def test_a_queue_that_stays_shrinks_the_budget_within_two_seconds() -> None:
    link = Downlink()
    now = feed(link, 0.0, 3.0, 0.05)
    now = feed(link, now, 2.0, 0.4)
    assert link.must_shrink(now)
    assert link.for_pictures() < 500_000


def test_a_burst_is_no_congestion() -> None:
    link = Downlink()
    now = feed(link, 0.0, 3.0, 0.05)
    now = feed(link, now, 0.3, 0.3)
    now = feed(link, now, 3.0, 0.05)
    assert not link.ever_congested


def test_heavy_loss_shrinks_the_budget() -> None:
    link = Downlink()
    now = feed(link, 0.0, 3.0, 0.05, lose=3)
    assert link.must_shrink(now)


def test_three_percent_of_loss_is_carried_by_repairs() -> None:
    link = Downlink()
    now = 0.0
    for i in range(30):
        now = feed(link, now, 0.1, 0.05, lose=1 if i % 3 == 0 else 0)
    assert not link.ever_congested


def test_a_failed_trial_doubles_the_wait_for_the_next() -> None:
    link = Downlink()
    now = feed(link, 0.0, 3.0, 0.05)
    now = feed(link, now, 1.0, 0.5)
    now = feed(link, now, 10.0, 0.05, sending=100_000)
    assert link.may_try(now)
    link.tried(500_000, now)
    now = feed(link, now, 2.0, 0.5, sending=500_000)
    calm = feed(link, now, 5.0, 0.05, sending=100_000)
    assert not link.may_try(calm)
    assert link.may_try(feed(link, calm, 5.0, 0.05, sending=100_000))


def test_an_estimate_below_what_is_sent_counts_as_congestion() -> None:
    link = Downlink()
    link.sending = 1_000_000
    link.reported_capacity(500_000, 1.0)
    assert link.for_pictures() < 450_000
    link.sending = 300_000
    link.reported_capacity(900_000, 10.0)
    assert link.for_pictures() > 600_000
