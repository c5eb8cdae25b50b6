"""Quorum and majority arithmetic over a preset: exact at any size, without floats."""

from __future__ import annotations

from meeting_server.domain.terms import Preset, QuorumCheck, Share, Tally, Threshold, Verdict
from meeting_server.domain.vote_terms import Base, Comparison, Stance, VerdictReason


def needed(threshold: Threshold, base_count: int) -> int:
    """Return the least whole number of ``base_count`` that satisfies ``threshold``, at least one.

    16 at ``at_least 1/2`` → 8; 16 at ``more_than 1/2`` → 9; 29 at ``at_least 4/5`` → 24.
    """
    share = threshold.numerator * base_count
    if threshold.comparison == Comparison.AT_LEAST:
        least = -(-share // threshold.denominator)
    else:
        least = share // threshold.denominator + 1
    return max(1, least)


def most(share: Share, of: int) -> int:
    """Return the greatest whole number that is at most ``share`` of ``of``: a third of 8 → 2."""
    return share.numerator * of // share.denominator


def quorum_check(threshold: Threshold | None, entitled: int, present: int) -> QuorumCheck:
    """Return whether ``present`` of ``entitled`` is enough. A preset without a quorum needs nobody."""
    if threshold is None:
        return QuorumCheck(entitled, present, 0, True)
    least = needed(threshold, entitled)
    return QuorumCheck(entitled, present, least, present >= least)


def base_count(base: Base, tally: Tally) -> int:
    """Return the number of which a majority is taken."""
    if base == Base.ENTITLED:
        return tally.entitled
    if base == Base.PRESENT:
        return tally.present
    if base == Base.CAST:
        return tally.cast
    counts = dict(tally.counts)
    return counts.get(Stance.FOR, 0) + counts.get(Stance.AGAINST, 0)


def verdict(preset: Preset, tally: Tally, quorum_at_close: QuorumCheck | None) -> Verdict:
    """Return the result of a motion. Without its quorum it fails, whatever was cast."""
    votes_for = dict(tally.counts).get(Stance.FOR, 0)
    passing = preset.passing
    if passing is None:
        return Verdict(False, VerdictReason.NO_FORCE, 0, Base.CAST, tally.cast, votes_for)
    base = base_count(passing.base, tally)
    least = needed(passing, base)
    if quorum_at_close is not None and not quorum_at_close.met:
        return Verdict(False, VerdictReason.NO_QUORUM_AT_CLOSE, least, passing.base, base, votes_for)
    carried = votes_for >= least
    return Verdict(carried, VerdictReason.REACHED if carried else VerdictReason.NOT_REACHED, least, passing.base, base, votes_for)
