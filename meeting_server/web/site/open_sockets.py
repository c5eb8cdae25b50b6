"""How many sockets are open, with limits for one person, for the guests of one household, and for all guests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from meeting_server.domain.ids import ParticipantId

MOST_OF_A_PERSON = 24
"""Of one person in all meetings together. In one meeting the assembly keeps six."""
MOST_WAITING_OF_A_PERSON = 8
"""Sockets of one person without a hello."""
MOST_GUESTS_OF_A_HOUSEHOLD = 300
"""Sockets of guests behind one address. Members are counted only per person, so no address keeps them out."""
MOST_OF_GUESTS = 1_000
"""Sockets of guests on the whole server."""


@dataclass(slots=True)
class OpenSockets:
    """The counts of one process."""

    by_person: Counter[ParticipantId] = field(default_factory=Counter)
    waiting: Counter[ParticipantId] = field(default_factory=Counter)
    """Those of them without a hello."""
    guests: Counter[str] = field(default_factory=Counter)
    """Sockets of guests by household; ``""``: all of them."""
    denials: int = 0
    """Handshakes whose refusal is not sent yet."""

    def full(self, person: ParticipantId, household: str, *, is_guest: bool) -> bool:
        """Return whether one more socket of this person is too many."""
        full = self.by_person[person] >= MOST_OF_A_PERSON or self.waiting[person] >= MOST_WAITING_OF_A_PERSON
        if is_guest:
            full = full or self.guests[household] >= MOST_GUESTS_OF_A_HOUSEHOLD or self.guests[""] >= MOST_OF_GUESTS
        return full

    def enter(self, person: ParticipantId, household: str, *, is_guest: bool) -> None:
        """Count one more socket, which has not said hello."""
        self.by_person[person] += 1
        self.waiting[person] += 1
        if is_guest:
            self.guests[household] += 1
            self.guests[""] += 1

    def heard(self, person: ParticipantId) -> None:
        """Note that a socket said hello, or no longer will."""
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
