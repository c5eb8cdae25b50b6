"""RSA blind signatures, the signer's half: RSABSSA-SHA384-PSS-Randomized of RFC 9474.

The phone blinds and unblinds (``web_client/src/core/ballot``); here a blinded message is signed unseen (section 4.3)
and a finished signature verified (section 4.5).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

try:
    from gmpy2 import invert as _inverse  # type: ignore[import-untyped]  # it ships no types
    from gmpy2 import powmod as _power
except ImportError:  # pragma: no cover  (the same, four times slower)
    _power = pow

    def _inverse(a: int, n: int) -> int:
        return pow(a, -1, n)


BITS = 2048
EXPONENT = 65537
SALT_LENGTH = 48
PREFIX_LENGTH = 32
"""Bytes of ``msg_prefix`` (section 4.1, PrepareRandomize)."""


class BadBlindedMessage(ValueError):
    """The blinded message is no number below the modulus (section 4.3, step 2)."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key used for one vote and destroyed when it is sealed."""

    p: int
    q: int
    d: int
    n: int
    e: int = EXPONENT

    @staticmethod
    def generate() -> SigningKey:
        """A fresh key; takes some tenths of a second, so not on the event loop."""
        return SigningKey.of(rsa.generate_private_key(EXPONENT, BITS).private_numbers())

    @staticmethod
    def of(numbers: rsa.RSAPrivateNumbers) -> SigningKey:
        public = numbers.public_numbers
        return SigningKey(numbers.p, numbers.q, numbers.d, public.n, public.e)

    @staticmethod
    def from_der(data: bytes) -> SigningKey:
        key = serialization.load_der_private_key(data, None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return SigningKey.of(key.private_numbers())

    def to_der(self) -> bytes:
        """PKCS #8, not encrypted: wrap it before it is stored."""
        dmp1, dmq1 = self.d % (self.p - 1), self.d % (self.q - 1)
        numbers = rsa.RSAPrivateNumbers(self.p, self.q, self.d, dmp1, dmq1, pow(self.q, -1, self.p), rsa.RSAPublicNumbers(self.e, self.n))
        return numbers.private_key().private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def length(self) -> int:
        return (self.n.bit_length() + 7) // 8

    def blind_sign(self, blinded: bytes) -> bytes:
        """BlindSign (section 4.3). The base is blinded once more against timing, the result checked against faults.

        Raises BadBlindedMessage.
        """
        m = int.from_bytes(blinded, "big")
        if len(blinded) != self.length or not 0 < m < self.n:
            raise BadBlindedMessage("not a number below the modulus")
        r = secrets.randbelow(self.n - 2) + 2
        s = int(self._private(m * int(_power(r, self.e, self.n)) % self.n) * int(_inverse(r, self.n)) % self.n)
        if int(_power(s, self.e, self.n)) != m:
            raise ArithmeticError("signing failed")  # a fault here would give the key away
        return s.to_bytes(self.length, "big")

    def _private(self, m: int) -> int:
        """m^d mod n by the Chinese remainder theorem."""
        a = int(_power(m % self.p, self.d % (self.p - 1), self.p))
        b = int(_power(m % self.q, self.d % (self.q - 1), self.q))
        h = (a - b) * int(_inverse(self.q, self.p)) % self.p
        return b + h * self.q


def verify(n: int, prefix: bytes, message: bytes, signature: bytes, e: int = EXPONENT) -> bool:
    """RSASSA-PSS-VERIFY (RFC 8017) over the prepared message, with SHA-384 and a 48-byte salt (section 4.5)."""
    try:
        rsa.RSAPublicNumbers(e, n).public_key().verify(
            signature, prefix + message, padding.PSS(padding.MGF1(hashes.SHA384()), SALT_LENGTH), hashes.SHA384()
        )
    except (InvalidSignature, ValueError):
        return False
    return True
