"""Acts of people, meeting and sharing, each with all it needs: to be stopped anywhere, by an error or by SIGKILL.

``python -m tests.kit.work.act_scenes`` forks a process for each line ``FOLDER<tab>NAME<tab>N`` and says how it ended: one that sets the
scene up, waits for a line, acts, and kills itself before the N-th statement of the act.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from tests.kit.houses.meeting_house import meeting_house
from tests.kit.work.scenes import documents, meeting, people, sharing
from tests.kit.work.scenes.documents import FILES
from tests.kit.work.whole_acts import Killed, Scene, stopping

SCENES = people.SCENES | meeting.SCENES | sharing.SCENES | documents.SCENES
AGAIN = meeting.AGAIN | documents.AGAIN


def scene_of(name: str) -> Callable[[Path], AbstractAsyncContextManager[Scene]]:
    """The scene of one act, in a folder of its own."""

    @asynccontextmanager
    async def made(folder: Path) -> AsyncIterator[Scene]:
        async with meeting_house(folder) as house:
            deed = await SCENES[name](house)

            async def again() -> None:
                await (await AGAIN[name](house))()

            files = house.site.settings.data_dir / FILES[name] if name in FILES else None
            yield Scene(house.inner.site.database, deed, again if name in AGAIN else None, files)

    return made


def suicide() -> BaseException:
    """Ends this process as the kernel would."""
    os.kill(os.getpid(), signal.SIGKILL)
    return Killed()


async def _main(folder: Path, name: str, at: int) -> None:
    async with scene_of(name)(folder) as scene:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        with stopping(scene.database, at, suicide):
            await scene.act()


def _fork_each() -> None:
    while line := sys.stdin.readline():
        folder, name, at = line.rstrip("\n").split("\t")
        forked = os.fork()
        if not forked:
            signal.alarm(60)  # one that hangs ends another way than it should
            asyncio.run(_main(Path(folder), name, int(at)))
            os._exit(0)
        _, status = os.waitpid(forked, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  what the test reads


if __name__ == "__main__":
    _fork_each()
