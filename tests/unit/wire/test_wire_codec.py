"""Frames from a phone: understood, or refused with the name of the field that is wrong."""

from __future__ import annotations

import json
import zlib

import pytest

from meeting_server.domain import commands
from meeting_server.web.site import catalogue
from meeting_server.wire.client_messages import CommandFrame, Hello, Ping
from meeting_server.wire.codec import BadMessage, decode, decode_command, head
from meeting_server.wire.codes import WireCode
from meeting_server.wire.frames import WINDOW_BITS, WORTH_DEFLATING, Frames
from meeting_server.wire.generate import stale

ID = "0123456789abcdef"


def command(kind: str, data: str) -> str:
    return f'{{"type":"command","id":"{ID}","kind":"{kind}","data":{data}}}'


def test_a_command_is_read_in_two_steps() -> None:
    frame = decode(command("CastBallot", '{"motion_id":"m1","choices":["for"]}'))
    assert isinstance(frame, CommandFrame)
    assert decode_command(frame) == commands.CastBallot("m1", ("for",))  # type: ignore[arg-type]  # ids are plain text here


def test_left_out_fields_take_their_defaults() -> None:
    assert decode('{"type":"hello"}') == Hello(None, "phone")
    frame = decode(f'{{"type":"command","id":"{ID}","kind":"RaiseHand"}}')
    assert isinstance(frame, CommandFrame)
    assert decode_command(frame) == commands.RaiseHand()


def test_fields_nobody_knows_are_ignored_even_when_they_claim_an_identity() -> None:
    frame = decode(command("PostChat", '{"text":"好","participant_id":"someone-else","actor":"chair"}'))
    assert isinstance(frame, CommandFrame)
    assert decode_command(frame) == commands.PostChat("好")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("{", "", id="half an object"),
        pytest.param("[1]", "", id="an array"),
        pytest.param('"ping"', "", id="a string"),
        pytest.param('{"type":"nonsense"}', "type", id="unknown type"),
        pytest.param('{"sent":1}', "type", id="no type"),
        pytest.param('{"type":"want"}', "video", id="missing field"),
        pytest.param('{"type":"ping","sent":"1"}', "sent", id="wrong type of field"),
        pytest.param('{"type":"ping","sent":1.5}', "sent", id="fraction for an integer"),
        pytest.param('{"type":"ping","sent":NaN}', "", id="NaN"),
        pytest.param('{"type":"ping","sent":Infinity}', "", id="Infinity"),
        pytest.param('{"type":"ping","sent":1e999}', "sent", id="1e999"),
        pytest.param('{"type":"ping","sent":90071992547409921}', "sent", id="integer beyond 2^53"),
        pytest.param('{"type":"ping","sent":1,"sent":2}', "sent", id="key twice"),
        pytest.param('{"type":"hello","position":"\\ud800"}', "position", id="lone surrogate"),
        pytest.param('{"type":"hello","position":"a\\u0000b"}', "position", id="NUL"),
        pytest.param('{"type":"hello","x":' + "[" * 1000 + "]" * 1000 + "}", "", id="depth 1,000"),
        pytest.param('{"type":"hello","x":' + "[" * 20 + "]" * 20 + "}", "x" + ".0" * 15, id="depth 20"),
        pytest.param('{"type":"hello","x":[' + "1," * 999_999 + "1]}", "x", id="array of a million"),
        pytest.param('{"type":"hello","position":"' + "x" * 8001 + '"}', "position", id="long string"),
        pytest.param('{"type":"hello","device":"fridge"}', "device", id="unknown device"),
        pytest.param('{"type":"command","id":"short","kind":"RaiseHand","data":{}}', "id", id="short id"),
        pytest.param('{"type":"command","id":"' + "x" * 65 + '","kind":"RaiseHand","data":{}}', "id", id="long id"),
        pytest.param('{"type":"command","id":"<script>x","kind":"RaiseHand","data":{}}', "id", id="id with markup"),
    ],
)
def test_a_frame_that_can_not_be_understood_names_the_field(text: str, field: str) -> None:
    with pytest.raises(BadMessage) as refused:
        decode(text)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("Nonsense", "{}", "kind"),
        ("PassDeadline", "{}", "kind"),
        ("OpenConnection", '{"participant_id":"a","connection_id":"b","device":"phone"}', "kind"),
        ("PostChat", "{}", "data.text"),
        ("PostChat", "[]", "data"),
        ("PostChat", "null", "data"),
        ("PostChat", '{"text":3}', "data.text"),
        ("DraftMotion", '{"title":"a","choices":[{"choice_id":"x"}]}', "data.choices.0.label"),
        ("AssignRole", '{"participant_id":"a","role":"emperor"}', "data.role"),
    ],
)
def test_a_command_that_can_not_be_understood_names_the_field_and_keeps_its_id(kind: str, data: str, field: str) -> None:
    frame = decode(command(kind, data))
    assert isinstance(frame, CommandFrame)
    with pytest.raises(BadMessage) as refused:
        decode_command(frame)
    assert (refused.value.field, refused.value.re, refused.value.is_command) == (field, ID, True)


def test_a_broken_command_frame_still_names_the_command() -> None:
    with pytest.raises(BadMessage) as refused:
        decode(command("PostChat", '{"text":"a","text":"b"}'))
    assert (refused.value.re, refused.value.is_command) == (ID, True)


def test_type_and_id_are_seen_without_parsing() -> None:
    assert head(command("RaiseHand", "{}")) == ("command", ID)
    assert head('{"type":"ping","sent":3}') == ("ping", "")
    assert head('{"sent":3,"type":"ping"}') == ("", "")


def field_at_fault(kind: str) -> str:
    try:
        decode_command(CommandFrame(ID, kind))
    except BadMessage as error:
        return error.field
    return ""


@pytest.mark.parametrize("kind", list(commands.KINDS))
def test_every_kind_a_phone_may_send_is_known(kind: str) -> None:
    assert field_at_fault(kind) != "kind"


def test_ping_is_a_frame_of_its_own() -> None:
    assert decode('{"type":"ping","sent":7}') == Ping(7)


def test_frames_are_framed_with_each_of_the_three_lengths() -> None:
    for length, header in ((5, b"\x81\x05"), (300, b"\x81\x7e\x01\x2c"), (70_000, b"\x81\x7f" + (70_000).to_bytes(8, "big"))):
        assert Frames((b"x" * length,)).plain == header + b"x" * length


def test_only_long_messages_are_deflated_and_each_stands_alone() -> None:
    short, long = b"short", b"long " * WORTH_DEFLATING
    both = Frames((short, long)).deflated
    assert both.startswith(b"\x81\x05short\xc1")
    body = both[7 + 2 :] if both[8] < 126 else both[7 + 4 :]
    inflated = zlib.decompressobj(-WINDOW_BITS).decompress(body + b"\x00\x00\xff\xff")
    assert inflated == long


def test_changed_frames_are_framed_like_ones_made_anew() -> None:
    long = b"long " * WORTH_DEFLATING
    common = Frames((b"a", long, b"c"))
    anew = Frames((b"own", long, b"c"))
    assert common.changed({0: b"own"}).plain == anew.plain
    assert common.changed({0: b"own"}).deflated == anew.deflated
    assert common.changed({0: b"own"}).payloads == anew.payloads
    assert common.changed({}).plain == common.plain == Frames((b"a", long, b"c")).plain


def test_generated_files_are_fresh() -> None:
    assert stale() == [], "run: python -m meeting_server.wire.generate"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_code_of_the_wire_has_a_sentence(language: str) -> None:
    sentences = json.loads((catalogue.LOCALES / f"{language}.json").read_text(encoding="utf-8"))["errors"]
    assert [code for code in WireCode if not sentences.get(code)] == []
