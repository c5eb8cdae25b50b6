"""A real server for tests: `meeting-server serve` in folders of its own, on a port of its own, ended by its own process id."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import httpx

from tests.kit.paths import NO_DOWNLOAD, ROOT

CSRF = re.compile(r'name="csrf" value="([^"]+)"')

LINK = re.compile(r"^(.*?)\s+(\S+)\s+(https?://\S+/sign-in/\S+)\s*$")
READY = "Press Ctrl-C"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Server:
    """Use as a context manager. ``links``: (role, name, address) as printed. ``output``: everything it said."""

    def __init__(self, folder: Path, *words: str, port: int | None = None, **environment: str) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.words = words
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MEETING_")},
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "MEETING_DATA_DIR": str(folder / "var"),
            "MEETING_RECORDINGS_DIR": str(folder / "recordings"),
            "LC_ALL": "en_GB.UTF-8",
            **NO_DOWNLOAD,
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.before: tuple[str, ...] = ()
        """Words in front of the command, for a server in another network."""
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None
        self._ready = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def links(self) -> list[tuple[str, str, str]]:
        return [(m[1].strip(), m[2], m[3]) for m in map(LINK.match, self.lines) if m]

    def link_of(self, name: str) -> str:
        return next(link for _, who, link in self.links if who == name)

    def command(self, *words: str, check: bool = True, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Another command of the program over the same folders."""
        return subprocess.run(
            [sys.executable, "-m", "meeting_server", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=check,
            input=stdin,
            timeout=60,
        )

    def start(self, seconds: float = 60) -> Server:
        self.process = subprocess.Popen(
            [*self.before, sys.executable, "-m", "meeting_server", "serve", *self.words],
            cwd=ROOT,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(seconds) or self.process.poll() is not None:
            self.stop()
            raise AssertionError(f"the server did not start:\n{self.output}")
        return self

    def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for line in said:
                self.lines.append(line.rstrip("\n"))
                if line.startswith(READY):
                    self._ready.set()
        self._ready.set()

    def children(self) -> dict[str, int]:
        """Process ids of the supervised processes by name."""
        assert self.process is not None
        found: dict[str, int] = {}
        for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except FileNotFoundError:
                continue
            if b"meeting_server" in words:
                found[words[words.index(b"meeting_server") + 1].decode()] = int(pid)
        return found

    def interrupt(self, number: signal.Signals = signal.SIGINT, seconds: float = 30) -> int:
        """Ask it to stop and wait; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        self._reader.join(10)
        return code

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        try:
            self.interrupt(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self._reader.join(10)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def wait_for(true: object, seconds: float = 10.0) -> None:
    """Poll a callable until it is true. Raises AssertionError."""
    assert callable(true)
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError("did not become true in time")
        time.sleep(0.05)


@contextmanager
def signed_in(link: str) -> Iterator[httpx.Client]:
    """One tap: the button on the page behind the link."""
    with httpx.Client(base_url=link.rsplit("/sign-in/", 1)[0], follow_redirects=True) as client:
        page = client.get(link)
        token = CSRF.search(page.text)
        assert token is not None
        answer = client.post(link, data={"csrf": token[1]})
        assert answer.status_code == 200, answer.text
        yield client
