"""A motion before its paper opens: drafted, moved, amended, discussed, opinions filed, or withdrawn; and drafted anew."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.agenda import item_of
from meeting_server.domain.commands import (
    AmendMotion,
    CloseDiscussion,
    DraftMotion,
    FileWrittenOpinion,
    MoveMotion,
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
    WrittenOpinionFiled,
)
from meeting_server.domain.ids import Millis, MotionId
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import (
    ABSTAIN,
    AGAINST,
    FOR,
    Amendment,
    Candidate,
    Choice,
    Preset,
    VoteMethod,
    WrittenOpinion,
)
from meeting_server.domain.votes.appraisals import sheet_refused, sheet_rule, subjects_refused
from meeting_server.domain.votes.ballots import check
from meeting_server.domain.votes.elections import candidates_needed, on_paper
from meeting_server.domain.votes.electorate import counts
from meeting_server.domain.votes.wording import from_words, with_motion

LONGEST_TITLE, LONGEST_TEXT, LONGEST_LABEL, LONGEST_REASON, LONGEST_REFERENCE = 200, 5000, 100, 200, 200
FEWEST_CHOICES, MOST_CHOICES, MOST_CANDIDATES, MOST_WORDS = 2, 12, 60, 3
BEFORE_PAPER = ("drafted", "moved", "discussed")

THREE_CHOICES = (Choice(FOR, ""), Choice(AGAINST, ""), Choice(ABSTAIN, ""))
"""赞成, 不赞成, 弃权: their labels come from the reader's own catalogue."""
SCALE = tuple(Choice(str(n), "") for n in range(1, 6))


def motion_before_paper(state: MeetingState, motion_id: MotionId) -> Motion | Rejected:
    """The motion, if its words may still change."""
    motion = state.motions.get(motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    return motion if motion.phase in BEFORE_PAPER else Rejected(Code.ALREADY_OPEN, "motion_id")


def _preset_for(state: MeetingState, command: DraftMotion, asked: Asked) -> Preset | Rejected:
    if command.force == "appraisal":
        return sheet_rule(state, command, asked.presets) or Rejected(Code.UNKNOWN_PRESET, "preset_id")
    named = command.preset_id or ("election" if command.force == "election" else "")
    preset = state.preset if named in ("", state.preset.preset_id) else asked.presets.get(named)
    if preset is None:
        return Rejected(Code.UNKNOWN_PRESET, "preset_id")
    if command.force in ("poll", "survey"):
        return replace(preset, quorum=None, passing=None, electorate="everyone", method="free")
    if preset.passing is None:  # a meeting of this kind decides nothing by vote
        return Rejected(Code.UNKNOWN_PRESET, "preset_id")
    if command.force == "election" and command.terms is not None:
        return replace(preset, passing=replace(preset.passing, base=command.terms.base))
    return preset


def _method_for(command: DraftMotion, preset: Preset) -> VoteMethod | Rejected:
    if command.force in ("survey", "election") or preset.method == "secret":
        return "secret"
    if command.force == "appraisal" and command.sheet == "self":
        return "named"
    if preset.method in ("open", "named") and command.method != preset.method:
        return Rejected(Code.OUT_OF_RANGE, "method")
    return command.method


def _choices_for(command: DraftMotion) -> tuple[Choice, ...] | Rejected:
    if command.force in ("motion", "election", "appraisal") or command.shape == "word":
        adopted = command.force == "motion" or (command.force == "appraisal" and command.sheet == "organisation")
        fixed = THREE_CHOICES if adopted else ()
        return fixed if not command.choices else Rejected(Code.BAD_CHOICE, "choices")
    if command.shape == "scale":
        return SCALE if not command.choices else Rejected(Code.BAD_CHOICE, "choices")
    if not FEWEST_CHOICES <= len(command.choices) <= MOST_CHOICES:
        return Rejected(Code.OUT_OF_RANGE, "choices", (("least", FEWEST_CHOICES), ("most", MOST_CHOICES)))
    labels = [checked_text(choice.label, "choices", LONGEST_LABEL) for choice in command.choices]
    for label in labels:
        if isinstance(label, Rejected):
            return label
    if len(set(labels)) != len(labels):
        return Rejected(Code.BAD_CHOICE, "choices")
    return tuple(Choice(str(number), str(label)) for number, label in enumerate(labels, 1))


def _most_choices(command: DraftMotion, choices: tuple[Choice, ...]) -> int:
    if command.force not in ("poll", "survey"):
        return 1
    if command.shape == "choices":
        return len(choices)
    return MOST_WORDS if command.shape == "word" else 1


def _candidates_for(state: MeetingState, command: DraftMotion, preset: Preset) -> tuple[Candidate, ...] | Rejected:
    if command.force not in ("election", "appraisal"):
        return () if not command.candidates else Rejected(Code.BAD_CHOICE, "candidates")
    names = [candidate.name.strip() for candidate in command.candidates]
    if not all(names) or len(set(names)) != len(names):
        return Rejected(Code.BAD_CHOICE, "candidates")
    if len(names) > MOST_CANDIDATES:
        return Rejected(Code.OUT_OF_RANGE, "candidates", (("most", MOST_CANDIDATES),))
    listed = [candidate.participant_id for candidate in command.candidates if candidate.participant_id is not None]
    if len(set(listed)) != len(listed):
        return Rejected(Code.BAD_CHOICE, "candidates")
    for candidate in command.candidates:
        person = state.participants.get(candidate.participant_id) if candidate.participant_id is not None else None
        if candidate.participant_id is not None and person is None:
            return Rejected(Code.UNKNOWN_PARTICIPANT, "candidates")
        # 预备党员 take part in an appraisal and are not graded; they have no right to stand
        if person is not None and person.standing != Standing.FULL:
            return Rejected(Code.NO_VOTING_RIGHT, "candidates")
    if command.force == "appraisal":
        return subjects_refused(command, preset) or on_paper(command.candidates)
    terms = command.terms
    if terms is None or not terms.approval_reference.strip():
        return Rejected(Code.APPROVAL_MISSING, "terms")
    if terms.base not in ("present", "entitled"):
        return Rejected(Code.BASE_UNCONFIRMED, "terms")
    least = candidates_needed(terms.seats, preset.surplus_percent)
    if terms.seats < 1 or len(names) < least:
        return Rejected(Code.TOO_FEW_CANDIDATES, "candidates", (("needed", least), ("given", len(names))))
    return on_paper(command.candidates)


def _draft(state: MeetingState, command: DraftMotion, asked: Asked) -> Decision:
    title = checked_text(command.title, "title", LONGEST_TITLE)
    if isinstance(title, Rejected):
        return title
    if len(command.text) > LONGEST_TEXT:
        return Rejected(Code.TOO_LONG, "text", (("longest", LONGEST_TEXT),))
    if command.item_id is not None and item_of(state, command.item_id) is None:
        return Rejected(Code.UNKNOWN_ITEM, "item_id")
    refused = sheet_refused(state, command)
    if refused is not None:
        return refused
    choices = _choices_for(command)
    if isinstance(choices, Rejected):
        return choices
    most = _most_choices(command, choices)
    if not 1 <= command.max_choices <= most:
        return Rejected(Code.OUT_OF_RANGE, "max_choices", (("least", 1), ("most", most)))
    preset = _preset_for(state, command, asked)
    if isinstance(preset, Rejected):
        return preset
    method = _method_for(command, preset)
    if isinstance(method, Rejected):
        return method
    candidates = _candidates_for(state, command, preset)
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
            command.shape if command.force in ("poll", "survey") else "choices",
            candidates,
            command.terms if command.force == "election" else None,
            max(2, command.minimum_group) if command.force == "survey" else 0,
            sheet=command.sheet,
            based_on=command.based_on,
        ),
    )


def _next_id(state: MeetingState) -> MotionId:
    return MotionId(f"m{state.counters.motions + 1}")


def _move(state: MeetingState, command: MoveMotion, asked: Asked) -> Decision:
    motion = motion_before_paper(state, command.motion_id)
    if isinstance(motion, Rejected):
        return motion
    if motion.phase != "drafted":
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
    if motion.phase != "moved":
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
    if any(opinion.participant_id == command.participant_id for opinion in motion.opinions):
        return Rejected(Code.ALREADY_FILED, "participant_id")
    if check(motion, command.choices) != "valid":
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
    if motion.phase == "withdrawn":
        return ()
    if motion.phase == "published":
        return Rejected(Code.ALREADY_PUBLISHED, "motion_id")
    if motion.phase in ("preparing", "sealing"):
        return Rejected(Code.SEALING, "motion_id")
    if len(command.reason) > LONGEST_REASON:
        return Rejected(Code.TOO_LONG, "reason", (("longest", LONGEST_REASON),))
    return (MotionWithdrawn(motion.motion_id, asked.who, command.reason.strip()),)


def _revote(state: MeetingState, command: Revote, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase not in ("closed", "published") or motion.verdict is None or motion.force in ("poll", "survey"):
        return Rejected(Code.NOT_VOID, "motion_id")
    if motion.verdict.carried:
        return Rejected(Code.NOT_VOID, "motion_id")
    candidates, terms = motion.candidates, motion.terms
    if motion.force == "election" and terms is not None:
        verdict = motion.verdict
        missing = verdict.short or terms.seats
        if not 0 <= command.seats <= missing:
            return Rejected(Code.OUT_OF_RANGE, "seats", (("least", 0), ("most", missing)))
        terms = replace(terms, seats=command.seats or missing)
        candidates = _standing_again(motion)
        if len(candidates) < terms.seats:
            return Rejected(Code.TOO_FEW_CANDIDATES, "motion_id", (("needed", terms.seats), ("given", len(candidates))))
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
        ),
    )


def _standing_again(motion: Motion) -> tuple[Candidate, ...]:
    """A tie is voted on among the tied; missing seats among those not elected."""
    assert motion.verdict is not None
    written = [Candidate(mark, mark.removeprefix("w:")) for mark in motion.verdict.tied if mark.startswith("w:")]
    if motion.verdict.tied:
        again = [c for c in motion.candidates if c.candidate_id in motion.verdict.tied]
    else:
        again = [c for c in motion.candidates if c.candidate_id not in motion.verdict.elected]
    return on_paper((*again, *written))


DECIDE: dict[type, Decide] = {
    DraftMotion: _draft,
    MoveMotion: _move,
    AmendMotion: _amend,
    CloseDiscussion: _close_discussion,
    FileWrittenOpinion: _file,
    WithdrawMotion: _withdraw,
    Revote: _revote,
}


def _drafted(state: MeetingState, event: MotionDrafted, at: Millis) -> MeetingState:
    counters = replace(state.counters, motions=state.counters.motions + 1)
    return replace(with_motion(state, from_words(event, None)), counters=counters)


def _moved(state: MeetingState, event: MotionMoved, at: Millis) -> MeetingState:
    motion = from_words(event, state.motions.get(event.motion_id))  # a phone was not shown the draft
    return with_motion(state, replace(motion, phase="moved", moved_at=at, amendments=()))


def _amended(state: MeetingState, event: MotionAmended, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    earlier = Amendment(motion.title, motion.text, event.amended_by, at)
    return with_motion(state, replace(motion, title=event.title, text=event.text, amendments=(*motion.amendments, earlier)))


def _discussed(state: MeetingState, event: MotionDiscussed, at: Millis) -> MeetingState:
    return with_motion(state, replace(state.motions[event.motion_id], phase="discussed"))


def _filed(state: MeetingState, event: WrittenOpinionFiled, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    return with_motion(state, replace(motion, opinions=(*motion.opinions, event.opinion)))


def _withdrawn(state: MeetingState, event: MotionWithdrawn, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    closed_at = motion.closed_at if motion.closed_at is not None or motion.opened_at is None else at
    return with_motion(state, replace(motion, phase="withdrawn", withdrawn_reason=event.reason, closed_at=closed_at, running=None))


EVOLVE: dict[type, Evolve] = {
    MotionDrafted: _drafted,
    MotionMoved: _moved,
    MotionAmended: _amended,
    MotionDiscussed: _discussed,
    WrittenOpinionFiled: _filed,
    MotionWithdrawn: _withdrawn,
}
