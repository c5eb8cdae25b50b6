"""What is signed, hashed and proved about secret votes and ballots; shared by the box, the phone and the auditor.

Every hash input is a list of byte strings, each with its length in four bytes before it, so that no two lists read alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from meeting_server.ballots import blind_signature


def framed(*parts: bytes) -> bytes:
    """``parts`` with their lengths."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def token_message(paper_id: str, key: bytes) -> bytes:
    """What the blind signature is on: SHA-256 over the vote and the ballot key. 32 bytes."""
    return hashlib.sha256(framed(b"ballot-v1", paper_id.encode(), key)).digest()


def choices_message(paper_id: str, choices: Sequence[str]) -> bytes:
    """What the ballot key signs."""
    return framed(b"cast-v1", paper_id.encode(), *(choice.encode() for choice in choices))


def receipt_message(paper_id: str, leaf: bytes) -> bytes:
    """What the server signs when a ballot is in the box."""
    return framed(b"receipt-v1", paper_id.encode(), leaf)


def issuance_digest(blinded: bytes, signature: bytes) -> bytes:
    """One issuance without telling it: what a member sent blinded, and what was signed. SHA-256."""
    return hashlib.sha256(framed(blinded, signature)).digest()


def issuances_hash(paper_id: str, issuances: Mapping[str, bytes]) -> bytes:
    """What the journal says of who was handed a ballot: SHA-256 over member ids in their order, each with the digest of what was
    signed. The digests keep a reader of the journal from guessing who was."""
    parts = (part for member_id in sorted(issuances) for part in (member_id.encode(), issuances[member_id]))
    return hashlib.sha256(framed(b"issuances-v1", paper_id.encode(), *parts)).digest()


def fingerprint(modulus: int, receipt_key: bytes) -> str:
    """The fingerprint of a vote's keys, shown in the hall: hex SHA-256."""
    return hashlib.sha256(framed(modulus.to_bytes((modulus.bit_length() + 7) // 8, "big"), receipt_key)).hexdigest()


def verify_p256(key: bytes, message: bytes, signature: bytes) -> bool:
    """ECDSA P-256 with SHA-256; ``key`` an uncompressed point (65 bytes), ``signature`` r ‖ s (64 bytes, as WebCrypto
    gives it)."""
    if len(key) != 65 or len(signature) != 64:
        return False
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        public.verify(der, message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Ballot:
    """One cast ballot. Nothing in it is about who cast it."""

    key: bytes
    """The one-time P-256 key of the ballot, an uncompressed point."""
    prefix: bytes
    token: bytes
    """The unblinded signature of the vote's key on ``token_message``."""
    choices: tuple[str, ...]
    signature: bytes
    """By ``key`` over ``choices_message``."""

    @property
    def key_hash(self) -> bytes:
        return hashlib.sha256(self.key).digest()

    @property
    def leaf(self) -> bytes:
        """The ballot's leaf in the bulletin's tree (RFC 6962 section 2.1)."""
        choices = framed(*(choice.encode() for choice in self.choices))
        return hashlib.sha256(b"\0" + framed(self.key, self.prefix, self.token, choices, self.signature)).digest()

    def has_token(self, paper_id: str, modulus: int) -> bool:
        """Whether the vote's key signed this ballot's key."""
        message = token_message(paper_id, self.key)
        return len(self.prefix) == blind_signature.PREFIX_LENGTH and blind_signature.verify(modulus, self.prefix, message, self.token)

    def has_signature(self, paper_id: str) -> bool:
        """Whether this ballot's key signed these choices."""
        return verify_p256(self.key, choices_message(paper_id, self.choices), self.signature)

    def is_genuine(self, paper_id: str, modulus: int) -> bool:
        """Whether it was handed out, and filled in by whoever holds it."""
        return self.has_token(paper_id, modulus) and self.has_signature(paper_id)


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash over ``leaves`` in their order (RFC 6962 section 2.1)."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = _split(len(leaves))
    return _node(root(leaves[:k]), root(leaves[k:]))
