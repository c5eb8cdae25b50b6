"""Coming in by a link: one use of it, a browser bound to it, a sign-in, a place on the list, together or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from meeting_server.acts.context import Context
from meeting_server.acts.people.signing_in import Browser, sign_in_guest, sign_in_member
from meeting_server.acts.schedule.convening import reconvene
from meeting_server.domain.commands import SERVER, AdmitParticipant
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import Invited
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.accounts import Means
from meeting_server.store.people.people import Member
from meeting_server.store.schedule.invitations import Invitation, InvitationState
from meeting_server.store.schedule.schedule import Listed, Scheduled


@dataclass(frozen=True, slots=True)
class Entering:
    """Someone at the door of a meeting whom it is open to."""

    scheduled: Scheduled
    invitation: Invitation
    member: Member | None
    """``None``: a guest."""
    place: Invited | None
    """As whom they come onto the list and into the meeting; ``None``: they are there."""
    guest_name: str = ""
    in_already: bool = False
    """This browser is signed in as who the link would sign in."""
    let_in: bool = False
    """Somebody let this browser in."""
    known_guest: bool = False
    """This browser has been this guest before."""
    keeps_sign_in: bool = False
    """This browser is signed in as this member, for more than the meeting."""

    @property
    def uses_link(self) -> bool:
        """Whether coming in counts as one use of a link for many."""
        return self.invitation.member_id is None and not (self.in_already or self.let_in or self.known_guest)


async def enter(at: Context, browser: Browser, entering: Entering, guest_id: str, now: Millis) -> str | None:
    """Bring somebody in: the token for the browser's cookie, empty when it keeps the sign-in it has; ``None`` when the link was
    used up or became another browser's meanwhile. ``guest_id``: who this browser is as a guest.

    Raises StorageUnavailable when only the meeting could not be told: coming in again tells it.
    """
    scheduled, invitation, member = entering.scheduled, entering.invitation, entering.member
    personal = invitation.member_id is not None
    async with at.database.act():
        if entering.uses_link and await at.invitations.use(invitation.invitation_id, now) is not InvitationState.GOOD:
            return None
        if personal and not entering.let_in and not await _bind(at, browser, entering, now) and not entering.in_already:
            return None
        token = ""
        if entering.in_already:
            pass
        elif member is None:
            token = await sign_in_guest(at, browser, guest_id, entering.guest_name, scheduled.meeting_id, now)
        elif (personal or entering.let_in) and not entering.keeps_sign_in:
            token = await sign_in_member(at, browser, member.member_id, Means.INVITATION, now, meeting_id=scheduled.meeting_id)
        if entering.place is not None:
            place = entering.place
            listed = Listed(place.participant_id, place.role, place.name if place.role is Role.GUEST else "")
            await at.schedule.admit(scheduled.meeting_id, listed)
            await at.database.after_commit(partial(_bring_in, at, scheduled, place, ParticipantId(invitation.issued_by)))
        return token


async def _bind(at: Context, browser: Browser, entering: Entering, now: Millis) -> bool:
    """Give a personal link to this browser, the first that uses it; whether it is its own. One where its member is signed in may
    come in anyway, and takes the link with it: what leaks later opens nothing."""
    invitation, member = entering.invitation, entering.member
    if not await at.invitations.bind(invitation.invitation_id, browser.device_hash, browser.device, now):
        return False
    if invitation.bound_to is None and member is not None:
        who, name, branch_id = member.member_id, member.name, entering.scheduled.plan.branch_id
        await at.access_log.note(Entry(now, Act.INVITATION_USED, who, name, who, name, branch_id, browser.device))
    return True


async def _bring_in(at: Context, scheduled: Scheduled, place: Invited, by: ParticipantId) -> None:
    """Tell the meeting; one that was told already, or is convened from the list, has nothing to do."""
    await reconvene(at, scheduled.meeting_id)
    await at.registry.submit(scheduled.meeting_id, SERVER, AdmitParticipant(place, by))
