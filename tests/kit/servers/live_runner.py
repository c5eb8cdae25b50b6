"""``python -m tests.kit.servers.live_runner FOLDER MEMBERS [--once]``: the live plane in a process of its own, to be killed.

Imports everything once, then forks a server for every line ``start`` on standard input and says ``PID PORT``, so that
fifty starts take seconds. ``--once`` serves in this very process until it is asked to stop.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.kit.houses.live_house import live_house


async def serve(folder: Path, members: int) -> None:
    async with live_house(folder, members) as live:
        print(os.getpid(), live.port, flush=True)  # noqa: T201  the test reads it
        await live.serving


def main() -> None:
    folder, members = Path(sys.argv[1]), int(sys.argv[2])
    if "--once" in sys.argv:
        asyncio.run(serve(folder, members))
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if line.strip() == "start" and os.fork() == 0:
            asyncio.run(serve(folder, members))
            os._exit(0)


if __name__ == "__main__":
    main()
