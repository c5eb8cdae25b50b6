"""Motions and polls: drafted → voting → closed → published, or withdrawn; one votes at a time.

| from      | command        | to        |
|-----------|----------------|-----------|
| –         | DraftMotion    | drafted   |
| drafted   | OpenMotion     | voting    |
| voting    | CastBallot     | voting    |
| voting    | CloseMotion, its time runs out | closed |
| closed    | PublishMotion  | published |
| drafted, voting, closed | WithdrawMotion | withdrawn |
"""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.agenda import item_of
from meeting_server.domain.attendance import confirmation, electorate, present_of
from meeting_server.domain.commands import (
    CastBallot,
    CloseMotion,
    DraftMotion,
    OpenMotion,
    PublishMotion,
    WithdrawMotion,
)
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, checked_text
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import (
    BallotCast,
    Event,
    MotionClosed,
    MotionDrafted,
    MotionOpened,
    MotionPublished,
    MotionWithdrawn,
)
from meeting_server.domain.ids import Millis, MotionId
from meeting_server.domain.rules import quorum_check, verdict
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.tally import count
from meeting_server.domain.terms import ABSTAIN, AGAINST, FOR, Choice, NamedBallot, Preset

LONGEST_TITLE, LONGEST_TEXT, LONGEST_LABEL, LONGEST_REASON = 200, 5000, 100, 200
FEWEST_CHOICES, MOST_CHOICES = 2, 12
SHORTEST, LONGEST = 10, 3600

THREE_CHOICES = (Choice(FOR, ""), Choice(AGAINST, ""), Choice(ABSTAIN, ""))
"""赞成, 不赞成, 弃权: their labels come from the reader's own catalogue."""


def voting_now(state: MeetingState) -> Motion | None:
    """The motion whose paper is open."""
    return next((m for m in state.motions.values() if m.phase == "voting"), None)


def _preset_for(state: MeetingState, command: DraftMotion, asked: Asked) -> Preset | Rejected:
    preset = state.preset if command.preset_id in ("", state.preset.preset_id) else asked.presets.get(command.preset_id)
    if preset is None:
        return Rejected(Code.UNKNOWN_PRESET, "preset_id")
    if command.force == "poll":
        return replace(preset, quorum=None, passing=None, electorate="everyone", method=command.method)
    if preset.method == "secret":
        return Rejected(Code.SECRET_NOT_AVAILABLE, "preset_id")
    if preset.passing is None:  # a meeting of this kind decides nothing by vote
        return Rejected(Code.UNKNOWN_PRESET, "preset_id")
    return preset


def _choices_for(command: DraftMotion) -> tuple[Choice, ...] | Rejected:
    if command.force == "motion":
        return THREE_CHOICES if not command.choices else Rejected(Code.BAD_CHOICE, "choices")
    if not FEWEST_CHOICES <= len(command.choices) <= MOST_CHOICES:
        return Rejected(Code.OUT_OF_RANGE, "choices", (("least", FEWEST_CHOICES), ("most", MOST_CHOICES)))
    labels = [checked_text(choice.label, "choices", LONGEST_LABEL) for choice in command.choices]
    for label in labels:
        if isinstance(label, Rejected):
            return label
    if len(set(labels)) != len(labels):
        return Rejected(Code.BAD_CHOICE, "choices")
    return tuple(Choice(str(number), str(label)) for number, label in enumerate(labels, 1))


def _draft(state: MeetingState, command: DraftMotion, asked: Asked) -> Decision:
    title = checked_text(command.title, "title", LONGEST_TITLE)
    if isinstance(title, Rejected):
        return title
    if len(command.text) > LONGEST_TEXT:
        return Rejected(Code.TOO_LONG, "text", (("longest", LONGEST_TEXT),))
    if command.item_id is not None and item_of(state, command.item_id) is None:
        return Rejected(Code.UNKNOWN_ITEM, "item_id")
    choices = _choices_for(command)
    if isinstance(choices, Rejected):
        return choices
    most = len(choices) if command.force == "poll" else 1
    if not 1 <= command.max_choices <= most:
        return Rejected(Code.OUT_OF_RANGE, "max_choices", (("least", 1), ("most", most)))
    preset = _preset_for(state, command, asked)
    if isinstance(preset, Rejected):
        return preset
    return (
        MotionDrafted(
            MotionId(f"m{state.counters.motions + 1}"),
            title,
            command.text.strip(),
            command.item_id,
            command.force,
            command.method,
            choices,
            command.max_choices,
            preset,
            asked.who,
        ),
    )


def _open(state: MeetingState, command: OpenMotion, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase == "voting":
        return Rejected(Code.ALREADY_OPEN, "motion_id")
    if motion.phase != "drafted":
        return Rejected(Code.POLL_CLOSED, "motion_id")
    if voting_now(state) is not None:
        return Rejected(Code.VOTE_IN_PROGRESS)
    if command.seconds and not SHORTEST <= command.seconds <= LONGEST:
        return Rejected(Code.OUT_OF_RANGE, "seconds", (("least", SHORTEST), ("most", LONGEST)))
    entitled = electorate(state, motion.preset)
    quorum = None
    if motion.force == "motion":
        quorum = quorum_check(motion.preset.quorum, len(entitled), present_of(state, entitled))
        if not quorum.met:
            return Rejected(
                Code.NO_QUORUM,
                detail=(("needed", quorum.needed), ("present", quorum.present), ("entitled", quorum.entitled)),
            )
    return (
        MotionOpened(
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
            asked.now + command.seconds * 1000 if command.seconds else None,
            asked.who,
        ),
    )


def _cast(state: MeetingState, command: CastBallot, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase == "drafted":
        return Rejected(Code.NOT_VOTING, "motion_id")
    if asked.who in motion.ballots:
        return Rejected(Code.ALREADY_CAST, "motion_id")
    if motion.phase != "voting" or (motion.closes_at is not None and asked.now >= motion.closes_at):
        return Rejected(Code.POLL_CLOSED, "motion_id")
    if asked.who not in motion.electorate:
        return Rejected(Code.NO_VOTING_RIGHT)
    if not state.participants[asked.who].present:
        return Rejected(Code.NOT_PRESENT)
    paper = {choice.choice_id for choice in motion.choices}
    marks = set(command.choices)
    if not 1 <= len(command.choices) <= motion.max_choices or len(marks) != len(command.choices) or marks - paper:
        return Rejected(Code.BAD_CHOICE, "choices")
    ballot = BallotCast(motion.motion_id, asked.who, command.choices)
    return (ballot, *confirmation(state, asked.who, "ballot"))


def closed(state: MeetingState, motion: Motion) -> tuple[Event, ...]:
    """The fact that closes a voting motion: quorum checked again, ballots counted, verdict under the frozen preset."""
    present = present_of(state, motion.electorate)
    tally = count(motion.choices, motion.ballots.values(), len(motion.electorate), present)
    if motion.force == "poll":
        result = verdict(replace(motion.preset, passing=None), tally, None)
        return (MotionClosed(motion.motion_id, None, motion.returned, tally, result),)
    quorum = quorum_check(motion.preset.quorum, len(motion.electorate), present)
    return (MotionClosed(motion.motion_id, quorum, motion.returned, tally, verdict(motion.preset, tally, quorum)),)


def _close(state: MeetingState, command: CloseMotion, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase != "voting":
        return Rejected(Code.NOT_VOTING if motion.phase == "drafted" else Code.POLL_CLOSED, "motion_id")
    return closed(state, motion)


def passed(state: MeetingState, now: Millis) -> tuple[Event, ...]:
    """The facts of a vote whose time is over."""
    motion = voting_now(state)
    if motion is None or motion.closes_at is None or motion.closes_at > now:
        return ()
    return closed(state, motion)


def _publish(state: MeetingState, command: PublishMotion, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase == "published":
        return Rejected(Code.ALREADY_PUBLISHED, "motion_id")
    if motion.phase != "closed" or motion.tally is None or motion.verdict is None:
        return Rejected(Code.NOT_CLOSED, "motion_id")
    named: tuple[NamedBallot, ...] = ()
    if motion.method == "named":
        named = tuple(NamedBallot(who, motion.ballots[who]) for who in motion.electorate if who in motion.ballots)
    return (MotionPublished(motion.motion_id, motion.tally, motion.verdict, named, asked.who),)


def _withdraw(state: MeetingState, command: WithdrawMotion, asked: Asked) -> Decision:
    motion = state.motions.get(command.motion_id)
    if motion is None:
        return Rejected(Code.UNKNOWN_MOTION, "motion_id")
    if motion.phase == "withdrawn":
        return ()
    if motion.phase == "published":
        return Rejected(Code.ALREADY_PUBLISHED, "motion_id")
    if len(command.reason) > LONGEST_REASON:
        return Rejected(Code.TOO_LONG, "reason", (("longest", LONGEST_REASON),))
    return (MotionWithdrawn(motion.motion_id, asked.who, command.reason.strip()),)


DECIDE: dict[type, Decide] = {
    DraftMotion: _draft,
    OpenMotion: _open,
    CastBallot: _cast,
    CloseMotion: _close,
    PublishMotion: _publish,
    WithdrawMotion: _withdraw,
}


def _with(state: MeetingState, motion: Motion) -> MeetingState:
    return replace(state, motions={**state.motions, motion.motion_id: motion})


def _drafted(state: MeetingState, event: MotionDrafted, at: Millis) -> MeetingState:
    motion = Motion(
        event.motion_id,
        "drafted",
        event.title,
        event.text,
        event.item_id,
        event.force,
        event.method,
        event.choices,
        event.max_choices,
        event.preset,
    )
    return replace(_with(state, motion), counters=replace(state.counters, motions=state.counters.motions + 1))


def _opened(state: MeetingState, event: MotionOpened, at: Millis) -> MeetingState:
    # built anew: a phone that was not shown the draft learns everything here
    motion = Motion(
        event.motion_id,
        "voting",
        event.title,
        event.text,
        event.item_id,
        event.force,
        event.method,
        event.choices,
        event.max_choices,
        event.preset,
        electorate=event.electorate,
        opened_at=at,
        closes_at=event.closes_at,
        quorum_at_open=event.quorum,
    )
    return _with(state, motion)


def _ballot_cast(state: MeetingState, event: BallotCast, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    ballots = motion.ballots
    if event.voter is not None and event.choices is not None:
        ballots = {**ballots, event.voter: event.choices}
    return _with(state, replace(motion, returned=motion.returned + 1, ballots=ballots))


def _closed(state: MeetingState, event: MotionClosed, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    return _with(
        state,
        replace(
            motion,
            phase="closed",
            closed_at=at,
            quorum_at_close=event.quorum,
            returned=event.returned,
            tally=event.tally,
            verdict=event.verdict,
        ),
    )


def _published(state: MeetingState, event: MotionPublished, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    return _with(
        state,
        replace(motion, phase="published", published_at=at, tally=event.tally, verdict=event.verdict, named=event.named),
    )


def _withdrawn(state: MeetingState, event: MotionWithdrawn, at: Millis) -> MeetingState:
    motion = state.motions[event.motion_id]
    closed_at = motion.closed_at if motion.closed_at is not None or motion.opened_at is None else at
    return _with(state, replace(motion, phase="withdrawn", withdrawn_reason=event.reason, closed_at=closed_at))


EVOLVE: dict[type, Evolve] = {
    MotionDrafted: _drafted,
    MotionOpened: _opened,
    BallotCast: _ballot_cast,
    MotionClosed: _closed,
    MotionPublished: _published,
    MotionWithdrawn: _withdrawn,
}
