"""Voting in the hall, by a show of hands or on paper: who votes there, what was counted, and who signed it.

Hall voters are registered by name, so that nobody votes both there and online: issued in the hall + issued online ≤ entitled, for every
method.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from meeting_server.domain.commands import EnterPaperCount, RegisterHallVoters, SignPaperCount
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import HallVotersRegistered, PaperCountEntered, PaperCountSigned
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.recusal import is_outside
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import PaperCount
from meeting_server.domain.vote_terms import MotionPhase, Office, VoteMethod
from meeting_server.domain.votes.ballots import check_of
from meeting_server.domain.votes.kinds import kind_of
from meeting_server.domain.votes.marks import Validity
from meeting_server.domain.votes.officers import acting
from meeting_server.domain.votes.wording import with_motion

MOST_PAPERS = 9_999
_OUT = (MotionPhase.COLLECTING, MotionPhase.VOTING)


def waits_for_hall(motion: Motion) -> Rejected | None:
    """Return why a vote can't close yet, even if its time is up: hall voters not counted, or a count that lacks a signature."""
    count = motion.paper_count
    if count is None:
        return Rejected(Code.COUNT_MISSING, "motion_id", (("registered", len(motion.hall_voters)),)) if motion.hall_voters else None
    return None if count.is_signed else Rejected(Code.COUNT_UNSIGNED, "motion_id")


def in_order(entitled: tuple[ParticipantId, ...], people: tuple[ParticipantId, ...]) -> tuple[ParticipantId, ...]:
    """Return ``people``, each once, in the order of the electorate."""
    listed = frozenset(people)
    return tuple(who for who in entitled if who in listed)


def refused_there(
    state: MeetingState, motion: Motion, entitled: tuple[ParticipantId, ...], people: tuple[ParticipantId, ...]
) -> Rejected | None:
    """Return why these people can't vote in the hall. Each must be entitled, present, and without a vote elsewhere."""
    if people and not kind_of(motion).counts_in_hall(motion):
        return Rejected(Code.NO_HALL_COUNT, "hall_voters")
    if people and not all(acting(state, motion, office) for office in Office):
        return Rejected(Code.NO_OFFICERS, "hall_voters")
    voters, registered = frozenset(entitled), frozenset(motion.hall_voters)
    filed = {opinion.participant_id for opinion in motion.opinions}
    for who in people:
        person = state.participants.get(who)
        if person is None:
            return Rejected(Code.UNKNOWN_PARTICIPANT, "hall_voters")
        detail = (("name", person.name),)
        if who not in voters:
            return Rejected(Code.HALL_NOT_ENTITLED, "hall_voters", detail)
        if who in motion.ballots:
            return Rejected(Code.HALL_VOTED_ONLINE, "hall_voters", detail)
        if who in filed:
            return Rejected(Code.ALREADY_FILED, "hall_voters", detail)
        if who in registered:
            continue
        if is_outside(state, person):
            return Rejected(Code.HALL_OUTSIDE, "hall_voters", detail)
        if not person.present or person.removed:
            return Rejected(Code.HALL_NOT_PRESENT, "hall_voters", detail)
    return None


def _register(state: MeetingState, command: RegisterHallVoters, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase not in _OUT:
        return Rejected(Code.NOT_VOTING, "motion_id")
    if motion.paper_count is not None and motion.paper_count.is_signed:
        return Rejected(Code.COUNT_SIGNED, "motion_id")
    refused = refused_there(state, motion, motion.electorate, command.participants)
    if refused is not None:
        return refused
    people = in_order(motion.electorate, command.participants)
    return () if people == motion.hall_voters else (HallVotersRegistered(motion.motion_id, people, asked.who),)


def _enter(state: MeetingState, command: EnterPaperCount, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase not in _OUT:
        return Rejected(Code.NOT_VOTING, "motion_id")
    if not kind_of(motion).counts_in_hall(motion):
        return Rejected(Code.NO_HALL_COUNT, "motion_id")
    if motion.paper_count is not None and motion.paper_count.is_signed:
        return Rejected(Code.COUNT_SIGNED, "motion_id")
    refused = _signers_refused(state, motion, command) or _figures_refused(motion, command)
    if refused is not None:
        return refused
    count = PaperCount(
        command.issued,
        command.returned,
        command.void,
        command.counts,
        asked.who,
        command.scrutineer,
        command.teller,
        named=command.named,
    )
    before = motion.paper_count
    if before is not None and replace(before, entered_by=asked.who, signed_by=()) == count:  # sent twice: keeps the signatures
        return ()
    return (PaperCountEntered(motion.motion_id, count),)


def _signers_refused(state: MeetingState, motion: Motion, command: EnterPaperCount) -> Rejected | None:
    for who, office in ((command.scrutineer, Office.SCRUTINEER), (command.teller, Office.TELLER)):
        if who not in acting(state, motion, office):
            return Rejected(Code.NOT_AN_OFFICER, office)
        if not state.participants[who].present:
            return Rejected(Code.OFFICER_ABSENT, office, (("name", state.participants[who].name),))
    if command.scrutineer == command.teller:
        return Rejected(Code.OFFICER_HOLDS_OTHER, Office.TELLER, (("name", state.participants[command.teller].name),))
    return None


def _figures_refused(motion: Motion, command: EnterPaperCount) -> Rejected | None:
    """Return why these figures can't be a count. It needs each line of the ballot once, and valid and void ballots that add up to those
    returned.

    More paper ballots returned than issued is a count, and voids a secret vote; more hands than people is a miscount.
    """
    counts = dict(command.counts)
    issued, returned, void = command.issued, command.returned, command.void
    numbers = (issued, returned, void, *counts.values())
    if min(numbers) < 0 or max(numbers) > MOST_PAPERS:
        return Rejected(Code.COUNT_OUT_OF_RANGE, "counts", (("most", MOST_PAPERS),))
    online, entitled = len(motion.ballots), len(motion.electorate)
    if issued + online > entitled:
        return Rejected(Code.HALL_OVER_ENTITLED, "issued", (("issued", issued), ("online", online), ("entitled", entitled)))
    if issued != len(motion.hall_voters):
        return Rejected(Code.HALL_NOT_REGISTERED, "issued", (("issued", issued), ("registered", len(motion.hall_voters))))
    if void > returned:
        return Rejected(Code.COUNT_VOID_OVER, "void", (("void", void), ("returned", returned)))
    if returned > issued and motion.method != VoteMethod.SECRET:
        return Rejected(Code.COUNT_OVER_HALL, "returned", (("returned", returned), ("issued", issued)))
    valid = returned - void
    if len(counts) != len(command.counts) or not kind_of(motion).adds_up(motion, counts, valid) or not _named_fits(motion, command):
        return Rejected(Code.COUNT_IMPOSSIBLE, "counts", (("valid", valid),))
    return None


def _named_fits(motion: Motion, command: EnterPaperCount) -> bool:
    """Check that in a named vote every ballot has a name and the counts are their sums, and that no other vote has names."""
    if motion.method != VoteMethod.NAMED:
        return not command.named
    voters = [ballot.participant_id for ballot in command.named]
    sums = Counter(choice for ballot in command.named for choice in ballot.choices)
    return (
        len(set(voters)) == len(voters) == command.returned
        and set(voters) <= set(motion.hall_voters)
        and all(check_of(motion, ballot.participant_id, ballot.choices) is Validity.VALID for ballot in command.named)
        and sums == Counter(dict(command.counts))
    )


def _sign(state: MeetingState, command: SignPaperCount, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None or motion.paper_count is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    count = motion.paper_count
    if asked.who not in (count.scrutineer, count.teller):
        return Rejected(Code.NOT_AN_OFFICER)
    if asked.who in count.signed_by:
        return ()
    if motion.phase not in _OUT:
        return Rejected(Code.POLL_CLOSED, "motion_id")
    if asked.who not in acting(state, motion, Office.SCRUTINEER if asked.who == count.scrutineer else Office.TELLER):
        return Rejected(Code.NOT_AN_OFFICER)  # relieved meanwhile
    if count.issued != len(motion.hall_voters):  # somebody was registered meanwhile
        detail = (("issued", count.issued), ("registered", len(motion.hall_voters)))
        return Rejected(Code.HALL_NOT_REGISTERED, "motion_id", detail)
    return (PaperCountSigned(motion.motion_id, asked.who),)


DECIDE: dict[type, Decide] = {RegisterHallVoters: _register, EnterPaperCount: _enter, SignPaperCount: _sign}


def _registered(state: MeetingState, event: HallVotersRegistered, at: Millis) -> MeetingState:
    """Keep the figures of a count for correction, but drop the signatures, which were for another list."""
    motion = state.motions[event.motion_id]
    count = replace(motion.paper_count, signed_by=()) if motion.paper_count is not None and event.participants else None
    return with_motion(state, replace(motion, hall_voters=event.participants, paper_count=count))


def _entered(state: MeetingState, event: PaperCountEntered, at: Millis) -> MeetingState:
    return with_motion(state, replace(state.motions[event.motion_id], paper_count=event.count))


def _signed(state: MeetingState, event: PaperCountSigned, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    if motion.paper_count is None:
        return state
    count = replace(motion.paper_count, signed_by=(*motion.paper_count.signed_by, event.signed_by))
    return with_motion(state, replace(motion, paper_count=count))


EVOLVE: dict[type, Evolve] = {
    HallVotersRegistered: _registered,
    PaperCountEntered: _entered,
    PaperCountSigned: _signed,
}
