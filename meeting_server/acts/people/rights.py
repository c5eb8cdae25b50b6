"""Who may do what at one meeting now: by its own state where it runs, by the schedule, and by roles in its branch."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.acts.context import Context
from meeting_server.acts.people.permissions import Action, given_in, permits
from meeting_server.domain.decision import holds
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Right, may
from meeting_server.domain.state import MeetingState
from meeting_server.store.people.branch_tree import BranchTree
from meeting_server.store.people.people import Grant
from meeting_server.store.schedule.schedule import Scheduled


def runs_at(scheduled: Scheduled, state: MeetingState | None, participant_id: str | None) -> bool:
    """Whether someone runs the meeting: by its state where there is one, else by the schedule."""
    if participant_id is None:
        return False
    if state is not None:
        return holds(state, ParticipantId(participant_id), Right.RUN_MEETING)
    listed = scheduled.listed(participant_id)
    return listed is not None and may(listed.role, Right.RUN_MEETING)


def is_removed(state: MeetingState | None, participant_id: str) -> bool:
    """Whether someone was shown out of the meeting."""
    there = state.participants.get(ParticipantId(participant_id)) if state is not None else None
    return there is not None and there.removed


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may do what at one meeting now. ``grants``: the branch roles of whoever the questions are about."""

    scheduled: Scheduled
    state: MeetingState | None
    tree: BranchTree
    grants: dict[str, tuple[Grant, ...]]

    def runs(self, who: str) -> bool:
        return runs_at(self.scheduled, self.state, who)

    def manages(self, who: str) -> bool:
        """Whether someone may invite and let devices in: who runs the meeting or plans those of its branch, and was not shown out."""
        given = given_in(self.tree, self.grants.get(who, ()), self.scheduled.plan.branch_id)
        if is_removed(self.state, who):
            return permits(given, Action.APPOINT)
        return self.runs(who) or permits(given, Action.SCHEDULE)

    def may_hand_out(self, who: str, to: str) -> bool:
        """Whether someone may have the link of another, who comes in by it with all they may do in this meeting.

        A link is a key: nobody gets one that opens more than their own. Who runs the meeting is handled by the branch's
        secretary, who holds a role in the branch by those who could have given it.
        """
        if who == to:
            return True
        branch_id = self.scheduled.plan.branch_id
        mine = self.grants.get(who, ())
        held_above = all(permits(given_in(self.tree, mine, grant.branch_id), Action.APPOINT) for grant in self.grants.get(to, ()))
        if is_removed(self.state, who) or not held_above:
            return False
        return self.manages(who) and (not self.runs(to) or permits(given_in(self.tree, mine, branch_id), Action.SCHEDULE))


async def rights_at(at: Context, scheduled: Scheduled, *others: str) -> Rights:
    """The rights at a meeting of everyone on its list and of ``others``."""
    people = {str(person.participant_id) for person in scheduled.plan.people if not person.is_guest} | set(others)
    return Rights(
        scheduled, at.registry.known_state(scheduled.meeting_id), await at.directory.tree(), await at.directory.grants_among(people)
    )
