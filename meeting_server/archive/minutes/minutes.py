"""The minutes of a meeting (会议记录): a fold of its journal into every field a branch's minutes must hold.

Nothing here is in any language: the page and the document put it into words (``minutes_text``). The fold ends with the
record that adjourned the meeting, so that the same journal gives the same minutes for ever; their head hash is that
record's. Folding a meeting that still runs gives a draft.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from meeting_server.archive.minutes.results import Result, name_of, names_of, result_of
from meeting_server.domain.attendance.expected import Turnout, turnout
from meeting_server.domain.attendance.expected import expected as expected_members
from meeting_server.domain.attendance.report import report
from meeting_server.domain.audience import WITHHELD
from meeting_server.domain.events import (
    Event,
    MeetingAdjourned,
    MeetingOpened,
    NoteRemoved,
    NoteTaken,
    RecordingStarted,
    RecordingStopped,
    RoleAssigned,
    SpeakerTurnEnded,
)
from meeting_server.domain.ids import ItemId, MeetingId, Millis, NoteId, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.recusal import is_closed_to, is_foreign_to
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import (
    MeetingKind,
    QuorumCheck,
)
from meeting_server.domain.votes.electorate import electorate
from meeting_server.domain.votes.rules import quorum_check
from meeting_server.journal.fold import after
from meeting_server.journal.port import Record

FORMAT = 1
"""Version of ``minutes.json`` in a bundle. Raise it when the meaning of the fold changes."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    standing: Standing
    reason: str = ""
    """The reason for absence or not being counted, as given."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One point or dissent, with the person who made it (empty: not named)."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Someone who spoke under an item, and for how long (ms)."""

    name: str
    duration: Millis


@dataclass(frozen=True, slots=True)
class Item:
    """One agenda item (议题) as it was held. The item without a title holds what belongs to no item."""

    title: str
    speaker: str
    started_at: Millis | None
    ended_at: Millis | None
    points: tuple[Spoken, ...] = ()
    dissent: tuple[Spoken, ...] = ()
    resolutions: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    recused: tuple[str, ...] = ()
    """回避: who was recused from it."""
    closed_to: tuple[ParticipantId, ...] = ()
    """Who may not read what was said under it, because they were recused or called to other items only."""
    foreign_to: tuple[ParticipantId, ...] = ()
    """Those of them who were called to other items only and may not read about it at all."""

    @property
    def empty(self) -> bool:
        return not (self.points or self.dissent or self.resolutions or self.results)


@dataclass(frozen=True, slots=True)
class Minutes:
    """All fields of the minutes; ``final`` once the meeting is adjourned. Moments in Unix ms."""

    meeting_id: MeetingId
    branch_id: str
    branch_name: str
    title: str
    kind: MeetingKind
    place: str
    starts_at: Millis
    opened_at: Millis | None
    adjourned_at: Millis | None
    chairs: tuple[str, ...]
    recorders: tuple[str, ...]
    quorum: QuorumCheck
    """其中有表决权: 应到 (``entitled``), 实到 (``present``: over the meeting) and what was needed."""
    absent: tuple[Person, ...]
    on_leave: tuple[Person, ...]
    excluded: tuple[Person, ...]
    attending: tuple[Person, ...]
    """列席: who attended without being a member that the meeting expects."""
    documents: tuple[str, ...]
    recordings: tuple[tuple[Millis, Millis | None], ...]
    items: tuple[Item, ...]
    final: bool
    head_seq: int
    head_hash: str
    format: int = FORMAT
    members: Turnout | None = None
    """应到党员 and 实到党员, with and without a vote. ``None``: recorded before members without a vote were counted."""
    without_vote: tuple[Person, ...] = ()
    """参加（无表决权）: members who attended and have no vote."""


@dataclass(slots=True)
class _Notes:
    """What the state does not keep: who presided, who spoke when, notes in order, recordings."""

    chairs: list[ParticipantId] = field(default_factory=list)
    turns: list[SpeakerTurnEnded] = field(default_factory=list)
    notes: dict[NoteId, NoteTaken] = field(default_factory=dict)
    recordings: list[tuple[Millis, Millis | None]] = field(default_factory=list)
    adjourned: MeetingAdjourned | None = None

    def see(self, event: Event, at: Millis, state: MeetingState) -> None:
        match event:
            case MeetingOpened(opened_by):
                leading = [p.participant_id for p in state.participants.values() if p.role is Role.CHAIR]
                self.chairs += leading or [opened_by]
            case RoleAssigned(participant_id, Role.CHAIR) if state.phase == MeetingPhase.OPEN:
                if participant_id not in self.chairs:
                    self.chairs.append(participant_id)
            case SpeakerTurnEnded():
                self.turns.append(event)
            case NoteTaken():
                self.notes[event.note_id] = event
            case NoteRemoved(note_id):
                self.notes.pop(note_id, None)
            case RecordingStarted():
                self.recordings.append((at, None))
            case RecordingStopped():
                self.recordings[-1] = (self.recordings[-1][0], at)
            case MeetingAdjourned():
                self.adjourned = event


def minutes_of(records: Iterable[Record]) -> Minutes | None:
    """Return the minutes of these records (from the first on); ``None`` for an empty meeting.

    Raises ValueError if a record cannot be folded (a kind newer than this program).
    """
    state: MeetingState | None = None
    seen = _Notes()
    last: Record | None = None
    for record in records:
        last = record
        state = after(state, record)
        if record.event is None or state is None:
            continue
        seen.see(record.event, record.recorded_at, state)
        if seen.adjourned is not None:
            break
    if state is None or last is None:
        return None
    return _minutes(state, seen, last)


def _minutes(state: MeetingState, seen: _Notes, last: Record) -> Minutes:
    rows = report(state, last.recorded_at)
    entitled = set(electorate(state, state.preset))
    came = {row.participant.participant_id for row in rows if row.status not in ("absent", "leave", "excluded")}
    if seen.adjourned is not None:
        expected, attended = seen.adjourned.expected, seen.adjourned.attended
    else:
        expected, attended = len(entitled), len(entitled & came)
    members = _members(state, seen)
    of_the_house = set(expected_members(state)) | entitled if members is not None else entitled
    return Minutes(
        meeting_id=state.meeting_id,
        branch_id=state.branch_id,
        branch_name=state.branch_name,
        title=state.title,
        kind=state.kind,
        place=state.place,
        starts_at=state.starts_at,
        opened_at=state.opened_at,
        adjourned_at=state.adjourned_at,
        chairs=names_of(state, seen.chairs),
        recorders=_recorders(state, seen),
        quorum=quorum_check(state.preset.quorum, expected, attended),
        absent=tuple(
            _person(state, row.participant.participant_id, "")
            for row in rows
            if row.status == "absent" and row.participant.participant_id in of_the_house
        ),
        on_leave=tuple(
            _person(state, row.participant.participant_id, row.participant.leave_reason) for row in rows if row.status == "leave"
        ),
        excluded=tuple(
            _person(state, row.participant.participant_id, row.participant.excluded_reason) for row in rows if row.status == "excluded"
        ),
        attending=tuple(
            _person(state, row.participant.participant_id, "")
            for row in rows
            if row.participant.participant_id in came - of_the_house and not row.participant.removed
        ),
        documents=tuple(document.title for document in state.documents),
        recordings=tuple(seen.recordings),
        items=_items(state, seen, last.recorded_at),
        final=seen.adjourned is not None,
        head_seq=last.seq,
        head_hash=last.hash.hex(),
        members=members,
        without_vote=tuple(
            _person(state, row.participant.participant_id, "")
            for row in rows
            if row.participant.participant_id in (of_the_house & came) - entitled and not row.participant.removed
        ),
    )


def _members(state: MeetingState, seen: _Notes) -> Turnout | None:
    """Return 应到党员 and 实到党员 as recorded at the adjournment, or until then as they are now."""
    if seen.adjourned is None:
        return turnout(state)
    if seen.adjourned.members is None or seen.adjourned.members_attended is None:
        return None
    return Turnout(seen.adjourned.members, seen.adjourned.members_attended)


def _person(state: MeetingState, who: ParticipantId, reason: str) -> Person:
    participant = state.participants[who]
    return Person(participant.name, participant.standing, "" if reason == WITHHELD else reason)


def _recorders(state: MeetingState, seen: _Notes) -> tuple[str, ...]:
    """Return who keeps the record: the secretaries, or without one, those who took notes."""
    secretaries = [p.participant_id for p in state.participants.values() if p.role is Role.SECRETARY]
    return names_of(state, secretaries or [note.taken_by for note in seen.notes.values()])


def _items(state: MeetingState, seen: _Notes, until: Millis) -> tuple[Item, ...]:
    """Return the agenda as it was held, then anything that belongs to no item."""
    treated = [
        _item(state, seen, item.item_id, Item(item.title, item.speaker, item.started_at, item.ended_at), until) for item in state.agenda
    ]
    rest = _item(state, seen, None, Item("", "", None, None), until)
    return (*treated, *(() if rest.empty else (rest,)))


def _item(state: MeetingState, seen: _Notes, item_id: ItemId | None, item: Item, until: Millis) -> Item:
    known = {entry.item_id for entry in state.agenda}

    def here(of: ItemId | None) -> bool:
        return of == item_id if item_id is not None else of not in known

    notes = [note for note in seen.notes.values() if here(note.item_id)]
    results = [result_of(state, motion) for motion in state.motions.values() if here(motion.item_id)]
    return replace(
        item,
        points=tuple(Spoken(name_of(state, n.participant_id), n.text) for n in notes if n.kind == "point"),
        dissent=tuple(Spoken(name_of(state, n.participant_id), n.text) for n in notes if n.kind == "dissent"),
        resolutions=tuple(n.text for n in notes if n.kind == "resolution"),
        results=tuple(result for result in results if result.outcome != "not_put"),
        speakers=_speakers(state, seen, item, until),
        recused=names_of(state, [p.participant_id for p in state.participants.values() if any(r.item_id == item_id for r in p.recusals)]),
        closed_to=tuple(p.participant_id for p in state.participants.values() if is_closed_to(p, item_id)),
        foreign_to=tuple(p.participant_id for p in state.participants.values() if is_foreign_to(p, item_id)),
    )


def _speakers(state: MeetingState, seen: _Notes, item: Item, until: Millis) -> tuple[Speaker, ...]:
    if item.started_at is None:
        return ()
    end = item.ended_at if item.ended_at is not None else until
    heard: dict[ParticipantId, Millis] = {}
    for turn in seen.turns:
        overlap = min(turn.ended_at, end) - max(turn.started_at, item.started_at)
        if overlap > 0:
            heard[turn.participant_id] = heard.get(turn.participant_id, 0) + overlap
    return tuple(Speaker(name_of(state, who), duration) for who, duration in heard.items())
