"""``python -m tests.bench.fanout_servers ours|picows FOLDER MEMBERS``: what bench_fanout measures, pinned to one core.

``picows`` does nothing but send every message it gets to everyone; ``fanout_ws.mjs`` is the same on Node.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import ClassVar

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from meeting_server.live.tidying import Tidying
from tests.kit.houses.live_house import live_house

SERVER_CORE = 0


class Everyone(WSListener):
    """One socket of the picows server."""

    members: ClassVar[set[WSTransport]] = set()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.members.add(transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.members.discard(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            text = frame.get_payload_as_bytes()
            for member in self.members:
                member.send(WSMsgType.TEXT, text)


async def picows() -> None:
    def listener(_: WSUpgradeRequest) -> Everyone:
        return Everyone()

    server = await ws_create_server(listener, "127.0.0.1", 0, max_frame_size=65536)
    print(os.getpid(), server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def ours(folder: Path, members: int) -> None:
    async with live_house(folder, members) as live:
        tidying = asyncio.create_task(Tidying(live.registry.quiet_for).run())  # as the web process does
        print(os.getpid(), live.port, flush=True)
        await live.serving
        tidying.cancel()


def main() -> None:
    os.sched_setaffinity(0, {SERVER_CORE})
    kind, folder, members = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(ours(folder, members) if kind == "ours" else picows())


if __name__ == "__main__":
    main()
