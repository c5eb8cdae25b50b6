"""When pictures give way, and when they come back."""

from __future__ import annotations

import random
from itertools import pairwise

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


def test_loss_is_reckoned_over_many_packets_so_that_chance_is_no_congestion() -> None:
    """Few small pictures: three packets a feedback. One lost in three is a third of it, and says nothing."""
    link, chance, now, number = Downlink(), random.Random(7), 0.0, 0
    while now < 600.0:
        link.sending = 200_000
        link.sent.append((number - 1 & 0xFFFF, number + 2 & 0xFFFF, now))
        told = [(number + i & 0xFFFF, -1 if chance.random() < 0.03 else int((now + 100.02) * 1e6)) for i in range(3)]
        if link.curious(now):
            link.reported_arrivals(told, now + 0.02)
        number += 3
        now += 0.05
    assert not link.ever_congested


def test_a_path_that_loses_by_chance_is_known_and_a_full_one_is_not_taken_for_it() -> None:
    link = Downlink()
    now = 0.0
    for i in range(60):
        now = feed(link, now, 0.1, 0.05, lose=1 if i % 3 == 0 else 0)
    assert link.loses_by_chance(now)
    now = feed(link, now, 2.0, 0.4)
    assert not link.loses_by_chance(now)


def test_one_packet_asked_for_again_is_enough_for_second_copies_for_a_few_seconds() -> None:
    link = Downlink()
    now = feed(link, 0.0, 5.0, 0.05)
    link.asked_again(now)
    assert link.loses_by_chance(now)
    assert not link.loses_by_chance(feed(link, now, 6.0, 0.05))


def test_what_is_asked_for_again_on_a_full_path_is_not_sent_twice() -> None:
    link = Downlink()
    now = feed(link, feed(link, 0.0, 3.0, 0.05), 1.5, 0.5)
    link.asked_again(now)
    assert not link.loses_by_chance(now)


def test_a_clean_path_needs_no_second_copies() -> None:
    link = Downlink()
    assert not link.loses_by_chance(feed(link, 0.0, 20.0, 0.05))


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


class Path:
    """A path of so many bit/s with a queue of half a second, a picture of 150 kbit/s that may flow, and a clock."""

    def __init__(self, capacity: float) -> None:
        self.link, self.capacity = Downlink(), capacity
        self.now = self.queue = 0.0
        self.number = 0
        self.began: list[float] = []  # when the picture began to flow
        self.late_s = 0.0  # how long whatever is sent came late

    def go_on(self, seconds: float) -> None:
        link, end = self.link, self.now + seconds
        while self.now < end:
            self.now += 0.05
            if round(self.now * 20) % 20 == 0:  # once a second, as the worker does
                self._choose()
            offered = (link.sending + 40_000) * 0.05
            self.queue = min(0.5 * self.capacity, max(0.0, self.queue + offered - self.capacity * 0.05))
            delay = 0.04 + self.queue / self.capacity
            self.late_s += 0.05 if delay > 0.2 else 0.0
            link.sent.append((self.number, self.number + 2 & 0xFFFF, self.now))
            told = [(self.number + i & 0xFFFF, int((self.now + 100 + delay) * 1e6)) for i in (1, 2)]
            self.number = self.number + 2 & 0xFFFF
            if link.curious(self.now):
                link.reported_arrivals(told, self.now + delay)

    def _choose(self) -> None:
        link, cost = self.link, 150_000
        if cost <= link.for_pictures() or (link.sending and not link.must_shrink(self.now)):
            flows = True
        else:
            flows = link.may_try(self.now)
            if flows:
                link.tried(cost, self.now)
        if flows and not link.sending:
            self.began.append(self.now)
        link.sending = cost if flows else 0


def test_a_path_too_thin_for_pictures_is_tried_ever_more_seldom() -> None:
    path = Path(120_000)
    path.go_on(300.0)
    assert len(path.began) <= 9
    assert all(later - earlier > 3 for earlier, later in pairwise(path.began))
    assert len([b for b in path.began if b > 150]) <= 3
    assert path.late_s < 15, "sound pays for what is tried"


def test_pictures_come_back_after_a_short_squeeze_and_stay() -> None:
    path = Path(1_000_000)
    path.go_on(20.0)
    path.capacity = 120_000
    path.go_on(10.0)
    assert path.link.sending == 0
    path.capacity, begun = 1_000_000, len(path.began)
    path.go_on(12.0)
    assert path.link.sending > 0
    path.go_on(120.0)
    assert len(path.began) == begun + 1


def test_on_a_new_path_the_old_ones_congestion_counts_no_more() -> None:
    path = Path(120_000)
    path.go_on(120.0)
    path.capacity = 1_000_000
    path.link.new_path()
    path.go_on(2.0)
    assert path.link.sending > 0
