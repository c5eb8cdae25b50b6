"""A branch's own rules: copies of a shipped preset with changed fields, in addition to the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from secrets import token_hex

import msgspec
from sqlalchemy import BigInteger, Column, String, Table, Text, insert, select, update

from meeting_server.domain.ids import Millis
from meeting_server.domain.terms import Preset
from meeting_server.store.database import Database, metadata
from meeting_server.store.schedule.presets import check_preset

branch_presets = Table(
    "branch_presets",
    metadata,
    Column("preset_id", String(40), primary_key=True),
    Column("branch_id", String(40), nullable=False, index=True),
    Column("copied_from", String(40), nullable=False),
    Column("content", Text, nullable=False),  # the preset as JSON
    Column("changed_by", String(40), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class BranchPreset:
    """A rule of one branch. A removed one still applies to meetings planned under it."""

    preset: Preset
    branch_id: str
    copied_from: str
    changed_at: Millis
    removed: bool


class BranchPresets(Mapping[str, Preset]):
    """Every preset by id: the shipped ones and those of all branches. Only ``refresh`` reads the database."""

    def __init__(self, database: Database, shipped: Mapping[str, Preset]) -> None:
        self._database = database
        self.shipped = shipped
        self._own: dict[str, BranchPreset] = {}

    def __getitem__(self, preset_id: str) -> Preset:
        found = self._own.get(preset_id)
        return found.preset if found is not None else self.shipped[preset_id]

    def __iter__(self) -> Iterator[str]:
        yield from self.shipped
        yield from self._own

    def __len__(self) -> int:
        return len(self.shipped) + len(self._own)

    def own(self, branch_id: str) -> tuple[BranchPreset, ...]:
        """Return the branch's own rules in use."""
        return tuple(p for p in self._own.values() if p.branch_id == branch_id and not p.removed)

    def of_branch(self, branch_id: str) -> Mapping[str, Preset]:
        """Return the rules a meeting of the branch may use. Replaced rules are no longer offered."""
        in_force = {i: preset for i, preset in self.shipped.items() if not preset.replaced_by}
        return {**in_force, **{p.preset.preset_id: p.preset for p in self.own(branch_id)}}

    def replacement(self, preset_id: str, day: str) -> Preset | None:
        """Return the shipped rule that replaces this one on ``day`` (ISO 8601); ``None``: it is in force.

        A branch's own copy of a replaced rule still works, and meetings that use it are told too.
        """
        found = self.shipped.get(self._origin(preset_id).replaced_by)
        return found if found is not None and found.valid_from <= day else None

    def _origin(self, preset_id: str) -> Preset:
        """Return the shipped rule that a branch's own was copied from, directly or indirectly; for a shipped rule, itself."""
        origin, seen = preset_id, set[str]()
        while origin in self._own and origin not in seen:
            seen.add(origin)
            origin = self._own[origin].copied_from
        return self.shipped.get(origin) or self[preset_id]

    async def refresh(self) -> None:
        """Read what this or another process saved."""
        async with self._database.read() as conn:
            rows = (await conn.execute(select(branch_presets).order_by(branch_presets.c.changed_at))).all()
        self._own = {
            row.preset_id: BranchPreset(
                msgspec.json.decode(row.content, type=Preset), row.branch_id, row.copied_from, row.changed_at, row.removed_at is not None
            )
            for row in rows
        }

    async def save(self, branch_id: str, preset: Preset, *, copied_from: str, by: str, now: Millis) -> Preset:
        """Save a rule of the branch. One without an id is new. Raises PresetFileError for an impossible one.

        A person who saves a copy of a replaced rule has seen that it was replaced, so it becomes a copy of the one in force.
        """
        known = self._own.get(preset.preset_id)
        if known is None or known.branch_id != branch_id:
            preset = replace(preset, preset_id=f"own-{token_hex(8)}")
            known = None
        check_preset(preset)
        content = msgspec.json.encode(preset).decode()
        async with self._database.write() as conn:
            if known is None:
                await conn.execute(
                    insert(branch_presets).values(
                        preset_id=preset.preset_id,
                        branch_id=branch_id,
                        copied_from=copied_from,
                        content=content,
                        changed_by=by,
                        changed_at=now,
                    )
                )
            else:
                this = branch_presets.c.preset_id == preset.preset_id
                kept = {"content": content, "changed_by": by, "changed_at": now}
                if in_force := self._origin(preset.preset_id).replaced_by:
                    kept["copied_from"] = in_force
                await conn.execute(update(branch_presets).where(this).values(kept))
        await self._database.after_commit(self.refresh)
        return preset

    async def remove(self, branch_id: str, preset_id: str, now: Millis) -> None:
        """Stop offering it. Meetings planned under it keep it."""
        this = (branch_presets.c.preset_id == preset_id) & (branch_presets.c.branch_id == branch_id)
        async with self._database.write() as conn:
            await conn.execute(update(branch_presets).where(this).values(removed_at=now))
        await self._database.after_commit(self.refresh)
