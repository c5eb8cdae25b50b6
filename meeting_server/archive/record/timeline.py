"""The time axis of a recorded meeting, folded from its journal: chapters, who spoke when, motions, roll calls, chat.

All moments are Unix milliseconds; ``zero`` is where the player's clock starts. Nothing of a group room's talk or chat is
in it but what that room's people may see (``audience``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from meeting_server.archive.minutes.results import called, outcome_of
from meeting_server.domain.events import (
    AgendaStepped,
    ChatPosted,
    ChatRemoved,
    Event,
    MotionClosed,
    MotionOpened,
    MotionPublished,
    MotionWithdrawn,
    PageHidden,
    PageShown,
    PaperOpened,
    RecordingAcknowledged,
    RecordingStarted,
    RecordingStopped,
    RollCallClosed,
    RollCallOpened,
    SpeakerTurnEnded,
    TrackRecorded,
)
from meeting_server.domain.ids import HALL, ItemId, MeetingId, MessageId, Millis, MotionId, ParticipantId, RoomId
from meeting_server.domain.recusal import is_closed_to
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import MediaKind, MeetingKind
from meeting_server.domain.vote_terms import MotionForce, Office, VoteMethod
from meeting_server.domain.votes.kinds import kind_of
from meeting_server.domain.votes.officers import holders
from meeting_server.journal.fold import after
from meeting_server.journal.port import Record

MarkKind = Literal["motion", "poll", "roll_call"]
Outcome = Literal["carried", "not_carried", "elected", "not_elected", "counted", "unpublished", "withdrawn", ""]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One stretch of the agenda. ``title`` is empty for what came before the first item or after the last."""

    item_id: ItemId | None
    title: str
    speaker: str
    since: Millis
    until: Millis


@dataclass(frozen=True, slots=True)
class Turn:
    since: Millis
    until: Millis


@dataclass(frozen=True, slots=True)
class Lane:
    """When one participant was heard in the hall."""

    participant_id: ParticipantId
    name: str
    turns: tuple[Turn, ...]

    @property
    def total(self) -> Millis:
        return sum(turn.until - turn.since for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Mark:
    """A motion, poll or roll call: when it was open and what came of it (``figures``: for, against, abstain)."""

    kind: MarkKind
    title: str
    since: Millis
    until: Millis
    outcome: Outcome = ""
    figures: tuple[int, ...] = ()
    open: bool = False
    """A published vote about a matter, not taken in secret: who only studies the record may know of it."""


@dataclass(frozen=True, slots=True)
class Track:
    """One recorded file; ``path`` is inside the meeting's folder. ``shared``: from a microphone of the hall, of several people;
    ``synthetic``: nobody spoke, a machine made the sound."""

    participant_id: ParticipantId
    name: str
    room_id: RoomId
    media: MediaKind
    path: str
    since: Millis
    until: Millis
    shared: bool = False
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A chat message as it is kept: empty ``text`` when it was taken out of sight or erased."""

    message_id: MessageId
    at: Millis
    author_id: ParticipantId
    name: str
    text: str
    audience: tuple[ParticipantId, ...] = ()
    state: Literal["shown", "removed", "erased"] = "shown"


@dataclass(frozen=True, slots=True)
class PageTime:
    """A page (from 1) of a document as it was shown to everyone."""

    document_id: str
    title: str
    page: int
    since: Millis
    until: Millis


@dataclass(frozen=True, slots=True)
class Closure:
    """A stretch of the meeting of which one participant reads and hears nothing: they were asked out for it, or not called to it."""

    participant_id: ParticipantId
    since: Millis
    until: Millis

    def covers(self, since: Millis, until: Millis) -> bool:
        """Whether something from ``since`` to ``until``, or at the moment ``since``, lies in it, wholly or in part."""
        return since < self.until and (until > self.since or since >= self.since)


@dataclass(frozen=True, slots=True)
class Timeline:
    meeting_id: MeetingId
    branch_id: str
    branch_name: str
    title: str
    kind: MeetingKind
    place: str
    opened_at: Millis
    adjourned_at: Millis
    zero: Millis
    end: Millis
    chapters: tuple[Chapter, ...]
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    tracks: tuple[Track, ...]
    recordings: tuple[Turn, ...]
    chat: tuple[Line, ...]
    participants: tuple[ParticipantId, ...]
    """Everyone on the list: they may see the record."""
    agreed: tuple[ParticipantId, ...] = ()
    """Who saw the notice of a recording and stayed, in the order in which they did."""
    pages: tuple[PageTime, ...] = ()
    counters: tuple[ParticipantId, ...] = ()
    """Scrutineers and tellers: they may take the bundle away, to count again."""
    closures: tuple[Closure, ...] = ()

    def closed_to(self, viewer: ParticipantId | None) -> tuple[Closure, ...]:
        """What is closed to a viewer, in order."""
        return tuple(closure for closure in self.closures if closure.participant_id == viewer)


@dataclass(slots=True)
class _Sought:
    steps: list[tuple[Millis, ItemId | None]] = field(default_factory=list)
    turns: dict[ParticipantId, list[Turn]] = field(default_factory=dict)
    opened: dict[MotionId, tuple[MotionOpened | PaperOpened, Millis]] = field(default_factory=dict)
    closed: dict[MotionId, Millis] = field(default_factory=dict)
    outcomes: dict[MotionId, tuple[Outcome, tuple[int, ...]]] = field(default_factory=dict)
    roll_calls: list[Turn] = field(default_factory=list)
    roll_call_since: Millis | None = None
    recordings: list[Turn] = field(default_factory=list)
    recording_since: Millis | None = None
    tracks: list[TrackRecorded] = field(default_factory=list)
    posted: list[tuple[ChatPosted, Millis]] = field(default_factory=list)
    removed: set[MessageId] = field(default_factory=set)
    agreed: dict[ParticipantId, Millis] = field(default_factory=dict)
    shown: list[tuple[Millis, PageShown | None]] = field(default_factory=list)

    def see(self, event: Event, at: Millis) -> None:
        match event:
            case AgendaStepped(item_id):
                self.steps.append((at, item_id))
            case SpeakerTurnEnded(participant_id, room_id, started_at, ended_at):
                if room_id == HALL:
                    self.turns.setdefault(participant_id, []).append(Turn(started_at, ended_at))
            case RollCallOpened():
                self.roll_call_since = at
            case RollCallClosed():
                self.roll_calls.append(Turn(self.roll_call_since or at, at))
                self.roll_call_since = None
            case RecordingStarted():
                self.recording_since = at
            case RecordingStopped():
                self.recordings.append(Turn(self.recording_since or at, at))
                self.recording_since = None
            case RecordingAcknowledged(participant_id, consents=True):
                self.agreed.setdefault(participant_id, at)
            case PageShown():
                self.shown.append((at, event))
            case PageHidden():
                self.shown.append((at, None))
            case TrackRecorded():
                self.tracks.append(event)
            case ChatPosted():
                self.posted.append((event, at))
            case ChatRemoved(message_id):
                self.removed.add(message_id)
            case _:
                self._see_motion(event, at)

    def _see_motion(self, event: Event, at: Millis) -> None:
        match event:
            case MotionOpened() | PaperOpened():
                self.opened[event.motion_id] = (event, at)
                self.outcomes[event.motion_id] = ("unpublished", ())
            case MotionClosed():
                self.closed[event.motion_id] = at
            case MotionPublished():
                opened, _ = self.opened[event.motion_id]
                of_people = kind_of(opened).of_people  # figures of people stand in a table, not in a line
                figures = () if of_people else tuple(number for _, number in event.tally.counts)
                self.outcomes[event.motion_id] = (outcome_of(opened, event.verdict), figures)
            case MotionWithdrawn():
                self.closed.setdefault(event.motion_id, at)
                self.outcomes[event.motion_id] = ("withdrawn", ())
            case _:
                pass


def timeline_of(records: Iterable[Record]) -> Timeline | None:
    """The time axis of an adjourned meeting; ``None`` while it is not, or when it never opened.

    Raises ValueError when a record cannot be folded (a kind newer than this program).
    """
    state: MeetingState | None = None
    sought = _Sought()
    erased: list[tuple[Record, Millis]] = []
    for record in records:
        state = after(state, record)
        if record.event is None:
            if record.kind == ChatPosted.__name__ and state is not None:
                erased.append((record, record.recorded_at))
            continue
        sought.see(record.event, record.recorded_at)
    if state is None or state.opened_at is None or state.adjourned_at is None:
        return None
    return _timeline(state, sought, state.opened_at, state.adjourned_at, erased)


def _timeline(
    state: MeetingState, sought: _Sought, opened_at: Millis, adjourned_at: Millis, erased: list[tuple[Record, Millis]]
) -> Timeline:
    tracks = tuple(
        Track(
            t.participant_id,
            _name(state, t.participant_id),
            t.room_id,
            t.media,
            t.path,
            t.started_at,
            t.ended_at,
            _shared(state, t.participant_id),
            t.synthetic,
        )
        for t in sorted(sought.tracks, key=lambda track: track.started_at)
    )
    of_the_hall = [track for track in tracks if track.room_id == HALL]
    zero = min((track.since for track in of_the_hall), default=opened_at)
    end = max((track.until for track in of_the_hall), default=adjourned_at)
    return Timeline(
        meeting_id=state.meeting_id,
        branch_id=state.branch_id,
        branch_name=state.branch_name,
        title=state.title,
        kind=state.kind,
        place=state.place,
        opened_at=opened_at,
        adjourned_at=adjourned_at,
        zero=zero,
        end=max(end, zero),
        chapters=_chapters(state, sought.steps, opened_at, adjourned_at),
        lanes=_lanes(state, sought.turns),
        marks=_marks(sought, adjourned_at),
        tracks=tracks,
        recordings=tuple(sought.recordings),
        chat=_chat(state, sought, erased),
        participants=tuple(state.participants),
        agreed=tuple(sought.agreed),
        pages=_pages(state, sought.shown, adjourned_at),
        counters=tuple(sorted(holders(state, Office.SCRUTINEER) | holders(state, Office.TELLER))),
        closures=_closures(state, sought.steps),
    )


FOR_EVER: Millis = 2**53 - 1
"""After everything; the largest number that JSON carries exactly everywhere."""


def _closures(state: MeetingState, steps: list[tuple[Millis, ItemId | None]]) -> tuple[Closure, ...]:
    """For each participant the stretches of items that are closed to them; what lies before the first step belongs to no item."""
    moments = [(0, None), *steps]
    untils = [*(at for at, _ in steps), FOR_EVER]
    stretches = [(since, until, item_id) for (since, item_id), until in zip(moments, untils, strict=True) if until > since]
    return tuple(
        Closure(who, since, until)
        for who, participant in state.participants.items()
        if participant.items or participant.recusals
        for since, until, item_id in stretches
        if is_closed_to(participant, item_id)
    )


def _shared(state: MeetingState, who: ParticipantId) -> bool:
    participant = state.participants.get(who)
    return participant is not None and participant.kind == "hall_camera"


def _name(state: MeetingState, who: ParticipantId) -> str:
    participant = state.participants.get(who)
    return called(participant) if participant is not None else ""


def _chapters(
    state: MeetingState, steps: list[tuple[Millis, ItemId | None]], opened_at: Millis, adjourned_at: Millis
) -> tuple[Chapter, ...]:
    """The agenda as it went, exact to the moment; an item may come twice."""
    items = {item.item_id: item for item in state.agenda}
    moments = [(opened_at, None), *[step for step in steps if step[0] >= opened_at]]
    chapters: list[Chapter] = []
    for number, (since, item_id) in enumerate(moments):
        until = moments[number + 1][0] if number + 1 < len(moments) else adjourned_at
        item = items.get(item_id) if item_id is not None else None
        if until > since and (item is not None or until - since >= 1_000):
            chapters.append(Chapter(item_id, item.title if item else "", item.speaker if item else "", since, until))
    return tuple(chapters)


def _pages(state: MeetingState, shown: list[tuple[Millis, PageShown | None]], adjourned_at: Millis) -> tuple[PageTime, ...]:
    titles = {document.document_id: document.title for document in state.documents}
    untils = [*(at for at, _ in shown[1:]), adjourned_at]
    return tuple(
        PageTime(event.document_id, titles.get(event.document_id, ""), event.page, since, until)
        for (since, event), until in zip(shown, untils, strict=False)
        if event is not None and until > since
    )


def _lanes(state: MeetingState, turns: dict[ParticipantId, list[Turn]]) -> tuple[Lane, ...]:
    lanes = [Lane(who, _name(state, who), tuple(sorted(spoken, key=lambda turn: turn.since))) for who, spoken in turns.items()]
    return tuple(sorted(lanes, key=lambda lane: -lane.total))


def _marks(sought: _Sought, adjourned_at: Millis) -> tuple[Mark, ...]:
    marks = [Mark("roll_call", "", turn.since, turn.until) for turn in sought.roll_calls]
    for motion_id, (opened, at) in sought.opened.items():
        outcome, figures = sought.outcomes[motion_id]
        kind: MarkKind = "poll" if opened.force == MotionForce.POLL else "motion"
        told = (
            isinstance(opened, MotionOpened)
            and opened.force in (MotionForce.MOTION, MotionForce.POLL)
            and opened.method != VoteMethod.SECRET
        )
        told = told and outcome in ("carried", "not_carried", "counted")
        marks.append(Mark(kind, opened.title, at, sought.closed.get(motion_id, adjourned_at), outcome, figures, told))
    return tuple(sorted(marks, key=lambda mark: mark.since))


def _chat(state: MeetingState, sought: _Sought, erased: list[tuple[Record, Millis]]) -> tuple[Line, ...]:
    lines = [
        Line(
            event.message_id,
            at,
            event.author_id,
            _name(state, event.author_id),
            "" if event.message_id in sought.removed else event.text,
            event.audience,
            "removed" if event.message_id in sought.removed else "shown",
        )
        for event, at in sought.posted
    ]
    for record, at in erased:
        author = record.actor if record.actor is not None else ParticipantId("")
        lines.append(Line(MessageId(f"erased-{record.seq}"), at, author, "", "", (), "erased"))
    return tuple(sorted(lines, key=lambda line: line.at))
