"""What importing a roster would do: who is new, who changes, and every reason why it can not be done. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from meeting_server.domain.roles import Standing
from meeting_server.store.branch_tree import Branch
from meeting_server.store.people import DirectoryCode, Member, NotInOrder, checked, number_key, plain_name
from meeting_server.web.roster_file import Column, Fault, RosterFile, RosterRow, RowFault

_FAULT_OF = {
    DirectoryCode.NAME_EMPTY: (Column.NAME, Fault.NAME_EMPTY),
    DirectoryCode.NAME_TOO_LONG: (Column.NAME, Fault.NAME_TOO_LONG),
    DirectoryCode.NUMBER_MALFORMED: (Column.NUMBER, Fault.NUMBER_MALFORMED),
}


@dataclass(frozen=True, slots=True)
class Change:
    """Someone who is on the roster already and would be changed."""

    before: Member
    after: Member


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """Nothing is imported while there is a fault. Who is on the roster but not in the file stays as they are."""

    additions: tuple[Member, ...]
    changes: tuple[Change, ...]
    unchanged: tuple[Member, ...]
    faults: tuple[RowFault, ...]
    namesakes: tuple[Member, ...] = ()
    """Additions whose name somebody on the roster has already, under another number."""

    @property
    def members(self) -> tuple[Member, ...]:
        """What to save."""
        return (*self.additions, *(change.after for change in self.changes))


def plan_import(
    file: RosterFile, branch: Branch, groups: Iterable[Branch], roster: Iterable[Member], numbers_elsewhere: Collection[str]
) -> RosterPlan:
    """Match the file's rows with the roster: by number, else by a name that only one person has.

    ``roster``: everyone in the branch and its groups; ``numbers_elsewhere``: keys of numbers used in other branches.
    """
    matching = _Matching(branch, groups, roster, numbers_elsewhere)
    faults = list(file.faults)
    faulty = {fault.line for fault in faults}
    told = {(fault.line, fault.column) for fault in faults}
    additions, changes, unchanged, namesakes = [], [], [], []
    for row in file.rows:
        wrong = [fault for fault in matching.faults_of(row) if (fault.line, fault.column) not in told]
        faults.extend(wrong)
        if wrong or row.line in faulty:
            continue
        before = matching.known(row)
        try:
            after = checked(matching.member(row, before))
        except NotInOrder as refusal:
            column, fault = _FAULT_OF.get(refusal.code, (Column.NAME, Fault.NAME_EMPTY))
            faults.append(RowFault(row.line, column, fault, row.name if column is Column.NAME else row.number))
            continue
        if before is None:
            additions.append(after)
            if matching.has_namesake(row):
                namesakes.append(after)
        elif after == before:
            unchanged.append(before)
        else:
            changes.append(Change(before, after))
    order = list(Column)
    faults.sort(key=lambda fault: (fault.line, order.index(fault.column)))
    return RosterPlan(tuple(additions), tuple(changes), tuple(unchanged), tuple(faults), tuple(namesakes))


class _Matching:
    """The roster by number and by name, and the lines of the file seen so far."""

    def __init__(
        self, branch: Branch, groups: Iterable[Branch], roster: Iterable[Member], numbers_elsewhere: Collection[str]
    ) -> None:
        self._branch = branch
        self._groups: Mapping[str, str] = {group.name.lower(): group.branch_id for group in groups}
        self._elsewhere = numbers_elsewhere
        self._by_number: dict[str, Member] = {}
        self._by_name: dict[str, list[Member]] = {}
        for member in roster:
            key = number_key(member.number)
            if key:
                self._by_number[key] = member
            self._by_name.setdefault(member.name, []).append(member)
        self._number_lines: dict[str, int] = {}
        self._name_lines: dict[str, int] = {}
        self._taken: dict[str, int] = {}

    def faults_of(self, row: RosterRow) -> list[RowFault]:
        """What only the other rows and the roster can tell."""
        faults: list[RowFault] = []
        name, key = plain_name(row.name), number_key(row.number)
        if not name:
            faults.append(RowFault(row.line, Column.NAME, Fault.NAME_EMPTY))
        if key:
            if key in self._number_lines:
                faults.append(RowFault(row.line, Column.NUMBER, Fault.NUMBER_TWICE, row.number, self._number_lines[key]))
            elif key in self._elsewhere:
                faults.append(RowFault(row.line, Column.NUMBER, Fault.NUMBER_ELSEWHERE, row.number))
            self._number_lines.setdefault(key, row.line)
        elif name:
            if name in self._name_lines:
                faults.append(RowFault(row.line, Column.NAME, Fault.NAME_TWICE, name, self._name_lines[name]))
            elif len(self._by_name.get(name, ())) > 1:
                faults.append(RowFault(row.line, Column.NAME, Fault.NAME_AMBIGUOUS, name))
        if name:
            self._name_lines.setdefault(name, row.line)
        if row.group and row.group.lower() not in self._groups and row.group != self._branch.name:
            faults.append(RowFault(row.line, Column.GROUP, Fault.GROUP_UNKNOWN, row.group))
        if row.voting and row.standing not in (None, Standing.FULL):
            faults.append(RowFault(row.line, Column.VOTING, Fault.VOTE_WITHOUT_STANDING, "✓"))
        known = self.known(row) if not faults else None
        if known is not None:
            if known.member_id in self._taken:
                faults.append(RowFault(row.line, Column.NAME, Fault.NAME_TWICE, name, self._taken[known.member_id]))
            self._taken.setdefault(known.member_id, row.line)
        return faults

    def known(self, row: RosterRow) -> Member | None:
        """The person on the roster this row is about."""
        key = number_key(row.number)
        if key and key in self._by_number:
            return self._by_number[key]
        named = self._by_name.get(plain_name(row.name), [])
        if key:
            named = [member for member in named if not member.number]
        return named[0] if len(named) == 1 else None

    def has_namesake(self, row: RosterRow) -> bool:
        """Whether somebody on the roster has the same name."""
        return plain_name(row.name) in self._by_name

    def member(self, row: RosterRow, before: Member | None) -> Member:
        """The person as they would be saved; what a row does not say stays as it was."""
        base = before or Member("", self._branch.branch_id, row.name)
        standing = row.standing or base.standing
        voting = row.voting
        if voting is None:
            voting = base.voting if before is not None and before.standing is standing else standing is Standing.FULL
        return replace(
            base,
            name=row.name,
            number=row.number or base.number,
            standing=standing,
            branch_id=self._groups.get(row.group.lower(), self._branch.branch_id) if row.group else base.branch_id,
            voting=voting,
            committee=base.committee if row.committee is None else row.committee,
        )
