"""The page of one meeting, its calendar file, its documents, and the link to its room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Convening
from meeting_server.domain.vote_terms import ItemPurpose
from meeting_server.domain.votes.electorate import belongs, quorum_now
from meeting_server.store.schedule.documents import Progress
from meeting_server.store.schedule.leave import Leave
from meeting_server.web.schedule.calendar_file import calendar_of, calendar_response
from meeting_server.web.schedule.meetings import Seat, door_is_open, is_due, names_at, replacement_of, seat_at, state_of
from meeting_server.web.schedule.rule_words import rule_words
from meeting_server.web.schedule.waiting_browsers import waiting_for
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.pages import address_of, language_of, render, say
from meeting_server.web.site.permissions import allowed, seeing
from meeting_server.web.site.site import site_of

DONE = frozenset(
    {
        "created",
        "changed",
        "cancelled",
        "not_changeable",
        "rule_taken",
        "document_added",
        "document_removed",
        "document_kept",
        "damaged",
        "busy",
        "document_drawing",
        "document_busy",
        "unpaged_locked",
        "unpaged_too_long",
        "unpaged_too_many_pixels",
        "unpaged_slow",
        "unpaged_no_sandbox",
        "wrong_type",
        "document_too_large",
        "empty_file",
        "too_many",
        "leave_sent",
        "leave_withdrawn",
        "leave_decided",
    }
)
"""Valid values of ``?done=``. Each has a sentence under ``schedule.done``."""
PROBLEMS = frozenset(
    {"not_changeable", "wrong_type", "document_too_large", "empty_file", "damaged", "document_kept", "document_busy", "too_many", "busy"}
)
MOST_NAMED = 12
"""Most pages named in one sentence."""


DRAFTS = (ItemPurpose.BALLOT, ItemPurpose.DECISION)
"""Items from which documents can be drafted."""


@dataclass(frozen=True, slots=True)
class LeaveLine:
    """A leave request with the names of the people who asked and decided."""

    leave: Leave
    name: str
    decided_by: str


async def meeting_page(request: Request) -> Response:
    seat = await seat_at(request)
    return await show_meeting(request, seat)


async def show_meeting(
    request: Request, seat: Seat, *, status: int = 200, done: str = "", leave_error: str = "", reason: str = ""
) -> Response:
    """Show the page of a meeting. ``leave_error`` and ``reason``: of a leave request that was refused."""
    site, scheduled, now = site_of(request), seat.scheduled, now_millis()
    convening = await site.convener.convening(seat.meeting_id)
    leaves = await site.leaves.of_meeting(seat.meeting_id)
    names = await names_at(request, scheduled)
    deciders = await _names_of_deciders(request, leaves)
    state = await state_of(request, seat.scheduled) if scheduled.status == "open" else None
    preset = site.presets[scheduled.plan.preset_id]
    replacement = replacement_of(request, scheduled, now)
    people = convening.participants if convening else ()
    entitled = _entitled(convening)
    asked = done or request.query_params.get("done", "")
    being_drawn = being_drawn_of(request, seat.meeting_id)
    if asked == "document_drawing" and not being_drawn:
        asked = "document_added"  # it has been by now
    chair, secretary = scheduled.holds(Role.CHAIR), scheduled.holds(Role.SECRETARY)
    return await render(
        request,
        "schedule/meeting.html",
        {
            "scheduled": scheduled,
            "plan": scheduled.plan,
            "seat": seat,
            "drafts": any(item.purpose in DRAFTS for item in scheduled.plan.agenda),
            "elects": any(item.purpose == ItemPurpose.BALLOT for item in scheduled.plan.agenda),
            "waiting": await waiting_for(request, seat),
            "due": is_due(scheduled, now),
            "branch_name": convening.branch_name if convening else "",
            "near": door_is_open(scheduled, now, runs=False),
            "door": seat.listed is not None and door_is_open(scheduled, now, runs=seat.runs),
            "present": quorum_now(state).present if state is not None else None,
            "chair": names.get(chair.participant_id, "") if chair else "",
            "secretary": names.get(secretary.participant_id, "") if secretary else "",
            "people": sorted(people, key=lambda p: (p.role is Role.GUEST, not p.role.value.startswith(("chair", "secretary")))),
            "entitled": entitled,
            "guests": sum(1 for person in people if person.standing is Standing.GUEST),
            "documents": () if seat.listed is not None and seat.listed.items else await site.documents.of_meeting(seat.meeting_id),
            "being_drawn": being_drawn,
            "notes": await site.documents.notes(seat.meeting_id) if seat.manages else {},
            "numbers": lambda pages: _numbers(request, pages),
            "kept": await of_the_record(request, seat) if seat.manages else frozenset(),
            "size_words": lambda size: _size_words(request, size),
            "rule": rule_words(preset, entitled, language_of(request), partial(say, request), replacement),
            "my_leave": leaves.get(seat.viewer.participant_id),
            "may_ask_leave": _may_ask(seat),
            "leave_error": leave_error,
            "reason": reason,
            "requests": [LeaveLine(leave, names.get(who, ""), deciders.get(leave.decided_by, "")) for who, leave in leaves.items()],
            "decided_by": deciders,
            "done": asked if asked in DONE else "",
            "problem": asked in PROBLEMS,
            "may_see_archive": await allowed(request, seeing(scheduled), scheduled.plan.branch_id),
        },
        status=status,
    )


def _may_ask(seat: Seat) -> bool:
    return seat.listed is not None and not seat.listed.is_guest and not seat.runs and seat.scheduled.status in ("convened", "open")


def _entitled(convening: Convening | None) -> int:
    if convening is None:
        return 0
    return sum(belongs(person, convening.preset.electorate) for person in convening.participants)


async def _names_of_deciders(request: Request, leaves: Mapping[ParticipantId, Leave]) -> dict[str, str]:
    ids = {leave.decided_by for leave in leaves.values() if leave.decided_by}
    members = await site_of(request).directory.members_by_id(ids)
    return {i: member.name for i, member in members.items()}


def _size_words(request: Request, size: int) -> str:
    if size < 1_000_000:
        return say(request, "schedule.documents.kb", n=max(1, round(size / 1024)))
    return say(request, "schedule.documents.mb", n=f"{size / 1_048_576:.1f}")


def being_drawn_of(request: Request, meeting_id: MeetingId) -> dict[str, Progress]:
    """Return the drawing progress of new documents, by document."""
    return {progress.document_id: progress for progress in site_of(request).documents.being_drawn(meeting_id)}


def _numbers(request: Request, pages: Sequence[int]) -> str:
    """Return page numbers for a sentence, only the first if there are many."""
    return say(request, "schedule.documents.comma").join(map(str, pages[:MOST_NAMED])) + ("…" if len(pages) > MOST_NAMED else "")


async def calendar(request: Request) -> Response:
    seat = await seat_at(request)
    product = say(request, "common.product")
    link = address_of(request, f"/meetings/{seat.meeting_id}")
    content = calendar_of([seat.scheduled], {seat.meeting_id: link}, name=product, product=product)
    return calendar_response(content, f"{seat.meeting_id}.ics")


async def of_the_record(request: Request, seat: Seat) -> frozenset[str]:
    """Return the documents that existed when the meeting opened, of which pages may have been shown."""
    if seat.scheduled.status not in ("open", "adjourned"):
        return frozenset()
    state = await state_of(request, seat.scheduled)
    return frozenset(document.document_id for document in state.documents) if state is not None else frozenset()


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}", meeting_page, methods=["GET"]),
    Route("/meetings/{meeting_id}/calendar.ics", calendar, methods=["GET"]),
]
