"""What a valid ballot is on each kind of paper, and how ballots, written opinions and hall counts add up.

A ballot is a tuple of marks:

| paper               | marks                                                                       |
|---------------------|-----------------------------------------------------------------------------|
| motion, choice poll | choice ids                                                                  |
| scale               | one of ``1`` to ``5``                                                       |
| word                | ``w:`` and the word                                                         |
| election            | ``<candidate>:for`` / ``:against`` / ``:abstain``; ``w:<name>`` (另选他人)   |
| appraisal, mutual   | ``<subject>:excellent`` / ``:good`` / ``:pass`` / ``:fail``, one for each   |
| appraisal, self     | one such mark about oneself, ``t:`` and a few words, or both                |
| – organisation      | choice ids, as of a motion                                                  |

A mutual sheet grades everyone on it, the voter too: a line left out would tell whose ballot it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Literal

from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import ABSTAIN, AGAINST, FOR, Tally

Validity = Literal["valid", "void", "malformed"]
"""void: a ballot that was cast and counts for nothing; malformed: no ballot of this paper at all."""

WORD = "w:"
LONGEST_WORD = 20
TEXT = "t:"
LONGEST_TEXT = 500
MARKS = (FOR, AGAINST, ABSTAIN)
GRADES = ("excellent", "good", "pass", "fail")
"""优秀 / 合格 / 基本合格 / 不合格."""


def check(motion: Motion, choices: tuple[str, ...]) -> Validity:
    """Whether ``choices`` is a ballot of ``motion``'s paper."""
    if len(set(choices)) != len(choices):
        return "malformed"
    if motion.force == "election":
        return _check_election(motion, choices)
    if motion.grades_people:
        return _check_self(motion, choices) if motion.sheet == "self" else _check_mutual(motion, choices)
    if not 1 <= len(choices) <= motion.max_choices:
        return "malformed"
    if motion.shape == "word":
        return "valid" if all(_is_word(choice) for choice in choices) else "malformed"
    paper = {choice.choice_id for choice in motion.choices}
    return "valid" if set(choices) <= paper else "malformed"


def _is_word(mark: str) -> bool:
    word = mark.removeprefix(WORD)
    return mark.startswith(WORD) and word == word.strip() and 0 < len(word) <= LONGEST_WORD


def _check_election(motion: Motion, choices: tuple[str, ...]) -> Validity:
    names = [mark for mark in choices if mark.startswith(WORD)]
    marks = [mark.partition(":") for mark in choices if not mark.startswith(WORD)]
    candidates = {candidate.candidate_id for candidate in motion.candidates}
    if not choices or not all(_is_word(name) for name in names):
        return "malformed"
    if any(who not in candidates or mark not in MARKS for who, _, mark in marks):
        return "malformed"
    if len({who for who, _, _ in marks}) != len(marks):
        return "malformed"
    # another person may be written in only in place of one voted against (另选他人)
    if len(names) > sum(1 for _, _, mark in marks if mark == AGAINST):
        return "malformed"
    chosen = len(names) + sum(1 for _, _, mark in marks if mark == FOR)
    assert motion.terms is not None
    return "void" if chosen > motion.terms.seats else "valid"


def check_of(motion: Motion, voter: ParticipantId, choices: tuple[str, ...]) -> Validity:
    """Whether ``choices`` is a ballot of ``voter``'s: on a self sheet nobody grades another."""
    if motion.grades_people and motion.sheet == "self":
        own = {c.candidate_id for c in motion.candidates if c.participant_id == voter}
        if not own or any(mark.partition(":")[0] not in own for mark in choices if not mark.startswith(TEXT)):
            return "malformed"
    return check(motion, choices)


def _check_self(motion: Motion, choices: tuple[str, ...]) -> Validity:
    texts = [mark.removeprefix(TEXT) for mark in choices if mark.startswith(TEXT)]
    marks = [mark.partition(":") for mark in choices if not mark.startswith(TEXT)]
    subjects = {candidate.candidate_id for candidate in motion.candidates}
    if not choices or len(texts) > 1 or len(marks) > 1:
        return "malformed"
    if any(text != text.strip() or not 0 < len(text) <= LONGEST_TEXT for text in texts):
        return "malformed"
    return "valid" if all(who in subjects and grade in GRADES for who, _, grade in marks) else "malformed"


def _check_mutual(motion: Motion, choices: tuple[str, ...]) -> Validity:
    marks = [mark.partition(":") for mark in choices]
    subjects = {candidate.candidate_id for candidate in motion.candidates}
    if any(grade not in GRADES for _, _, grade in marks):
        return "malformed"
    return "valid" if sorted(who for who, _, _ in marks) == sorted(subjects) else "malformed"


def lines(motion: Motion) -> tuple[str, ...]:
    """Every mark the paper offers, in its order; what was written in comes behind."""
    if motion.force == "election":
        return tuple(f"{c.candidate_id}:{mark}" for c in motion.candidates for mark in MARKS)
    if motion.grades_people:
        return tuple(f"{c.candidate_id}:{grade}" for c in motion.candidates for grade in GRADES)
    return tuple(choice.choice_id for choice in motion.choices)


def count(motion: Motion, ballots: Collection[tuple[str, ...]], present: int) -> Tally:
    """The tally of ``ballots`` with the motion's written opinions and signed hall count.

    ``cast`` counts ballots of every kind; void ones among them are in no line. A survey with fewer answers than its
    minimum group keeps its lines to itself.
    """
    opinions = [opinion.choices for opinion in motion.opinions]
    every = [*ballots, *opinions]
    valid = [ballot for ballot in every if check(motion, ballot) == "valid"]
    marks = Counter(mark for ballot in valid for mark in ballot if not mark.startswith(TEXT))
    if motion.force == "election":  # an unmarked line is an abstention
        for candidate in motion.candidates:
            of = [f"{candidate.candidate_id}:{mark}" for mark in MARKS]
            marks[of[2]] += len(valid) - sum(marks[line] for line in of)
    hall = motion.paper_count if motion.paper_count is not None and motion.paper_count.is_signed else None
    void = len(every) - len(valid)
    cast = len(every)
    if hall is not None:
        marks.update(dict(hall.counts))
        void += hall.void
        cast += hall.returned
    counts = _lined(lines(motion), marks)
    if motion.force == "survey" and cast < motion.minimum_group:
        counts = ()
    return Tally(
        counts,
        cast,
        len(motion.electorate),
        present,
        void,
        len(opinions),
        hall.returned if hall is not None else 0,
    )


def _lined(paper: Iterable[str], marks: Counter[str]) -> tuple[tuple[str, int], ...]:
    printed = tuple((line, marks[line]) for line in paper)
    known = {line for line, _ in printed}
    written = sorted((-n, mark) for mark, n in marks.items() if mark not in known and n > 0)
    return (*printed, *((mark, -n) for n, mark in written))
