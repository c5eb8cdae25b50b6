"""The tree of branches (university → faculty → branch → group) as a value: which node is above or below which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from meeting_server.domain.ids import Millis


class BranchKind(StrEnum):
    """The kind of a node."""

    UNIVERSITY = "university"  # 学校
    FACULTY = "faculty"  # 院系
    BRANCH = "branch"  # 支部
    GROUP = "group"  # 党小组


RANK = {BranchKind.UNIVERSITY: 0, BranchKind.FACULTY: 1, BranchKind.BRANCH: 2, BranchKind.GROUP: 3}
"""A node is below a node of smaller rank. Levels may be missing."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One node: a branch, or a level above or below one."""

    branch_id: str
    parent_id: str | None
    kind: BranchKind
    name: str
    added_at: Millis
    removed_at: Millis | None = None


class BranchTree:
    """All nodes that are not removed, siblings in the order of their names."""

    def __init__(self, branches: Iterable[Branch]) -> None:
        self._branches = {branch.branch_id: branch for branch in branches if branch.removed_at is None}
        self._children: dict[str | None, list[Branch]] = {}
        for branch in sorted(self._branches.values(), key=lambda branch: (RANK[branch.kind], branch.name)):
            self._children.setdefault(branch.parent_id, []).append(branch)

    def __contains__(self, branch_id: str) -> bool:
        return branch_id in self._branches

    def get(self, branch_id: str) -> Branch | None:
        """Return the node with this id."""
        return self._branches.get(branch_id)

    def children(self, branch_id: str | None) -> tuple[Branch, ...]:
        """Return the nodes directly below; for None, the roots."""
        return tuple(self._children.get(branch_id, ()))

    def line(self, branch_id: str) -> tuple[Branch, ...]:
        """Return the node and all above it, the nearest first; empty for an unknown node."""
        line: list[Branch] = []
        branch = self._branches.get(branch_id)
        while branch is not None and branch not in line:
            line.append(branch)
            branch = self._branches.get(branch.parent_id) if branch.parent_id else None
        return tuple(line)

    def below(self, branch_id: str) -> tuple[Branch, ...]:
        """Return the node and all below it, parents before children."""
        return tuple(branch for branch, _depth in self.walk(branch_id))

    def walk(self, branch_id: str | None = None) -> Iterator[tuple[Branch, int]]:
        """Walk depth first from a node (or from all roots), with the depth of each."""
        if branch_id is None:
            stack = [(branch, 0) for branch in reversed(self.children(None))]
        else:
            root = self._branches.get(branch_id)
            stack = [(root, 0)] if root else []
        while stack:
            branch, depth = stack.pop()
            yield branch, depth
            stack.extend((child, depth + 1) for child in reversed(self.children(branch.branch_id)))

    def membership(self, branch_id: str) -> tuple[str, ...]:
        """Return the nodes of which someone in ``branch_id`` is a member. A member of a group is a member of its branch, but of nothing
        above."""
        nodes: list[str] = []
        for branch in self.line(branch_id):
            nodes.append(branch.branch_id)
            if branch.kind is not BranchKind.GROUP:
                break
        return tuple(nodes)
