"""The secret this installation signs with: from the settings, else made once and kept in the data folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SHORTEST = 32
_PLACEHOLDERS = ("change", "secret", "default", "example", "password", "insecure", "xxxx", "00000", "12345")


class WeakSecret(ValueError):
    """The configured secret is too short or looks like one copied from an example; the server must not start with it."""


def secret_key(configured: str, data_dir: Path) -> bytes:
    """At least 32 bytes. Raises WeakSecret for a configured one that anybody could guess."""
    if configured:
        return _checked(configured)
    path = data_dir / "secret.key"
    try:
        return _checked(path.read_text("ascii").strip())
    except FileNotFoundError:
        pass
    data_dir.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(48)
    draft = data_dir / f".secret.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(made + "\n")
    try:
        os.link(draft, path)  # atomic, and whoever came first wins when several processes start at once
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _checked(path.read_text("ascii").strip())


def _checked(value: str) -> bytes:
    if len(value) < SHORTEST or len(set(value)) < 12 or any(word in value.lower() for word in _PLACEHOLDERS):
        raise WeakSecret(f"MEETING_SECRET_KEY needs at least {SHORTEST} random characters; leave it empty to have one made")
    return value.encode()
