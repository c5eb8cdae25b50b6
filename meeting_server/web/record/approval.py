"""Whether the minutes stand approved: by whom, when, and whether the record is still what they put their name to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request

from meeting_server.archive.audit.printing import grouped
from meeting_server.archive.minutes.document_model import Paper
from meeting_server.archive.minutes.minutes import Minutes
from meeting_server.store.record.approvals import Approval
from meeting_server.web.site import dates
from meeting_server.web.site.pages import language_of, say
from meeting_server.web.site.site import site_of


@dataclass(frozen=True, slots=True)
class Approved:
    """The newest approval; ``stands`` false: the record changed since."""

    approval: Approval
    stands: bool


async def approved(request: Request, minutes: Minutes) -> Approved | None:
    """The newest approval of these minutes; ``None`` when nobody approved them yet."""
    site = site_of(request)
    approvals = await site.approvals.of(minutes.meeting_id)
    if not approvals:
        return None
    edits = await site.record_edits.of(minutes.meeting_id)
    return Approved(approvals[0], approvals[0].holds_for(minutes.head_hash, edits.position))


def with_approval(request: Request, paper: Paper, found: Approved | None) -> Paper:
    """The minutes with the line that says who approved them."""
    if found is None:
        return paper
    approval = found.approval
    said = say(
        request,
        "record.approved_line" if found.stands else "record.approved_once",
        name=approval.by_name,
        when=dates.date(language_of(request), approval.at),
        seq=approval.head_seq,
        hash=grouped(approval.head_hash)[:19],
    )
    return replace(paper, facts=(*paper.facts, (say(request, "record.approved_label"), said)))
