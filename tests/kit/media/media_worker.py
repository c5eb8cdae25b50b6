"""A media worker process of its own, shared by the tests of a module."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def media_worker(*options: str) -> Iterator[Path]:
    """The control socket of a running worker with these options."""
    with tempfile.TemporaryDirectory(prefix="media-") as folder:
        path = Path(folder) / "worker.sock"
        process = subprocess.Popen([sys.executable, "-m", "meeting_server.media.worker", "--socket", str(path), *options])
        try:
            end = time.monotonic() + 30
            while not path.exists():
                assert process.poll() is None, "the media worker ended at once"
                assert time.monotonic() < end, "the media worker does not start"
                time.sleep(0.02)
            yield path
        finally:
            process.terminate()
            process.wait(30)
