"""The token that permits a rehearsal on this server. It is made on the machine itself, from the key that only its account can read."""

from __future__ import annotations

import hmac

from meeting_server.domain.ids import Millis

TOKEN_MS: Millis = 3_600_000
"""A token is valid for an hour."""


def rehearsal_token(secret: bytes, now: Millis) -> str:
    """Return ``<valid until, Unix ms>.<HMAC-SHA256, hex>``. The server stores nothing of it."""
    until = str(now + TOKEN_MS)
    return f"{until}.{_mac(secret, until)}"


def token_is_good(secret: bytes, token: str, now: Millis) -> bool:
    """Return whether the token was made with our key and has not expired."""
    until, _, mac = token.partition(".")
    if not until.isascii() or not until.isdigit() or not mac.isascii():
        return False
    return hmac.compare_digest(mac, _mac(secret, until)) and now < int(until) <= now + TOKEN_MS


def _mac(secret: bytes, until: str) -> str:
    return hmac.digest(secret, b"rehearsal\0" + until.encode(), "sha256").hex()
