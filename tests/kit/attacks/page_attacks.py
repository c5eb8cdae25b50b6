"""A drawing process taken over by the document it reads: what an attacker would try there, each with what came of it.

``main`` (arguments: FOLDER PORT) is started in the place of the drawing (by ``command_of``), loads what that loads, locks itself
down as that does, and says one line of JSON: what was tried → ``got …`` or the name of the error.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from meeting_server.drawing import process, sandbox
from meeting_server.drawing.pictures import PROCESS_SECONDS
from meeting_server.drawing.process import MEMORY, Work, say


def _library(call: Callable[[ctypes.CDLL], int]) -> Callable[[], object]:
    """A system call past Python."""

    def tried() -> object:
        ctypes.set_errno(0)
        result = call(LIBC)
        if result < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return result

    return tried


LIBC = ctypes.CDLL(None, use_errno=True)


def attempts(folder: Path, port: int) -> dict[str, Callable[[], object]]:
    """``folder`` holds the server's database; ``port`` on loopback is somebody who listens."""

    def connect() -> None:
        socket.create_connection(("127.0.0.1", port), 1)

    return {
        "read the passwords": lambda: Path("/etc/passwd").read_bytes(),
        "read the database": lambda: (folder / "meetings.sqlite3").read_bytes(),
        "read our environment": lambda: Path("/proc/self/environ").read_bytes(),
        "read the parent's memory": lambda: Path(f"/proc/{os.getppid()}/mem").open("rb"),
        "list a folder": lambda: os.listdir("/"),
        "write into the folder": lambda: (folder / "planted").write_text("x"),
        "write elsewhere": lambda: Path("/tmp/planted-by-a-document").write_text("x"),
        "remove the database": lambda: (folder / "meetings.sqlite3").unlink(),
        "change its rights": lambda: (folder / "meetings.sqlite3").chmod(0o777),
        "open a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "open a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
        "open a local socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "call somebody": connect,
        "fork": os.fork,
        "start a program": lambda: os.execv("/bin/sh", ["sh", "-c", "true"]),
        "start a thread": lambda: threading.Thread(target=print).start(),
        "end the server": lambda: os.kill(os.getppid(), signal.SIGTERM),
        "look into the server": _library(lambda libc: int(libc.ptrace(16, os.getppid(), 0, 0))),
        "become root again": lambda: os.setuid(0),
        "mount": _library(lambda libc: int(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None))),
        "raise the limits": lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_NOFILE, (64, 64)),
        "run code it wrote": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
        "take four gigabytes": lambda: len(bytearray(4 * 1024**3)),
    }


def main(threads: bool = False, user: int = 0) -> None:
    """Every attempt in turn; a third word is a layer of the sandbox that this kernel shall not have.

    ``threads``: as for a document whose decoder needs them. ``user``: as in a server that does not run as root."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    for layer in sys.argv[3:]:
        setattr(sandbox, f"_{layer}", lambda *_: False)
    process._load()
    todo = attempts(folder, port)
    if user:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    layers = sandbox.lock_down(memory=MEMORY, cpu_seconds=PROCESS_SECONDS, threads=threads)
    told: dict[str, object] = {"layers": layers}
    for name, attempt in todo.items():
        try:
            told[name] = f"got {attempt()!r}"[:80]
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is the answer
            told[name] = type(error).__name__
    say(told)


def burn() -> None:
    """A document that never ends: said to have three pages, draws one, and then computes for ever."""

    def pages(content: bytes, fonts: object, work: Work, say_count: Callable[[int], None]) -> object:
        say_count(3)
        for number in range(work.first, 4):
            if work.rest or number == work.undrawn:
                yield process.placeholder(fonts, number)  # type: ignore[arg-type]  # fonts as the drawing made them
                continue
            if number == 2:
                while True:
                    pass
            yield process.Drawn(Image.new("RGB", (60, 40), "white"))

    process.pages_of = pages  # type: ignore[assignment]  # planted
    process.PROCESS_SECONDS = 4  # type: ignore[attr-defined]  # of computing, whatever else the machine does
    process.main()
