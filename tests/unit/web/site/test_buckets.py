"""Token buckets by name, and a memory for them that strangers cannot fill."""

from __future__ import annotations

from meeting_server.web.site.buckets import Buckets, Rate
from meeting_server.web.site.limits import COMMANDS, GUESTS, HANDSHAKES, Allowances


def test_a_burst_passes_at_once_and_then_the_rate() -> None:
    buckets = Buckets(Rate(2, 3))
    assert [buckets.wait("a", 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.wait("b", 0.0) == 0, "another name has its own"
    assert buckets.wait("a", 0.5) == 0
    assert buckets.wait("a", 0.5) > 0


def test_made_up_names_do_not_fill_the_memory() -> None:
    buckets = Buckets(Rate(1, 3), kept=100)
    for number in range(10_000):
        buckets.wait(str(number), 0.0)
    assert len(buckets) <= 100


def test_names_that_rest_are_forgotten() -> None:
    buckets = Buckets(Rate(1, 3))
    for number in range(100):
        buckets.wait(str(number), 0.0)
    for number in range(100):
        buckets.wait("one", 1000.0 + number)
        buckets.wait(f"new {number}", 1000.0 + number)
    assert len(buckets) < 100


def test_coming_back_does_not_renew_what_a_person_may_say() -> None:
    allowances = Allowances()
    said = 0
    for _ in range(50):  # fifty sockets, one after the other
        limits = allowances.frames("guest", 0.0)
        said += sum(limits.refuse_command("PostChat", 0.0) == 0 for _ in range(5))
    assert said == COMMANDS["PostChat"].burst


def test_handshakes_are_counted_by_person_and_guests_by_meeting_and_household() -> None:
    allowances = Allowances()
    assert sum(allowances.handshake("m1", 0.0) == 0 for _ in range(500)) == HANDSHAKES.burst
    assert allowances.handshake("m2", 0.0) == 0
    assert sum(allowances.guest("meeting", "192.0.2.1", 0.0) == 0 for _ in range(500)) == GUESTS.burst
    assert allowances.guest("meeting", "192.0.2.2", 0.0) == 0
    assert allowances.guest("another", "192.0.2.1", 0.0) == 0


def test_budgets_of_people_who_left_are_forgotten_and_those_of_talkers_are_kept() -> None:
    allowances = Allowances()
    talker = allowances.frames("talker", 0.0)
    for number in range(1_000):
        talker.refuse("{}", float(number))
        allowances.frames(f"guest {number}", float(number))
    assert allowances.frames("talker", 1_000.0) is talker
    assert len(allowances._people) < 700
