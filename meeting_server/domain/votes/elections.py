"""Who is elected, who ties, how many seats are left; and the order of the paper."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.state import Motion
from meeting_server.domain.surnames import strokes_of
from meeting_server.domain.terms import FOR, Candidate, QuorumCheck, Tally, Verdict
from meeting_server.domain.votes.ballots import WORD
from meeting_server.domain.votes.rules import base_count, needed


def on_paper(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Candidates in the order of their surnames' strokes (姓氏笔画), equal ones as given, with their ids.

    Strokes nobody gave are those of the table; a surname it does not know comes last.
    """
    counted = [replace(c, strokes=c.strokes or strokes_of(c.name)) for c in candidates]
    ordered = sorted(counted, key=lambda candidate: (candidate.strokes == 0, candidate.strokes))
    return tuple(replace(c, candidate_id=f"c{number}") for number, c in enumerate(ordered, 1))


def candidates_needed(seats: int, surplus_percent: int) -> int:
    """How many candidates a paper must have: ``seats`` and the 差额, rounded up (5 seats at 20 %: 6)."""
    return seats + -(-seats * surplus_percent // 100)


def outcome(motion: Motion, tally: Tally, quorum_at_close: QuorumCheck | None) -> Verdict:
    """The result of an election under its frozen preset and terms.

    Elected are those with more than half of the base, by votes, up to the seats; equal votes for the last seat tie.
    Those written in stand like the others, under ``w:<name>``.
    """
    assert motion.terms is not None
    passing = motion.preset.passing
    assert passing is not None
    seats = motion.terms.seats
    base = base_count(passing.base, tally)
    least = needed(passing, base)
    if quorum_at_close is not None and not quorum_at_close.met:
        return Verdict(False, "no_quorum_at_close", least, passing.base, base, 0, short=seats)
    votes = votes_for(tally)
    reached = sorted(((n, who) for who, n in votes.items() if n >= least), key=lambda x: (-x[0], x[1]))
    elected = [who for _, who in reached]
    tied: list[str] = []
    if len(reached) > seats:
        last = reached[seats - 1][0]
        elected = [who for n, who in reached if n > last]
        level = [who for n, who in reached if n == last]
        if len(elected) + len(level) <= seats:
            elected += level
        else:
            tied = level
    short = seats - len(elected)
    reason = "tied" if tied else "short" if short else "elected"
    given = min((votes[who] for who in elected), default=0)
    return Verdict(
        reason == "elected",
        reason,  # type: ignore[arg-type]  # one of three literals of Verdict.reason
        least,
        passing.base,
        base,
        given,
        elected=tuple(elected),
        tied=tuple(tied),
        short=short,
    )


def votes_for(tally: Tally) -> dict[str, int]:
    """Votes for each candidate id, and for each ``w:<name>``."""
    votes: dict[str, int] = {}
    for line, n in tally.counts:
        if line.startswith(WORD):
            votes[line] = n
        elif line.endswith(f":{FOR}"):
            votes[line.partition(":")[0]] = n
    return votes
