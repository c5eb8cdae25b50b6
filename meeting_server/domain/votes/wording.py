"""Builds a motion from the facts that carry its full wording, whether or not the reader saw it before."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.events import MotionDrafted, MotionMoved, MotionOpened, PaperOpened
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.vote_terms import MotionPhase, VoteMethod
from meeting_server.domain.votes.kinds import kind_of


def with_motion(state: MeetingState, motion: Motion) -> MeetingState:
    """Return ``state`` with one motion replaced or added."""
    return replace(state, motions={**state.motions, motion.motion_id: motion})


def from_words(event: MotionDrafted | MotionMoved, before: Motion | None) -> Motion:
    """Return the motion with the wording of ``event``, a new one for a reader who has not seen it."""
    fields = {
        "title": event.title,
        "text": event.text,
        "item_id": event.item_id,
        "force": event.force,
        "method": event.method,
        "choices": event.choices,
        "max_choices": event.max_choices,
        "preset": event.preset,
        "shape": event.shape,
        "candidates": event.candidates,
        "terms": event.terms,
        "minimum_group": event.minimum_group,
        "revote_of": event.revote_of,
        "sheet": event.sheet,
        "based_on": event.based_on,
        "nominees": event.nominees,
        "excludes": event.excludes,
        "excellent_reason": event.excellent_reason,
    }
    if before is not None:
        return replace(before, **fields)  # type: ignore[arg-type]  # names and types are those of the event
    return Motion(event.motion_id, MotionPhase.DRAFTED, **fields)  # type: ignore[arg-type]


def opened(state: MeetingState, event: MotionOpened | PaperOpened) -> Motion:
    """Return the motion as opened for voting, whether or not the viewer saw it before."""
    before = state.motions.get(event.motion_id)
    shown = before is not None and before.moved_at is not None
    return Motion(
        event.motion_id,
        MotionPhase.VOTING,
        event.title,
        event.text,
        event.item_id,
        event.force,
        VoteMethod.SECRET,
        event.choices,
        event.max_choices,
        event.preset,
        electorate=event.electorate,
        attending=event.attending,
        moved_at=before.moved_at if before is not None else None,
        quorum_at_open=event.quorum,
        shape=event.shape,
        candidates=event.candidates,
        terms=event.terms,
        minimum_group=event.minimum_group,
        revote_of=event.revote_of,
        sheet=event.sheet,
        based_on=event.based_on,
        nominees=event.nominees,
        excludes=event.excludes if isinstance(event, MotionOpened) else (),
        excellent_reason=event.excellent_reason,
        hall_voters=event.hall_voters,
        roster=kind_of(event).may_be_written_in(state, event),
        amendments=before.amendments if before is not None and shown else (),
        opinions=before.opinions if before is not None else (),
    )
