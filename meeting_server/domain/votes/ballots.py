"""How ballots, written opinions and hall counts are checked and added up, for every kind of motion.

A ballot is a tuple of marks (``marks``). The kind of the motion decides which marks are valid together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from meeting_server.domain.errors import Code
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import NamedBallot, Tally
from meeting_server.domain.votes.kinds import kind_of
from meeting_server.domain.votes.marks import Marks, Validity, read_ballot


def check(motion: Motion, choices: tuple[str, ...]) -> Validity:
    """Return whether ``choices`` is a ballot of ``motion``."""
    return checks(motion)(choices)


def checks(motion: Motion) -> Callable[[tuple[str, ...]], Validity]:
    """Return the check that decides whether choices are a ballot of ``motion``, made once for all ballots of a count."""
    marks, of_paper = Marks(), kind_of(motion).checks(motion)

    def check(choices: tuple[str, ...]) -> Validity:
        ballot = read_ballot(choices, marks)
        return of_paper(ballot) if ballot is not None else Validity.MALFORMED

    return check


def check_of(motion: Motion, voter: ParticipantId, choices: tuple[str, ...]) -> Validity:
    """Return whether ``voter`` may cast ``choices``."""
    ballot = read_ballot(choices)
    return kind_of(motion).check_of(motion, voter, ballot) if ballot is not None else Validity.MALFORMED


def refusal(motion: Motion, choices: tuple[str, ...]) -> Code:
    """Return why the malformed ``choices`` is not a ballot of ``motion``."""
    ballot = read_ballot(choices)
    return kind_of(motion).refusal(motion, ballot) if ballot is not None else Code.BAD_CHOICE


def count(motion: Motion, ballots: Collection[tuple[str, ...]], present: int) -> Tally:
    """Return the tally of ``ballots`` with the motion's written opinions and signed hall count.

    ``cast`` counts ballots of every kind. Void ones among them are in no line.
    """
    kind = kind_of(motion)
    opinions = [opinion.choices for opinion in motion.opinions]
    every, check = (*ballots, *opinions), checks(motion)
    valid = [choices for choices in every if check(choices) is Validity.VALID]
    marks = kind.count(motion, valid)
    hall = motion.paper_count if motion.paper_count is not None and motion.paper_count.is_signed else None
    void = len(every) - len(valid)
    cast = len(every)
    if hall is not None:
        marks.update(dict(hall.counts))
        void += hall.void
        cast += hall.returned
    marks = kind.merged(motion, marks)
    return Tally(
        kind.shown(motion, _lined(kind.lines(motion), marks), cast),
        cast,
        len(motion.electorate),
        present,
        void,
        len(opinions),
        hall.returned if hall is not None else 0,
    )


def named_ballots(motion: Motion) -> tuple[NamedBallot, ...]:
    """Return the ballots of a named vote, including those given in the hall, in the order of the list."""
    hall = motion.paper_count.named if motion.paper_count is not None and motion.paper_count.is_signed else ()
    cast = {**{ballot.participant_id: ballot.choices for ballot in hall}, **motion.ballots}
    return tuple(NamedBallot(who, cast[who]) for who in motion.electorate if who in cast)


def _lined(paper: Iterable[str], marks: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Return the lines of the ballot in its order, followed by write-ins."""
    printed = tuple((line, marks[line]) for line in paper)
    known = {line for line, _ in printed}
    written = sorted((-n, mark) for mark, n in marks.items() if mark not in known and n > 0)
    return (*printed, *((mark, -n) for n, mark in written))
