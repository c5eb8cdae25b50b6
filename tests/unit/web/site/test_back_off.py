"""How long a guesser waits, and that nobody else does."""

from __future__ import annotations

from meeting_server.web.site.back_off import (
    FORGET_MS,
    FREE,
    FREE_ON_A_KNOWN_DEVICE,
    KEPT,
    LONGEST_MS,
    PRESSED_HOUSEHOLD,
    PRESSED_NUMBER,
    SPRAYED_FROM_A_HOUSEHOLD,
    SPRAYED_IN_ALL,
    Attempt,
    BackOff,
)


def guess(back_off: BackOff, times: int, attempt: Attempt, now: int = 0) -> list[int]:
    """So many wrong tries, one right after the other; how long each was told to wait."""
    return [back_off.begin(attempt, now) for _ in range(times)]


def patient(back_off: BackOff, times: int, attempt: Attempt, now: int = 0) -> tuple[list[int], int]:
    """The same, each as soon as it is allowed; the waits, and when the last one came."""
    waits = []
    for _ in range(times):
        wait = back_off.begin(attempt, now)
        if wait:
            waits.append(wait)
            now += wait
            assert back_off.begin(attempt, now) == 0
    return waits, now


ONE = Attempt("1", "a")


def test_a_few_mistakes_cost_nothing_and_further_ones_double_the_wait() -> None:
    back_off = BackOff()
    assert guess(back_off, FREE, ONE) == [0] * FREE
    assert patient(back_off, 4, ONE)[0] == [15_000, 30_000, 60_000, 120_000]


def test_the_wait_never_passes_its_limit() -> None:
    back_off = BackOff()
    guess(back_off, FREE, ONE)
    assert max(patient(back_off, 12, ONE)[0]) == LONGEST_MS


def test_tries_that_come_at_once_are_counted_before_any_is_looked_at() -> None:
    assert sum(not wait for wait in guess(BackOff(), 100, ONE)) == FREE


def test_strangers_elsewhere_never_make_the_owner_wait() -> None:
    back_off = BackOff()
    for stranger in range(500):
        guess(back_off, FREE, Attempt("1", f"x{stranger}"))
    assert back_off.begin(Attempt("1", "home"), 0) == 0


def test_a_number_guessed_at_from_many_households_leaves_each_of_them_one_try() -> None:
    back_off = BackOff()
    for stranger in range(PRESSED_NUMBER):
        back_off.begin(Attempt("1", f"x{stranger}"), 0)
    assert sum(not wait for wait in guess(back_off, 10, Attempt("1", "y"))) == 1


def test_a_known_device_has_tries_of_its_own_whatever_strangers_in_its_household_did() -> None:
    back_off = BackOff()
    patient(back_off, 12, Attempt("1", "campus"))
    guess(back_off, PRESSED_HOUSEHOLD, Attempt("2", "campus"))
    own = Attempt("1", "campus", device="phone")
    assert sum(not wait for wait in guess(back_off, 50, own)) == FREE_ON_A_KNOWN_DEVICE


def test_a_household_that_guesses_at_many_numbers_has_one_try_for_each_further_one() -> None:
    back_off = BackOff()
    for number in range(PRESSED_HOUSEHOLD):
        back_off.begin(Attempt(str(number), "a", f"p{number}"), 0)
    assert sum(not wait for wait in guess(back_off, 10, Attempt("new", "a"))) == 1


def test_one_password_on_many_numbers_is_stopped_though_every_number_had_but_one_try() -> None:
    back_off = BackOff()
    looked_at = sum(back_off.begin(Attempt(str(number), "a", "Spring2026"), 0) == 0 for number in range(200))
    assert looked_at == SPRAYED_FROM_A_HOUSEHOLD
    assert back_off.begin(Attempt("1", "a", "another"), 0) == 0


def test_one_password_on_many_numbers_from_many_households_is_stopped_too() -> None:
    back_off = BackOff()
    looked_at = sum(back_off.begin(Attempt(str(number), f"x{number}", "Spring2026"), 0) == 0 for number in range(200))
    assert looked_at == SPRAYED_IN_ALL
    assert back_off.begin(Attempt("1", "home", "Spring2026", device="phone"), 0) == 0, "its owner's device is looked at"


def test_letters_count_the_same_in_either_case() -> None:
    back_off = BackOff()
    guess(back_off, FREE, Attempt("AbC", "a"))
    assert back_off.begin(Attempt("aBc", "a"), 0) > 0


def test_success_clears_the_number_but_does_not_shield_guesses_at_others() -> None:
    back_off = BackOff()
    guess(back_off, FREE - 1, ONE)
    assert back_off.begin(ONE, 0) == 0
    back_off.succeeded(ONE, 0)
    assert guess(back_off, FREE, ONE) == [0] * FREE
    looked_at = 0
    for number in range(100):
        looked_at += back_off.begin(Attempt(str(number), "b", "Spring2026"), 0) == 0
        mine = Attempt("mine", "b", "Spring2026")
        if back_off.begin(mine, 0) == 0:
            back_off.succeeded(mine, 0)
    assert looked_at == SPRAYED_FROM_A_HOUSEHOLD


def test_a_campus_behind_one_address_can_sign_in() -> None:
    back_off = BackOff()
    for number in range(1000):
        attempt = Attempt(str(number), "campus", "the same for all")
        assert back_off.begin(attempt, 0) == 0
        back_off.succeeded(attempt, 0)


def test_an_hour_later_all_is_forgotten() -> None:
    back_off = BackOff()
    _, now = patient(back_off, 20, ONE)
    assert guess(back_off, FREE, ONE, now + FORGET_MS + 1) == [0] * FREE


def test_a_flood_of_made_up_numbers_does_not_fill_the_memory() -> None:
    back_off = BackOff()
    for number in range(KEPT // 2):
        back_off.begin(Attempt(str(number), str(number)), 0)
    assert len(back_off._failures) <= KEPT
