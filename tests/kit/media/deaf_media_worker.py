"""A media worker whose reader is made to stop: it runs, answers on its control socket, and hears nothing once a file exists.

python -m tests.kit.media.deaf_media_worker FILE [options of the worker]
"""

from __future__ import annotations

import sys
from pathlib import Path

from meeting_server.media import worker
from meeting_server.media.forwarding import Forwarder


def main() -> None:
    marker, options = Path(sys.argv[1]), sys.argv[2:]
    serve = Forwarder._take

    def take(self: Forwarder) -> bool:
        if marker.exists():
            marker.unlink()  # the next worker is to hear
            self._take = lambda: False  # type: ignore[method-assign]
            return False
        return serve(self)

    Forwarder._take = take  # type: ignore[method-assign]
    worker.main(options)


if __name__ == "__main__":
    main()
