"""Browsers that knock at a meeting, as shown to those who may let them in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from meeting_server.acts.people.rights import Rights, rights_at
from meeting_server.store.people.knocks import Knock
from meeting_server.web.schedule.meetings import Seat, names_at
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.site import site_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """A knock that the viewer may answer. ``name``: of the member, or as typed if nobody on the list has it. ``mine``: somebody wants to
    join as the viewer."""

    knock: Knock
    name: str
    mine: bool

    @property
    def known(self) -> bool:
        return self.knock.member_id is not None


async def waiting_for(request: Request, seat: Seat) -> tuple[Waiting, ...]:
    """Return the knocks that the viewer may answer, the oldest first."""
    site, now = site_of(request), now_millis()
    open_ones = [knock for knock in await site.knocks.of_meeting(seat.meeting_id) if knock.waits(now)]
    if not open_ones:
        return ()
    names = await names_at(request, seat.scheduled)
    rights = await rights_at(site, seat.scheduled, seat.viewer.participant_id)
    me = seat.viewer.participant_id
    return tuple(
        Waiting(knock, names.get(knock.member_id or "", knock.typed), knock.member_id == me)
        for knock in open_ones
        if may_answer(seat, rights, knock)
    )


def may_answer(seat: Seat, rights: Rights, knock: Knock) -> bool:
    """Return whether the viewer may let this browser in: as its member on an already bound device, or as someone who may hand out the
    member's link."""
    me = seat.viewer.participant_id
    if knock.member_id == me:
        return seat.viewer.bound
    if seat.removed or not (seat.runs or seat.manages):
        return False
    return knock.member_id is None or rights.may_hand_out(me, knock.member_id)
