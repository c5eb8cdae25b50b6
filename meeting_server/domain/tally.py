"""Counting ballots into a tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from meeting_server.domain.terms import Choice, Tally


def count(choices: Sequence[Choice], ballots: Collection[tuple[str, ...]], entitled: int, present: int) -> Tally:
    """Each choice with its number, in the order of the paper; ``cast`` counts ballots, not marks."""
    marks = Counter(choice for ballot in ballots for choice in ballot)
    return Tally(tuple((c.choice_id, marks[c.choice_id]) for c in choices), len(ballots), entitled, present)
