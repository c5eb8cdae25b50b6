"""The key with which this institution signs what it shares: Ed25519, generated at first use and stored in the data folder."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from meeting_server.store.made_once import made_once

NAME = "institution.key"


class BadInstitutionKey(ValueError):
    """The key file contains something else. Sharing must not continue under another identity."""


def institution_key(data_dir: Path) -> Ed25519PrivateKey:
    """Return the key of this installation. Raises BadInstitutionKey; OSError."""
    path = data_dir / NAME
    fresh = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        key = load_pem_private_key(made_once(path, fresh), None)
    except (ValueError, TypeError) as error:
        raise BadInstitutionKey(f"{path} is not a private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInstitutionKey(f"{path} is not an Ed25519 key")
    return key
