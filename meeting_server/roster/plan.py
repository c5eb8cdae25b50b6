"""What importing a roster would do: who is new, who changes, and every reason why it cannot be done. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from meeting_server.domain.roles import Standing
from meeting_server.domain.spelling import folded
from meeting_server.roster.headers import Column
from meeting_server.roster.reading import RosterFile
from meeting_server.roster.rows import At, Fault, RosterRow, RowFault
from meeting_server.store.people.branch_tree import Branch
from meeting_server.store.people.people import DirectoryCode, Member, NotInOrder, checked, number_key

_FAULT_OF = {
    DirectoryCode.NAME_EMPTY: (Column.NAME, Fault.NAME_EMPTY),
    DirectoryCode.NAME_TOO_LONG: (Column.NAME, Fault.NAME_TOO_LONG),
    DirectoryCode.NUMBER_MALFORMED: (Column.NUMBER, Fault.NUMBER_MALFORMED),
}
_ONES = "〇一二三四五六七八九"
_LOOKS_LIKE_A_GROUP = re.compile(r"组|\bgroup\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """Someone who is on the roster already and would be changed."""

    before: Member
    after: Member
    at: At

    @property
    def renamed(self) -> bool:
        return self.before.name != self.after.name

    @property
    def renumbered(self) -> bool:
        """Whether a number takes the place of another; only a person can tell it from somebody else of the same name."""
        return bool(self.before.number) and self.before.number != self.after.number


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """Nothing is imported while there is a fault. Who is on the roster but not in the file stays as they are."""

    additions: tuple[Member, ...]
    changes: tuple[Change, ...]
    unchanged: tuple[Member, ...]
    faults: tuple[RowFault, ...]
    namesakes: tuple[Member, ...] = ()
    """Additions whose name somebody on the roster has already, under another number."""
    sheet_groups: tuple[tuple[str, str], ...] = ()
    """Sheets whose name stands for a group, and the id of that group."""

    @property
    def members(self) -> tuple[Member, ...]:
        """What to save."""
        return (*self.additions, *(change.after for change in self.changes))

    @property
    def asked(self) -> tuple[Change, ...]:
        """Changes of a number: the same person, or another of that name?"""
        return tuple(change for change in self.changes if change.renumbered and not change.renamed)


def plan_import(
    file: RosterFile,
    branch: Branch,
    groups: Iterable[Branch],
    roster: Iterable[Member],
    numbers_elsewhere: Collection[str],
    others: Collection[At] = (),
) -> RosterPlan:
    """Match the file's rows with the roster: by number, else by a name that only one person has.

    ``roster``: everyone in the branch and its groups; ``numbers_elsewhere``: keys of numbers used in other branches;
    ``others``: lines of which somebody said that they are another person of the same name.
    """
    matching = _Matching(branch, groups, roster, numbers_elsewhere, file.rows, others)
    faults = list(file.faults)
    faulty = {fault.at for fault in faults}
    told = {(fault.at, fault.column) for fault in faults}
    additions, changes, unchanged, namesakes = [], [], [], []
    for row in file.rows:
        wrong = [fault for fault in matching.faults_of(row) if (fault.at, fault.column) not in told]
        faults.extend(wrong)
        if wrong or row.at in faulty:
            continue
        before = matching.known(row)
        try:
            after = checked(matching.member(row, before))
        except NotInOrder as refusal:
            column, fault = _FAULT_OF.get(refusal.code, (Column.NAME, Fault.NAME_EMPTY))
            faults.append(RowFault(row.at, column, fault, row.name if column is Column.NAME else row.number))
            continue
        if before is None:
            additions.append(after)
            if matching.has_namesake(row):
                namesakes.append(after)
        elif after == before:
            unchanged.append(before)
        else:
            changes.append(Change(before, after, row.at))
    order, sheets = list(Column), list(dict.fromkeys(row.at.sheet for row in file.rows))
    faults.sort(key=lambda fault: (sheets.index(fault.at.sheet), fault.at.line, order.index(fault.column)))
    return RosterPlan(
        tuple(additions), tuple(changes), tuple(unchanged), tuple(faults), tuple(namesakes), tuple(matching.sheet_groups.items())
    )


class _Name(Enum):
    UNKNOWN = 0


def group_key(name: str) -> str:
    """What makes a group's name the same as another: ``第1党小组``, ``第一小组`` and ``一组`` are one."""
    text = folded(name)
    text = re.sub(r"\d{1,2}", lambda found: _numeral(int(found[0])), text)
    return re.sub(r"[第党小\s]", "", text) or text


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return _ONES[ones]
    return ("" if tens == 1 else _ONES[tens]) + "十" + (_ONES[ones] if ones else "")


class _Matching:
    """The roster by number and by name, and the lines of the file seen so far."""

    def __init__(
        self,
        branch: Branch,
        groups: Iterable[Branch],
        roster: Iterable[Member],
        numbers_elsewhere: Collection[str],
        rows: Collection[RosterRow],
        others: Collection[At],
    ) -> None:
        groups = list(groups)
        self._branch = branch
        self._groups = {folded(group.name): group.branch_id for group in groups}
        keys = Counter(group_key(group.name) for group in groups)
        self._groups_by_key = {key: group.branch_id for group in groups if keys[key := group_key(group.name)] == 1}
        self._elsewhere = numbers_elsewhere
        self._others = frozenset(others)
        self._by_number: dict[str, Member] = {}
        self._by_name: dict[str, list[Member]] = {}
        for member in roster:
            number = number_key(member.number)
            if number:
                self._by_number[number] = member
            self._by_name.setdefault(folded(member.name), []).append(member)
        self._numbers_in_file = {number_key(row.number) for row in rows} - {None}
        self._rows_of_name = Counter(folded(row.name) for row in rows)
        self._number_lines: dict[str, At] = {}
        self._name_lines: dict[str, At] = {}
        self._taken: dict[str, At] = {}
        self._sheets_told: set[str] = set()
        self.sheet_groups: dict[str, str] = {}

    def faults_of(self, row: RosterRow) -> list[RowFault]:
        """What only the other rows and the roster can tell."""
        faults: list[RowFault] = []
        name, key = folded(row.name), number_key(row.number)
        if not name:
            faults.append(RowFault(row.at, Column.NAME, Fault.NAME_EMPTY))
        if key:
            if key in self._number_lines:
                faults.append(RowFault(row.at, Column.NUMBER, Fault.NUMBER_TWICE, row.number, self._number_lines[key]))
            elif key in self._elsewhere:
                faults.append(RowFault(row.at, Column.NUMBER, Fault.NUMBER_ELSEWHERE, row.number))
            elif (holder := self._by_number.get(key)) is not None and folded(holder.name) != name and name in self._by_name:
                # the number is one person's and the name another's: neither a new name nor a new number
                faults.append(RowFault(row.at, Column.NUMBER, Fault.NUMBER_OF_ANOTHER, row.number, name=holder.name))
            self._number_lines.setdefault(key, row.at)
        elif name:
            if name in self._name_lines:
                faults.append(RowFault(row.at, Column.NAME, Fault.NAME_TWICE, row.name, self._name_lines[name]))
            elif len(self._by_name.get(name, ())) > 1:
                faults.append(RowFault(row.at, Column.NAME, Fault.NAME_AMBIGUOUS, row.name))
        if name:
            self._name_lines.setdefault(name, row.at)
        if row.group and self._group(row) is _Name.UNKNOWN:
            faults.append(RowFault(row.at, Column.GROUP, Fault.GROUP_UNKNOWN, row.group))
        if row.voting and row.standing not in (None, Standing.FULL):
            faults.append(RowFault(row.at, Column.VOTING, Fault.VOTE_WITHOUT_STANDING, "✓"))
        known = self.known(row) if not faults else None
        if known is not None:
            if known.member_id in self._taken:
                faults.append(RowFault(row.at, Column.NAME, Fault.NAME_TWICE, row.name, self._taken[known.member_id]))
            self._taken.setdefault(known.member_id, row.at)
        return faults

    def known(self, row: RosterRow) -> Member | None:
        """The person on the roster this row is about."""
        key = number_key(row.number)
        if key and key in self._by_number:
            return self._by_number[key]
        named = self._by_name.get(folded(row.name), [])
        if not key:
            return named[0] if len(named) == 1 else None
        unnumbered = [member for member in named if not member.number]
        if len(unnumbered) == 1:
            return unnumbered[0]
        return self._renumbered(row, named)

    def _renumbered(self, row: RosterRow, named: list[Member]) -> Member | None:
        """Whose number this row changes: the only person of that name, unless the file has their number too, or it was said otherwise."""
        if len(named) != 1 or row.at in self._others or self._rows_of_name[folded(row.name)] > 1:
            return None
        return None if number_key(named[0].number) in self._numbers_in_file else named[0]

    def has_namesake(self, row: RosterRow) -> bool:
        """Whether somebody on the roster has the same name."""
        return folded(row.name) in self._by_name

    def member(self, row: RosterRow, before: Member | None) -> Member:
        """The person as they would be saved; what a row does not say stays as it was."""
        base = before or Member("", self._branch.branch_id, row.name)
        standing = row.standing or base.standing
        voting = row.voting
        if voting is None:
            voting = base.voting if before is not None and before.standing is standing else standing is Standing.FULL
        group = self._group(row) if row.group else None
        return replace(
            base,
            name=row.name,
            number=row.number or base.number,
            standing=standing,
            branch_id=group if isinstance(group, str) else base.branch_id,
            voting=voting,
            committee=base.committee if row.committee is None else row.committee,
        )

    def _group(self, row: RosterRow) -> str | _Name | None:
        """The id of the row's group; None: its sheet's name stands for none."""
        name = folded(row.group)
        if name == folded(self._branch.name):
            return self._branch.branch_id
        found = self._groups.get(name) or self._groups_by_key.get(group_key(name))
        if found is None and row.by_sheet:
            return _Name.UNKNOWN if self._is_told(row) else None
        if found is not None and row.by_sheet:
            self.sheet_groups[row.group] = found
        return found or _Name.UNKNOWN

    def _is_told(self, row: RosterRow) -> bool:
        """A sheet that is called like a group that is not there: said on its first line, not on every one."""
        if not row.at.sheet or not _LOOKS_LIKE_A_GROUP.search(row.group):
            return False
        told = row.group in self._sheets_told
        self._sheets_told.add(row.group)
        return not told
