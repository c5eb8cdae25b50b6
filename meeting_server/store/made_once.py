"""Files created at first use and never again, such as keys."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def made_once(path: Path, content: bytes) -> bytes:
    """Return the file's content. If the file does not exist, create it with ``content``, readable only by its owner.

    It exists completely or not at all, whenever the machine stops, and of several concurrent processes the first creates it. Remains of a
    killed process do no harm. Raises OSError.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as draft:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            with suppress(FileExistsError):
                os.link(draft.name, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return path.read_bytes()
