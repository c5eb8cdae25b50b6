"""Sealing and checking records."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from meeting_server.domain.events import ChatPosted, HandRaised, MotionClosed
from meeting_server.domain.ids import HALL, CommandId, MeetingId, MessageId, MotionId, ParticipantId
from meeting_server.domain.terms import QuorumCheck, Tally
from meeting_server.journal.port import Draft, Record
from meeting_server.journal.record import EMPTY, Fault, canonical, erased, faults, head_of, seal

ANNA = ParticipantId("anna")


def chain() -> list[Record]:
    events = [HandRaised(ANNA), ChatPosted(MessageId("c1"), HALL, ANNA, "同意"), HandRaised(ANNA)]
    records: list[Record] = []
    head = EMPTY
    for event in events:
        records.append(seal(MeetingId("m1"), head, Draft(event, ANNA, CommandId("a"), 1_000), salt=b"0" * 16))
        head = head_of(records[-1])
    return records


def test_a_payload_is_sorted_compact_json() -> None:
    event = MotionClosed(MotionId("v1"), QuorumCheck(3, 2, 2, True), 2, Tally((("for", 2),), 2, 3, 2), None)
    assert canonical(event) == (
        b'{"issuances":"","issued":0,"joined":[],"motion_id":"v1","present_at_close":null,'
        b'"quorum":{"entitled":3,"met":true,"needed":2,"present":2},"report":null,"returned":2,"root":"",'
        b'"tally":{"cast":2,"counts":[["for",2]],"entitled":3,"paper":0,"present":2,"void":0,"written":0},"verdict":null}'
    )


def test_the_payload_hash_is_over_salt_and_payload() -> None:
    record = chain()[0]
    assert record.payload_hash == hashlib.sha256(b"0" * 16 + (record.payload or b"")).digest()


def test_the_record_hash_stays_what_it_was() -> None:
    """Written out once, so that a change of the format cannot go unnoticed."""
    assert chain()[-1].hash.hex() == "c26f18a12f9e31f444864a68620c99cc0ab9d47ed40b2a6d85d6a1cda34199b4"


def test_salts_differ_so_equal_payloads_have_different_hashes() -> None:
    draft = Draft(HandRaised(ANNA), ANNA, None, 1)
    one, two = seal(MeetingId("m1"), EMPTY, draft), seal(MeetingId("m1"), EMPTY, draft)
    assert one.payload == two.payload
    assert one.payload_hash != two.payload_hash


def test_absent_and_empty_fields_do_not_hash_alike() -> None:
    event = HandRaised(ANNA)
    absent = seal(MeetingId("m1"), EMPTY, Draft(event, None, None, 1), salt=b"s")
    empty = seal(MeetingId("m1"), EMPTY, Draft(event, ParticipantId(""), None, 1), salt=b"s")
    assert absent.hash != empty.hash


def test_moving_a_character_between_neighbouring_fields_changes_the_hash() -> None:
    event = HandRaised(ANNA)
    one = seal(MeetingId("m1"), EMPTY, Draft(event, ParticipantId("ab"), CommandId("c"), 1), salt=b"s")
    two = seal(MeetingId("m1"), EMPTY, Draft(event, ParticipantId("a"), CommandId("bc"), 1), salt=b"s")
    assert one.hash != two.hash


def test_an_untouched_chain_has_no_faults() -> None:
    assert list(faults(chain())) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"payload": b"{}"}, {"payload"}),
        ({"salt": b"1" * 16}, {"payload"}),
        ({"recorded_at": 999}, {"hash"}),
        ({"actor": ParticipantId("ben")}, {"hash"}),
        ({"command_id": None}, {"hash"}),
        ({"kind": "HandLowered"}, {"hash"}),
        ({"version": 2}, {"hash"}),
        ({"payload_hash": bytes(32)}, {"hash", "payload"}),
        ({"prev_hash": bytes(32)}, {"chain", "hash"}),
        ({"payload": None, "salt": b""}, {"erased"}),
    ],
)
def test_a_changed_field_is_named(change: dict[str, object], found: set[str]) -> None:
    records = chain()
    records[2] = replace(records[2], **change)  # type: ignore[arg-type]  # any field on purpose
    assert set(faults(records)) == {Fault(3, code) for code in found}  # type: ignore[arg-type]  # codes as plain words


def test_a_missing_record_is_found() -> None:
    first, _, third = chain()
    assert set(faults([first, third])) == {Fault(3, "sequence"), Fault(3, "chain")}


def test_two_swapped_records_are_found() -> None:
    first, second, third = chain()
    assert Fault(3, "sequence") in set(faults([first, third, second]))


def test_a_record_of_another_meeting_is_found() -> None:
    first, second, _ = chain()
    foreign = replace(second, meeting_id=MeetingId("m2"))
    assert Fault(2, "sequence") in set(faults([first, foreign]))


def test_an_erased_chat_message_leaves_a_verifying_chain() -> None:
    first, second, third = chain()
    assert list(faults([first, erased(second), third])) == []


def test_a_motion_can_not_be_erased() -> None:
    with pytest.raises(ValueError, match="HandRaised"):
        erased(chain()[0])
