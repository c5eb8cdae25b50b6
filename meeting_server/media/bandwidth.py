"""What a client's downlink can carry: its own estimate (REMB) against what is sent, the loss it reports, and when to try more."""

from __future__ import annotations

START = 700_000.0  # bit/s for pictures until something is known: a good picture or several small ones
SOUND_RESERVE = 60_000.0
OVERUSE = 0.92  # an estimate below this share of what is sent means that queues grow
LOSS_TOO_HIGH = 0.08
FIRST_RETRY_S, LONGEST_RETRY_S = 4.0, 60.0
TRIAL_S = 8.0  # congestion this soon after a trial is the trial's doing


class Downlink:
    """Bit/s available for pictures towards one client.

    A receiver's estimate never rises far above what it receives, so what is missing is not asked from the estimate: a step
    more is tried now and then (``may_try``), and a trial that ends in congestion doubles the wait before the next.
    Without any sign of congestion nothing that flows is taken away.
    """

    def __init__(self) -> None:
        self.budget = START
        self.estimate: float | None = None
        self.sending = 0.0  # bit/s of pictures on their way to this client
        self.loss = 0.0
        self.congested_at = -1e9
        self.ever_congested = False
        self._tried_at = -1e9
        self._retry_s = FIRST_RETRY_S

    def reported_capacity(self, bits: int, now: float) -> None:
        """An estimate in bit/s."""
        self.estimate = float(bits)
        if bits < OVERUSE * self.sending:
            self._congested(0.9 * bits, now)
        elif now - self.congested_at > 2.0:
            self.budget = max(self.budget, 0.9 * bits)

    def reported_loss(self, fraction: float, now: float) -> None:
        """``fraction`` of the packets of one report about pictures."""
        self.loss = 0.7 * self.loss + 0.3 * fraction
        if self.loss > LOSS_TOO_HIGH and now - self.congested_at > 1.0:
            self._congested(self.sending * (1 - 2 * min(self.loss, 0.4)), now)

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
        wait = self._retry_s if self.ever_congested else 1.5
        return now - max(self.congested_at, self._tried_at) > wait and self.loss < LOSS_TOO_HIGH / 2

    def tried(self, total: float, now: float) -> None:
        """A step was taken that brings pictures to ``total`` bit/s."""
        if self._tried_at > self.congested_at:  # the step before has held
            self._retry_s = FIRST_RETRY_S
        self._tried_at = now
        self.budget = max(self.budget, total * 1.1 + SOUND_RESERVE)
