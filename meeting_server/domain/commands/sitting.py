"""The meeting's life (right: run_meeting), and who is on its list (moderate)."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.commands.command import FromParticipant, FromServer
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import Convening, Invited


@dataclass(frozen=True, slots=True)
class OpenMeeting(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class AdjournMeeting(FromParticipant):
    """Refused with ``vote_in_progress`` while a motion is voting."""


@dataclass(frozen=True, slots=True)
class RemoveParticipant(FromParticipant):
    participant_id: ParticipantId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReadmitParticipant(FromParticipant):
    """Undo a removal (moderate): the participant may come in again."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class AssignRole(FromParticipant):
    """Hand the chair to someone, or take it back (run_meeting). A guest cannot run the meeting."""

    participant_id: ParticipantId
    role: Role


@dataclass(frozen=True, slots=True)
class ConveneMeeting(FromServer):
    """Set the meeting up as the schedule has it. Accepted until the meeting opens; equal content changes nothing."""

    convening: Convening


@dataclass(frozen=True, slots=True)
class AdmitParticipant(FromServer):
    """Admit a person who came by an invitation that admits guests, or who was added to the list after the opening."""

    participant: Invited
    admitted_by: ParticipantId


@dataclass(frozen=True, slots=True)
class RecordLeave(FromServer):
    """Record what the schedule knows of someone's leave, once the meeting is open."""

    participant_id: ParticipantId
    reason: str
    approved: bool


@dataclass(frozen=True, slots=True)
class PassDeadline(FromServer):
    """The time of what ``next_deadline`` named is up: a floor, a vote, a roll call or a grace period."""
