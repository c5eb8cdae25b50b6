"""The meeting's life, and who is on its list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from meeting_server.domain.audience import Audience, Public, PublicPart
from meeting_server.domain.events.event import Event
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import Convening, Invited


@dataclass(frozen=True, slots=True)
class MeetingConvened(Event):
    """First record of every journal, repeated when the schedule changes before the meeting opens."""

    seen_by: ClassVar[Audience] = Audience.NOBODY
    convening: Convening


@dataclass(frozen=True, slots=True)
class MeetingOpened(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    opened_by: ParticipantId


@dataclass(frozen=True, slots=True)
class MeetingAdjourned(Event):
    """Holds the attendance totals, which are never erasable: ``expected`` (应到) and ``attended`` (实到 over the meeting) of those
    with a vote, ``members`` and ``members_attended`` of all members expected, and the ``guests`` who came.

    ``None``: recorded before members without a vote were counted.
    """

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    adjourned_by: ParticipantId
    expected: int
    attended: int
    guests: int
    members: int | None = None
    members_attended: int | None = None


@dataclass(frozen=True, slots=True)
class ParticipantAdmitted(Event):
    """Someone who was not on the list was admitted: a guest, or a late addition."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant: PublicPart[Invited]
    admitted_by: Public[ParticipantId]

    @property
    def participant_id(self) -> ParticipantId:
        return self.participant.participant_id


@dataclass(frozen=True, slots=True)
class ParticipantRemoved(Event):
    """Someone was removed from the meeting (请出). ``counted``: they stay in 应到, because removal does not change who is expected.
    In records without this field they did not."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    removed_by: ParticipantId
    reason: str
    counted: bool = False


@dataclass(frozen=True, slots=True)
class ParticipantReadmitted(Event):
    """Someone who was removed may come in again (请回)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    readmitted_by: ParticipantId


@dataclass(frozen=True, slots=True)
class LeaveRecorded(Event):
    """Leave (请假) was asked for, granted or refused after the meeting opened; before that it is part of the convening.

    ``reason`` is empty in new journals: see ``AbsenceExplained``.
    """

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    reason: str
    approved: bool


@dataclass(frozen=True, slots=True)
class AbsenceExplained(Event):
    """Why somebody is on leave, or is not counted in 应到 (``exclusion``, with its approval reference); empty: no reason given.

    Kept apart from the facts themselves, because fewer people see it, only they can export it, and it can be erased.
    """

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    erasable: ClassVar[bool] = True
    participant_id: ParticipantId
    leave: str = ""
    exclusion: str = ""


@dataclass(frozen=True, slots=True)
class RoleAssigned(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    role: Role
    assigned_by: ParticipantId
