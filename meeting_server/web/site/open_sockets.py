"""How many sockets are open, and whose: one person, one household of guests, and all guests together have only so many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from meeting_server.domain.ids import ParticipantId

MOST_OF_A_PERSON = 24
"""In all meetings together; in one of them the assembly keeps six."""
MOST_WAITING_OF_A_PERSON = 8
"""Sockets that have not said hello."""
MOST_GUESTS_OF_A_HOUSEHOLD = 300
"""Sockets of guests behind one address. Members are counted by themselves alone: nobody's address keeps them out."""
MOST_OF_GUESTS = 1_000
"""In the whole server."""


@dataclass(slots=True)
class OpenSockets:
    """The counts of one process."""

    by_person: Counter[ParticipantId] = field(default_factory=Counter)
    waiting: Counter[ParticipantId] = field(default_factory=Counter)
    """Those of them that have not said hello."""
    guests: Counter[str] = field(default_factory=Counter)
    """Sockets of guests by household; ``""``: all of them."""
    denials: int = 0
    """Handshakes whose refusal waits to be sent."""

    def full(self, person: ParticipantId, household: str, *, is_guest: bool) -> bool:
        """Whether one more of this person is too many."""
        full = self.by_person[person] >= MOST_OF_A_PERSON or self.waiting[person] >= MOST_WAITING_OF_A_PERSON
        if is_guest:
            full = full or self.guests[household] >= MOST_GUESTS_OF_A_HOUSEHOLD or self.guests[""] >= MOST_OF_GUESTS
        return full

    def enter(self, person: ParticipantId, household: str, *, is_guest: bool) -> None:
        """Count one socket more, which has not said hello."""
        self.by_person[person] += 1
        self.waiting[person] += 1
        if is_guest:
            self.guests[household] += 1
            self.guests[""] += 1

    def heard(self, person: ParticipantId) -> None:
        """It said hello, or will not any more."""
        _count_down(self.waiting, person)

    def leave(self, person: ParticipantId, household: str, *, is_guest: bool) -> None:
        _count_down(self.by_person, person)
        if is_guest:
            _count_down(self.guests, household)
            _count_down(self.guests, "")


def _count_down(counter: Counter[Any], key: str) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
