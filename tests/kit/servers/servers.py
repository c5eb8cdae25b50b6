"""Real PostgreSQL and Redis servers for tests: on free loopback ports, in temporary folders, ended by their own pid."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def have_postgres() -> bool:
    return _postgres_program("postgres") is not None and _postgres_program("initdb") is not None


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of its own; yields ``postgresql+asyncpg://postgres@127.0.0.1:port/`` (add a database name).

    As root it runs as ``nobody``, for PostgreSQL refuses to run as root; its files then lie in a place of their own,
    where no other run of tests takes back its right to get there.
    """
    port, demote = free_port(), list[str]()
    if os.geteuid() == 0:
        demote = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        shutil.chown(folder, "nobody", "nogroup")
    data = folder / "data"
    data.mkdir(parents=True, mode=0o700)
    if demote:
        shutil.chown(data, "nobody", "nogroup")
    try:
        with _postgres(data, port, demote) as url:
            yield url
    finally:
        if demote:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _postgres(data: Path, port: int, demote: list[str]) -> Iterator[str]:
    initdb, server = _postgres_program("initdb"), _postgres_program("postgres")
    if initdb is None or server is None:
        raise RuntimeError("PostgreSQL is not installed")
    subprocess.run(
        [*demote, initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = ["-h", "127.0.0.1", "-p", str(port), "-k", "", "-F", "-c", "shared_buffers=16MB"]
    process = subprocess.Popen([*demote, server, "-D", str(data), *options], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/")
    with _ending(process):
        _await(lambda: _lets_in(port), process)
        yield f"postgresql+asyncpg://postgres@127.0.0.1:{port}/"


@contextmanager
def redis(folder: Path, port: int | None = None) -> Iterator[str]:
    """A Redis server of its own, without persistence; yields its URL."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with _ending(process):
        _await(lambda: _answers(port), process)
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def coturn(folder: Path, host: str, secret: str) -> Iterator[int]:
    """A TURN server on ``host`` as docs/OPERATIONS.md sets one up, without TLS; yields its port (UDP and TCP)."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    options = [
        "--use-auth-secret", f"--static-auth-secret={secret}", "--realm=meeting", f"--listening-ip={host}", f"--relay-ip={host}",
        f"--listening-port={port}", "--min-port=50000", "--max-port=50999", "--fingerprint", "--no-tls", "--no-dtls", "--no-cli",
        "--denied-peer-ip=0.0.0.0-255.255.255.255", f"--allowed-peer-ip={host}", "--no-multicast-peers",
        f"--pidfile={folder / 'turn.pid'}", f"--userdb={folder / 'turn.sqlite'}", "--log-file=stdout", "--simple-log",
    ]  # fmt: skip
    process = subprocess.Popen(["turnserver", "-n", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    with _ending(process):
        _await(lambda: _answers(port, host), process)
        yield port


def _postgres_program(name: str) -> str | None:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(installed[-1]) if installed else None)


def _answers(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def _lets_in(port: int) -> bool:
    """Whether PostgreSQL accepts a session: it listens a while before it is done starting up."""
    words = b"user\0postgres\0database\0postgres\0\0"
    hello = struct.pack("!ii", len(words) + 8, 196608) + words
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as probe:
            probe.sendall(hello)
            return probe.recv(1) == b"R"
    except OSError:
        return False


def _await(ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start")
        time.sleep(0.02)


@contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
