"""The schedule: the meetings a branch plans, with agenda, list of people, rule and state."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text, and_, delete, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import ItemPlan, MeetingKind
from meeting_server.domain.vote_terms import ItemPurpose
from meeting_server.store.database import Database, metadata

Status = Literal["convened", "open", "adjourned", "cancelled"]

meetings = Table(
    "meetings",
    metadata,
    Column("meeting_id", String(40), primary_key=True),
    Column("branch_id", String(40), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("starts_at", BigInteger, nullable=False, index=True),
    Column("ends_at", BigInteger, nullable=False),
    Column("preset_id", String(40), nullable=False),
    Column("recording_planned", Boolean, nullable=False),
    Column("status", String(12), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", String(40), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger),
    Column("adjourned_at", BigInteger),
    Column("cancelled_by", String(40), nullable=False, server_default=""),
    Column("cancel_reason", Text, nullable=False, server_default=""),
)

meeting_items = Table(
    "meeting_items",
    metadata,
    Column("meeting_id", ForeignKey("meetings.meeting_id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("speaker", Text, nullable=False),
    Column("purpose", String(20), nullable=False, server_default=""),
)

meeting_people = Table(
    "meeting_people",
    metadata,
    Column("meeting_id", ForeignKey("meetings.meeting_id", ondelete="CASCADE"), primary_key=True),
    Column("participant_id", String(40), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("role", String(12), nullable=False),
    Column("guest_name", Text, nullable=False),
    Column("items", Text, nullable=False, server_default=""),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One person on the list. The directory has a member's name and rights; a guest's name is here.

    ``items``: places on the agenda (from 1) that they are called to; empty: the whole meeting.
    """

    participant_id: ParticipantId
    role: Role = Role.MEMBER
    guest_name: str = ""
    items: tuple[int, ...] = ()

    @property
    def is_guest(self) -> bool:
        return bool(self.guest_name)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a secretary decides about a meeting; moments in Unix milliseconds."""

    branch_id: str
    kind: MeetingKind
    title: str
    place: str
    starts_at: Millis
    ends_at: Millis
    preset_id: str
    recording_planned: bool
    agenda: tuple[ItemPlan, ...]
    people: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A meeting on the schedule. ``sequence`` counts the changes that calendars need, ``version`` every change."""

    meeting_id: MeetingId
    plan: Plan
    status: Status
    sequence: int
    version: int
    created_by: str
    created_at: Millis
    changed_at: Millis
    opened_at: Millis | None = None
    adjourned_at: Millis | None = None
    cancel_reason: str = ""

    def listed(self, participant_id: str | None) -> Listed | None:
        """Return the entry of one person on the list."""
        return next((person for person in self.plan.people if person.participant_id == participant_id), None)

    def holds(self, role: Role) -> Listed | None:
        """Return the first on the list with ``role``."""
        return next((person for person in self.plan.people if person.role is role), None)

    @property
    def may_change(self) -> bool:
        """Return whether the plan can still change: only before the meeting opens. Afterwards the meeting itself decides."""
        return self.status == "convened"


class ScheduleError(Exception):
    """An impossible change. ``code`` is stable (``not_changeable``, ``changed_meanwhile``, ``no_meeting``)."""

    def __init__(self, code: Literal["not_changeable", "changed_meanwhile", "no_meeting"]) -> None:
        super().__init__(code)
        self.code = code


class Schedule:
    """Planned meetings. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, plan: Plan, created_by: str, now: Millis) -> Scheduled:
        """Put a meeting on the schedule with the state ``convened``."""
        meeting_id = MeetingId("m" + secrets.token_hex(10))
        async with self._database.write() as conn:
            await conn.execute(
                insert(meetings).values(
                    meeting_id=meeting_id,
                    status="convened",
                    sequence=0,
                    version=1,
                    created_by=created_by,
                    created_at=now,
                    changed_at=now,
                    **_columns(plan),
                )
            )
            await _write_lists(conn, meeting_id, plan)
        return Scheduled(meeting_id, plan, "convened", 0, 1, created_by, now, now)

    async def change(self, meeting_id: MeetingId, plan: Plan, version: int, now: Millis) -> Scheduled:
        """Replace the plan of a meeting that has not opened.

        Raises ScheduleError ``changed_meanwhile`` if ``version`` is not the stored one (someone else saved first), ``not_changeable``
        once it opened, adjourned or was cancelled.
        """
        async with self._database.write() as conn:
            before = await _load(conn, meeting_id)
            if not before.may_change:
                raise ScheduleError("not_changeable")
            if before.version != version:
                raise ScheduleError("changed_meanwhile")
            sequence = before.sequence + (1 if _told_to_calendars(before.plan) != _told_to_calendars(plan) else 0)
            values = {**_columns(plan), "sequence": sequence, "version": version + 1, "changed_at": now}
            await conn.execute(update(meetings).where(meetings.c.meeting_id == meeting_id).values(**values))
            await conn.execute(delete(meeting_items).where(meeting_items.c.meeting_id == meeting_id))
            await conn.execute(delete(meeting_people).where(meeting_people.c.meeting_id == meeting_id))
            await _write_lists(conn, meeting_id, plan)
            return replace(before, plan=plan, sequence=sequence, version=version + 1, changed_at=now)

    async def cancel(self, meeting_id: MeetingId, reason: str, by: str, now: Millis) -> Scheduled:
        """Cancel a meeting, which stays on the schedule. Raises ScheduleError ``not_changeable``."""
        async with self._database.write() as conn:
            before = await _load(conn, meeting_id)
            if not before.may_change:
                raise ScheduleError("not_changeable")
            values: dict[str, Any] = {"status": "cancelled", "sequence": before.sequence + 1, "version": before.version + 1}
            await conn.execute(
                update(meetings)
                .where(meetings.c.meeting_id == meeting_id)
                .values(**values, changed_at=now, cancelled_by=by, cancel_reason=reason)
            )
            return replace(before, **values, changed_at=now, cancel_reason=reason)

    async def admit(self, meeting_id: MeetingId, person: Listed) -> None:
        """Add someone who came by a general link to the end of the list. A person already on it keeps their place and role.

        Raises ScheduleError ``no_meeting``.
        """
        async with self._database.write() as conn:
            scheduled = await _load(conn, meeting_id)
            if scheduled.listed(person.participant_id) is None:
                await conn.execute(insert(meeting_people).values(_person_row(meeting_id, len(scheduled.plan.people), person)))

    async def set_role(self, meeting_id: MeetingId, participant_id: str, role: Role) -> None:
        """Record that the meeting gave someone on the list another role. A form that shows the old one can no longer be saved."""
        row = and_(meeting_people.c.meeting_id == meeting_id, meeting_people.c.participant_id == participant_id)
        async with self._database.write() as conn:
            changed = await conn.execute(update(meeting_people).where(row, meeting_people.c.role != role.value).values(role=role.value))
            if changed.rowcount:
                bumped = update(meetings).where(meetings.c.meeting_id == meeting_id)
                await conn.execute(bumped.values(version=meetings.c.version + 1))

    async def set_phase(self, meeting_id: MeetingId, phase: MeetingPhase, at: Millis) -> None:
        """Record that the meeting opened or adjourned. Repeated or late calls change nothing."""
        this, status = meetings.c.meeting_id == meeting_id, meetings.c.status
        async with self._database.write() as conn:
            if phase == MeetingPhase.OPEN:
                await conn.execute(update(meetings).where(this, meetings.c.opened_at.is_(None)).values(opened_at=at))
                await conn.execute(update(meetings).where(this, status == "convened").values(status="open"))
            elif phase == MeetingPhase.ADJOURNED:
                await conn.execute(update(meetings).where(this, status != "adjourned").values(status="adjourned", adjourned_at=at))

    async def unfinished(self) -> tuple[MeetingId, ...]:
        """Return meetings that are upcoming or open, as far as the schedule was told."""
        async with self._database.read() as conn:
            rows = await conn.execute(select(meetings.c.meeting_id).where(meetings.c.status.in_(("convened", "open"))))
            return tuple(MeetingId(row.meeting_id) for row in rows)

    async def running(self) -> tuple[MeetingId, ...]:
        """Return meetings that are open now, as far as the schedule was told."""
        async with self._database.read() as conn:
            rows = await conn.execute(select(meetings.c.meeting_id).where(meetings.c.status == "open"))
            return tuple(MeetingId(row.meeting_id) for row in rows)

    async def beginning(self, since: Millis, until: Millis) -> tuple[MeetingId, ...]:
        """Return meetings that start between ``since`` and ``until`` and have not opened."""
        query = select(meetings.c.meeting_id).where(
            meetings.c.status == "convened", meetings.c.starts_at >= since, meetings.c.starts_at <= until
        )
        async with self._database.read() as conn:
            return tuple(MeetingId(row.meeting_id) for row in await conn.execute(query))

    async def meeting(self, meeting_id: str) -> Scheduled | None:
        async with self._database.read() as conn:
            return await _find(conn, MeetingId(meeting_id))

    async def concerning(self, participant_id: str | None, branch_ids: Collection[str] = ()) -> tuple[Scheduled, ...]:
        """Return meetings with this person on their list, and all of the named branches, in order of start."""
        listed = select(meeting_people.c.meeting_id).where(meeting_people.c.participant_id == participant_id)
        query = select(meetings).where(or_(meetings.c.meeting_id.in_(listed), meetings.c.branch_id.in_(branch_ids)))
        async with self._database.read() as conn:
            rows = (await conn.execute(query.order_by(meetings.c.starts_at, meetings.c.meeting_id))).all()
            return await _with_lists(conn, rows)


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "branch_id": plan.branch_id,
        "kind": plan.kind,
        "title": plan.title,
        "place": plan.place,
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at,
        "preset_id": plan.preset_id,
        "recording_planned": plan.recording_planned,
    }


def _told_to_calendars(plan: Plan) -> tuple[object, ...]:
    return plan.title, plan.place, plan.starts_at, plan.ends_at, plan.agenda


def _person_row(meeting_id: MeetingId, position: int, person: Listed) -> dict[str, Any]:
    return {
        "meeting_id": meeting_id,
        "participant_id": person.participant_id,
        "position": position,
        "role": person.role.value,
        "guest_name": person.guest_name,
        "items": " ".join(map(str, person.items)),
    }


async def _write_lists(conn: AsyncConnection, meeting_id: MeetingId, plan: Plan) -> None:
    items = [
        {
            "meeting_id": meeting_id,
            "position": n,
            "title": item.title,
            "minutes": item.minutes,
            "speaker": item.speaker,
            "purpose": item.purpose.value,
        }
        for n, item in enumerate(plan.agenda)
    ]
    people = [_person_row(meeting_id, n, person) for n, person in enumerate(plan.people)]
    if items:
        await conn.execute(insert(meeting_items), items)
    if people:
        await conn.execute(insert(meeting_people), people)


async def _load(conn: AsyncConnection, meeting_id: MeetingId) -> Scheduled:
    found = await _find(conn, meeting_id)
    if found is None:
        raise ScheduleError("no_meeting")
    return found


async def _find(conn: AsyncConnection, meeting_id: MeetingId) -> Scheduled | None:
    rows = (await conn.execute(select(meetings).where(meetings.c.meeting_id == meeting_id))).all()
    found = await _with_lists(conn, rows)
    return found[0] if found else None


async def _with_lists(conn: AsyncConnection, rows: Sequence[Row[Any]]) -> tuple[Scheduled, ...]:
    ids = [row.meeting_id for row in rows]
    items: dict[str, list[ItemPlan]] = {}
    people: dict[str, list[Listed]] = {}
    of_these = meeting_items.c.meeting_id.in_(ids)
    for item in await conn.execute(select(meeting_items).where(of_these).order_by(meeting_items.c.position)):
        items.setdefault(item.meeting_id, []).append(ItemPlan(item.title, item.minutes, item.speaker, ItemPurpose(item.purpose)))
    of_these = meeting_people.c.meeting_id.in_(ids)
    for person in await conn.execute(select(meeting_people).where(of_these).order_by(meeting_people.c.position)):
        listed = Listed(ParticipantId(person.participant_id), Role(person.role), person.guest_name, tuple(map(int, person.items.split())))
        people.setdefault(person.meeting_id, []).append(listed)
    return tuple(_scheduled(row, tuple(items.get(row.meeting_id, ())), tuple(people.get(row.meeting_id, ()))) for row in rows)


def _scheduled(row: Row[Any], agenda: tuple[ItemPlan, ...], people: tuple[Listed, ...]) -> Scheduled:
    plan = Plan(
        row.branch_id,
        row.kind,
        row.title,
        row.place,
        row.starts_at,
        row.ends_at,
        row.preset_id,
        row.recording_planned,
        agenda,
        people,
    )
    return Scheduled(
        MeetingId(row.meeting_id),
        plan,
        cast(Status, row.status),
        row.sequence,
        row.version,
        row.created_by,
        row.created_at,
        row.changed_at,
        row.opened_at,
        row.adjourned_at,
        row.cancel_reason,
    )
