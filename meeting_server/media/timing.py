"""When something was recorded: from RTP times, sender reports and arrivals to our Unix time, in step for hours.

Three clocks disagree. A track counts samples of a sound card or a camera (RTP time); its sender has a clock of its own (NTP, in sender
reports; one for all tracks of a client, RFC 3550 6.4.1); and we have ours. Sound cards and computers are off by up to 100 ppm: 0.36 s
an hour. So no mapping is ever fixed: each is learned anew all the time, and what has been learned is applied gradually, because a
recording that jumps is heard.
"""

from __future__ import annotations

from collections import deque

WINDOW_S = 20.0
"""The quickest of the packets of so long tells the offset of two clocks: delays only add. At 100 ppm it is 2 ms old news at most."""
GRADUALLY = 0.005
"""Seconds a second by which times are corrected: ten times faster than the worst clock drifts, and too slow to be heard."""
A_NEW_CLOCK_S = 0.5
"""A difference beyond this is no drift and no delay of a working call: the sender began a new clock, or slept."""
FOR_S, REPORTED_FOR_S = 3.0, 8.0
"""... if it lasts so long while packets come: the longer where reports come, of which none agrees with the old clock meanwhile (those of
a voice are up to 7.5 s apart)."""
HELD_S, AFTER_HELD_S, SLEPT_S = 1.0, 0.5, 5.0
"""After a pause of HELD_S it is believed when it lasts AFTER_HELD_S: a path that held packets back delivers them at once, and faster
than they were sent. No path holds them for SLEPT_S: after that it is believed immediately."""
SETTLING_S, QUICKLY = 5.0, 0.1
"""For so long after a beginning corrections may be so much quicker: the first packet of all may have been a slow one."""
DOUBTFUL_S = 0.1
"""A report that contradicts the ones before it by more is believed only when the next says the same."""
REPORT_WEIGHT = 0.3
_HALF, _WHOLE = 1 << 31, 1 << 32


class Offset:
    """The offset of two clocks: the smallest difference seen in the last WINDOW_S."""

    def __init__(self) -> None:
        self._smallest: deque[tuple[float, float]] = deque()  # (when, difference), both rising

    def learn(self, difference: float, now: float) -> None:
        """``difference``: our clock at the arrival less the other clock at the sending; ``now`` as the caller counts, in seconds."""
        smallest = self._smallest
        while smallest and smallest[-1][1] >= difference:
            smallest.pop()
        smallest.append((now, difference))
        while now - smallest[0][0] > WINDOW_S:
            smallest.popleft()

    @property
    def known(self) -> bool:
        return bool(self._smallest)

    @property
    def value(self) -> float:
        """Raises IndexError while nothing is known."""
        return self._smallest[0][1]

    def forget(self) -> None:
        self._smallest.clear()


class TrackClock:
    """The clock of one SSRC. ``unix`` for each frame in the order of arrival, ``report`` for each sender report.

    ``sender`` is the offset of the sender's own clock, shared by all tracks of one client: it keeps them together.
    """

    def __init__(self, rate: int, sender: Offset) -> None:
        self._rate = rate
        self._sender = sender
        self._own = Offset()  # of RTP time by itself, for as long as no report has come
        self._extended = 0  # the newest RTP time, without its wraps
        self._started = False
        self._early: tuple[int, float, float] | None = None  # a report that came before the first frame
        self._to_sender: float | None = None  # sender's seconds less RTP seconds
        self._doubtful: float | None = None
        self._correction = 0.0  # our Unix seconds less RTP seconds, as applied
        self._at = 0.0  # arrival of the last frame
        self._began_at = 0.0
        self._agreed_at = 0.0  # when a report last agreed with the ones before it
        self._late_since: float | None = None
        self._patience = 0.0  # for how long what comes may be late

    def _extend(self, timestamp: int) -> int:
        return self._extended + (timestamp - self._extended + _HALF) % _WHOLE - _HALF

    def report(self, timestamp: int, sender_s: float, at: float) -> None:
        """A sender report: RTP time ``timestamp`` was ``sender_s`` on the sender's clock; it came at ``at`` (Unix s).

        Any moment is welcome, also one of a clock that was never set; zero means that the sender has no clock.
        """
        if not sender_s:
            return
        if not self._started:
            self._early = (timestamp, sender_s, at)
            return
        extended = self._extend(timestamp)
        if abs(extended - self._extended) > 60 * self._rate:
            return  # not of what flows now
        claimed = sender_s - extended / self._rate
        known = self._to_sender
        if known is not None and abs(claimed - known) <= DOUBTFUL_S:
            self._to_sender = known + (claimed - known) * REPORT_WEIGHT
            self._doubtful, self._agreed_at = None, at
        elif self._doubtful is not None and abs(claimed - self._doubtful) <= DOUBTFUL_S:
            self._to_sender, self._doubtful = claimed, None
            if known is not None:
                self._sender.forget()  # its clock was set
        else:
            self._doubtful = claimed

    def unix(self, timestamp: int, at: float) -> float:
        """Our Unix seconds of the frame with this RTP time that arrived at ``at``."""
        if not self._started:
            self._extended, self._started = timestamp, True
            self._begin(timestamp / self._rate, at)
            if self._early is not None:
                self.report(*self._early)
        extended = self._extend(timestamp)
        media = extended / self._rate
        self._extended = max(self._extended, extended)
        since = at - self._at
        self._at = at
        late = at - media - self._correction  # as it looks by what is applied now
        if self._is_another_clock(late, at, since):
            self._begin(media, at)
            return media + self._correction
        self._own.learn(at - media, at)
        wanted = self._own.value
        if self._to_sender is not None and self._doubtful is None:
            self._sender.learn(at - media - self._to_sender, at)
            by_reports = self._to_sender + self._sender.value
            if abs(by_reports - wanted) <= A_NEW_CLOCK_S:
                wanted = by_reports
        step = (QUICKLY if at - self._began_at < SETTLING_S else GRADUALLY) * max(0.0, since)
        self._correction += min(step, max(-step, wanted - self._correction))
        return media + self._correction

    def _is_another_clock(self, late: float, at: float, since: float) -> bool:
        if abs(late) <= A_NEW_CLOCK_S:
            self._late_since = None
            return False
        if late < 0 or since > SLEPT_S:  # from the future; or after a pause that its clock does not know of
            return True
        if self._late_since is None or self._agreed_at > self._late_since:
            self._late_since = at
            self._patience = AFTER_HELD_S if since > HELD_S else FOR_S if self._to_sender is None else REPORTED_FOR_S
        return at - self._late_since > self._patience

    def _begin(self, media: float, at: float) -> None:
        self._own.forget()
        self._own.learn(at - media, at)
        self._to_sender = self._doubtful = self._late_since = None
        self._correction = at - media
        self._at = self._began_at = at
