"""A decision: a motion (议题) with votes for, against and abstentions, under a rule."""

from __future__ import annotations

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.decision import known
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.state import MeetingState
from meeting_server.domain.votes.kind import Kind


class Decision(Kind):
    """A motion in the narrow sense. It may name people who become 监票人 when it carries."""

    can_appoint = True

    def refused(self, state: MeetingState, command: DraftMotion) -> Rejected | None:
        """Check that 监票人 are members with a vote (选举工作条例), each named once."""
        if len(set(command.nominees)) != len(command.nominees):
            return Rejected(Code.BAD_CHOICE, "nominees")
        for who in command.nominees:
            nominee = known(state, who)
            if isinstance(nominee, Rejected):
                return nominee
            if not nominee.voting:
                return Rejected(Code.NO_VOTING_RIGHT, "nominees")
        return super().refused(state, command)
