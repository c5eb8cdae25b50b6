"""Rate limits of one person, one household and the whole server: the only owner of all of them.

No limit belongs to a socket, because a person who reconnects is still the same person. ``domain`` limits what a meeting stores;
``half_open`` and ``meeting.frame_once`` limit what can be sent before the sender is known.
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
"""Frames of one person, on all devices together."""
OTHER = Rate(2, 10)
"""Frames whose type is unknown or does not come first."""
ALL = Rate(30, 80)
"""All kinds together."""
MOST_REFUSED = 30
"""Refusals after which the socket is closed. One is forgiven every second."""
MOST_BAD = 5
"""Invalid frames allowed during the life of a socket."""
COMMANDS: dict[str, Rate] = {
    "PostChat": Rate(2, 20),
}
"""Commands of one person that others have to read, by kind."""
HANDSHAKES = Rate(2, 60)
"""Sockets that one person opens or tries to open."""
GUESTS = Rate(1 / 5, 60)
"""Guests who join one meeting from one household: a lecture hall at once, then a dozen a minute."""
ALL_GUESTS = Rate(1, 300)
"""Guests who join one meeting from anywhere."""

FETCHES = Rate(1 / 60, 30)
"""Fetches of one secret calendar address. Programs ask every quarter of an hour, and a person may press a button."""


@dataclass(frozen=True, slots=True)
class Limited:
    """The frame is refused unread. ``re``: the command's id or the kind. Retry after ``retry_after_ms``."""

    re: str
    is_command: bool
    retry_after_ms: int


class Limits:
    """The frame budget of one person. Times are seconds of any monotonic clock."""

    __slots__ = ("_buckets", "_refused", "used")

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._refused = Bucket(Rate(1, MOST_REFUSED))
        self.used = 0.0

    def refuse(self, text: str, now: float) -> Limited | None:
        """Return ``None`` if the frame may be parsed."""
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
        """Count one refusal and return whether there have been too many."""
        if self._refused.wait(now) > 0:
            return True
        self._refused.take()
        return False

    def refuse_command(self, kind: str, now: float) -> float:
        """Return the seconds until a command of this kind is accepted again; 0: it is accepted now."""
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
    """All limits of a server. The times of all calls are seconds of one monotonic clock."""

    IDLE_SECONDS = 300.0
    """After this long without a frame, a person's budget is full again."""

    def __init__(self) -> None:
        self._people: OrderedDict[str, Limits] = OrderedDict()
        self._handshakes = Buckets(HANDSHAKES)
        self._guests = Buckets(GUESTS)
        self._all_guests = Buckets(ALL_GUESTS)
        self._fetches = Buckets(FETCHES)

    def frames(self, person: str, now: float) -> Limits:
        """Return the frame budget of one person, shared by all their present and future sockets."""
        found = self._people.pop(person, None) or Limits()
        found.used = max(found.used, now)
        self._people[person] = found
        self._forget(now)
        return found

    def handshake(self, person: str, now: float) -> float:
        """Return the seconds until this person may open a socket; 0: now, and it is counted."""
        return self._handshakes.wait(person, now)

    def guest(self, meeting_id: str, household: str, now: float) -> float:
        """Return the seconds until one more guest may join the meeting from this household; 0: now, and they are counted."""
        return self._guests.wait(f"{meeting_id} {household}", now) or self._all_guests.wait(meeting_id, now)

    def fetch(self, address: str, now: float) -> float:
        """Return the seconds until a program may fetch this secret address; 0: now, and it is counted."""
        return self._fetches.wait(address, now)

    def _forget(self, now: float) -> None:
        for _ in range(2):
            person, oldest = next(iter(self._people.items()))
            if len(self._people) > KEPT or oldest.used + self.IDLE_SECONDS < now:
                del self._people[person]
            elif len(self._people) > 1 and oldest.used > now - self.IDLE_SECONDS:
                self._people.move_to_end(person)  # still active


def too_large(text: str) -> bool:
    """Return whether a frame is too long. Servers that know the limit have closed the socket before."""
    return len(text) > MAX_FRAME
