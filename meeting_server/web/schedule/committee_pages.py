"""After an election: one confirmed act makes the elected the committee, and its first meeting is offered at once."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.committee import Seating, seat_committee
from meeting_server.domain.state import MeetingState
from meeting_server.domain.vote_terms import ItemPurpose
from meeting_server.domain.votes.elected import Elected, committee_elections, elected_in
from meeting_server.journal.port import StorageUnavailable
from meeting_server.store.schedule.templates import FIRST_COMMITTEE
from meeting_server.web.schedule.meetings import Seat, managed_seat
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.site import site_of


async def committee_page(request: Request) -> Response:
    """Show who was elected, who leaves the committee, and the button, or that it is done, and the first meeting."""
    seat = await managed_seat(request)
    state, elected = await _elected(request, seat)
    site, plan = site_of(request), seat.scheduled.plan
    roster = await site.directory.roster(plan.branch_id)
    names = {member.member_id: member.name for member in roster}
    on_roster = [who for who in elected.members if who in names]
    term = await site.committees.of_meeting(seat.meeting_id)
    return await render(
        request,
        "schedule/committee.html",
        {
            "scheduled": seat.scheduled,
            "names": [names[who] for who in on_roster],
            "elsewhere": [*(state.participants[who].name for who in elected.members if who not in names), *elected.unknown],
            "leaving": [m.name for m in roster if m.committee and m.member_id not in elected.members],
            "anew": any(item.purpose == ItemPurpose.BALLOT for item in plan.agenda),
            "seated": term is not None and term.elected == frozenset(on_roster),
            "first_meeting": f"/branches/{plan.branch_id}/meetings/new?kind={FIRST_COMMITTEE}",
        },
    )


async def seat(request: Request) -> Response:
    """Seat the committee. Idempotent."""
    taken = await managed_seat(request)
    sent = await form_of(request)
    _, elected = await _elected(request, taken)
    seating = Seating.ADDED if field(sent, "seating") == Seating.ADDED else Seating.ANEW
    branch_id = taken.scheduled.plan.branch_id
    await seat_committee(site_of(request), taken.viewer.by, branch_id, taken.meeting_id, elected.members, seating, now_millis())
    return see(f"/meetings/{taken.meeting_id}/committee")


async def _elected(request: Request, seat: Seat) -> tuple[MeetingState, Elected]:
    """Raises Refused: ``not_found`` where no election of the committee was published; ``storage_unavailable``."""
    try:
        state = await site_of(request).registry.state(seat.meeting_id)
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    if state is None or not committee_elections(state):
        raise Refused(WebCode.NOT_FOUND)
    return state, elected_in(state)


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/committee", committee_page, methods=["GET"]),
    Route("/meetings/{meeting_id}/committee", seat, methods=["POST"]),
]
