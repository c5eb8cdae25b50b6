"""The minutes of a meeting (会议纪要): a fold of its journal into every field a branch's minutes must hold.

Nothing here is in any language: the page and the document put it into words (``minutes_text``). The fold ends with the
record that adjourned the meeting, so that the same journal gives the same minutes for ever; their head hash is that
record's. Folding a meeting that still runs gives a draft.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from meeting_server.domain.appraisals import grades
from meeting_server.domain.attendance import electorate, report
from meeting_server.domain.ballots import TEXT, WORD
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
from meeting_server.domain.meeting import evolve
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.rules import quorum_check
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import (
    FOR,
    AppraisalSheet,
    MeetingKind,
    MotionForce,
    QuorumCheck,
    Tally,
    Verdict,
    VoteMethod,
)
from meeting_server.domain.verdicts import decides
from meeting_server.journal.port import Record

Outcome = Literal[
    "carried", "not_carried", "elected", "not_elected", "counted", "unpublished", "withdrawn", "not_put"
]
PUBLISHED = ("carried", "not_carried", "elected", "not_elected", "counted")
"""Outcomes whose figures were published."""

FORMAT = 1
"""Of ``minutes.json`` in a bundle; a change of what the fold means raises it."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    standing: Standing
    reason: str = ""
    """Why absent or not counted, as given."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One point made, or one dissent, with who made it (empty: nobody named)."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Someone heard under an item, and for how long (ms)."""

    name: str
    duration: Millis


@dataclass(frozen=True, slots=True)
class Named:
    """Who chose what, in a named vote."""

    choice_id: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contender:
    """One candidate of an election or one appraised: what was given (in the order of the paper's marks) and what came
    of it: ``elected``, ``tied``, ``not_elected``, a grade of the appraisal, or empty."""

    name: str
    counts: tuple[tuple[str, int], ...]
    outcome: str
    text: str = ""
    """What they wrote about themselves, on the self sheet of an appraisal."""


@dataclass(frozen=True, slots=True)
class Result:
    """A motion, poll, election or appraisal and its outcome.

    ``counts`` pairs choice id, label (empty for the three of a motion) and number; ``contenders`` take its place where
    people were voted on. ``issued`` counts papers handed out in a secret vote, by phone and by hand; ``by_hand`` the
    ballots counted in the hall.
    """

    title: str
    text: str
    force: MotionForce
    method: VoteMethod
    preset_zh: str
    preset_en: str
    opened_at: Millis | None
    closed_at: Millis | None
    counts: tuple[tuple[str, str, int], ...]
    contenders: tuple[Contender, ...]
    entitled: int
    present: int
    returned: int
    issued: int
    void: int
    written: int
    by_hand: int
    seats: int
    approval_reference: str
    officers: tuple[str, ...]
    """Scrutineers and tellers."""
    quorum_at_open: QuorumCheck | None
    quorum_at_close: QuorumCheck | None
    verdict: Verdict | None
    outcome: Outcome
    named: tuple[Named, ...] = ()
    withdrawn_reason: str = ""
    sheet: AppraisalSheet = "mutual"
    """Of an appraisal; on an organisation sheet ``contenders`` hold the grades that were put to the vote."""
    based_on: tuple[str, ...] = ()
    """Titles of the sheets an organisation sheet rests on."""

    def count(self, choice_id: str) -> int:
        return next((number for choice, _, number in self.counts if choice == choice_id), 0)


@dataclass(frozen=True, slots=True)
class Item:
    """One agenda item (议题) as it was treated. The item without title holds what belongs to none."""

    title: str
    speaker: str
    started_at: Millis | None
    ended_at: Millis | None
    points: tuple[Spoken, ...] = ()
    dissent: tuple[Spoken, ...] = ()
    resolutions: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    speakers: tuple[Speaker, ...] = ()

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
    """应到 (``entitled``), 实到 (``present``: over the meeting) and what was needed."""
    absent: tuple[Person, ...]
    on_leave: tuple[Person, ...]
    excluded: tuple[Person, ...]
    attending: tuple[Person, ...]
    """列席: who came without a vote."""
    documents: tuple[str, ...]
    recordings: tuple[tuple[Millis, Millis | None], ...]
    items: tuple[Item, ...]
    final: bool
    head_seq: int
    head_hash: str
    format: int = FORMAT


@dataclass(slots=True)
class _Notes:
    """What the state does not keep: who led, who spoke when, notes in order, recordings."""

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
            case RoleAssigned(participant_id, Role.CHAIR) if state.phase == "open":
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
    """The minutes of the meeting these records (from the first on) tell of; ``None`` before there is anything.

    Raises ValueError when a record can not be folded (a kind newer than this program).
    """
    state: MeetingState | None = None
    seen = _Notes()
    last: Record | None = None
    for record in records:
        last = record
        if record.event is None:
            if record.payload is not None:
                raise ValueError(f"record {record.seq}: unknown kind {record.kind}")
            continue
        state = evolve(state, record.event, record.recorded_at)
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
        chairs=_names(state, seen.chairs),
        recorders=_recorders(state, seen),
        quorum=quorum_check(state.preset.quorum, expected, attended),
        absent=tuple(
            _person(state, row.participant.participant_id, "")
            for row in rows
            if row.status == "absent" and row.participant.participant_id in entitled
        ),
        on_leave=tuple(
            _person(state, row.participant.participant_id, row.participant.leave_reason)
            for row in rows
            if row.status == "leave"
        ),
        excluded=tuple(
            _person(state, row.participant.participant_id, row.participant.excluded_reason)
            for row in rows
            if row.status == "excluded"
        ),
        attending=tuple(
            _person(state, row.participant.participant_id, "")
            for row in rows
            if row.participant.participant_id in came - entitled and not row.participant.removed
        ),
        documents=tuple(document.title for document in state.documents),
        recordings=tuple(seen.recordings),
        items=_items(state, seen, last.recorded_at),
        final=seen.adjourned is not None,
        head_seq=last.seq,
        head_hash=last.hash.hex(),
    )


def _names(state: MeetingState, people: Iterable[ParticipantId]) -> tuple[str, ...]:
    return tuple(_name(state, who) for who in dict.fromkeys(people))


def _name(state: MeetingState, who: ParticipantId | None) -> str:
    participant = state.participants.get(who) if who is not None else None
    return participant.name if participant is not None else ""


def _person(state: MeetingState, who: ParticipantId, reason: str) -> Person:
    participant = state.participants[who]
    return Person(participant.name, participant.standing, reason)


def _recorders(state: MeetingState, seen: _Notes) -> tuple[str, ...]:
    """Who keeps the record: the secretaries; without one, whoever took notes."""
    secretaries = [p.participant_id for p in state.participants.values() if p.role is Role.SECRETARY]
    return _names(state, secretaries or [note.taken_by for note in seen.notes.values()])


def _items(state: MeetingState, seen: _Notes, until: Millis) -> tuple[Item, ...]:
    """The agenda as it was treated, then what belongs to no item, if anything."""
    treated = [
        _item(state, seen, item.item_id, Item(item.title, item.speaker, item.started_at, item.ended_at), until)
        for item in state.agenda
    ]
    rest = _item(state, seen, None, Item("", "", None, None), until)
    return (*treated, *(() if rest.empty else (rest,)))


def _item(state: MeetingState, seen: _Notes, item_id: ItemId | None, item: Item, until: Millis) -> Item:
    known = {entry.item_id for entry in state.agenda}

    def here(of: ItemId | None) -> bool:
        return of == item_id if item_id is not None else of not in known

    notes = [note for note in seen.notes.values() if here(note.item_id)]
    results = [_result(state, motion) for motion in state.motions.values() if here(motion.item_id)]
    return replace(
        item,
        points=tuple(Spoken(_name(state, n.participant_id), n.text) for n in notes if n.kind == "point"),
        dissent=tuple(Spoken(_name(state, n.participant_id), n.text) for n in notes if n.kind == "dissent"),
        resolutions=tuple(n.text for n in notes if n.kind == "resolution"),
        results=tuple(result for result in results if result.outcome != "not_put"),
        speakers=_speakers(state, seen, item, until),
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
    return tuple(Speaker(_name(state, who), duration) for who, duration in heard.items())


def _outcome(motion: Motion) -> Outcome:
    if motion.phase == "withdrawn":
        return "withdrawn" if motion.opened_at is not None else "not_put"
    if motion.opened_at is None:
        return "not_put"
    if motion.phase != "published" or motion.verdict is None:
        return "unpublished"
    if motion.force == "election":
        return "elected" if motion.verdict.carried else "not_elected"
    if decides(motion):
        return "carried" if motion.verdict.carried else "not_carried"
    return "counted"


def _label(motion: Motion, choice_id: str) -> str:
    if choice_id.startswith(WORD):
        return choice_id.removeprefix(WORD)
    named = next((choice.label for choice in motion.choices if choice.choice_id == choice_id), "")
    return named or (choice_id if motion.shape == "scale" else "")


def _contenders(motion: Motion, tally: Tally) -> tuple[Contender, ...]:
    """Those on the paper in its order, then those written in (另选他人)."""
    if motion.force not in ("election", "appraisal"):
        return ()
    counts: dict[str, list[tuple[str, int]]] = {candidate.candidate_id: [] for candidate in motion.candidates}
    for line, number in tally.counts:
        who, _, mark = (line, "", FOR) if line.startswith(WORD) else line.partition(":")
        counts.setdefault(who, []).append((mark, number))
    names = {candidate.candidate_id: candidate.name for candidate in motion.candidates}
    outcomes = _outcomes(motion, tally)
    if not motion.grades_people and motion.force == "appraisal":
        return tuple(Contender(name, (), outcomes[who]) for who, name in names.items())
    texts = _texts(motion)
    otherwise = "not_elected" if motion.terms else ""
    return tuple(
        Contender(names.get(who, who.removeprefix(WORD)), tuple(marks), outcomes.get(who, otherwise), texts.get(who, ""))
        for who, marks in counts.items()
    )


def _texts(motion: Motion) -> dict[str, str]:
    """What each wrote about themselves, by candidate id."""
    wrote = {
        ballot.participant_id: mark.removeprefix(TEXT) for ballot in motion.named for mark in ballot.choices if mark.startswith(TEXT)
    }
    return {c.candidate_id: wrote[c.participant_id] for c in motion.candidates if c.participant_id in wrote}


def _outcomes(motion: Motion, tally: Tally) -> dict[str, str]:
    if motion.force == "appraisal":
        return dict(grades(motion, tally))
    verdict = motion.verdict
    if verdict is None:
        return {}
    return {**dict.fromkeys(verdict.tied, "tied"), **dict.fromkeys(verdict.elected, "elected")}


def _issued_by_hand(motion: Motion) -> int:
    count = motion.paper_count
    return count.issued if count is not None and count.is_signed else 0


def _result(state: MeetingState, motion: Motion) -> Result:
    outcome = _outcome(motion)
    shown = motion.tally if outcome in PUBLISHED else None
    contenders = _contenders(motion, shown) if shown else ()
    counts = shown.counts if shown and not (contenders and contenders[0].counts) else ()
    named: dict[str, list[str]] = {}
    for ballot in motion.named if not motion.grades_people else ():  # who graded themselves stands with their grade
        for choice in ballot.choices:
            named.setdefault(choice, []).append(_name(state, ballot.participant_id))
    return Result(
        title=motion.title,
        text=motion.text,
        force=motion.force,
        method=motion.method,
        preset_zh=motion.preset.title_zh,
        preset_en=motion.preset.title_en,
        opened_at=motion.opened_at,
        closed_at=motion.closed_at,
        counts=tuple((choice, _label(motion, choice), number) for choice, number in counts),
        contenders=contenders,
        entitled=len(motion.electorate),
        present=shown.present if shown else 0,
        returned=shown.cast if shown else motion.returned,
        issued=motion.issued + _issued_by_hand(motion),
        void=shown.void if shown else 0,
        written=shown.written if shown else 0,
        by_hand=shown.paper if shown else 0,
        seats=motion.terms.seats if motion.terms else 0,
        approval_reference=motion.terms.approval_reference if motion.terms else "",
        officers=_names(state, [officer.participant_id for officer in state.officers]) if motion.method == "secret" else (),
        quorum_at_open=motion.quorum_at_open,
        quorum_at_close=motion.quorum_at_close,
        verdict=motion.verdict if shown else None,
        outcome=outcome,
        named=tuple(Named(choice, tuple(names)) for choice, names in named.items()),
        withdrawn_reason=motion.withdrawn_reason,
        sheet=motion.sheet,
        based_on=tuple(state.motions[i].title for i in motion.based_on if i in state.motions),
    )
