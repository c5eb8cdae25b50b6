"""The token that lets somebody rehearse on this server: made on the machine itself, from the key that only its account can read."""

from __future__ import annotations

import hmac

from meeting_server.domain.ids import Millis

TOKEN_MS: Millis = 3_600_000
"""A token is good for an hour."""


def rehearsal_token(secret: bytes, now: Millis) -> str:
    """``<good until, Unix ms>.<HMAC-SHA256, hex>``; the server keeps nothing of it."""
    until = str(now + TOKEN_MS)
    return f"{until}.{_mac(secret, until)}"


def token_is_good(secret: bytes, token: str, now: Millis) -> bool:
    """Whether the token was made with our key and has not expired."""
    until, _, mac = token.partition(".")
    if not until.isascii() or not until.isdigit() or not mac.isascii():
        return False
    return hmac.compare_digest(mac, _mac(secret, until)) and now < int(until) <= now + TOKEN_MS


def _mac(secret: bytes, until: str) -> str:
    return hmac.digest(secret, b"rehearsal\0" + until.encode(), "sha256").hex()
