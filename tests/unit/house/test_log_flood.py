"""Nobody fills the log: lines of one kind from one household are bounded, and what was left out is counted."""

from __future__ import annotations

import logging

from meeting_server.log_flood import BURST, BURST_OF_ALL, MOST_KINDS, NoFlood, household


class Log:
    """A handler's filter with a clock that is set, and what came through."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        self.filter = NoFlood(lambda record: self.lines.append(record.getMessage()), lambda: self.now)

    def say(self, event: str, who: str = "", level: int = logging.INFO) -> None:
        token = household.set(who)
        record = logging.LogRecord("web", level, __file__, 1, {"event": event}, None, None)
        if self.filter.filter(record):
            self.lines.append(event)
        household.reset(token)


def test_a_household_that_asks_without_end_gets_so_many_lines_and_one_that_says_the_rest_is_left_out() -> None:
    log = Log()
    for _ in range(10_000):
        log.say("request", "203.0.113.9")
    assert log.lines.count("request") == BURST
    assert len(log.lines) == BURST + 1
    assert "left out" in log.lines[-1]


def test_the_next_line_tells_how_many_were_left_out() -> None:
    log = Log()
    for _ in range(1_000):
        log.say("request", "203.0.113.9")
    log.now = 1.0
    log.say("request", "203.0.113.9")
    assert f"'suppressed': {1_000 - int(BURST)}" in log.lines[-2]
    assert log.lines[-1] == "request"


def test_another_household_and_another_event_are_written_as_before() -> None:
    log = Log()
    for _ in range(1_000):
        log.say("request", "203.0.113.9")
    for event, who, level in (("request", "198.51.100.4", 20), ("ready", "203.0.113.9", 20), ("request", "203.0.113.9", 40)):
        log.lines.clear()
        log.say(event, who, level)
        assert log.lines == [event]


def test_many_households_together_do_not_fill_the_disk_either() -> None:
    log = Log()
    for number in range(20_000):
        log.say("request", f"2001:db8:0:{number:x}::/64")
    assert log.lines.count("request") == BURST_OF_ALL
    assert len(log.filter._kinds) <= MOST_KINDS
