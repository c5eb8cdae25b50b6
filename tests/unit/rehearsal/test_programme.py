"""How a rehearsal is held: at which numbers of phones, for how long, and never half a round."""

from __future__ import annotations

import asyncio

from meeting_server.rehearsal.programme import Programme
from meeting_server.rehearsal.runner import Order, steps

ORDER = Order(server="http://127.0.0.1:1", token="", members=40, cameras=4, minutes=2.0)


class Counted(Programme):
    """Counts the rounds it begins."""

    begun = 0

    async def round(self) -> None:
        self.begun += 1
        await asyncio.sleep(0)
        self.rounds += 1


async def test_a_round_that_began_is_played_to_its_end() -> None:
    programme = Counted([], str)
    await programme.run(0.0)
    assert (programme.begun, programme.rounds) == (1, 1)
    await programme.run(0.001)
    assert programme.begun == programme.rounds > 1


def test_a_minute_or_more_is_held_at_three_numbers_of_phones() -> None:
    assert steps(ORDER) == ((13, 30.0), (26, 30.0), (40, 60.0))


def test_a_short_rehearsal_is_held_at_one_number_of_phones() -> None:
    assert steps(Order(server="", token="", members=6, cameras=1, minutes=0.5)) == ((6, 30.0),)


def test_steps_grow_until_all_phones_are_there() -> None:
    growing = steps(Order(server="", token="", members=40, cameras=4, minutes=2.0, until_it_gives_way=True))
    assert [number for number, _ in growing] == [10, 15, 22, 33, 40]
