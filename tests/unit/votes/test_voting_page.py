"""The bytes that docs/VOTING.md promises to those who write a client are the bytes in use."""

from __future__ import annotations

import hashlib

from meeting_server.ballots.ballot import Ballot, choices_message, fingerprint, framed, receipt_message, token_message
from tests.kit.paths import ROOT

PAGE = (ROOT / "docs" / "VOTING.md").read_text("utf-8")
PAPER, KEY = "meeting/m1", b"\4" + b"k" * 64


def lengthed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def test_what_the_page_says_is_signed_and_hashed_is() -> None:
    assert framed(b"a", b"") == lengthed(b"a", b"")
    assert token_message(PAPER, KEY) == hashlib.sha256(lengthed(b"ballot-v1", PAPER.encode(), KEY)).digest()
    assert choices_message(PAPER, ["for", "w:王"]) == lengthed(b"cast-v1", PAPER.encode(), b"for", "w:王".encode())
    assert receipt_message(PAPER, b"leaf") == lengthed(b"receipt-v1", PAPER.encode(), b"leaf")
    ballot = Ballot(KEY, b"p" * 32, b"t" * 256, ("for",), b"s" * 64)
    leaf = lengthed(KEY, b"p" * 32, b"t" * 256, lengthed(b"for"), b"s" * 64)
    assert ballot.leaf == hashlib.sha256(b"\0" + leaf).digest()
    assert ballot.key_hash == hashlib.sha256(KEY).digest()
    assert fingerprint(0xABCD, KEY) == hashlib.sha256(lengthed(b"\xab\xcd", KEY)).hexdigest()


def test_the_page_names_every_word_that_goes_into_a_hash() -> None:
    assert all(f'"{word}"' in PAGE for word in ("ballot-v1", "cast-v1", "receipt-v1"))
