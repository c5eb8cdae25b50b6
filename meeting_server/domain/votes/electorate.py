"""Who is entitled to vote under a rule (应到), and how many of them are present (实到)."""

from __future__ import annotations

from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.recusal import is_outside
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import MeetingState, Participant
from meeting_server.domain.terms import Invited, Preset, QuorumCheck
from meeting_server.domain.vote_terms import Electorate
from meeting_server.domain.votes.rules import quorum_check


def counts(participant: Participant, preset: Preset) -> bool:
    """Return whether the participant is in the electorate of ``preset`` (应到)."""
    if (participant.removed and not participant.counted) or participant.kind != "person":
        return False
    return belongs(participant, preset.electorate)


def belongs(person: Participant | Invited, electorate: Electorate) -> bool:
    """Return whether somebody on the list belongs to an electorate, whatever happened to them in the meeting."""
    if electorate == Electorate.EVERYONE:
        return True
    if electorate == Electorate.MEMBERS:
        return person.standing in (Standing.FULL, Standing.PROBATIONARY)
    if not person.voting or person.is_excluded:
        return False
    return person.committee if electorate == Electorate.COMMITTEE else True


def electorate(state: MeetingState, preset: Preset) -> tuple[ParticipantId, ...]:
    """Return everyone entitled under ``preset``, in the order of the list."""
    return tuple(p.participant_id for p in state.participants.values() if counts(p, preset))


def present_among(state: MeetingState, entitled: tuple[ParticipantId, ...]) -> tuple[ParticipantId, ...]:
    """Return those of ``entitled`` who are present now (实到), in its order, without those waiting outside the room."""
    participants = state.participants
    return tuple(i for i in entitled if (p := participants.get(i)) is not None and p.present and not p.removed and not is_outside(state, p))


def quorum_now(state: MeetingState, preset: Preset | None = None) -> QuorumCheck:
    """Return 应到, 实到 and whether that is enough, under the meeting's preset or another."""
    rule = preset if preset is not None else state.preset
    entitled = electorate(state, rule)
    return quorum_check(rule.quorum, len(entitled), len(present_among(state, entitled)))
