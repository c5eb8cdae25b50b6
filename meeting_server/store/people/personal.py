"""The data about a person outside the meetings' journals: what is deleted when their data is erased, and what stays.

Every table that names people is listed here, by what happens to its rows. A test fails for one that is missing.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, update

from meeting_server.store.database import Database, metadata
from meeting_server.store.learning.progress import study_months, study_pace, study_progress
from meeting_server.store.learning.quizzes import quiz_attempts
from meeting_server.store.learning.shelf import useful_marks
from meeting_server.store.learning.statements import statement_consents, statements
from meeting_server.store.learning.study_notes import study_notes
from meeting_server.store.people.access_log import access_log
from meeting_server.store.people.accounts import credentials, sign_in_links, sign_ins
from meeting_server.store.people.directory_tables import members, role_grants
from meeting_server.store.people.knocks import knocks
from meeting_server.store.schedule.calendar_links import calendar_links
from meeting_server.store.schedule.invitations import invitations
from meeting_server.store.schedule.leave import leave_requests
from meeting_server.store.sharing.feeds import feeds

DELETED: tuple[tuple[str, str], ...] = tuple(
    (column.table.name, column.name)
    for column in (
        credentials.c.member_id,
        sign_ins.c.member_id,
        sign_in_links.c.member_id,
        invitations.c.member_id,
        feeds.c.member_id,
        leave_requests.c.participant_id,
        role_grants.c.member_id,
        statement_consents.c.member_id,
        statements.c.member_id,
        study_notes.c.member_id,
        study_progress.c.member_id,
        study_pace.c.member_id,
        study_months.c.member_id,
        quiz_attempts.c.member_id,
        useful_marks.c.member_id,
        knocks.c.member_id,
        calendar_links.c.member_id,
    )
)
"""Tables whose rows are deleted, with the column that says whose a row is."""
EMPTIED = ("members", "access_log")
"""Rows that stay without their content about the person: the name, because minutes and lists of meetings have it, and the fact that
something was done with their account, because others are accountable for it."""
KEPT: dict[str, Literal["meeting", "office"]] = {
    "meeting_people": "meeting",
    "journal": "meeting",
    "passages": "meeting",
    "meeting_items": "meeting",
    "decided_items": "meeting",
    "approvals": "office",
    "committee_terms": "office",
    "record_holds": "office",
    "redactions": "office",
    "transcript_corrections": "office",
    "number_ticks": "office",
    "record_orders": "office",
    "publications": "office",
    "lessons": "office",
    "lesson_lines": "office",
    "courses": "office",
    "collections": "office",
    "resource_checks": "office",
    "quiz_items": "office",
    "documents": "office",
    "hall_devices": "office",
    "meetings": "office",
    "branch_presets": "office",
    "shared_resources": "office",
}
"""Tables of the meetings' record and of what somebody did in an office. (The ballot box is not part of this database. It keeps that a
member was handed a ballot, because the sealed result says how many were.)"""


class PersonalData:
    """Erasing in one database. Contents of meetings are erased in their journals (``journal.erasing``)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def erase(self, member_id: str) -> None:
        """Delete and blank in one transaction and leave no copy in the database's files. Idempotent."""
        async with self._database.write() as conn:
            for name, column in DELETED:
                table = metadata.tables[name]
                await conn.execute(delete(table).where(table.c[column] == member_id))
            await conn.execute(update(members).where(members.c.member_id == member_id).values(**_NOTHING))
            about: ColumnElement[bool] = access_log.c.subject_id == member_id
            await conn.execute(update(access_log).where(about).values(subject_name="", detail=""))
            await conn.execute(update(access_log).where(about, access_log.c.actor_id == member_id).values(actor_name=""))
        await self._database.forget_deleted(*(name for name, _ in DELETED), *EMPTIED)


_NOTHING: dict[str, Any] = {
    "number": "",
    "number_key": None,
    "exclusion": "",
    "exclusion_reference": "",
    "added_by": "",
    "committee": False,
}
