"""How long a guesser waits."""

from __future__ import annotations

from meeting_server.web.back_off import FORGET_MS, KEPT, LONGEST_MS, BackOff


def fail(back_off: BackOff, times: int, number: str = "1", address: str = "a", now: int = 0) -> None:
    for _time in range(times):
        back_off.failed(number, address, now)


def test_a_few_mistakes_cost_nothing_and_further_ones_double_the_wait() -> None:
    back_off = BackOff()
    fail(back_off, 4)
    assert back_off.wait_ms("1", "a", 0) == 0
    waits = []
    for _more in range(4):
        fail(back_off, 1)
        waits.append(back_off.wait_ms("1", "a", 0))
    assert waits == [15_000, 30_000, 60_000, 120_000]


def test_the_wait_runs_down_and_never_passes_its_limit() -> None:
    back_off = BackOff()
    fail(back_off, 5)
    assert back_off.wait_ms("1", "a", 10_000) == 5_000
    assert back_off.wait_ms("1", "a", 15_000) == 0
    fail(back_off, 60)
    assert back_off.wait_ms("1", "a", 0) == LONGEST_MS


def test_another_address_is_not_held_up_until_the_number_is_guessed_from_many() -> None:
    back_off = BackOff()
    fail(back_off, 5, address="a")
    assert back_off.wait_ms("1", "b", 0) == 0
    for number in range(15):
        fail(back_off, 1, address=f"x{number}")
    assert back_off.wait_ms("1", "b", 0) > 0


def test_letters_count_the_same_in_either_case() -> None:
    back_off = BackOff()
    fail(back_off, 5, number="AbC")
    assert back_off.wait_ms("aBc", "a", 0) > 0


def test_success_clears_the_number_but_does_not_shield_the_address() -> None:
    back_off = BackOff()
    fail(back_off, 5)
    back_off.succeeded("1", "a")
    assert back_off.wait_ms("1", "a", 0) == 0
    for number in range(210):
        back_off.failed(str(number), "a", 0)
    back_off.succeeded("7", "a")
    assert back_off.wait_ms("someone", "a", 0) > 0


def test_a_campus_behind_one_address_can_sign_in() -> None:
    back_off = BackOff()
    for number in range(1000):
        assert back_off.wait_ms(str(number), "campus", 0) == 0
        back_off.failed(str(number), "campus", 0)
        back_off.succeeded(str(number), "campus")


def test_an_hour_later_all_is_forgotten() -> None:
    back_off = BackOff()
    fail(back_off, 50)
    assert back_off.wait_ms("1", "a", FORGET_MS + 1) == 0


def test_a_flood_of_made_up_numbers_does_not_fill_the_memory() -> None:
    back_off = BackOff()
    for number in range(KEPT):
        back_off.failed(str(number), str(number), 0)
    assert len(back_off._failures) <= KEPT
