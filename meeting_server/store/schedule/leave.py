"""Leave (请假): who asked to be excused from a meeting, why, and what the secretary decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text, and_, insert, select, update
from sqlalchemy.engine import Row

from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.store.database import Database, metadata

LeaveStatus = Literal["asked", "approved", "refused", "withdrawn"]
REASON_LONGEST = 200

leave_requests = Table(
    "leave_requests",
    metadata,
    Column("meeting_id", ForeignKey("meetings.meeting_id", ondelete="CASCADE"), primary_key=True),
    Column("participant_id", String(40), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("status", String(12), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("decided_by", String(40), nullable=False, server_default=""),
    Column("decided_at", BigInteger),
    Column("answer", Text, nullable=False, server_default=""),
)


@dataclass(frozen=True, slots=True)
class Leave:
    """The latest request of one person for one meeting. ``answer`` is the secretary's message to the member."""

    meeting_id: MeetingId
    participant_id: ParticipantId
    reason: str
    status: LeaveStatus
    asked_at: Millis
    decided_by: str = ""
    decided_at: Millis | None = None
    answer: str = ""


class LeaveError(Exception):
    """``code``: ``no_request`` (nothing to decide or withdraw), ``already_approved`` (asking again changes nothing)."""

    def __init__(self, code: Literal["no_request", "already_approved"]) -> None:
        super().__init__(code)
        self.code = code


class LeaveBook:
    """Leave requests of all meetings, with one current request per person and meeting."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, meeting_id: MeetingId, participant_id: ParticipantId, reason: str, now: Millis) -> Leave:
        """Ask, ask again after a refusal or withdrawal, or correct the reason of a pending request.

        Raises LeaveError ``already_approved``.
        """
        leave = Leave(meeting_id, participant_id, reason, "asked", now)
        values = {"reason": reason, "status": "asked", "asked_at": now, "decided_by": "", "decided_at": None, "answer": ""}
        async with self._database.write() as conn:
            row = (await conn.execute(select(leave_requests).where(_one(meeting_id, participant_id)))).first()
            if row is None:
                await conn.execute(insert(leave_requests).values(meeting_id=meeting_id, participant_id=participant_id, **values))
            elif row.status == "approved":
                raise LeaveError("already_approved")
            else:
                await conn.execute(update(leave_requests).where(_one(meeting_id, participant_id)).values(**values))
        return leave

    async def decide(
        self,
        meeting_id: MeetingId,
        participant_id: ParticipantId,
        status: Literal["approved", "refused"],
        by: str,
        answer: str,
        now: Millis,
    ) -> Leave:
        """Approve or refuse. A decision may be changed later. Raises LeaveError ``no_request``."""
        values: dict[str, Any] = {"status": status, "decided_by": by, "decided_at": now, "answer": answer}
        return await self._update(meeting_id, participant_id, values)

    async def withdraw(self, meeting_id: MeetingId, participant_id: ParticipantId) -> Leave:
        """Withdraw a request because the member will come after all. Raises LeaveError ``no_request``."""
        return await self._update(meeting_id, participant_id, {"status": "withdrawn"})

    async def of_meeting(self, meeting_id: MeetingId) -> dict[ParticipantId, Leave]:
        """Return every request for a meeting that was not withdrawn."""
        async with self._database.read() as conn:
            rows = await conn.execute(
                select(leave_requests)
                .where(and_(leave_requests.c.meeting_id == meeting_id, leave_requests.c.status != "withdrawn"))
                .order_by(leave_requests.c.asked_at)
            )
            return {ParticipantId(row.participant_id): _leave(row) for row in rows}

    async def of_person(self, participant_id: str) -> dict[MeetingId, Leave]:
        """Return every request of a person, including withdrawn ones."""
        async with self._database.read() as conn:
            rows = await conn.execute(select(leave_requests).where(leave_requests.c.participant_id == participant_id))
            return {MeetingId(row.meeting_id): _leave(row) for row in rows}

    async def waiting(self, meeting_ids: Collection[str]) -> dict[MeetingId, int]:
        """Return how many requests wait for a decision, by meeting."""
        async with self._database.read() as conn:
            rows = await conn.execute(
                select(leave_requests.c.meeting_id).where(
                    and_(leave_requests.c.meeting_id.in_(meeting_ids), leave_requests.c.status == "asked")
                )
            )
            counts: dict[MeetingId, int] = {}
            for row in rows:
                counts[MeetingId(row.meeting_id)] = counts.get(MeetingId(row.meeting_id), 0) + 1
            return counts

    async def _update(self, meeting_id: MeetingId, participant_id: ParticipantId, values: dict[str, Any]) -> Leave:
        async with self._database.write() as conn:
            row = (await conn.execute(select(leave_requests).where(_one(meeting_id, participant_id)))).first()
            if row is None or row.status == "withdrawn":
                raise LeaveError("no_request")
            await conn.execute(update(leave_requests).where(_one(meeting_id, participant_id)).values(**values))
            changed = (await conn.execute(select(leave_requests).where(_one(meeting_id, participant_id)))).one()
            return _leave(changed)


def _one(meeting_id: MeetingId, participant_id: ParticipantId) -> Any:
    return and_(leave_requests.c.meeting_id == meeting_id, leave_requests.c.participant_id == participant_id)


def _leave(row: Row[Any]) -> Leave:
    return Leave(
        MeetingId(row.meeting_id),
        ParticipantId(row.participant_id),
        row.reason,
        cast(LeaveStatus, row.status),
        row.asked_at,
        row.decided_by,
        row.decided_at,
        row.answer,
    )
