"""The secret half of a voter's phone: blinds, unblinds, casts. Also the reference the client's own code is held against."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from meeting_server.ballots.ballot import Ballot, choices_message, token_message
from meeting_server.ballots.blind_signature import EXPONENT, PREFIX_LENGTH, SALT_LENGTH, verify


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = (hashlib.sha384(seed + n.to_bytes(4, "big")).digest() for n in range(-(-length // 48)))
    return b"".join(blocks)[:length]


def emsa_pss_encode(message: bytes, salt: bytes, bits: int) -> bytes:
    """EMSA-PSS-ENCODE of RFC 8017 section 9.1.1 with SHA-384."""
    length = -(-bits // 8)
    digest = hashlib.sha384(b"\0" * 8 + hashlib.sha384(message).digest() + salt).digest()
    db = b"\0" * (length - len(salt) - 48 - 2) + b"\1" + salt
    masked = bytearray(a ^ b for a, b in zip(db, _mgf1(digest, length - 49), strict=True))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + digest + b"\xbc"


def blind(n: int, e: int, message: bytes, salt: bytes, inverse: int) -> bytes:
    """Blind of RFC 9474 section 4.2; ``inverse`` is that of the blinding factor."""
    length = (n.bit_length() + 7) // 8
    m = int.from_bytes(emsa_pss_encode(message, salt, n.bit_length() - 1), "big")
    r = pow(inverse, -1, n)
    return (m * pow(r, e, n) % n).to_bytes(length, "big")


def finalize(n: int, blind_signature: bytes, inverse: int) -> bytes:
    """Finalize of RFC 9474 section 4.4, without the verification that follows."""
    return (int.from_bytes(blind_signature, "big") * inverse % n).to_bytes((n.bit_length() + 7) // 8, "big")


@dataclass
class Voter:
    """One phone with one paper."""

    paper_id: str
    modulus: int
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    prefix: bytes = field(default_factory=lambda: secrets.token_bytes(PREFIX_LENGTH))
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_LENGTH))
    token: bytes = b""

    def __post_init__(self) -> None:
        self.inverse = secrets.randbelow(self.modulus - 2) + 2

    @property
    def key(self) -> bytes:
        return self.private.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    @property
    def _prepared(self) -> bytes:
        return self.prefix + token_message(self.paper_id, self.key)

    def blinded(self) -> bytes:
        return blind(self.modulus, EXPONENT, self._prepared, self.salt, self.inverse)

    def collected(self, blind_signature: bytes) -> None:
        """Unblind what the server signed. Raises ValueError when it is no signature."""
        self.token = finalize(self.modulus, blind_signature, self.inverse)
        if not verify(self.modulus, self.prefix, token_message(self.paper_id, self.key), self.token):
            raise ValueError("the server did not sign this paper")

    def ballot(self, *choices: str) -> Ballot:
        der = self.private.sign(choices_message(self.paper_id, choices), ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(der)
        return Ballot(self.key, self.prefix, self.token, choices, r.to_bytes(32, "big") + s.to_bytes(32, "big"))
