"""The key with which this institution signs what it shares: Ed25519, made at first use and kept in the data folder."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

NAME = "institution.key"


class BadInstitutionKey(ValueError):
    """The file of the key holds something else; sharing must not go on under another identity."""


def institution_key(data_dir: Path) -> Ed25519PrivateKey:
    """The key of this installation. Raises BadInstitutionKey; OSError."""
    path = data_dir / NAME
    try:
        return _read(path)
    except FileNotFoundError:
        data_dir.mkdir(parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = data_dir / f".institution.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(made)
    try:
        os.link(draft, path)  # whoever came first wins when several processes begin at once
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _read(path)


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise BadInstitutionKey(f"{path} is not a private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInstitutionKey(f"{path} is not an Ed25519 key")
    return key
