"""A table of security-relevant acts: who let whom in, who changed whose rights, and when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Integer, String, Table, insert, select

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata

access_log = Table(
    "access_log",
    metadata,
    Column("entry_id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("act", String(40), nullable=False),
    Column("actor_id", String(40), nullable=False, default=""),
    Column("actor_name", String(100), nullable=False, default=""),
    Column("subject_id", String(40), nullable=False, default="", index=True),
    Column("subject_name", String(200), nullable=False, default=""),
    Column("branch_id", String(40), nullable=False, default="", index=True),
    Column("detail", String(200), nullable=False, default=""),
)


class Act(StrEnum):
    """What was done. The catalogue has a sentence for each under ``access_log.act``."""

    LINK_ISSUED = "link_issued"
    LINK_USED = "link_used"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"
    PASSWORD_SET = "password_set"
    ROLE_GRANTED = "role_granted"
    ROLE_WITHDRAWN = "role_withdrawn"
    MEMBER_ADDED = "member_added"
    MEMBER_CHANGED = "member_changed"
    MEMBER_REMOVED = "member_removed"
    MEMBER_RESTORED = "member_restored"
    ROSTER_IMPORTED = "roster_imported"
    ROSTER_EXPORTED = "roster_exported"
    COMMITTEE_SEATED = "committee_seated"
    BRANCH_CREATED = "branch_created"
    BRANCH_RENAMED = "branch_renamed"
    BRANCH_MOVED = "branch_moved"
    BRANCH_REMOVED = "branch_removed"
    BRANCH_RESTORED = "branch_restored"
    INVITATION_ISSUED = "invitation_issued"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_USED = "invitation_used"
    KNOCKED = "knocked"
    KNOCK_LET_IN = "knock_let_in"
    KNOCK_REFUSED = "knock_refused"
    RECORD_SEEN = "record_seen"
    MEETING_EXPORTED = "meeting_exported"
    ARCHIVE_OPENED = "archive_opened"
    ARCHIVE_HEARD = "archive_heard"
    TRANSCRIPT_CORRECTED = "transcript_corrected"
    NUMBERS_TICKED = "numbers_ticked"
    PASSAGE_TAKEN_OUT = "passage_taken_out"
    DECIDED_APPROVED = "decided_approved"
    DECIDED_REJECTED = "decided_rejected"
    LESSON_RETOLD = "lesson_retold"
    DECIDED_REOPENED = "decided_reopened"
    MINUTES_APPROVED = "minutes_approved"
    RESOURCE_PUBLISHED = "resource_published"
    RESOURCE_WITHDRAWN = "resource_withdrawn"
    HOLD_SET = "hold_set"
    HOLD_LIFTED = "hold_lifted"
    TAKEN_AWAY = "taken_away"
    TAKING_ALLOWED = "taking_allowed"
    TAKING_FORBIDDEN = "taking_forbidden"
    SHARING_ALLOWED = "sharing_allowed"
    SHARING_STOPPED = "sharing_stopped"
    SHARED_OUT = "shared_out"
    SHARED_IN = "shared_in"
    SHARED_REMOVED = "shared_removed"
    HALL_DEVICE_LET_IN = "hall_device_let_in"
    HALL_DEVICE_STOPPED = "hall_device_stopped"
    CALENDAR_MADE = "calendar_made"
    CALENDAR_REVOKED = "calendar_revoked"
    FEED_MADE = "feed_made"
    FEED_REVOKED = "feed_revoked"
    TELLING_AGREED = "telling_agreed"
    TELLING_STOPPED = "telling_stopped"
    LEARNING_DELETED = "learning_deleted"
    MESSAGE_ERASED = "message_erased"
    PERSON_ERASED = "person_erased"
    REHEARSAL_RAN = "rehearsal_ran"


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. Names are stored as they were then, so that a renamed or removed person stays readable."""

    at: Millis
    act: Act
    actor_id: str = ""
    actor_name: str = ""
    subject_id: str = ""
    subject_name: str = ""
    branch_id: str = ""
    detail: str = ""


class AccessLog:
    """Entries are added, and deleted when old (``aging``). Names in them are erased with a person's data (``personal``)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, entry: Entry) -> None:
        """Add one entry."""
        async with self._database.write() as conn:
            await conn.execute(
                insert(access_log).values(
                    at=entry.at,
                    act=entry.act,
                    actor_id=entry.actor_id,
                    actor_name=entry.actor_name[:100],
                    subject_id=entry.subject_id,
                    subject_name=entry.subject_name[:200],
                    branch_id=entry.branch_id,
                    detail=entry.detail[:200],
                )
            )

    async def note_once(self, entry: Entry, since: Millis) -> None:
        """Add one entry, unless the same act by the same person on the same thing was logged after ``since``."""
        same = (access_log.c.act, entry.act), (access_log.c.actor_id, entry.actor_id), (access_log.c.subject_id, entry.subject_id)
        query = select(access_log.c.entry_id).where(access_log.c.at > since, access_log.c.detail == entry.detail[:200])
        for column, value in same:
            query = query.where(column == value)
        async with self._database.read() as conn:
            if (await conn.execute(query.limit(1))).first() is not None:
                return
        await self.note(entry)

    async def latest(
        self, branch_ids: Collection[str], *, before: int = 0, limit: int = 100, act: Act | None = None
    ) -> tuple[tuple[int, Entry], ...]:
        """Return entries about these branches, newest first, with their numbers. ``before``: a number, for paging."""
        query = select(access_log).where(access_log.c.branch_id.in_(list(branch_ids)))
        if before:
            query = query.where(access_log.c.entry_id < before)
        if act is not None:
            query = query.where(access_log.c.act == act)
        async with self._database.read() as conn:
            rows = await conn.execute(query.order_by(access_log.c.entry_id.desc()).limit(limit))
            return tuple((row.entry_id, _entry(row)) for row in rows)

    async def by(self, actor_id: str, *, limit: int = 1000) -> tuple[Entry, ...]:
        """Return what one person did, newest first."""
        query = select(access_log).where(access_log.c.actor_id == actor_id)
        async with self._database.read() as conn:
            rows = await conn.execute(query.order_by(access_log.c.entry_id.desc()).limit(limit))
            return tuple(_entry(row) for row in rows)

    async def about(self, subject_id: str, *, limit: int = 50) -> tuple[Entry, ...]:
        """Return entries about one person or record, newest first: what others did with it."""
        query = select(access_log).where(access_log.c.subject_id == subject_id)
        async with self._database.read() as conn:
            rows = await conn.execute(query.order_by(access_log.c.entry_id.desc()).limit(limit))
            return tuple(_entry(row) for row in rows)

    async def about_any(self, subject_ids: Collection[str], *, limit: int = 50) -> tuple[Entry, ...]:
        """Return entries about any of these, newest first."""
        query = select(access_log).where(access_log.c.subject_id.in_(list(subject_ids)))
        async with self._database.read() as conn:
            rows = await conn.execute(query.order_by(access_log.c.entry_id.desc()).limit(limit))
            return tuple(_entry(row) for row in rows)


def _entry(row: object) -> Entry:
    fields = {name: getattr(row, name) for name in ("at", "actor_id", "actor_name", "subject_id", "subject_name", "branch_id", "detail")}
    return Entry(act=Act(getattr(row, "act")), **fields)  # noqa: B009
