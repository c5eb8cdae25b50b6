"""A motion before voting begins: drafted, moved, amended, discussed, with opinions filed, or withdrawn; and drafted anew."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.agenda import item_of
from meeting_server.domain.commands import (
    AmendMotion,
    CloseDiscussion,
    DraftMotion,
    FileWrittenOpinion,
    MoveMotion,
    ReduceSeats,
    Revote,
    WithdrawMotion,
)
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, checked_text, known
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import (
    MotionAmended,
    MotionDiscussed,
    MotionDrafted,
    MotionMoved,
    MotionWithdrawn,
    SeatsReduced,
    WrittenOpinionFiled,
)
from meeting_server.domain.ids import Millis, MotionId
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import Amendment, Reduction, WrittenOpinion
from meeting_server.domain.vote_terms import MotionForce, MotionPhase, VerdictReason
from meeting_server.domain.votes import exclusions
from meeting_server.domain.votes.ballots import check
from meeting_server.domain.votes.electorate import counts
from meeting_server.domain.votes.kinds import kind_of
from meeting_server.domain.votes.marks import Validity
from meeting_server.domain.votes.wording import from_words, with_motion

LONGEST_TITLE, LONGEST_TEXT, LONGEST_REASON, LONGEST_REFERENCE = 200, 5000, 200, 200
_COUNTED = (MotionPhase.CLOSED, MotionPhase.PUBLISHED)
BEFORE_PAPER = (MotionPhase.DRAFTED, MotionPhase.MOVED, MotionPhase.DISCUSSED)


def motion_before_paper(state: MeetingState, motion_id: MotionId) -> Motion | Rejected:
    """Return the motion, if its wording may still change."""
    motion = state.motions.get(motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    return motion if motion.phase in BEFORE_PAPER else Rejected(Code.BALLOT_OPEN, "motion_id")


def _draft(state: MeetingState, command: DraftMotion, asked: Asked) -> Decision:
    title = checked_text(command.title, "title", LONGEST_TITLE)
    if isinstance(title, Rejected):
        return title
    if len(command.text) > LONGEST_TEXT:
        return Rejected(Code.TOO_LONG, "text", (("longest", LONGEST_TEXT),))
    if command.item_id is not None and item_of(state, command.item_id) is None:
        return Rejected(Code.UNKNOWN_ITEM, "item_id")
    kind = kind_of(command)
    refused = kind.refused(state, command) or exclusions.refused(state, command)
    if refused is not None:
        return refused
    choices = kind.choices(command)
    if isinstance(choices, Rejected):
        return choices
    most = kind.most_choices(command, choices)
    if not 1 <= command.max_choices <= most:
        return Rejected(Code.OUT_OF_RANGE, "max_choices", (("least", 1), ("most", most)))
    preset = kind.rule(state, command, asked.presets)
    if isinstance(preset, Rejected):
        return preset
    method = kind.method(command, preset)
    if isinstance(method, Rejected):
        return method
    candidates = kind.candidates(state, command, preset)
    if isinstance(candidates, Rejected):
        return candidates
    return (
        MotionDrafted(
            _next_id(state),
            title,
            command.text.strip(),
            command.item_id,
            command.force,
            method,
            choices,
            command.max_choices,
            preset,
            asked.who,
            kind.shape(command),
            candidates,
            kind.terms(command, preset),
            kind.minimum_group(command),
            sheet=command.sheet,
            based_on=command.based_on,
            nominees=command.nominees,
            excludes=command.excludes,
            excellent_reason=kind.excellent_reason(command, preset),
        ),
    )


def _next_id(state: MeetingState) -> MotionId:
    return MotionId(f"m{state.counters.motions + 1}")


def _move(state: MeetingState, command: MoveMotion, asked: Asked) -> Decision:
    motion = motion_before_paper(state, command.motion_id)
    if isinstance(motion, Rejected):
        return motion
    if motion.phase != MotionPhase.DRAFTED:
        return Rejected(Code.NOTHING_CHANGED, "motion_id")
    return (
        MotionMoved(
            motion.motion_id,
            motion.title,
            motion.text,
            motion.item_id,
            motion.force,
            motion.method,
            motion.choices,
            motion.max_choices,
            motion.preset,
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
        ),
    )


def _amend(state: MeetingState, command: AmendMotion, asked: Asked) -> Decision:
    motion = motion_before_paper(state, command.motion_id)
    if isinstance(motion, Rejected):
        return motion
    title = checked_text(command.title, "title", LONGEST_TITLE)
    if isinstance(title, Rejected):
        return title
    text = command.text.strip()
    if len(text) > LONGEST_TEXT:
        return Rejected(Code.TOO_LONG, "text", (("longest", LONGEST_TEXT),))
    if (title, text) == (motion.title, motion.text):
        return Rejected(Code.NOTHING_CHANGED)
    return (MotionAmended(motion.motion_id, title, text, asked.who),)


def _close_discussion(state: MeetingState, command: CloseDiscussion, asked: Asked) -> Decision:
    motion = motion_before_paper(state, command.motion_id)
    if isinstance(motion, Rejected):
        return motion
    if motion.phase != MotionPhase.MOVED:
        return Rejected(Code.NOTHING_CHANGED, "motion_id")
    return (MotionDiscussed(motion.motion_id, asked.who),)


def _file(state: MeetingState, command: FileWrittenOpinion, asked: Asked) -> Decision:
    motion = motion_before_paper(state, command.motion_id)
    if isinstance(motion, Rejected):
        return motion
    if not motion.preset.written_opinions:
        return Rejected(Code.NO_WRITTEN_OPINIONS, "motion_id")
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if not counts(participant, motion.preset):
        return Rejected(Code.NO_VOTING_RIGHT, "participant_id")
    if participant.present:  # an opinion is for somebody who cannot come
        return Rejected(Code.VOTES_HERE, "participant_id")
    if any(opinion.participant_id == command.participant_id for opinion in motion.opinions):
        return Rejected(Code.ALREADY_FILED, "participant_id")
    if check(motion, command.choices) is not Validity.VALID:
        return Rejected(Code.BAD_CHOICE, "choices")
    reference = checked_text(command.reference, "reference", LONGEST_REFERENCE)
    if isinstance(reference, Rejected):
        return reference
    opinion = WrittenOpinion(command.participant_id, command.choices, reference, asked.who)
    return (WrittenOpinionFiled(motion.motion_id, opinion),)


def _withdraw(state: MeetingState, command: WithdrawMotion, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase == MotionPhase.WITHDRAWN:
        return ()
    if motion.phase == MotionPhase.PUBLISHED:
        return Rejected(Code.ALREADY_PUBLISHED, "motion_id")
    if motion.phase in (MotionPhase.PREPARING, MotionPhase.SEALING):
        return Rejected(Code.SEALING, "motion_id")
    if len(command.reason) > LONGEST_REASON:
        return Rejected(Code.TOO_LONG, "reason", (("longest", LONGEST_REASON),))
    return (MotionWithdrawn(motion.motion_id, asked.who, command.reason.strip()),)


def _revote(state: MeetingState, command: Revote, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    kind = kind_of(motion)
    if motion.phase not in _COUNTED or motion.verdict is None or not kind.can_be_repeated:
        return Rejected(Code.NOT_VOID, "motion_id")
    if motion.verdict.carried:
        return Rejected(Code.NOT_VOID, "motion_id")
    again = kind.again(motion, command.seats, command.characters)
    if isinstance(again, Rejected):
        return again
    candidates, terms = again
    return (
        MotionDrafted(
            _next_id(state),
            motion.title,
            motion.text,
            motion.item_id,
            motion.force,
            motion.method,
            motion.choices,
            motion.max_choices,
            motion.preset,
            asked.who,
            motion.shape,
            candidates,
            terms,
            motion.minimum_group,
            motion.motion_id,
            motion.sheet,
            motion.based_on,
            motion.nominees,
            motion.excludes,
            motion.excellent_reason,
        ),
    )


def _reduce(state: MeetingState, command: ReduceSeats, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase not in _COUNTED or motion.verdict is None or motion.terms is None:
        return Rejected(Code.NOT_CLOSED, "motion_id")
    if motion.verdict.reason not in (VerdictReason.SHORT, VerdictReason.TIED):
        return Rejected(Code.NOT_VOID, "motion_id")
    decision = state.motions.get(command.reduced_by)
    if decision is None or decision.force != MotionForce.MOTION:
        return Rejected(Code.UNKNOWN_MOTION, "reduced_by")
    if decision.phase != MotionPhase.PUBLISHED or decision.verdict is None or not decision.verdict.carried:
        return Rejected(Code.NOT_CLOSED, "reduced_by")
    least, most = max(1, len(motion.verdict.elected)), motion.terms.seats - 1
    if not least <= command.seats <= most:
        return Rejected(Code.OUT_OF_RANGE, "seats", (("least", least), ("most", most)))
    if motion.reduction == Reduction(command.seats, command.reduced_by):
        return ()
    return (SeatsReduced(motion.motion_id, command.seats, command.reduced_by, asked.who),)


DECIDE: dict[type, Decide] = {
    DraftMotion: _draft,
    MoveMotion: _move,
    AmendMotion: _amend,
    CloseDiscussion: _close_discussion,
    FileWrittenOpinion: _file,
    WithdrawMotion: _withdraw,
    Revote: _revote,
    ReduceSeats: _reduce,
}


def _drafted(state: MeetingState, event: MotionDrafted, at: Millis) -> MeetingState:
    counters = replace(state.counters, motions=state.counters.motions + 1)
    return replace(with_motion(state, from_words(event, None)), counters=counters)


def _moved(state: MeetingState, event: MotionMoved, at: Millis) -> MeetingState:
    motion = from_words(event, state.motions.get(event.motion_id))  # a phone has not seen the draft
    return with_motion(state, replace(motion, phase=MotionPhase.MOVED, moved_at=at, amendments=()))


def _amended(state: MeetingState, event: MotionAmended, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    earlier = Amendment(motion.title, motion.text, event.amended_by, at)
    return with_motion(state, replace(motion, title=event.title, text=event.text, amendments=(*motion.amendments, earlier)))


def _discussed(state: MeetingState, event: MotionDiscussed, at: Millis) -> MeetingState:
    return with_motion(state, replace(state.motions[event.motion_id], phase=MotionPhase.DISCUSSED))


def _filed(state: MeetingState, event: WrittenOpinionFiled, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    return with_motion(state, replace(motion, opinions=(*motion.opinions, event.opinion)))


def _withdrawn(state: MeetingState, event: MotionWithdrawn, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    closed_at = motion.closed_at if motion.closed_at is not None or motion.opened_at is None else at
    return with_motion(
        state, replace(motion, phase=MotionPhase.WITHDRAWN, withdrawn_reason=event.reason, closed_at=closed_at, running=None)
    )


def _reduced(state: MeetingState, event: SeatsReduced, at: Millis) -> MeetingState:
    return with_motion(state, replace(state.motions[event.motion_id], reduction=Reduction(event.seats, event.reduced_by)))


EVOLVE: dict[type, Evolve] = {
    MotionDrafted: _drafted,
    MotionMoved: _moved,
    MotionAmended: _amended,
    MotionDiscussed: _discussed,
    WrittenOpinionFiled: _filed,
    MotionWithdrawn: _withdrawn,
    SeatsReduced: _reduced,
}
