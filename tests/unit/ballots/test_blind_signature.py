"""RFC 9474: the four vectors of its appendix A, and what must be refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from meeting_server.ballots.blind_signature import BadBlindedMessage, SigningKey, verify
from meeting_server.rehearsal.voter import blind, finalize
from tests.kit.paths import DATA

VECTORS: list[dict[str, Any]] = json.loads((DATA / "rfc9474-vectors.json").read_text())


def number(vector: dict[str, Any], name: str) -> int:
    return int(vector[name], 16)


def octets(vector: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(vector.get(name) or "")


def key_of(vector: dict[str, Any]) -> SigningKey:
    return SigningKey(*(number(vector, name) for name in ("p", "q", "d", "n", "e")))


@pytest.fixture(params=VECTORS, ids=[v["name"] for v in VECTORS])
def vector(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_blinding_matches_the_vector(vector: dict[str, Any]) -> None:
    inverse = number(vector, "inv")
    made = blind(number(vector, "n"), number(vector, "e"), octets(vector, "input_msg"), octets(vector, "salt"), inverse)
    assert made == octets(vector, "blinded_msg")


def test_signing_blindly_matches_the_vector(vector: dict[str, Any]) -> None:
    assert key_of(vector).blind_sign(octets(vector, "blinded_msg")) == octets(vector, "blind_sig")


def test_unblinding_matches_the_vector(vector: dict[str, Any]) -> None:
    assert finalize(number(vector, "n"), octets(vector, "blind_sig"), number(vector, "inv")) == octets(vector, "sig")


def test_the_randomized_variant_verifies_and_a_changed_message_does_not() -> None:
    vector = VECTORS[0]
    n, prefix, message = number(vector, "n"), octets(vector, "msg_prefix"), octets(vector, "msg")
    assert verify(n, prefix, message, octets(vector, "sig"), number(vector, "e"))
    assert not verify(n, prefix, message + b"x", octets(vector, "sig"), number(vector, "e"))


@pytest.mark.parametrize("blinded", [b"", b"\0" * 512, b"\xff" * 512, b"\1" * 511])
def test_what_is_no_number_below_the_modulus_is_not_signed(blinded: bytes) -> None:
    with pytest.raises(BadBlindedMessage):
        key_of(VECTORS[0]).blind_sign(blinded)


def test_a_key_survives_storage() -> None:
    key = key_of(VECTORS[0])
    assert SigningKey.from_der(key.to_der()) == key
