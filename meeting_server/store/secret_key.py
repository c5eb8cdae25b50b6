"""The secret this installation signs with: from the settings, else made once and kept in the data folder."""

from __future__ import annotations

import secrets
from pathlib import Path

from meeting_server.store.made_once import made_once

SHORTEST = 32
_PLACEHOLDERS = ("change", "secret", "default", "example", "password", "insecure", "xxxx", "00000", "12345")


class WeakSecret(ValueError):
    """The configured secret is too short or looks like one copied from an example; the server must not start with it."""


def secret_key(configured: str, data_dir: Path) -> bytes:
    """At least 32 bytes. Raises WeakSecret for a configured one that anybody could guess."""
    if configured:
        return _checked(configured)
    return _checked(made_once(data_dir / "secret.key", f"{secrets.token_urlsafe(48)}\n".encode()).decode("ascii").strip())


def _checked(value: str) -> bytes:
    if len(value) < SHORTEST or len(set(value)) < 12 or any(word in value.lower() for word in _PLACEHOLDERS):
        raise WeakSecret(f"MEETING_SECRET_KEY needs at least {SHORTEST} random characters; leave it empty to have one made")
    return value.encode()
