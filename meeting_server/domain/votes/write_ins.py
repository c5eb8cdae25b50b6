"""另选他人: whom an election's ballot names besides the candidates, and whether they can be elected.

A phone sends somebody on the meeting's list as ``Person``. A name that was typed, or counted in the hall, is ``WrittenIn``. Both make one
line if they mean the same person: names are compared by their fold, against the list as it was when ballots were issued.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from functools import cached_property

from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.person_names import visible
from meeting_server.domain.spelling import folded
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import Candidate, OnRoster
from meeting_server.domain.vote_terms import WriteIns
from meeting_server.domain.votes.candidates import may_stand
from meeting_server.domain.votes.marks import Ballot, Mark, Person, WrittenIn, read

Name = Person | WrittenIn


def roster_of(state: MeetingState, electorate: Iterable[ParticipantId]) -> tuple[OnRoster, ...]:
    """Return everyone on the meeting's list, and whether they may be elected: the electorate, and those with the right who aren't counted
    in 应到."""
    voters = frozenset(electorate)
    return tuple(
        OnRoster(who, person.name, who in voters or (may_stand(person) and person.is_excluded))
        for who, person in state.participants.items()
        if person.kind == "person"
    )


def names_on(ballot: Ballot) -> tuple[Name, ...]:
    return tuple(mark for mark in ballot if isinstance(mark, Person | WrittenIn))


class WrittenNames:
    """Resolves the written-in names of one vote. Made once for all ballots of a count.

    In journals older than the list to choose from, names are taken as written.
    """

    def __init__(self, motion: Motion) -> None:
        self._motion = motion
        self._rule = motion.preset.write_ins
        self._listed = frozenset(one.participant_id for one in motion.roster)
        self._meant: dict[str, Name] = {}

    @cached_property
    def _bearers(self) -> dict[str, list[OnRoster]]:
        """The people on the list, by the fold of their names."""
        found: dict[str, list[OnRoster]] = {}
        for one in self._motion.roster:
            found.setdefault(folded(one.name), []).append(one)
        return found

    def fits(self, name: Name) -> bool:
        """Return whether a ballot may name this one: somebody on the list, or a readable name."""
        if isinstance(name, Person):
            return self._rule is WriteIns.ROSTER and name.participant_id in self._listed
        return name.is_name and self._rule is not WriteIns.NONE

    def meant(self, name: Name) -> Name:
        """Return who is meant: the only person of that name who may be elected, else the only one of that name on the list, else the name
        as written."""
        if isinstance(name, Person) or self._rule is not WriteIns.ROSTER:
            return name
        if name.words not in self._meant:
            bearers = self._bearers.get(folded(name.words), [])
            found = [one for one in bearers if one.may_stand] or bearers
            self._meant[name.words] = Person(found[0].participant_id) if len(found) == 1 else name
        return self._meant[name.words]

    def candidate(self, name: Name) -> Candidate | None:
        """Return the candidate on the ballot whom a written-in name means, because they have a line of their own."""
        if self._rule is not WriteIns.ROSTER:
            return None
        one = self.meant(name)
        if isinstance(one, Person):
            return next((c for c in self._motion.candidates if c.participant_id == one.participant_id), None)
        fold = folded(one.words)
        return next((c for c in self._motion.candidates if folded(c.name) == fold), None)

    def same(self, name: Name) -> str:
        """Return a key that is equal for names that mean the same person."""
        one = self.meant(name)
        if isinstance(one, Person) or self._rule is not WriteIns.ROSTER:
            return str(one)
        return str(WrittenIn(folded(one.words)))

    def twice(self, names: Collection[Name]) -> bool:
        """Return whether somebody is named twice, in two spellings or besides a line of their own."""
        return len({self.same(name) for name in names}) != len(names) or any(self.candidate(name) for name in names)

    def merged(self, marks: Counter[str]) -> Counter[str]:
        """Return marks with one line per written-in person. If nobody bears the name, its first spelling is used."""
        if self._rule is not WriteIns.ROSTER:
            return marks
        found: Counter[str] = Counter()
        lines: dict[str, str] = {}
        for line in sorted(marks):
            mark = read(line)
            if isinstance(mark, Person | WrittenIn):
                one = self.meant(mark)
                shown = str(one) if isinstance(one, Person) else str(WrittenIn(visible(one.words) or one.words))
                line_of = lines.setdefault(self.same(mark), shown)
            else:
                line_of = line
            found[line_of] += marks[line]
        return found


def can_be_elected(motion: Motion, mark: Mark | None) -> bool:
    """Return whether a write-in may be elected: somebody on the list with the right to stand."""
    if motion.preset.write_ins is WriteIns.FREE:
        return True
    return isinstance(mark, Person) and any(one.may_stand for one in motion.roster if one.participant_id == mark.participant_id)
