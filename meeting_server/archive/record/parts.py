"""What is left of minutes, time axis, attendance and journal for a reader, by the table in ``readers``.

Pages and exports never ask for a role: they take what these functions leave.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import pairwise

import msgspec

from meeting_server.archive.attendance.report import AttendanceReport
from meeting_server.archive.minutes.minutes import Item, Minutes, Person
from meeting_server.archive.minutes.results import is_open
from meeting_server.archive.record.readers import Part
from meeting_server.archive.record.timeline import Closure, Line, Mark, Timeline, Turn
from meeting_server.archive.record.transcript import Transcript
from meeting_server.domain import audience
from meeting_server.domain.audience import WITHHELD, Undeclared, public_part
from meeting_server.domain.events import (
    KINDS,
    AbsenceExplained,
    AttendanceContested,
    BallotCast,
    ChatPosted,
    ChatRemoved,
    ConnectionClosed,
    ConnectionOpened,
    ContestAnswered,
    Event,
    HallCodeScanned,
    LeaveRecorded,
    MeetingConvened,
    MotionAmended,
    MotionClosed,
    MotionDrafted,
    MotionOpened,
    MotionWithdrawn,
    NoteRemoved,
    NoteTaken,
    PageHidden,
    PageShown,
    PaperAbandoned,
    PaperCountEntered,
    PaperCountSigned,
    PaperRequested,
    ParticipantAdmitted,
    PresenceConfirmed,
    PresenceMarkWithdrawn,
    RecordingAcknowledged,
    ResponsivenessChanged,
    SpeakerTurnEnded,
    TrackRecorded,
    WrittenOpinionFiled,
)
from meeting_server.domain.ids import MessageId, Millis, MotionId, ParticipantId
from meeting_server.domain.state import Participant
from meeting_server.domain.terms import Invited
from meeting_server.domain.vote_terms import VoteMethod
from meeting_server.journal.port import Record
from meeting_server.journal.record import withheld, withholdable
from meeting_server.store.record.decided_items import DecidedItem, State

# --- the minutes ------------------------------------------------------------------------------------------------------


def seen_minutes(minutes: Minutes, sees: Collection[Part], viewer: ParticipantId | None = None) -> Minutes:
    """What is left of the minutes for a reader: of an item that is closed to them its result, of a foreign one nothing."""
    if viewer is not None:
        theirs = [item for item in minutes.items if viewer not in item.foreign_to]
        minutes = replace(minutes, items=tuple(_closed(item) if viewer in item.closed_to else item for item in theirs))
    if Part.REASONS not in sees:
        minutes = replace(minutes, on_leave=_unexplained(minutes.on_leave), excluded=_unexplained(minutes.excluded))
    items = tuple(_seen_item(item, sees) for item in minutes.items)
    if Part.NOTES in sees:
        return replace(minutes, items=items)
    return replace(
        minutes, absent=(), on_leave=(), excluded=(), attending=(), without_vote=(), items=tuple(i for i in items if i.title or not i.empty)
    )


def _closed(item: Item) -> Item:
    return replace(item, points=(), dissent=(), speakers=())


def _unexplained(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(replace(person, reason="") for person in people)


def _seen_item(item: Item, sees: Collection[Part]) -> Item:
    results = tuple(result for result in item.results if Part.ALL_RESULTS in sees or (Part.OPEN_RESULTS in sees and is_open(result)))
    if Part.ALL_RESULTS not in sees:
        results = tuple(replace(result, named=()) for result in results)
    if Part.NOTES in sees:
        return replace(item, results=results)
    return replace(item, results=results, points=(), dissent=(), resolutions=())


# --- the time axis ----------------------------------------------------------------------------------------------------


def seen_timeline(timeline: Timeline, sees: Collection[Part], viewer: ParticipantId | None) -> Timeline:
    """What is left of the time axis for a reader."""
    timeline = _opened(timeline, timeline.closed_to(viewer))
    return replace(
        timeline,
        marks=tuple(mark for mark in timeline.marks if _sees_mark(mark, sees)),
        chat=tuple(line for line in timeline.chat if _sees_line(line, sees, viewer)),
        participants=timeline.participants if Part.NOTES in sees else (),
        agreed=timeline.agreed if Part.NOTES in sees else (),
    )


def is_closed(closed: Iterable[Closure], since: Millis, until: Millis | None = None) -> bool:
    """Whether something of the meeting lies in what is closed to a reader, wholly or in part."""
    return any(closure.covers(since, since if until is None else until) for closure in closed)


def _opened(timeline: Timeline, closed: Collection[Closure]) -> Timeline:
    """The time axis without what is closed; a file that holds something of it is left out whole."""
    if not closed:
        return timeline
    turns = ((lane, tuple(turn for turn in lane.turns if not is_closed(closed, turn.since, turn.until))) for lane in timeline.lanes)
    return replace(
        timeline,
        chapters=tuple(chapter for chapter in timeline.chapters if not is_closed(closed, chapter.since, chapter.until)),
        lanes=tuple(replace(lane, turns=open_turns) for lane, open_turns in turns if open_turns),
        marks=tuple(mark for mark in timeline.marks if not is_closed(closed, mark.since, mark.until)),
        tracks=tuple(track for track in timeline.tracks if not is_closed(closed, track.since, track.until)),
        chat=tuple(line for line in timeline.chat if not is_closed(closed, line.at)),
        pages=tuple(page for page in timeline.pages if not is_closed(closed, page.since, page.until)),
    )


def seen_transcript(transcript: Transcript, closed: Collection[Closure]) -> Transcript:
    """The transcript without a word of what is closed to a reader."""
    if not closed:
        return transcript
    spoken = tuple(line for line in transcript.spoken if not is_closed(closed, line.since, line.until))
    redactions = tuple(stretch for stretch in transcript.redactions if not is_closed(closed, stretch.since, stretch.until))
    return msgspec.structs.replace(transcript, spoken=spoken, redactions=redactions)


def seen_decided(items: Iterable[DecidedItem], sees: Collection[Part], closed: Collection[Closure]) -> tuple[DecidedItem, ...]:
    """What a reader may know of what was settled: approved, and nothing that tells of what is closed to them."""
    if Part.NOTES not in sees:
        return ()
    return tuple(
        item
        for item in items
        if item.state is State.APPROVED
        and not is_closed(closed, item.since, item.until)
        and not (item.sentence and is_closed(closed, item.at, item.said_until))
    )


def open_stretches(timeline: Timeline, closed: Collection[Closure]) -> tuple[Turn, ...]:
    """What of the recording a reader to whom something is closed may hear, in order."""
    edges = sorted({timeline.zero, timeline.end, *(at for c in closed for at in (c.since, c.until) if timeline.zero < at < timeline.end)})
    open_ones: list[Turn] = []
    for since, until in pairwise(edges):
        if is_closed(closed, since, until):
            continue
        joined = bool(open_ones) and open_ones[-1].until == since
        since = open_ones.pop().since if joined else since
        open_ones.append(Turn(since, until))
    return tuple(open_ones)


def _sees_mark(mark: Mark, sees: Collection[Part]) -> bool:
    if mark.kind == "roll_call":
        return Part.NOTES in sees
    return Part.ALL_RESULTS in sees or (Part.OPEN_RESULTS in sees and mark.open)


def _sees_line(line: Line, sees: Collection[Part], viewer: ParticipantId | None) -> bool:
    if not line.audience:
        return Part.CHAT in sees
    return Part.GROUP_ROOMS in sees or (Part.CHAT in sees and viewer in line.audience)


# --- attendance -------------------------------------------------------------------------------------------------------


def seen_report(report: AttendanceReport, sees: Collection[Part]) -> AttendanceReport:
    """The attendance of a meeting: of each one's private facts the evidence, and reasons of absence only for whom they are."""

    def seen(whole: Participant) -> Participant:
        def reason(text: str) -> str:
            return text if Part.REASONS in sees and text != WITHHELD else ""

        return public_part(
            whole,
            intervals=whole.intervals,
            leave_approved=whole.leave_approved,
            leave_reason=reason(whole.leave_reason),
            excluded_reason=reason(whole.excluded_reason),
        )

    return replace(report, rows=tuple(replace(row, participant=seen(row.participant)) for row in report.rows))


# --- the journal ------------------------------------------------------------------------------------------------------


class HoldsReasons(Exception):
    """A journal of an earlier version, with reasons of absence in records that everything else rests on."""


def seen_records(records: Iterable[Record], sees: Collection[Part]) -> list[Record]:
    """The journal as it is given to a reader: contents they have no need of are left out, and the chain still verifies.

    Raises HoldsReasons.
    """
    records = list(records)
    gone = {record.event.message_id for record in records if isinstance(record.event, ChatRemoved)}
    named = {
        record.event.motion_id for record in records if isinstance(record.event, MotionOpened) and record.event.method == VoteMethod.NAMED
    }
    if Part.REASONS not in sees and any(_holds_reasons(record) for record in records):
        raise HoldsReasons
    return [withheld(record) if _is_withheld(record, sees, gone, named) else record for record in records]


def _is_withheld(record: Record, sees: Collection[Part], gone: Collection[MessageId], named: Collection[MotionId]) -> bool:
    match record.event:
        case AbsenceExplained() | AttendanceContested() | ContestAnswered():
            return Part.REASONS not in sees
        case ChatPosted() as posted:
            return posted.message_id in gone or Part.CHAT not in sees or (bool(posted.audience) and Part.GROUP_ROOMS not in sees)
        case BallotCast(motion_id):
            return motion_id not in named and Part.SINGLE_BALLOTS not in sees
        case _:  # what can be left out and is not named above is given to nobody
            return withholdable(record.kind)


IN_EVERY_BUNDLE: frozenset[type[Event]] = frozenset(
    {
        MeetingConvened,
        ParticipantAdmitted,
        LeaveRecorded,
        ConnectionOpened,
        ConnectionClosed,
        ResponsivenessChanged,
        PresenceConfirmed,
        PresenceMarkWithdrawn,
        HallCodeScanned,
        SpeakerTurnEnded,
        PageShown,
        PageHidden,
        ChatRemoved,
        RecordingAcknowledged,
        TrackRecorded,
        NoteTaken,
        NoteRemoved,
        MotionDrafted,
        MotionAmended,
        MotionClosed,
        MotionWithdrawn,
        WrittenOpinionFiled,
        PaperRequested,
        PaperAbandoned,
        PaperCountEntered,
        PaperCountSigned,
    }
)
"""Not told to everyone while the meeting runs, and yet whole in every bundle: whoever checks a meeting folds them anew."""


def check_bundled(events: Iterable[type[Event]]) -> None:
    """Raise Undeclared: one of these is private in the meeting, and nothing says what becomes of it in a bundle."""
    for cls in events:
        if cls.seen_by is not audience.Audience.EVERYONE and not (cls.erasable or cls.withholdable or cls in IN_EVERY_BUNDLE):
            raise Undeclared(f"{cls.__name__} is private: make it withholdable, or name it in IN_EVERY_BUNDLE")


check_bundled(KINDS.values())


def _holds_reasons(record: Record) -> bool:
    match record.event:
        case MeetingConvened(convening):
            return any(_explained(invited) for invited in convening.participants)
        case ParticipantAdmitted(participant):
            return _explained(participant)
        case LeaveRecorded(_, reason):
            return bool(reason)
        case _:
            return False


def _explained(invited: Invited) -> bool:
    return bool(invited.leave_reason) or invited.excluded_reason not in ("", WITHHELD)
