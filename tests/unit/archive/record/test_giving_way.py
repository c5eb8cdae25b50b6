"""Work on records waits while a meeting runs and the machine is busy, and never otherwise."""

from __future__ import annotations

import threading
from pathlib import Path

from meeting_server.archive.record.giving_way import GivingWay, OthersShare


class Machine:
    """Busy for the first few looks, then idle."""

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        return 0.95 if self.looks <= self.busy else 0.1


def test_it_waits_while_a_meeting_runs_and_the_machine_is_busy() -> None:
    machine = Machine(busy=3)
    giving_way = GivingWay(machine, look_every_s=0.001)
    giving_way.live = True
    giving_way.wait()
    assert machine.looks == 4
    assert giving_way.waited_s > 0


def test_without_a_meeting_it_does_not_even_look() -> None:
    machine = Machine(busy=1_000_000)
    GivingWay(machine).wait()
    assert machine.looks == 0


def test_the_machine_is_not_looked_at_again_at_once() -> None:
    machine = Machine(busy=0)
    giving_way = GivingWay(machine, look_every_s=60.0)
    giving_way.live = True
    for _ in range(100):
        giving_way.wait()
    assert machine.looks == 1


def test_a_process_that_is_to_end_waits_no_longer() -> None:
    giving_way = GivingWay(Machine(busy=1_000_000), look_every_s=60.0)
    giving_way.live = True
    waiting = threading.Thread(target=giving_way.wait)
    waiting.start()
    giving_way.stop()
    waiting.join(5.0)
    assert not waiting.is_alive()


def test_a_meeting_that_ends_lets_the_work_go_on() -> None:
    giving_way = GivingWay(Machine(busy=1_000_000), look_every_s=0.001)
    giving_way.live = True
    waiting = threading.Thread(target=giving_way.wait)
    waiting.start()
    giving_way.live = False
    waiting.join(5.0)
    assert not waiting.is_alive()


def test_our_own_niced_work_does_not_count_as_others(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu 100 50 20 800 0 0 0 0 0 0\n")
    share = OthersShare(stat)
    stat.write_text("cpu 110 950 20 890 0 0 0 0 0 0\n")
    assert share() == 10 / 1000
    stat.write_text("cpu 210 950 20 890 0 0 0 0 0 0\n")
    assert share() == 1.0
