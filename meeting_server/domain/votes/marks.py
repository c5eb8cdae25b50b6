"""The marks on a ballot. Written marks come from the wire and the journal and are parsed once, here.

| written                               | mark                                                      |
|---------------------------------------|-----------------------------------------------------------|
| ``for``, ``2``                        | ``Chosen``: a choice of the paper, by its id              |
| ``c1:for``, ``:against``, ``:abstain`` | ``Vote``: on a candidate                                  |
| ``c1:excellent``, ``c1:well`` …       | ``Graded``: one of those appraised, or the committee      |
| ``w:`` and words                      | ``WrittenIn``: a word of a poll, or a name (另选他人)      |
| ``p:m7``                              | ``Person``: someone of the meeting's list (另选他人)       |
| ``t:`` and words                      | ``Remark``: what those appraised say about themselves     |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.vote_terms import Grade, Stance

LONGEST_WORD = 20
LONGEST_NAME = 60
LONGEST_REMARK = 500
_WRITTEN_IN, _PERSON, _REMARK = "w:", "p:", "t:"
_STANCES = {stance.value: stance for stance in Stance}
_GRADES = {grade.value: grade for grade in Grade if grade is not Grade.NONE}
STANCES = tuple(_STANCES.values())
GRADES = (Grade.EXCELLENT, Grade.GOOD, Grade.PASS, Grade.FAIL)
"""Of a member: 优秀 / 合格 / 基本合格 / 不合格, best first."""
COMMITTEE_GRADES = (Grade.WELL, Grade.FAIRLY_WELL, Grade.AVERAGE, Grade.POOR)
"""Of a committee: 好 / 较好 / 一般 / 差, best first."""


@dataclass(frozen=True, slots=True)
class Chosen:
    choice_id: str

    def __str__(self) -> str:
        return self.choice_id


@dataclass(frozen=True, slots=True)
class Vote:
    candidate_id: str
    stance: Stance

    def __str__(self) -> str:
        return f"{self.candidate_id}:{self.stance}"


@dataclass(frozen=True, slots=True)
class Graded:
    candidate_id: str
    grade: Grade

    def __str__(self) -> str:
        return f"{self.candidate_id}:{self.grade}"


@dataclass(frozen=True, slots=True)
class WrittenIn:
    words: str

    def __str__(self) -> str:
        return _WRITTEN_IN + self.words

    @property
    def fits(self) -> bool:
        """Return whether it has words, not too many, and no outer white space."""
        return self.words == self.words.strip() and 0 < len(self.words) <= LONGEST_WORD

    @property
    def is_name(self) -> bool:
        """Return whether it can be a person's name, after stripping."""
        return self.words == self.words.strip() and 0 < len(self.words) <= LONGEST_NAME


@dataclass(frozen=True, slots=True)
class Person:
    participant_id: ParticipantId

    def __str__(self) -> str:
        return _PERSON + self.participant_id


@dataclass(frozen=True, slots=True)
class Remark:
    words: str

    def __str__(self) -> str:
        return _REMARK + self.words

    @property
    def fits(self) -> bool:
        """As in ``WrittenIn``."""
        return self.words == self.words.strip() and 0 < len(self.words) <= LONGEST_REMARK


Mark = Chosen | Vote | Graded | WrittenIn | Person | Remark
Ballot = tuple[Mark, ...]


class Validity(Enum):
    VALID = "valid"
    VOID = "void"
    """A ballot that was cast but is invalid."""
    MALFORMED = "malformed"
    """Not a ballot of this motion."""


def read(written: str) -> Mark | None:
    """Parse a mark as ``str`` writes it; ``None``: no ballot has such a mark."""
    sign, words = written[:2], written[2:]
    if sign == _WRITTEN_IN:
        return WrittenIn(words)
    if sign == _PERSON:
        return Person(ParticipantId(words)) if words else None
    return Remark(words) if sign == _REMARK else _printed(written)


@lru_cache(maxsize=512)  # the ballots of a vote share the same few marks; members' own words are never cached
def _printed(written: str) -> Mark | None:
    who, colon, what = written.partition(":")
    if not colon:
        return Chosen(who)
    if what in _STANCES:
        return Vote(who, _STANCES[what])
    return Graded(who, _GRADES[what]) if what in _GRADES else None


class Marks(dict[str, Mark]):
    """A cache of the marks parsed in one count, whose ballots share the same few. Raises KeyError for an invalid mark."""

    def __missing__(self, written: str) -> Mark:
        mark = read(written)
        if mark is None:
            raise KeyError(written)
        self[written] = mark
        return mark


def read_ballot(choices: tuple[str, ...], marks: Marks | None = None) -> Ballot | None:
    """Return every mark of a ballot; ``None`` if one is invalid or occurs twice. ``marks``: parsed from earlier ballots."""
    known = marks if marks is not None else Marks()
    try:
        ballot = tuple([known[written] for written in choices])
    except KeyError:
        return None
    return ballot if len(set(choices)) == len(choices) else None
