"""The directory: branches in a tree, their people, and the roles some of them hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from meeting_server.domain.ids import Millis
from meeting_server.domain.roles import Standing
from meeting_server.domain.spelling import folded
from meeting_server.store.database import Database
from meeting_server.store.people.branch_tree import RANK, Branch, BranchKind, BranchTree
from meeting_server.store.people.directory_tables import branches, members, role_grants
from meeting_server.store.people.people import (
    BranchRole,
    DirectoryCode,
    Exclusion,
    Grant,
    Member,
    NotInOrder,
    branch_name,
    checked,
    number_key,
    pinyin_of,
    roster_order,
)
from meeting_server.store.tokens import new_id

__all__ = ["Branch", "BranchKind", "BranchRole", "BranchTree", "Directory", "Exclusion", "Grant", "Member", "NotInOrder"]


@dataclass(frozen=True, slots=True)
class RosterCount:
    """How many people of a branch have which standing."""

    people: int
    voting: int


_MEMBER = (
    members.c.member_id,
    members.c.branch_id,
    members.c.name,
    members.c.number,
    members.c.standing,
    members.c.voting,
    members.c.committee,
    members.c.exclusion,
    members.c.exclusion_reference,
    members.c.added_at,
    members.c.added_by,
    members.c.removed_at,
)


class Directory:
    """Branches, members and roles. Removed rows stay, so that old records keep their names."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- branches

    async def tree(self) -> BranchTree:
        """Return all branches."""
        async with self._database.read() as conn:
            return await _tree(conn)

    async def branch(self, branch_id: str) -> Branch | None:
        """Return one node, removed or not."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(branches).where(branches.c.branch_id == branch_id))).one_or_none()
        return _branch(row) if row else None

    async def create_branch(self, name: str, kind: BranchKind, parent_id: str | None, now: Millis) -> Branch:
        """Add a node. Raises NotInOrder (name, unknown parent, a parent of equal or lower rank)."""
        branch = Branch(new_id("b"), parent_id, kind, branch_name(name), now)
        async with self._database.write() as conn:
            _check_order(await _tree(conn), branch)
            await conn.execute(
                insert(branches).values(
                    branch_id=branch.branch_id, parent_id=parent_id, kind=kind, name=branch.name, added_at=now, removed_at=None
                )
            )
        return branch

    async def rename_branch(self, branch_id: str, name: str) -> None:
        """Rename a node."""
        async with self._database.write() as conn:
            await _change_branch(conn, branch_id, name=branch_name(name))

    async def move_branch(self, branch_id: str, parent_id: str | None) -> None:
        """Move a node, with all below it, to another parent. Raises NotInOrder (below itself, against the ranks)."""
        async with self._database.write() as conn:
            tree = await _tree(conn)
            branch = tree.get(branch_id)
            if branch is None:
                raise NotInOrder(DirectoryCode.UNKNOWN_BRANCH, "branch")
            if parent_id is not None and any(node.branch_id == parent_id for node in tree.below(branch_id)):
                raise NotInOrder(DirectoryCode.BRANCH_ORDER, "parent")
            _check_order(tree, replace(branch, parent_id=parent_id))
            await _change_branch(conn, branch_id, parent_id=parent_id)

    async def remove_branch(self, branch_id: str, now: Millis) -> None:
        """Remove an empty node from the tree without deleting anything. Raises NotInOrder if people or nodes are in it."""
        async with self._database.write() as conn:
            tree = await _tree(conn)
            people = await conn.execute(select(func.count()).where(members.c.branch_id == branch_id, members.c.removed_at.is_(None)))
            if tree.children(branch_id) or people.scalar_one():
                raise NotInOrder(DirectoryCode.BRANCH_NOT_EMPTY, "branch")
            await _change_branch(conn, branch_id, removed_at=now)

    async def restore_branch(self, branch_id: str) -> None:
        """Undo ``remove_branch``."""
        async with self._database.write() as conn:
            await _change_branch(conn, branch_id, removed_at=None)

    # --- members

    async def member(self, member_id: str) -> Member | None:
        """Return one member, removed or not."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(*_MEMBER).where(members.c.member_id == member_id))).one_or_none()
        return _member(row) if row else None

    async def members_by_id(self, member_ids: Iterable[str]) -> dict[str, Member]:
        """Return several members, removed or not, by id."""
        async with self._database.read() as conn:
            rows = await conn.execute(select(*_MEMBER).where(members.c.member_id.in_(list(member_ids))))
            return {row.member_id: _member(row) for row in rows}

    async def member_by_number(self, number: str) -> Member | None:
        """Return the member with this student or staff number, in any branch, but never a removed one."""
        key = number_key(number)
        if key is None:
            return None
        async with self._database.read() as conn:
            row = (await conn.execute(select(*_MEMBER).where(members.c.number_key == key, members.c.removed_at.is_(None)))).one_or_none()
        return _member(row) if row else None

    async def roster(self, branch_id: str, *, search: str = "") -> tuple[Member, ...]:
        """Return everyone in a branch and its groups (or all below a faculty), in roster order.

        ``search`` matches part of a name, of a number, or of the pinyin (full or initials).
        """
        async with self._database.read() as conn:
            tree = await _tree(conn)
            query = select(*_MEMBER, members.c.pinyin).where(
                members.c.branch_id.in_([branch.branch_id for branch in tree.below(branch_id)]), members.c.removed_at.is_(None)
            )
            rows = (await conn.execute(query)).all()
        sought = folded(search)
        return tuple(sorted((_member(row) for row in rows if _is_found(row, sought)), key=roster_order))

    async def numbers_outside(self, branch_id: str) -> frozenset[str]:
        """Return the keys (``people.number_key``) of the numbers of people who are not in this branch or below it."""
        async with self._database.read() as conn:
            inside = [branch.branch_id for branch in (await _tree(conn)).below(branch_id)]
            rows = await conn.execute(
                select(members.c.number_key).where(members.c.number_key.is_not(None), members.c.branch_id.not_in(inside))
            )
            return frozenset(key for (key,) in rows if key is not None)

    async def counts(self) -> dict[str, RosterCount]:
        """Return how many people are in each node itself (without those below)."""
        full = and_(members.c.standing == Standing.FULL.value, members.c.voting.is_(True))
        async with self._database.read() as conn:
            rows = await conn.execute(
                select(members.c.branch_id, func.count(), func.count().filter(full))
                .where(members.c.removed_at.is_(None))
                .group_by(members.c.branch_id)
            )
            return {branch_id: RosterCount(people, voting) for branch_id, people, voting in rows}

    async def add_member(self, member: Member, now: Millis, added_by: str = "") -> Member:
        """Add someone and generate the id. Raises NotInOrder."""
        (added,) = await self.save_roster([replace(member, member_id="")], now, added_by)
        return added

    async def change_member(self, member: Member) -> Member:
        """Replace all of a member's fields. Raises NotInOrder."""
        (changed,) = await self.save_roster([member], 0)
        return changed

    async def save_roster(self, changes: Sequence[Member], now: Millis, added_by: str = "") -> tuple[Member, ...]:
        """Add (empty id) and change members in one transaction: all of them, or none if NotInOrder is raised."""
        kept = [checked(member) for member in changes]
        saved: list[Member] = []
        try:
            async with self._database.write() as conn:
                tree = await _tree(conn)
                for member in kept:
                    if member.branch_id not in tree:
                        raise NotInOrder(DirectoryCode.UNKNOWN_BRANCH, "branch")
                    saved.append(await _save(conn, member, now, added_by))
        except IntegrityError:
            raise NotInOrder(DirectoryCode.NUMBER_TAKEN, "number") from None
        return tuple(saved)

    async def removed(self, branch_ids: Collection[str]) -> tuple[Member, ...]:
        """Return who was removed from the rosters of exactly these nodes, the latest first."""
        query = select(*_MEMBER).where(members.c.branch_id.in_(sorted(branch_ids)), members.c.removed_at.is_not(None))
        async with self._database.read() as conn:
            return tuple(_member(row) for row in await conn.execute(query.order_by(members.c.removed_at.desc(), members.c.member_id)))

    async def remove_member(self, member_id: str, now: Millis) -> None:
        """Remove someone from the roster, with their roles. Their records stay, and their number becomes free.

        Raises NotInOrder if nobody would be left to administer the server.
        """
        async with self._database.write() as conn:
            if await _is_last_administrator(conn, member_id):
                raise NotInOrder(DirectoryCode.LAST_ADMINISTRATOR, "member")
            await conn.execute(delete(role_grants).where(role_grants.c.member_id == member_id))
            await conn.execute(
                update(members)
                .where(members.c.member_id == member_id, members.c.removed_at.is_(None))
                .values(removed_at=now, number_key=None)
            )

    async def restore_member(self, member_id: str) -> Member:
        """Undo ``remove_member`` (without the roles). Raises NotInOrder if the number is in use by now."""
        try:
            async with self._database.write() as conn:
                row = (await conn.execute(select(*_MEMBER).where(members.c.member_id == member_id))).one_or_none()
                if row is None:
                    raise NotInOrder(DirectoryCode.UNKNOWN_MEMBER, "member")
                member = _member(row)
                await conn.execute(
                    update(members).where(members.c.member_id == member_id).values(removed_at=None, number_key=number_key(member.number))
                )
        except IntegrityError:
            raise NotInOrder(DirectoryCode.NUMBER_TAKEN, "number") from None
        return replace(member, removed_at=None)

    # --- roles

    async def grants_of(self, member_id: str) -> tuple[Grant, ...]:
        """Return the roles a member holds, with where they were granted."""
        async with self._database.read() as conn:
            rows = await conn.execute(select(role_grants.c.branch_id, role_grants.c.role).where(role_grants.c.member_id == member_id))
            return tuple(Grant(row.branch_id, BranchRole(row.role)) for row in rows)

    async def grants_among(self, member_ids: Iterable[str]) -> dict[str, tuple[Grant, ...]]:
        """Return the roles of several members, without those who hold none."""
        found: dict[str, tuple[Grant, ...]] = {}
        async with self._database.read() as conn:
            for row in await conn.execute(select(role_grants).where(role_grants.c.member_id.in_(list(member_ids)))):
                found[row.member_id] = (*found.get(row.member_id, ()), Grant(row.branch_id, BranchRole(row.role)))
        return found

    async def holders(self, branch_id: str) -> tuple[tuple[Member, BranchRole], ...]:
        """Return who holds a role granted in exactly this node."""
        async with self._database.read() as conn:
            rows = await conn.execute(
                select(*_MEMBER, role_grants.c.role)
                .join(role_grants, role_grants.c.member_id == members.c.member_id)
                .where(role_grants.c.branch_id == branch_id, members.c.removed_at.is_(None))
            )
            found = [(_member(row), BranchRole(row.role)) for row in rows]
        order = list(BranchRole)
        return tuple(sorted(found, key=lambda pair: (order.index(pair[1]), roster_order(pair[0]))))

    async def grant(self, member_id: str, branch_id: str, role: BranchRole, now: Millis, granted_by: str = "") -> bool:
        """Grant a role. Return False if it was already held."""
        async with self._database.write() as conn:
            if branch_id not in await _tree(conn):
                raise NotInOrder(DirectoryCode.UNKNOWN_BRANCH, "branch")
            known = await conn.execute(select(members.c.member_id).where(members.c.member_id == member_id, members.c.removed_at.is_(None)))
            if known.one_or_none() is None:
                raise NotInOrder(DirectoryCode.UNKNOWN_MEMBER, "member")
            held = await conn.execute(select(role_grants.c.role).where(_is_grant(member_id, branch_id, role)))
            if held.one_or_none() is not None:
                return False
            await conn.execute(
                insert(role_grants).values(member_id=member_id, branch_id=branch_id, role=role, granted_at=now, granted_by=granted_by)
            )
            return True

    async def withdraw(self, member_id: str, branch_id: str, role: BranchRole) -> bool:
        """Revoke a role. Return False if it was not held. Raises NotInOrder for the server's last administrator."""
        async with self._database.write() as conn:
            if role is BranchRole.ADMINISTRATOR and await _is_last_administrator(conn, member_id, branch_id):
                raise NotInOrder(DirectoryCode.LAST_ADMINISTRATOR, "member")
            gone = await conn.execute(delete(role_grants).where(_is_grant(member_id, branch_id, role)))
            return bool(gone.rowcount)


def _is_grant(member_id: str, branch_id: str, role: BranchRole) -> ColumnElement[bool]:
    return and_(role_grants.c.member_id == member_id, role_grants.c.branch_id == branch_id, role_grants.c.role == role.value)


async def _tree(conn: AsyncConnection) -> BranchTree:
    return BranchTree(_branch(row) for row in await conn.execute(select(branches).where(branches.c.removed_at.is_(None))))


async def _change_branch(conn: AsyncConnection, branch_id: str, **values: object) -> None:
    changed = await conn.execute(update(branches).where(branches.c.branch_id == branch_id).values(**values))
    if not changed.rowcount:
        raise NotInOrder(DirectoryCode.UNKNOWN_BRANCH, "branch")


async def _save(conn: AsyncConnection, member: Member, now: Millis, added_by: str) -> Member:
    values: dict[str, object] = {
        "branch_id": member.branch_id,
        "name": member.name,
        "pinyin": pinyin_of(member.name),
        "number": member.number,
        "number_key": number_key(member.number),
        "standing": member.standing,
        "voting": member.voting,
        "committee": member.committee,
        "exclusion": member.exclusion,
        "exclusion_reference": member.exclusion_reference,
    }
    if not member.member_id:
        added = replace(member, member_id=new_id("m"), added_at=now, added_by=added_by[:100])
        await conn.execute(
            insert(members).values(member_id=added.member_id, added_at=now, added_by=added.added_by, removed_at=None, **values)
        )
        return added
    changed = await conn.execute(update(members).where(members.c.member_id == member.member_id).values(**values))
    if not changed.rowcount:
        raise NotInOrder(DirectoryCode.UNKNOWN_MEMBER, "member")
    return member


async def _is_last_administrator(conn: AsyncConnection, member_id: str, branch_id: str | None = None) -> bool:
    """Return whether revoking this member's administration (of one root, or all) leaves a root that nobody administers."""
    roots = {branch.branch_id for branch in (await _tree(conn)).children(None)}
    rows = await conn.execute(
        select(role_grants.c.member_id, role_grants.c.branch_id).where(role_grants.c.role == BranchRole.ADMINISTRATOR.value)
    )
    holders: dict[str, Collection[str]] = {}
    for holder, root in rows:
        if root in roots:
            holders[root] = {*holders.get(root, ()), holder}
    return any(set(who) == {member_id} for root, who in holders.items() if branch_id in (None, root))


def _check_order(tree: BranchTree, branch: Branch) -> None:
    if branch.parent_id is None:
        return
    parent = tree.get(branch.parent_id)
    if parent is None:
        raise NotInOrder(DirectoryCode.UNKNOWN_BRANCH, "parent")
    if RANK[parent.kind] >= RANK[branch.kind]:
        raise NotInOrder(DirectoryCode.BRANCH_ORDER, "parent")


def _branch(row: Any) -> Branch:
    return Branch(row.branch_id, row.parent_id, BranchKind(row.kind), row.name, row.added_at, row.removed_at)


def _is_found(row: Any, sought: str) -> bool:
    """Return whether the name, the number or the pinyin contains ``sought`` (a fold)."""
    return sought in folded(row.name) or sought in row.number.lower() or sought.replace(" ", "") in row.pinyin


def _member(row: Any) -> Member:
    return Member(
        row.member_id,
        row.branch_id,
        row.name,
        row.number,
        Standing(row.standing),
        bool(row.voting),
        bool(row.committee),
        Exclusion(row.exclusion),
        row.exclusion_reference,
        row.added_at,
        row.added_by,
        row.removed_at,
    )
