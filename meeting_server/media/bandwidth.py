"""What a client's downlink can carry: queues seen in its transport feedback, its own estimate (REMB), loss, and when to try more."""

from __future__ import annotations

from collections import deque
from itertools import islice

START = 700_000.0  # bit/s for pictures until something is known: a good picture or several small ones
SOUND_RESERVE = 60_000.0
OVERUSE = 0.92  # an estimate below this share of what is sent means that queues grow
LOSS_TOO_HIGH = 0.08
CHANCE_LOSS, CHANCE_LASTS_S, CALM_AFTER_S = 0.01, 30.0, 10.0
ASKED_LASTS_S = 5.0  # one packet asked for again is too little to reckon with, and enough to be careful for a while
LOSS_WINDOW = 100  # packets whose fate is counted before loss is reckoned: fewer, and chance looks like congestion
FIRST_RETRY_S, LONGEST_RETRY_S = 4.0, 60.0
QUEUE_TOO_LONG_S = 0.08  # above the shortest delay seen lately ...
FOR_S = 0.5  # ... for this long
BASE_WINDOW_S = 20.0
CALM_READ_S = 0.4
LOOKS = 12  # packets of one feedback whose delay is looked at: the shortest counts
TRIAL_S = 8.0  # congestion this soon after a trial is the trial's doing


class Downlink:
    """Bit/s available for pictures towards one client.

    A receiver's estimate never rises far above what it receives, so what is missing is not asked from the estimate: a step
    more is tried now and then (``may_try``), and a trial that ends in congestion doubles the wait before the next.
    Without any sign of congestion nothing that flows is taken away.
    """

    def __init__(self) -> None:
        self.sending = 0.0  # bit/s of pictures on their way to this client
        # packets that went out together: (transport-wide number before the first, number of the last, when)
        self.sent: deque[tuple[int, int, float]] = deque(maxlen=4096)
        self.new_path()

    def new_path(self) -> None:
        """The client moved to another network: nothing is known of it, and the old one's congestion is no reason to wait."""
        self.budget = START
        self.estimate: float | None = None
        self.loss = 0.0
        self.congested_at = -1e9
        self.ever_congested = False
        self._tried_at = -1e9
        self._retry_s = FIRST_RETRY_S
        self._bases: deque[tuple[float, float]] = deque()  # (when, shortest delay of about a second)
        self._queued_since: float | None = None
        self._read_at = -1e9
        self._loss_at = -1e9
        self._chance_until = -1e9
        self._seen = self._gone = 0  # packets told about since loss was reckoned last, and those that did not arrive
        self.queue_s = 0.0

    def curious(self, now: float) -> bool:
        """Whether the next feedback is worth reading: while all is well, one now and then tells enough."""
        calm = self.queue_s < QUEUE_TOO_LONG_S / 2 and self.loss < LOSS_TOO_HIGH / 4 and not self._gone
        return not calm or now - self._read_at >= CALM_READ_S

    def reported_arrivals(self, arrivals: list[tuple[int, int]], now: float) -> None:
        """(number, arrival in µs of the client's clock, -1 = did not arrive): watches for queues that stay, and for loss."""
        if not arrivals:
            return
        self._read_at = now
        delays: list[float] = []
        first = arrivals[0][0]
        sent = self.sent
        while sent and (sent[0][1] - first & 0xFFFF) >= 0x8000:  # everything before the first is done with
            sent.popleft()
        runs = list(islice(sent, 256))
        run = 0
        for number, at in arrivals[:: max(1, len(arrivals) // LOOKS)]:
            while run < len(runs) and (runs[run][1] - number & 0xFFFF) >= 0x8000:
                run += 1
            if run == len(runs):
                break
            if at >= 0:
                delays.append(at / 1e6 - runs[run][2])
        self._seen += len(arrivals)
        self._gone += sum(1 for _, at in arrivals if at < 0)
        if self._seen >= LOSS_WINDOW:
            self.reported_loss(self._gone / self._seen, now, weight=0.6)
            self._seen = self._gone = 0
        if not delays:
            return
        shortest = min(delays)
        if not self._bases or now - self._bases[-1][0] > 1.0:
            self._bases.append((now, shortest))
        else:
            self._bases[-1] = (self._bases[-1][0], min(shortest, self._bases[-1][1]))
        while now - self._bases[0][0] > BASE_WINDOW_S:
            self._bases.popleft()
        self.queue_s = shortest - min(base for _, base in self._bases)
        if self.queue_s < QUEUE_TOO_LONG_S:
            self._queued_since = None
        elif self._queued_since is None:
            self._queued_since = now
        elif now - self._queued_since > FOR_S:
            self._queued_since = now
            # what is sent does not fit: how much does is known once less is sent
            self._congested(0.6 * min(self.sending, self.budget), now)

    def reported_capacity(self, bits: int, now: float) -> None:
        """An estimate in bit/s."""
        self.estimate = float(bits)
        if bits < OVERUSE * self.sending:
            self._congested(0.9 * bits, now)
        elif now - self.congested_at > 2.0:
            self.budget = max(self.budget, 0.9 * bits)

    def reported_loss(self, fraction: float, now: float, weight: float = 0.3) -> None:
        """``fraction`` of the packets of one report about pictures, and the report's weight."""
        self.loss += (fraction - self.loss) * weight
        self._loss_at = now
        if self.loss > CHANCE_LOSS:
            self._chance_until = max(self._chance_until, now + CHANCE_LASTS_S)
        if self.loss > LOSS_TOO_HIGH and now - self.congested_at > 1.0:
            self._congested(self.sending * (1 - 2 * min(self.loss, 0.4)) + SOUND_RESERVE, now)

    def asked_again(self, now: float) -> None:
        """The client asked for a packet a second time: the first sign of loss, long before there is a share of it."""
        self._chance_until = max(self._chance_until, now + ASKED_LASTS_S)

    def loses_by_chance(self, now: float) -> bool:
        """Whether packets get lost on a path that is not full: a second copy helps there, and would harm on a full one."""
        calm = self.loss < LOSS_TOO_HIGH and self.queue_s < QUEUE_TOO_LONG_S / 2 and now - self.congested_at > CALM_AFTER_S
        return calm and now < self._chance_until

    def _congested(self, budget: float, now: float) -> None:
        if now - self._tried_at < TRIAL_S and self.congested_at < self._tried_at:
            self._retry_s = min(LONGEST_RETRY_S, self._retry_s * 2)
        self.budget = min(self.budget, max(0.0, budget))
        self.congested_at = now
        self.ever_congested = True

    def for_pictures(self) -> float:
        """Bit/s; never negative."""
        return max(0.0, self.budget - SOUND_RESERVE) if self.ever_congested else self.budget

    def must_shrink(self, now: float) -> bool:
        """Whether what flows must fit the budget again."""
        return now - self.congested_at < 3.0

    def may_try(self, now: float) -> bool:
        """Whether one step more than the budget may be tried."""
        if now - self._loss_at > 3.0:
            self.loss = 0.0  # nothing was sent since: the old figure says nothing any more
        wait = self._retry_s if self.ever_congested else 1.5
        return now - max(self.congested_at, self._tried_at) > wait and self.loss < LOSS_TOO_HIGH / 2

    def tried(self, total: float, now: float) -> None:
        """A step was taken that brings pictures to ``total`` bit/s."""
        if self._tried_at > self.congested_at:  # the step before has held
            self._retry_s = FIRST_RETRY_S
        self._tried_at = now
        self.budget = max(self.budget, total * 1.1 + SOUND_RESERVE)
