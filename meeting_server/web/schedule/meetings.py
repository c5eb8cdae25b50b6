"""Who may see and change a meeting, and its state while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from meeting_server.acts.people.permissions import Action
from meeting_server.acts.people.rights import is_removed, runs_at
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.domain.person_names import marked
from meeting_server.domain.roles import Right, may
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Preset
from meeting_server.journal.port import StorageUnavailable
from meeting_server.store.people.people import Member
from meeting_server.store.schedule.schedule import Listed, Scheduled
from meeting_server.web.site.auth import Viewer, now_millis, viewer_of
from meeting_server.web.site.dates import iso_day
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.permissions import allowed, is_secretary, tree_of
from meeting_server.web.site.site import site_of

SHOWN_AFTER: Millis = 12 * 3_600_000
"""A meeting that never opened counts as upcoming for this long after its planned end."""
DOOR_OPENS: Millis = 60 * 60_000
"""Members may enter and wait from this long before the start, those who run the meeting at any time."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A viewer at a meeting they may see.

    ``runs``: is chair or secretary of this meeting now. ``manages``: may also change the schedule, invite, decide on leave.
    ``sees_attendance``: everyone's, not only their own. ``removed``: was removed from this meeting.
    """

    scheduled: Scheduled
    viewer: Viewer
    listed: Listed | None
    runs: bool
    manages: bool
    sees_attendance: bool
    removed: bool = False
    sees_reasons: bool = False
    """May see why others are on leave or not counted: chair and secretary of the meeting, and the branch's secretary."""

    @property
    def meeting_id(self) -> MeetingId:
        return self.scheduled.meeting_id


async def seat_at(request: Request, *, removed_too: bool = False) -> Seat:
    """Return the viewer's seat at the meeting in the path. Roles are the meeting's current ones, not the schedule's.

    A removed person has no rights in the meeting, nor by a role in its branch while it runs. Only a person who appoints there (an
    administrator) keeps theirs. ``removed_too``: for the few pages that concern only the viewer.

    Raises Refused: ``sign_in_required``; ``removed``; or ``not_found`` for a meeting that the viewer may not know of, so that its
    existence is not revealed.
    """
    meeting_id = request.path_params["meeting_id"]
    viewer = await viewer_of(request)
    if viewer is None:
        raise Refused(WebCode.SIGN_IN_REQUIRED)
    scheduled = await site_of(request).schedule.meeting(meeting_id)
    if scheduled is None or viewer.only_meeting not in (None, scheduled.meeting_id):
        raise Refused(WebCode.NOT_FOUND)
    listed = scheduled.listed(viewer.participant_id)
    branch_id = scheduled.plan.branch_id
    sees = await allowed(request, Action.SEE_MEETINGS, branch_id)
    if listed is None and not sees:
        raise Refused(WebCode.NOT_FOUND)
    state = await live_state(request, scheduled, viewer)
    removed = is_removed(state, viewer.participant_id)
    if removed and scheduled.status != "adjourned" and not await allowed(request, Action.APPOINT, branch_id):
        if not removed_too:
            raise Refused(Code.REMOVED)
        return Seat(scheduled, viewer, listed, False, False, False, removed=True)
    runs = runs_at(scheduled, state, viewer.participant_id)
    manages = await allowed(request, Action.SCHEDULE, branch_id) or (runs and viewer.is_member)
    sees_attendance = runs or manages or await allowed(request, Action.SEE_ATTENDANCE, branch_id)
    sees_reasons = runs or is_secretary(await tree_of(request), viewer, branch_id)  # as archive.record.readers has it for the record
    return Seat(scheduled, viewer, listed, runs, manages, sees_attendance, removed, sees_reasons)


async def live_state(request: Request, scheduled: Scheduled, viewer: Viewer) -> MeetingState | None:
    """Return the current meeting if it can differ from the schedule for this viewer. Raises Refused(storage_unavailable).

    Reads an open meeting, one for which somebody waits, and for those who ran it a finished one, whose end may not have reached the
    schedule yet.
    """
    registry = site_of(request).registry
    if scheduled.status == "cancelled":
        return None
    listed = scheduled.listed(viewer.participant_id)
    if scheduled.status == "open" or (scheduled.status == "adjourned" and listed is not None and may(listed.role, Right.RUN_MEETING)):
        return await state_of(request, scheduled)
    return registry.known_state(scheduled.meeting_id)


async def managed_seat(request: Request) -> Seat:
    """Return the seat of someone who may change this meeting. Raises Refused (``forbidden`` besides those of ``seat_at``)."""
    seat = await seat_at(request)
    if not seat.manages:
        raise Refused(Code.FORBIDDEN)
    return seat


def replacement_of(request: Request, scheduled: Scheduled, now: Millis) -> Preset | None:
    """Return the rule that will have replaced the meeting's own when it is held; None once it opened."""
    if not scheduled.may_change:
        return None
    return site_of(request).presets.replacement(scheduled.plan.preset_id, iso_day(max(now, scheduled.plan.starts_at)))


async def state_of(request: Request, scheduled: Scheduled) -> MeetingState | None:
    """Return the current meeting; None if it does not run on this server, or nobody has connected to it yet.

    Raises Refused(storage_unavailable).
    """
    registry = site_of(request).registry
    if scheduled.status == "cancelled":
        return None
    try:
        return await registry.look(scheduled.meeting_id)
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error


async def roster_of(request: Request, branch_id: str, scheduled: Scheduled | None = None) -> tuple[Member, ...]:
    """Return who can be called to a meeting of the branch: its roster, and people from elsewhere who are already on the list."""
    directory = site_of(request).directory
    roster = await directory.roster(branch_id)
    if scheduled is None:
        return roster
    here = {member.member_id for member in roster}
    others = [p.participant_id for p in scheduled.plan.people if not p.is_guest and p.participant_id not in here]
    known = await directory.members_by_id(others)
    return (*roster, *(known[i] for i in others if i in known and known[i].removed_at is None))


async def names_at(request: Request, scheduled: Scheduled, *, marks_guests: bool = False) -> dict[str, str]:
    """Return the name of everyone on the list, by participant id. ``marks_guests``: as in a record, 高原（列席）."""
    people = scheduled.plan.people
    members = await site_of(request).directory.members_by_id(p.participant_id for p in people if not p.is_guest)
    guests = {str(p.participant_id): marked(p.guest_name, guest=marks_guests) for p in people if p.is_guest}
    return {str(p.participant_id): members[p.participant_id].name for p in people if p.participant_id in members} | guests


def is_due(scheduled: Scheduled, now: Millis | None = None) -> bool:
    """Return whether its time has come and nobody has opened it."""
    at = now_millis() if now is None else now
    return scheduled.status == "convened" and scheduled.plan.starts_at <= at


def is_coming(scheduled: Scheduled, now: Millis) -> bool:
    """Return whether it is an upcoming meeting: not over, and not forgotten."""
    if scheduled.status == "cancelled":
        return scheduled.plan.starts_at > now
    return scheduled.status == "convened" and scheduled.plan.ends_at + SHOWN_AFTER > now


def door_is_open(scheduled: Scheduled, now: Millis, *, runs: bool) -> bool:
    """Return whether the room can be entered now."""
    if scheduled.status in ("adjourned", "cancelled"):
        return False
    return scheduled.status == "open" or runs or now >= scheduled.plan.starts_at - DOOR_OPENS
