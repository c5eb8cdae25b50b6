"""Secrets handed to people: 256 random bits in a link or a cookie, of which only the SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """Return a new secret that is safe in an address: 43 characters, 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what the database stores instead of the token (hexadecimal SHA-256)."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def new_id(prefix: str) -> str:
    """Return an id: ``m-3f9a…``, 64 random bits, not secret."""
    return f"{prefix}-{secrets.token_hex(8)}"
