"""Whatever was appended verifies, and no single byte can be changed unseen."""

from __future__ import annotations

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from meeting_server.domain.events import ChatPosted, Event, HandRaised, MotionOpened, ParticipantLeft, TrackRecorded
from meeting_server.domain.ids import CommandId, MeetingId, ParticipantId
from meeting_server.journal.port import Draft, Record
from meeting_server.journal.record import EMPTY, canonical, faults, head_of, seal
from meeting_server.journal.upcast import event_of

texts = st.text(max_size=20)
events: st.SearchStrategy[Event] = st.one_of(
    *(st.from_type(kind) for kind in (ChatPosted, HandRaised, MotionOpened, ParticipantLeft, TrackRecorded))
)
drafts = st.builds(
    Draft,
    event=events,
    actor=st.none() | texts.map(ParticipantId),
    command_id=st.none() | texts.map(CommandId),
    recorded_at=st.integers(0, 2**53),
)


def sealed(to_seal: list[Draft]) -> list[Record]:
    records: list[Record] = []
    head = EMPTY
    for draft in to_seal:
        records.append(seal(MeetingId("m1"), head, draft))
        head = head_of(records[-1])
    return records


@given(st.lists(drafts, min_size=1, max_size=6))
def test_every_appended_chain_verifies(to_seal: list[Draft]) -> None:
    assert list(faults(sealed(to_seal))) == []


@given(events)
def test_every_event_is_read_back_equal_from_its_payload(event: Event) -> None:
    assert event_of(type(event).__name__, event.version, canonical(event)) == event


@given(st.lists(drafts, min_size=1, max_size=6), st.data())
def test_any_flipped_byte_is_found(to_seal: list[Draft], data: st.DataObject) -> None:
    records = sealed(to_seal)
    index = data.draw(st.integers(0, len(records) - 1))
    record = records[index]
    named = [field.name for field in fields(record) if isinstance(getattr(record, field.name), bytes)]
    name = data.draw(st.sampled_from([name for name in named if getattr(record, name)]))
    changed = bytearray(getattr(record, name))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    records[index] = replace(record, **{name: bytes(changed)})  # type: ignore[arg-type]  # one of the bytes fields
    assert list(faults(records))


@given(st.lists(drafts, min_size=2, max_size=6), st.data())
def test_any_removed_record_but_the_last_is_found(to_seal: list[Draft], data: st.DataObject) -> None:
    records = sealed(to_seal)
    del records[data.draw(st.integers(0, len(records) - 2))]
    assert list(faults(records))
