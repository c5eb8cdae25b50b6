"""When sound and pictures of a record will be deleted, and who is told so before."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import Request

from meeting_server.domain.ids import Millis
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.site import site_of

DAY_MS: Millis = 86_400_000
NOTICE_DAYS = 14
"""So long before, it is said on the record, on the list and on the secretary's first page."""


def deleted_at(request: Request, scheduled: Scheduled) -> Millis | None:
    """When the recording of an adjourned meeting is to be deleted; ``None`` when recordings are kept for ever."""
    days = site_of(request).settings.retention_days
    if not days or scheduled.adjourned_at is None:
        return None
    return scheduled.adjourned_at + days * DAY_MS


def soon_deleted(request: Request, scheduled: Scheduled, held: Collection[str]) -> Millis | None:
    """The same within the days of notice before it; else ``None``, also for a meeting on hold."""
    if scheduled.meeting_id in held:
        return None
    at = deleted_at(request, scheduled)
    return at if at is not None and at - NOTICE_DAYS * DAY_MS <= now_millis() < at + DAY_MS else None
