"""Random facts, meetings and viewers: what reaches a viewer does not depend on anything the audience table keeps from them.

Each property holds two worlds against one another that differ in nothing but what the viewer may not see, and asks for the same
bytes in both. The table is read anew here (``sees_whole``, ``BUNDLED_FOR``), so that a mistake in ``visibility`` is none of the test.
"""

from __future__ import annotations

import random
import typing
from collections.abc import Callable, Iterator
from dataclasses import field, fields, is_dataclass, make_dataclass, replace
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from meeting_server.archive.record.parts import HoldsReasons, seen_records
from meeting_server.archive.record.readers import Audience as Reader
from meeting_server.archive.record.readers import Part, seen_by
from meeting_server.domain import commands as c
from meeting_server.domain.audience import Audience, Mark
from meeting_server.domain.events import (
    KINDS,
    AbsenceExplained,
    AttendanceContested,
    BallotCast,
    ChatPosted,
    ChatRemoved,
    ContestAnswered,
    Event,
    MotionOpened,
    OfficerAppointed,
    ParticipantAdmitted,
)
from meeting_server.domain.ids import ItemId, MeetingId, MessageId, MotionId, ParticipantId, RoomId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.state import Counters, MeetingState, Message, Motion, Note, Participant
from meeting_server.domain.terms import PaperCount
from meeting_server.domain.visibility import view
from meeting_server.domain.vote_terms import Office
from meeting_server.journal.port import Draft, Head, Record
from meeting_server.journal.record import EMPTY, head_of, seal
from meeting_server.live.history import entry_of
from meeting_server.live.resume import Snapshots
from meeting_server.wire.codec import encode, encode_event
from meeting_server.wire.server_messages import Snapshot
from tests.kit.houses.client_views import server_command, some_command
from tests.kit.meetings.sitting import Sitting, member

Viewer = ParticipantId | None
"""``None``: the hall's screen, and whoever else is on no list."""
STRANGER = ParticipantId("stranger")
WALKS, STEPS, LOOK_EVERY = 12, 120, 15
BARE = settings(max_examples=40, deadline=None)
FIRST_FAULT = settings(max_examples=400, deadline=None, database=None, phases=[Phase.generate], report_multiple_bugs=False)
AT = Head(7, bytes(32))


def voted_in_the_hall(sitting: Sitting) -> None:
    """A show of hands is counted, and signed by nobody yet; it is of somebody who is not asked out of the room."""
    teller, voter = ParticipantId("m2"), ParticipantId("m4")
    sitting.did("secretary", c.AppointOfficer(teller, Office.TELLER))
    sitting.did("secretary", c.DraftMotion("举手表决"))
    motion_id = list(sitting.state.motions)[-1]
    sitting.did("secretary", c.OpenMotion(motion_id, hall_voters=(voter,)))
    sitting.did("secretary", c.EnterPaperCount(motion_id, 1, 1, 0, (("for", 1),), ParticipantId("secretary"), teller))


@cache
def worlds() -> list[MeetingState]:
    """States of meetings that people walked through at random."""
    states: list[MeetingState] = []
    for seed in range(WALKS):
        dice = random.Random(seed)
        visitor = member("visitor", role=Role.GUEST, voting=False, standing=Standing.GUEST)
        away = replace(member("away"), excluded_reason="出国")
        called = replace(member("called", voting=False, standing=Standing.APPLICANT), items=(ItemId("i2"),))
        sitting = Sitting(6, extra=[visitor, member("chair", role=Role.CHAIR), away, called])
        sitting.connect_members(5)
        sitting.did("secretary", c.RemoveParticipant(away.participant_id))
        sitting.did("secretary", c.OpenRoom("第一组", "text"))
        for who in ("m1", "m2"):
            sitting.did("secretary", c.MoveParticipant(ParticipantId(who), RoomId("r1")))
        sitting.did("m1", c.PostChat("小组里的话"))
        sitting.did("secretary", c.StepAgenda(ItemId("i1")))
        sitting.did("secretary", c.RecuseParticipant(ParticipantId("m3")))
        for asked in (c.DraftMotion("结果还没有公布"), c.OpenMotion(MotionId("m1")), c.CloseMotion(MotionId("m1"))):
            sitting.did("secretary", asked)
        states.append(sitting.state)
        if seed % 2:
            voted_in_the_hall(sitting)
        for step in range(1, STEPS):
            sitting.now += dice.choice([50, 900, 7_000])
            who = "secretary" if dice.random() < 0.6 else dice.choice(list(sitting.state.participants))
            by_server = dice.random() < 0.25
            command = server_command(dice, sitting.state, sitting.now) if by_server else some_command(dice, sitting.state, who)
            sitting.ask(None if by_server else who, command)
            if step % LOOK_EVERY == 0:
                states.append(sitting.state)
    return states


def viewers(state: MeetingState) -> list[Viewer]:
    return [*state.participants, STRANGER, None]


# --- random values ----------------------------------------------------------------------------------------------------


hints_of: Callable[..., dict[str, Any]] = cache(get_type_hints)


class Names(typing.NamedTuple):
    """Who and what there is in a meeting."""

    people: tuple[ParticipantId, ...]
    motions: tuple[MotionId, ...]
    messages: tuple[MessageId, ...]


def made(hint: Any, state: MeetingState) -> st.SearchStrategy[Any]:
    """Any value of an annotated type; who, which motion and which message are those of ``state``."""
    messages = tuple(m.message_id for m in state.chat)
    names = Names((*state.participants, STRANGER), tuple(state.motions) or (MotionId("none"),), messages or (MessageId("none"),))
    return made_of(hint, names)


@cache
def made_of(hint: Any, names: Names) -> st.SearchStrategy[Any]:
    """Any value of an annotated type; kept, for most of what a draw costs is to look through a strategy it has not met."""
    known: dict[Any, tuple[Any, ...]] = {ParticipantId: names.people, MotionId: names.motions, MessageId: names.messages}
    if hint in known:
        return st.sampled_from(known[hint])
    if isinstance(hint, typing.NewType):
        return made_of(hint.__supertype__, names)
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (typing.Union, UnionType):
        return st.one_of([made_of(arg, names) for arg in sorted(args, key=repr)])  # A | B and B | A are kept as one
    if origin is tuple and args[1:] == (Ellipsis,):
        return st.lists(made_of(args[0], names), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(made_of(arg, names) for arg in args))
    if origin is dict:
        return st.dictionaries(made_of(args[0], names), made_of(args[1], names), max_size=2)
    if is_dataclass(hint):
        hints = hints_of(hint)
        return st.builds(cast(Any, hint), **{f.name: made_of(hints[f.name], names) for f in fields(hint)})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text("甲乙丙丁戊己庚辛 abc", max_size=5),
        int: st.integers(0, 10**6),
        float: st.floats(0, 1),
        bool: st.booleans(),
        NoneType: st.none(),
    }
    return simple[hint]


@st.composite
def varied(draw: st.DrawFn, whole: Any, state: MeetingState, but: frozenset[str] = frozenset()) -> Any:
    """``whole`` with other values in its private fields, except those called ``but``; a class without marks is private throughout."""
    hints = hints_of(type(whole), include_extras=True)
    plain = hints_of(type(whole))
    changes: dict[str, Any] = {}
    for name in [f.name for f in fields(whole) if f.name not in but]:
        marks = [mark for mark in get_args(hints[name])[1:] if isinstance(mark, Mark)]
        if not marks:
            changes[name] = draw(made(plain[name], state))
        elif marks == [Mark.HINT] and getattr(whole, name):
            changes[name] = draw(made(plain[name], state).filter(bool))
        elif marks == [Mark.PART]:
            changes[name] = draw(varied(getattr(whole, name), state))
    return replace(whole, **changes)


# --- facts ------------------------------------------------------------------------------------------------------------


def runs(state: MeetingState, viewer: Viewer) -> bool:
    person = state.participants.get(viewer) if viewer is not None else None
    return person is not None and not person.removed and person.role in (Role.SECRETARY, Role.CHAIR)


def is_kept_from(state: MeetingState, event: Any, viewer: Viewer) -> bool:
    """Whether the viewer is outside of what the event is about."""
    person = state.participants.get(viewer) if viewer is not None else None
    if isinstance(event, ChatPosted | ChatRemoved):
        posted = [m.withheld_from for m in state.chat if m.message_id == event.message_id]
        return viewer in (event.withheld_from if isinstance(event, ChatPosted) else posted[0] if posted else ())
    if person is None:
        return False
    asked_out = [recusal.item_id for recusal in person.recusals if recusal.until is None]
    if event.seen_by is Audience.INSIDE:
        return bool(asked_out) or (bool(person.items) and state.current_item not in person.items)
    motion = state.motions.get(getattr(event, "motion_id", MotionId(""))) if not isinstance(event, OfficerAppointed) else None
    if motion is None or motion.excludes or motion.nominees:
        return False
    foreign = bool(person.items) and motion.item_id not in person.items
    return foreign or (bool(asked_out) and motion.item_id in (None, asked_out[0]))


def sees_whole(state: MeetingState, event: Any, viewer: Viewer) -> bool:
    """The audience table, as a viewer reads it."""
    if is_kept_from(state, event, viewer):
        return False
    motion = state.motions.get(getattr(event, "motion_id", MotionId("")))
    match event.seen_by:
        case Audience.EVERYONE | Audience.INSIDE:
            return True
        case Audience.VOTER:
            return viewer is not None and viewer == event.voter
        case Audience.RUNNERS:
            return runs(state, viewer)
        case Audience.CONCERNED:
            concerned = event.participant.participant_id if isinstance(event, ParticipantAdmitted) else event.participant_id
            return viewer == concerned or runs(state, viewer)
        case Audience.COUNTERS:
            assert motion is not None
            count = motion.paper_count
            return runs(state, viewer) or (count is not None and viewer in (count.scrutineer, count.teller))
        case Audience.MOTION:
            assert motion is not None
            return motion.moved_at is not None or motion.opened_at is not None or runs(state, viewer)
        case Audience.CONVERSATION:
            posted = [m for m in state.chat if m.message_id == event.message_id]
            listed = event.audience if isinstance(event, ChatPosted) else posted[0].audience if posted else ()
            return not listed or viewer in listed or runs(state, viewer)
        case _:
            return False


Frame = Callable[[MeetingState, Event, Viewer], bytes]


def frame(state: MeetingState, event: Event, viewer: Viewer) -> bytes:
    """What goes out to a viewer, as the server keeps and sends it."""
    record = Record(state.meeting_id, 7, 1, None, None, type(event).__name__, 1, b"", b"", b"", b"", bytes(32), event)
    return entry_of(record, state).payload_for(cast(ParticipantId, viewer))


DECIDING = frozenset({"participant_id", "motion_id", "message_id", "audience", "withheld_from"})
"""Fields that say who an event is for."""


def facts_reach_nobody_else(kind: type[Event], told: Frame, limits: settings) -> None:
    @limits
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        state = data.draw(st.sampled_from([world for world in worlds() if world.motions and world.chat]))
        event: Event = data.draw(made(kind, state))
        other: Event = data.draw(varied(event, state, but=DECIDING))
        for viewer in viewers(state):
            if not sees_whole(state, event, viewer) and not sees_whole(state, other, viewer):
                assert told(state, event, viewer) == told(state, other, viewer), viewer
            elif sees_whole(state, event, viewer) and not isinstance(event, BallotCast):
                assert told(state, event, viewer) == encode_event(7, "00000000", 1, event), viewer

    holds()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_a_fact_reaches_its_audience_and_nobody_else(kind: type[Event]) -> None:
    facts_reach_nobody_else(kind, frame, settings(BARE, max_examples=3 if kind.seen_by is Audience.EVERYONE else 20))


def test_an_event_told_to_everyone_is_noticed() -> None:
    def open_by_default(state: MeetingState, event: Event, viewer: Viewer) -> bytes:
        return encode_event(7, "00000000", 1, event)

    for audience in [one for one in Audience if one is not Audience.EVERYONE]:
        kind = next(kind for kind in KINDS.values() if kind.seen_by is audience)
        with pytest.raises(AssertionError):
            facts_reach_nobody_else(kind, open_by_default, FIRST_FAULT)


# --- views ------------------------------------------------------------------------------------------------------------


@st.composite
def with_other_secrets(draw: st.DrawFn, state: MeetingState, viewer: Viewer) -> MeetingState:
    """``state`` changed in whatever ``viewer`` may not see."""
    ballots = {i: _other_ballots(m, viewer) for i, m in state.motions.items()}
    if runs(state, viewer):
        return replace(state, motions=ballots, counters=draw(made(Counters, state)))
    hidden = [Message(MessageId("x"), m.room_id, m.author_id, 1, "小组里的话", (STRANGER,)) for m in state.chat]
    chat = [draw(varied(m, state, but=DECIDING)) if m.audience and viewer not in m.audience else m for m in state.chat]
    changed = draw(st.sets(st.sampled_from(list(state.participants)), max_size=2)) - {viewer}
    own = tuple(contest for contest in state.contests if contest.participant_id == viewer)
    others = [draw(varied(contest, state, but=DECIDING)) for contest in state.contests if contest.participant_id != viewer]
    return replace(
        state,
        participants={i: draw(varied(p, state)) if i in changed else p for i, p in state.participants.items()},
        chat=(*(hidden if viewer != STRANGER else ()), *chat),
        motions={i: draw(_other_counts(m, viewer, state)) for i, m in ballots.items() if m.is_public},
        notes=draw(made(tuple[Note, ...], state)),
        contests=(*own, *draw(st.permutations(others))),
        counters=draw(made(Counters, state)),
    )


def _other_ballots(motion: Motion, viewer: Viewer) -> Motion:
    """Others chose otherwise; not in a quick poll, whose sums are shown while it runs."""
    if motion.force == "poll":
        return motion
    return replace(motion, ballots={i: cast if i == viewer else (*cast, "x") for i, cast in motion.ballots.items()})


@st.composite
def _other_counts(draw: st.DrawFn, motion: Motion, viewer: Viewer, state: MeetingState) -> Motion:
    """Another result of what is not published yet, and other written opinions."""
    hints = hints_of(Motion)
    names = ["opinions"]
    if motion.phase != "published":
        names += ["tally", "verdict"]
    changes = {name: draw(made(hints[name], state)) for name in names}
    count = motion.paper_count
    if motion.phase != "published" and count is not None and viewer not in (count.scrutineer, count.teller):
        # that there is one, and how many came back, is known; not what was chosen
        changes["paper_count"] = replace(count, **{name: draw(made(hints_of(PaperCount)[name], state)) for name in ("counts", "named")})
    return replace(motion, **changes)


View = Callable[[MeetingState, Viewer], Any]


def snapshot(state: MeetingState, viewer: Viewer) -> bytes:
    """All of the state as it goes out; for the hall's screen what the pages make its picture of."""
    return encode(Snapshot("", 7, view(state, None))) if viewer is None else Snapshots().frame(AT, state, viewer)


def views_show_nothing_else(shown: View, limits: settings, change: Callable[[MeetingState], MeetingState] = lambda state: state) -> None:
    @limits
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        state = change(data.draw(st.sampled_from(worlds())))
        viewer = data.draw(st.sampled_from(viewers(state)))
        assert shown(state, viewer) == shown(data.draw(with_other_secrets(state, viewer)), viewer), viewer

    holds()


@pytest.mark.parametrize("shown", [view, snapshot])
def test_a_view_shows_nothing_but_what_the_viewer_may_see(shown: View) -> None:
    views_show_nothing_else(shown, settings(BARE, max_examples=80))


def planted(**kept: Callable[[MeetingState], object]) -> View:
    """A view that forgets some rule."""

    def shown(state: MeetingState, viewer: Viewer) -> MeetingState:
        seen = view(state, viewer)
        return replace(seen, **cast(Any, {name: keep(state) for name, keep in kept.items()}))

    return shown


@pytest.mark.parametrize("forgotten", ["participants", "chat", "motions", "notes", "contests", "counters"])
def test_a_view_that_forgets_a_rule_is_noticed(forgotten: str) -> None:
    with pytest.raises(AssertionError):
        views_show_nothing_else(planted(**{forgotten: lambda state: getattr(state, forgotten)}), FIRST_FAULT)


def with_illness(state: MeetingState) -> MeetingState:
    """Participants of a version with one more field, which nobody gave a thought."""
    kind = make_dataclass("Participant", [("illness", str, field(default=""))], bases=(Participant,), frozen=True)
    return replace(state, participants={i: _of_kind(kind, p) for i, p in state.participants.items()})


def _of_kind(kind: Callable[..., Participant], person: Participant) -> Participant:
    return kind(**{f.name: getattr(person, f.name) for f in fields(person)}, illness="感冒")


def test_a_new_field_of_a_participant_is_private() -> None:
    views_show_nothing_else(view, BARE, with_illness)


def test_a_new_field_of_a_participant_that_is_shown_is_noticed() -> None:
    def by_hand(state: MeetingState, viewer: Viewer) -> MeetingState:
        """A list of what to leave out, as long as it was on the day it was written."""
        seen = view(state, viewer)
        people = {i: replace(p, **cast(Any, {"illness": getattr(state.participants[i], "illness")})) for i, p in seen.participants.items()}  # noqa: B009
        return replace(seen, participants=people)

    with pytest.raises(AssertionError):
        views_show_nothing_else(by_hand, FIRST_FAULT, with_illness)


# --- bundles ----------------------------------------------------------------------------------------------------------

BUNDLED_FOR: dict[type[Event], Part] = {
    AbsenceExplained: Part.REASONS,
    AttendanceContested: Part.REASONS,
    ContestAnswered: Part.REASONS,
    ChatPosted: Part.CHAT,
    BallotCast: Part.SINGLE_BALLOTS,
}


def _sealed(events: list[Event]) -> Iterator[Record]:
    last = EMPTY
    for event in events:
        record = seal(MeetingId("meeting"), last, Draft(event, None, None, 1), bytes(16))
        yield record
        last = head_of(record)


def may_hold(event: Event, sees: frozenset[Part], named: set[MotionId]) -> bool:
    if isinstance(event, ChatPosted) and event.audience and Part.GROUP_ROOMS not in sees:
        return False
    if isinstance(event, BallotCast) and event.motion_id in named:
        return True
    needed = BUNDLED_FOR.get(type(event))
    return needed is None or needed in sees


@settings(BARE, max_examples=60)
@given(st.data(), st.sets(st.sampled_from(list(Reader))))
def test_a_bundle_holds_nothing_but_what_its_reader_may_see(data: st.DataObject, reader: set[Reader]) -> None:
    state = worlds()[0]
    kinds = st.sampled_from([*BUNDLED_FOR, MotionOpened, *KINDS.values()])
    events: list[Event] = data.draw(st.lists(kinds.flatmap(partial(made, state=state)), max_size=8))
    named = {event.motion_id for event in events if isinstance(event, MotionOpened) and event.method == "named"}
    sees = seen_by(reader)
    try:
        given_out = seen_records(_sealed(events), sees)
    except HoldsReasons:
        assert Part.REASONS not in sees
        return
    for event, record in zip(events, given_out, strict=True):
        if not may_hold(event, sees, named):
            assert (record.payload, record.salt, record.event) == (None, b"", None)


def test_the_walks_come_upon_what_there_is_to_hide() -> None:
    people = [p for state in worlds() for p in state.participants.values()]
    motions = [m for state in worlds() for m in state.motions.values()]
    assert any(p.leave_reason for p in people)
    assert any(p.kind == "hall_camera" for p in people)
    assert any(p.removed for p in people)
    assert any(p.intervals and p.connections for p in people)
    assert any(m.audience for state in worlds() for m in state.chat)
    assert any(m.ballots and m.force != "poll" for m in motions)
    assert any(m.is_public and m.tally is not None and m.phase != "published" for m in motions)
    assert any(not m.is_public for m in motions)
    assert any(m.paper_count is not None and m.phase != "published" for m in motions)
    assert any(state.notes and state.contests for state in worlds())
    assert any(p.recused_from is not None for p in people)
    assert any(m.withheld_from for state in worlds() for m in state.chat)
