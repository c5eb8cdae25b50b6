"""What all virtual phones together see: delays, losses, gaps and refusals, collected between two looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which ``share`` of all lie (nearest rank); ``None`` when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


@dataclass(slots=True)
class Tally:
    """Since the last ``take``. Times in milliseconds."""

    message_delays: list[float] = field(default_factory=list)
    """From the sending phone's hand to another phone's."""
    answer_delays: list[float] = field(default_factory=list)
    """From a command to its acknowledgement."""
    sound_delays: list[float] = field(default_factory=list)
    """From the talker's phone to a listener's."""
    sound_gaps: list[float] = field(default_factory=list)
    """The longest pause between two packets of sound, one a phone."""
    refused: Counter[str] = field(default_factory=Counter)
    """Commands and offers that were refused, by code; sockets and media connections that were lost, by what happened."""
    received: int = 0
    """Packets of sound and pictures."""
    lost: int = 0
    octets: int = 0
    sent: int = 0
    """Packets of sound and pictures that the phones sent."""
    lag: float = 0.0
    """The longest time the phones themselves were late: their own processor, not the server's."""

    def take(self) -> Tally:
        """What was collected; from now on anew."""
        taken = Tally(**{name: getattr(self, name) for name in self.__slots__})
        fresh = Tally()
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))
        return taken

    def add(self, other: Tally) -> None:
        """Take in what another collected after."""
        for name in ("message_delays", "answer_delays", "sound_delays", "sound_gaps"):
            getattr(self, name).extend(getattr(other, name))
        self.refused.update(other.refused)
        for name in ("received", "lost", "octets", "sent"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.lag = max(self.lag, other.lag)
