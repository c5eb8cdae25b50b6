"""Open and named votes: voting opens, ballots are cast, voting closes, the result is published.

The whole life of a motion, including the time before voting (``drafting``) and secret votes (``papers``):

| from                       | command                        | to         |
|----------------------------|--------------------------------|------------|
| –                          | DraftMotion, Revote            | drafted    |
| drafted                    | MoveMotion                     | moved      |
| moved                      | CloseDiscussion                | discussed  |
| drafted, moved, discussed  | OpenMotion, OpenBatch          | voting     |
| drafted, moved, discussed  | OpenMotion (secret)            | preparing  |
| preparing                  | IssuePaper                     | collecting |
| preparing                  | IssuePaper, no quorum any more | drafted, moved |
| collecting                 | CloseCollecting, time is over  | voting     |
| voting                     | CastBallot                     | voting     |
| voting                     | CloseMotion, time is over      | closed     |
| voting (secret)            | CloseMotion, time is over      | sealing    |
| sealing                    | ReportSealed                   | closed     |
| closed (election)          | SignReport                     | closed     |
| closed                     | PublishMotion                  | published  |
| drafted, moved, discussed  | WithdrawMotion                 | withdrawn  |
| collecting, voting, closed | WithdrawMotion                 | withdrawn  |
"""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.attendance.evidence import confirmation
from meeting_server.domain.audience import public_part
from meeting_server.domain.commands import CastBallot, CloseMotion, OpenBatch, OpenMotion, PublishMotion
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import BallotCast, Event, MotionClosed, MotionOpened, MotionPublished
from meeting_server.domain.ids import Millis, MotionId, ParticipantId
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import NamedBallot
from meeting_server.domain.vote_terms import MotionPhase, VoteMethod
from meeting_server.domain.votes import exclusions
from meeting_server.domain.votes.attending import attendance
from meeting_server.domain.votes.ballots import check_of, count, named_ballots
from meeting_server.domain.votes.drafting import motion_before_paper
from meeting_server.domain.votes.electorate import present_among
from meeting_server.domain.votes.hall import in_order, refused_there, waits_for_hall
from meeting_server.domain.votes.marks import Validity
from meeting_server.domain.votes.officers import appointed
from meeting_server.domain.votes.papers import closing, requested
from meeting_server.domain.votes.verdicts import entitled_to, quorum_for, result
from meeting_server.domain.votes.wording import opened, with_motion

SHORTEST, LONGEST = 10, 3600
RUNNING = (MotionPhase.PREPARING, MotionPhase.COLLECTING, MotionPhase.VOTING, MotionPhase.SEALING)
_OVER = (MotionPhase.CLOSED, MotionPhase.PUBLISHED, MotionPhase.WITHDRAWN)


def running(state: MeetingState) -> tuple[Motion, ...]:
    """Return the motions whose ballots are out now."""
    return tuple(m for m in state.motions.values() if m.phase in RUNNING)


def time_asked(seconds: int, field: str = "seconds") -> Rejected | None:
    """Return why a vote cannot have this time limit; 0 means no limit."""
    if seconds and not SHORTEST <= seconds <= LONGEST:
        return Rejected(Code.OUT_OF_RANGE, field, (("least", SHORTEST), ("most", LONGEST)))
    return None


def _openable(state: MeetingState, motion_id: MotionId) -> Motion | Rejected:
    motion = state.motions.get(motion_id)
    if motion is not None and motion.phase in _OVER:
        return Rejected(Code.POLL_CLOSED, "motion_id")
    return motion_before_paper(state, motion_id)


def _opened_by(
    state: MeetingState, motion: Motion, seconds: int, hall_voters: tuple[ParticipantId, ...], asked: Asked
) -> MotionOpened | Rejected:
    entitled = entitled_to(state, motion)
    quorum = quorum_for(state, motion, entitled)
    if isinstance(quorum, Rejected):
        return quorum
    refused = refused_there(state, motion, entitled, hall_voters)
    if refused is not None:
        return refused
    return MotionOpened(
        motion.motion_id,
        motion.title,
        motion.text,
        motion.item_id,
        motion.force,
        motion.method,
        motion.choices,
        motion.max_choices,
        motion.preset,
        entitled,
        quorum,
        asked.now + seconds * 1000 if seconds else None,
        asked.who,
        motion.shape,
        motion.candidates,
        motion.terms,
        motion.minimum_group,
        motion.revote_of,
        motion.sheet,
        motion.based_on,
        motion.nominees,
        motion.excludes,
        motion.excellent_reason,
        hall_voters=in_order(entitled, hall_voters),
        attending=present_among(state, entitled),
    )


def _open(state: MeetingState, command: OpenMotion, asked: Asked) -> Decision:
    motion = _openable(state, command.motion_id)
    if isinstance(motion, Rejected):
        return motion
    if running(state):
        return Rejected(Code.VOTE_IN_PROGRESS)
    refused = time_asked(command.seconds) or time_asked(command.collect_seconds, "collect_seconds")
    if refused is not None:
        return refused
    if motion.method == VoteMethod.SECRET:
        entitled = entitled_to(state, motion)
        quorum = quorum_for(state, motion, entitled)
        if isinstance(quorum, Rejected):
            return quorum
        return refused_there(state, motion, entitled, command.hall_voters) or requested(state, motion, command, asked)
    fact = _opened_by(state, motion, command.seconds, command.hall_voters, asked)
    return fact if isinstance(fact, Rejected) else (fact,)


def _open_batch(state: MeetingState, command: OpenBatch, asked: Asked) -> Decision:
    if not command.motion_ids or len(set(command.motion_ids)) != len(command.motion_ids):
        return Rejected(Code.EMPTY, "motion_ids")
    refused = time_asked(command.seconds)
    if refused is not None:
        return refused
    if running(state):
        return Rejected(Code.VOTE_IN_PROGRESS)
    facts: list[Event] = []
    for motion_id in command.motion_ids:
        motion = _openable(state, motion_id)
        if isinstance(motion, Rejected):
            return motion
        if motion.method == VoteMethod.SECRET:  # each secret vote has a key and a box of its own
            return Rejected(Code.SECRET_ALONE, "motion_ids")
        one = _opened_by(state, motion, command.seconds, command.hall_voters, asked)
        if isinstance(one, Rejected):
            return one
        facts.append(one)
    return tuple(facts)


def _cast(state: MeetingState, command: CastBallot, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None or not motion.is_public:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.method == VoteMethod.SECRET:  # an open ballot would link the member to the choice
        return Rejected(Code.SECRET_ONLY, "motion_id")
    if motion.phase in (MotionPhase.MOVED, MotionPhase.DISCUSSED):
        return Rejected(Code.NOT_VOTING, "motion_id")
    if asked.who in motion.ballots:
        return Rejected(Code.ALREADY_CAST, "motion_id")
    if motion.phase != MotionPhase.VOTING or (motion.closes_at is not None and asked.now >= motion.closes_at):
        return Rejected(Code.POLL_CLOSED, "motion_id")
    if asked.who not in motion.electorate:
        return Rejected(Code.NO_VOTING_RIGHT)
    if any(opinion.participant_id == asked.who for opinion in motion.opinions):
        return Rejected(Code.ALREADY_FILED)
    if asked.who in motion.hall_voters:
        return Rejected(Code.VOTES_IN_HALL)
    if not state.participants[asked.who].present:
        return Rejected(Code.NOT_PRESENT)
    if check_of(motion, asked.who, command.choices) is not Validity.VALID:
        return Rejected(Code.BAD_CHOICE, "choices")
    ballot = BallotCast(motion.motion_id, asked.who, command.choices)
    return (ballot, *confirmation(state, asked.who, "ballot"))


def contradicts_first(state: MeetingState, command: CastBallot, voter: ParticipantId) -> Rejected | None:
    """Return the refusal of a ballot repeated under its id with other choices: the first stands, and the phone must not believe
    otherwise.

    The order of the choices does not matter. A ballot that was never recorded contradicts too, because its id led to something else.
    """
    motion = state.motions.get(command.motion_id)
    first = motion.ballots.get(voter) if motion is not None else None
    if first is None or set(first) != set(command.choices):
        return Rejected(Code.ALREADY_CAST, "choices")
    return None


def closed(state: MeetingState, motion: Motion) -> tuple[Event, ...]:
    """Return the fact that closes an open or named vote, with the tally and the verdict of those who attended it."""
    there = attendance(state, motion)
    tally = count(motion, motion.ballots.values(), there.present)
    return (
        MotionClosed(
            motion.motion_id,
            there.quorum,
            motion.returned,
            tally,
            result(motion, tally, there.quorum),
            joined=there.joined,
            present_at_close=len(present_among(state, motion.electorate)) if motion.attending is not None else None,
        ),
    )


def _close(state: MeetingState, command: CloseMotion, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase in (MotionPhase.PREPARING, MotionPhase.SEALING):
        return Rejected(Code.SEALING, "motion_id")
    if motion.phase != MotionPhase.VOTING:
        over = motion.phase in _OVER
        return Rejected(Code.POLL_CLOSED if over else Code.NOT_VOTING, "motion_id")
    waiting = waits_for_hall(motion)
    if waiting is not None:
        return waiting
    return closing(state, motion) if motion.method == VoteMethod.SECRET else closed(state, motion)


def passed(state: MeetingState, now: Millis) -> tuple[Event, ...]:
    """Return the facts of open and named votes whose time is up."""
    due = (m for m in state.motions.values() if m.phase == MotionPhase.VOTING and m.method != VoteMethod.SECRET)
    over = (m for m in due if m.closes_at is not None and m.closes_at <= now and waits_for_hall(m) is None)
    return tuple(e for m in over for e in closed(state, m))


def _publish(state: MeetingState, command: PublishMotion, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase == MotionPhase.PUBLISHED:
        return Rejected(Code.ALREADY_PUBLISHED, "motion_id")
    if motion.phase != MotionPhase.CLOSED or motion.tally is None or motion.verdict is None:
        return Rejected(Code.NOT_CLOSED, "motion_id")
    named: tuple[NamedBallot, ...] = ()
    if motion.method == VoteMethod.NAMED:
        named = named_ballots(motion)
    # only the counters know what the hall chose: separate totals could give away the few people there
    hall = public_part(motion.paper_count) if motion.paper_count is not None else None
    published = MotionPublished(motion.motion_id, motion.tally, motion.verdict, named, asked.who, hall)
    return (published, *(appointed(state, motion, asked) if motion.verdict.carried else ()))


DECIDE: dict[type, Decide] = {
    OpenMotion: _open,
    OpenBatch: _open_batch,
    CastBallot: _cast,
    CloseMotion: _close,
    PublishMotion: _publish,
}


def _opened(state: MeetingState, event: MotionOpened, at: Millis) -> MeetingState:
    motion = replace(
        opened(state, event),
        method=event.method,
        opened_at=at,
        closes_at=event.closes_at,
        opened_by=event.opened_by,
    )
    return with_motion(state, motion)


def _ballot_cast(state: MeetingState, event: BallotCast, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    ballots = motion.ballots
    if event.voter is not None and event.choices is not None:
        ballots = {**ballots, event.voter: event.choices}
    running = event.running if event.running is not None else motion.running
    return with_motion(state, replace(motion, returned=motion.returned + 1, ballots=ballots, running=running))


def _closed(state: MeetingState, event: MotionClosed, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    return with_motion(
        state,
        replace(
            motion,
            phase=MotionPhase.CLOSED,
            closed_at=at,
            quorum_at_close=event.quorum,
            returned=event.returned,
            tally=event.tally,
            verdict=event.verdict,
            issued=event.issued,
            root=event.root,
            report=event.report,
            joined=event.joined,
            present_at_close=event.present_at_close if event.present_at_close is not None else motion.present_at_close,
        ),
    )


def _published(state: MeetingState, event: MotionPublished, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    return with_motion(
        exclusions.carried_out(state, motion, event.verdict),
        replace(
            motion,
            phase=MotionPhase.PUBLISHED,
            published_at=at,
            tally=event.tally,
            verdict=event.verdict,
            named=event.named,
            paper_count=event.paper_count,
            running=None,
        ),
    )


EVOLVE: dict[type, Evolve] = {
    MotionOpened: _opened,
    BallotCast: _ballot_cast,
    MotionClosed: _closed,
    MotionPublished: _published,
}
