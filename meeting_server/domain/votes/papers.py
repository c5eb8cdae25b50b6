"""Secret votes: requested, opened with a key of their own, collected, cast, closed, sealed (see ``docs/VOTING.md``).

The ballot box holds the key and the ballots, outside the journal. This module is the meeting's part: when ballots may be collected and
cast, by whom, and the result of the sealed box.
"""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import CloseCollecting, IssuePaper, OpenMotion, ReportSealed
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import (
    CollectingClosed,
    Event,
    MotionClosed,
    PaperAbandoned,
    PaperClosing,
    PaperOpened,
    PaperRequested,
)
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.recusal import is_outside
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.vote_terms import MotionPhase, VoteMethod
from meeting_server.domain.votes.attending import attendance, quorum_at_close
from meeting_server.domain.votes.ballots import count
from meeting_server.domain.votes.electorate import present_among
from meeting_server.domain.votes.hall import in_order, waits_for_hall
from meeting_server.domain.votes.kinds import kind_of
from meeting_server.domain.votes.officers import refused_to_open
from meeting_server.domain.votes.verdicts import entitled_to, quorum_for, result
from meeting_server.domain.votes.wording import opened, with_motion


def requested(state: MeetingState, motion: Motion, command: OpenMotion, asked: Asked) -> Decision:
    """Request a secret vote. The box makes its key before anyone can collect."""
    refused = refused_to_open(state, motion)
    if refused is not None:
        return refused
    there = in_order(entitled_to(state, motion), command.hall_voters)
    return (PaperRequested(motion.motion_id, asked.who, command.collect_seconds, command.seconds, there),)


def _issue(state: MeetingState, command: IssuePaper, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase != MotionPhase.PREPARING:
        return ()  # told twice, after a restart
    entitled = entitled_to(state, motion)
    quorum = quorum_for(state, motion, entitled)
    if isinstance(quorum, Rejected):
        return (PaperAbandoned(motion.motion_id, quorum.code),)
    return (
        PaperOpened(
            motion.motion_id,
            motion.title,
            motion.text,
            motion.item_id,
            motion.force,
            motion.choices,
            motion.max_choices,
            motion.preset,
            entitled,
            quorum,
            command.paper,
            asked.now + motion.collect_seconds * 1000 if motion.collect_seconds else None,
            motion.seconds,
            motion.opened_by,
            motion.shape,
            motion.candidates,
            motion.terms,
            motion.minimum_group,
            motion.revote_of,
            motion.sheet,
            motion.based_on,
            motion.nominees,
            in_order(entitled, motion.hall_voters),
            present_among(state, entitled),
            motion.excellent_reason,
        ),
    )


def may_collect(state: MeetingState, who: ParticipantId, motion: Motion, now: Millis) -> Rejected | None:
    """Return why ``who`` may not be handed a ballot now; ``None``: they may. The box itself enforces one per member."""
    participant = state.participants.get(who)
    if participant is None or participant.removed:
        return Rejected(Code.REMOVED if participant is not None else Code.NOT_A_PARTICIPANT)
    if motion.phase != MotionPhase.COLLECTING or (motion.collect_until is not None and now >= motion.collect_until):
        return Rejected(Code.NOT_COLLECTING, "motion_id")
    if who not in motion.electorate:
        return Rejected(Code.NO_VOTING_RIGHT)
    if any(opinion.participant_id == who for opinion in motion.opinions):
        return Rejected(Code.ALREADY_FILED)
    if who in motion.hall_voters:
        return Rejected(Code.VOTES_IN_HALL)
    if not participant.present:
        return Rejected(Code.NOT_PRESENT)
    if is_outside(state, participant):
        return Rejected(Code.OUTSIDE)
    return None


def _collecting_closed(motion: Motion, now: Millis) -> CollectingClosed:
    return CollectingClosed(motion.motion_id, now + motion.seconds * 1000 if motion.seconds else None)


def _close_collecting(state: MeetingState, command: CloseCollecting, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase != MotionPhase.COLLECTING:
        return Rejected(Code.NOT_COLLECTING, "motion_id")
    return (_collecting_closed(motion, asked.now),)


def closing(state: MeetingState, motion: Motion) -> tuple[Event, ...]:
    """Return the fact after which no ballot is taken, with how many are present at this moment."""
    return (PaperClosing(motion.motion_id, quorum_at_close(state, motion), len(present_among(state, motion.electorate))),)


def passed(state: MeetingState, now: Millis) -> tuple[Event, ...]:
    """Return the facts of secret votes whose time for collecting or voting is up."""
    due: list[Event] = []
    for motion in state.motions.values():
        if motion.phase == MotionPhase.COLLECTING and motion.collect_until is not None and motion.collect_until <= now:
            due.append(_collecting_closed(motion, now))
        elif (
            motion.phase == MotionPhase.VOTING
            and motion.method == VoteMethod.SECRET
            and motion.closes_at is not None
            and motion.closes_at <= now
            and waits_for_hall(motion) is None
        ):
            due.extend(closing(state, motion))
    return tuple(due)


def _sealed(state: MeetingState, command: ReportSealed, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase != MotionPhase.SEALING:
        return ()  # told twice, after a restart
    there = attendance(state, motion, command.collectors)
    tally = count(motion, command.ballots, there.present)
    found = result(motion, tally, there.quorum)
    return (
        MotionClosed(
            motion.motion_id,
            there.quorum,
            len(command.ballots),
            tally,
            found,
            command.issued,
            command.root,
            command.issuances,
            kind_of(motion).report(motion, tally, command.issued, there.quorum),
            there.joined,
        ),
    )


DECIDE: dict[type, Decide] = {IssuePaper: _issue, CloseCollecting: _close_collecting, ReportSealed: _sealed}


def _requested(state: MeetingState, event: PaperRequested, at: Millis) -> MeetingState:
    motion = replace(
        state.motions[event.motion_id],
        phase=MotionPhase.PREPARING,
        seconds=event.seconds,
        collect_seconds=event.collect_seconds,
        opened_by=event.requested_by,
        hall_voters=event.hall_voters,
    )
    return with_motion(state, motion)


def _opened(state: MeetingState, event: PaperOpened, at: Millis) -> MeetingState:
    motion = replace(
        opened(state, event),
        phase=MotionPhase.COLLECTING,
        opened_at=at,
        paper=event.paper,
        collect_until=event.collect_until,
        seconds=event.seconds,
        opened_by=event.opened_by,
    )
    return with_motion(state, motion)


def _abandoned(state: MeetingState, event: PaperAbandoned, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    return with_motion(state, replace(motion, phase=MotionPhase.MOVED if motion.moved_at is not None else MotionPhase.DRAFTED))


def _collecting_done(state: MeetingState, event: CollectingClosed, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    return with_motion(state, replace(motion, phase=MotionPhase.VOTING, closes_at=event.closes_at))


def _closing(state: MeetingState, event: PaperClosing, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    return with_motion(
        state,
        replace(motion, phase=MotionPhase.SEALING, quorum_at_close=event.quorum, present_at_close=event.present, closes_at=at),
    )


EVOLVE: dict[type, Evolve] = {
    PaperRequested: _requested,
    PaperOpened: _opened,
    PaperAbandoned: _abandoned,
    CollectingClosed: _collecting_done,
    PaperClosing: _closing,
}
