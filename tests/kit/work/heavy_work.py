"""Work for a workshop, in a module that is quickly imported there."""

from __future__ import annotations

import os
import time


def spin(seconds: float) -> bytes:
    """Work that never lets go of the interpreter."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass
    return str(os.getpid()).encode()


def fail() -> bytes:
    raise ValueError("no such thing")


def die() -> bytes:
    os._exit(3)
