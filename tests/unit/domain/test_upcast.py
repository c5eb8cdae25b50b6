"""Reading payloads of other versions."""

from __future__ import annotations

import pytest

from meeting_server.domain.events import HandRaised, MediaOpened
from meeting_server.domain.ids import ParticipantId
from meeting_server.journal import upcast
from meeting_server.journal.upcast import UnreadableRecord, event_of


def test_a_payload_of_today_becomes_its_event() -> None:
    assert event_of("HandRaised", 1, b'{"participant_id":"anna"}') == HandRaised(ParticipantId("anna"))


def test_a_kind_from_the_future_yields_no_event() -> None:
    assert event_of("CometSighted", 1, b'{"where":"north"}') is None


def test_a_version_from_the_future_yields_no_event() -> None:
    assert event_of("HandRaised", 2, b'{"participant":{"id":"anna"}}') is None


def test_a_payload_without_its_fields_is_unreadable() -> None:
    with pytest.raises(UnreadableRecord, match=r"HandRaised version 1.*participant_id"):
        event_of("HandRaised", 1, b"{}")


def test_a_payload_that_is_no_json_is_unreadable() -> None:
    with pytest.raises(UnreadableRecord):
        event_of("HandRaised", 1, b"{")


def test_an_old_version_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MediaOpened, "version", 3)
    monkeypatch.setitem(upcast.UPCASTS, ("MediaOpened", 1), lambda old: {"who": old["who"], "what": "video"})
    monkeypatch.setitem(upcast.UPCASTS, ("MediaOpened", 2), lambda old: {"participant_id": old["who"], "media": old["what"]})
    assert event_of("MediaOpened", 1, b'{"who":"anna"}') == MediaOpened(ParticipantId("anna"), "video")


def test_a_version_nobody_can_lift_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MediaOpened, "version", 2)
    with pytest.raises(UnreadableRecord, match="no upcast"):
        event_of("MediaOpened", 1, b"{}")


def test_a_renamed_kind_is_read_under_its_new_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(upcast.RENAMED, "ArmRaised", "HandRaised")
    assert event_of("ArmRaised", 1, b'{"participant_id":"anna"}') == HandRaised(ParticipantId("anna"))
