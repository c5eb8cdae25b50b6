"""Files that are made at first use and never again: keys."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def made_once(path: Path, content: bytes) -> bytes:
    """What the file holds; made with ``content`` unless it is there, readable for its owner alone.

    It is there whole or not at all, whenever the machine stops, and of several processes at once the first makes it. What a
    killed one leaves beside it is in nobody's way. Raises OSError.
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
