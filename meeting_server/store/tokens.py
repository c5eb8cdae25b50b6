"""Secrets handed to people: 256 random bits in a link or a cookie, of which only the SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A fresh secret, safe in an address: 43 characters, 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database holds instead of the token (hexadecimal SHA-256)."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def new_id(prefix: str) -> str:
    """An id for a thing of the house: ``m-3f9a…``, 64 random bits; no secret."""
    return f"{prefix}-{secrets.token_hex(8)}"
