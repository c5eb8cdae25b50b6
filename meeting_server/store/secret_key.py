"""This installation's signing secret: from the settings, else generated once and stored in the data folder."""

from __future__ import annotations

import secrets
from pathlib import Path

from meeting_server.store.made_once import made_once

SHORTEST = 32
_PLACEHOLDERS = ("change", "secret", "default", "example", "password", "insecure", "xxxx", "00000", "12345")

NEEDED = f"MEETING_SECRET_KEY needs at least {SHORTEST} random characters; leave it empty to have one made"


class WeakSecret(ValueError):
    """The configured secret is too short or looks copied from an example. The server must not start with it."""


def secret_key(configured: str, data_dir: Path) -> bytes:
    """Return the secret, at least 32 bytes. Raises WeakSecret for one that could be guessed, and for a truncated file."""
    if not configured:
        # a random key is not searched for placeholders, because one in twenty thousand contains one by chance
        return _checked(made_once(data_dir / "secret.key", f"{secrets.token_urlsafe(48)}\n".encode()).decode("ascii").strip())
    if any(word in configured.lower() for word in _PLACEHOLDERS):
        raise WeakSecret(NEEDED)
    return _checked(configured)


def _checked(value: str) -> bytes:
    if len(value) < SHORTEST or len(set(value)) < 12:
        raise WeakSecret(NEEDED)
    return value.encode()
