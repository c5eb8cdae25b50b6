"""What one person, one household and the house as a whole may do, and how often: the one owner of all of it.

Nothing here belongs to a socket: whoever comes back is still the same person. ``domain`` limits what a meeting keeps,
``half_open`` and ``frame_once`` what can be sent before anybody knows who sends it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from meeting_server.web.site.buckets import KEPT, Bucket, Buckets, Rate
from meeting_server.wire.codec import MAX_FRAME, head

RATES: dict[str, Rate] = {
    "command": Rate(10, 40),
    "ping": Rate(2, 10),
    "signal": Rate(4, 12),
    "offer": Rate(0.5, 6),
    "want": Rate(4, 20),
    "inspect": Rate(1, 4),
    "hangup": Rate(0.5, 6),
    "collect": Rate(1, 6),
    "hello": Rate(2, 60),
}
"""Frames of one person, on however many devices."""
OTHER = Rate(2, 10)
"""Frames whose type does not stand first, or is unknown."""
ALL = Rate(30, 80)
"""All kinds together."""
MOST_REFUSED = 30
"""Refusals after which the socket is closed; one is forgiven each second."""
MOST_BAD = 5
"""Frames that cannot be understood, for as long as the socket lives."""
COMMANDS: dict[str, Rate] = {
    "PostChat": Rate(2, 20),
}
"""Commands that others have to read, by kind, of one person."""
HANDSHAKES = Rate(2, 60)
"""Sockets that one person opens, or asks to open."""
GUESTS = Rate(1 / 5, 60)
"""Guests who come into one meeting from one household: a lecture hall's at once, then a dozen a minute."""
ALL_GUESTS = Rate(1, 300)
"""Guests who come into one meeting, wherever from."""

FETCHES = Rate(1 / 60, 30)
"""Fetches of one secret calendar address: programs ask every quarter of an hour, and a person may press a button."""


@dataclass(frozen=True, slots=True)
class Limited:
    """The frame is refused unread. ``re``: the command's id or the kind; come again after ``retry_after_ms``."""

    re: str
    is_command: bool
    retry_after_ms: int


class Limits:
    """What one person may say. Times are seconds of any steady clock."""

    __slots__ = ("_buckets", "_refused", "used")

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._refused = Bucket(Rate(1, MOST_REFUSED))
        self.used = 0.0

    def refuse(self, text: str, now: float) -> Limited | None:
        """``None``: go on and parse it."""
        self.used = now
        kind, name = head(text)
        rate = RATES.get(kind)
        buckets = (self._bucket("", ALL, now), self._bucket(kind if rate else "other", rate or OTHER, now))
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait <= 0:
            for bucket in buckets:
                bucket.take()
            return None
        is_command = kind == "command" and name != ""
        return Limited(name if is_command else kind, is_command, max(1, round(wait * 1000)))

    def flooding(self, now: float) -> bool:
        """Count one refusal; whether there have been too many."""
        if self._refused.wait(now) > 0:
            return True
        self._refused.take()
        return False

    def refuse_command(self, kind: str, now: float) -> float:
        """Seconds until a command of this kind is taken again; 0: it is taken now."""
        rate = COMMANDS.get(kind)
        if rate is None:
            return 0.0
        bucket = self._bucket(f"command {kind}", rate, now)
        wait = bucket.wait(now)
        if wait <= 0:
            bucket.take()
        return wait

    def _bucket(self, name: str, rate: Rate, now: float) -> Bucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(rate, now)
        return bucket


class Allowances:
    """Every limit of a house. The times of all calls are seconds of one steady clock."""

    IDLE_SECONDS = 300.0
    """After so long without a frame the budget of a person is as good as new."""

    def __init__(self) -> None:
        self._people: OrderedDict[str, Limits] = OrderedDict()
        self._handshakes = Buckets(HANDSHAKES)
        self._guests = Buckets(GUESTS)
        self._all_guests = Buckets(ALL_GUESTS)
        self._fetches = Buckets(FETCHES)

    def frames(self, person: str, now: float) -> Limits:
        """The budget of frames of one person, shared by all their sockets of now and of later."""
        found = self._people.pop(person, None) or Limits()
        found.used = max(found.used, now)
        self._people[person] = found
        self._forget(now)
        return found

    def handshake(self, person: str, now: float) -> float:
        """Seconds until this person may open a socket; 0: now, and it is counted."""
        return self._handshakes.wait(person, now)

    def guest(self, meeting_id: str, household: str, now: float) -> float:
        """Seconds until one more guest may come into the meeting from this household; 0: now, and they are counted."""
        return self._guests.wait(f"{meeting_id} {household}", now) or self._all_guests.wait(meeting_id, now)

    def fetch(self, address: str, now: float) -> float:
        """Seconds until a program may fetch what stands behind this secret address; 0: now, and it is counted."""
        return self._fetches.wait(address, now)

    def _forget(self, now: float) -> None:
        for _ in range(2):
            person, oldest = next(iter(self._people.items()))
            if len(self._people) > KEPT or oldest.used + self.IDLE_SECONDS < now:
                del self._people[person]
            elif len(self._people) > 1 and oldest.used > now - self.IDLE_SECONDS:
                self._people.move_to_end(person)  # still talking


def too_large(text: str) -> bool:
    """Longer than a frame may be; servers that know the limit have closed the socket before."""
    return len(text) > MAX_FRAME
