"""Logs tell what happened and never hold what signs someone in."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading

import pytest
import structlog

from meeting_server import observe


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("/j/Zq81xVeryLongToken", "/j/***"),
        ("/sign-in/abc?next=/archive", "/sign-in/***?next=/archive"),
        ("GET /j/abc/room HTTP/1.1", "GET /j/***/room HTTP/1.1"),
        ("https://meet.example.edu/j/abc", "https://meet.example.edu/j/***"),
        ("/meetings/m1/join", "/meetings/m1/join"),
        ("/sign-in", "/sign-in"),
    ],
)
def test_tokens_in_paths_are_masked(said: str, kept: str) -> None:
    assert observe.masked(said) == kept


def test_log_lines_are_json_with_secrets_masked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for hooks, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(hooks, name, getattr(hooks, name))  # put back afterwards
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        observe.configure("info", "json", "web")
        structlog.get_logger("t").info("someone came", path="/j/secret-token", password="hunter2", name="周颖", bytes=3)
        logging.getLogger("library").warning("got %s", "/sign-in/very-secret")
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
        logging.captureWarnings(False)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert ours["event"] == "someone came"
    assert (ours["path"], ours["password"], ours["name"], ours["process"]) == ("/j/***", "***", "周颖", "web")
    assert "very-secret" not in json.dumps(theirs)
    assert theirs["level"] == "warning"


UNRULY = """
import asyncio, logging, threading, warnings
import structlog
from meeting_server import observe

observe.configure("info", "json", "web")
log = structlog.get_logger("ours")
circle = {}
circle["circle"] = circle
log.info("odd", number=float("nan"), keys={(1, 2): 3}, data=b"\\xff", circle=circle, half="\\ud800", breaks="a\\u2028b\\x85c\\nd")
logging.getLogger("uvicorn.error").error("two\\nlines %s", object())
warnings.warn("old", DeprecationWarning)
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("library").exception("failed")
    log.exception("failed too")

async def forgotten():
    async def fails():
        raise ValueError("in a task")
    asyncio.ensure_future(fails())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

asyncio.run(forgotten())
thread = threading.Thread(target=lambda: [][1])
thread.start()
thread.join()

class Unraisable:
    def __del__(self):
        raise OSError("while going")

Unraisable().__class__
raise RuntimeError("nobody catches this /j/very-secret-token")
"""


def test_every_line_of_a_process_is_one_json_object_whatever_goes_wrong() -> None:
    told = subprocess.run([sys.executable, "-W", "always", "-c", UNRULY], capture_output=True, timeout=60)
    assert told.returncode == 1
    assert told.stdout == b""
    lines = [json.loads(line) for line in told.stderr.decode().splitlines()]
    said = json.dumps(lines, ensure_ascii=False)
    for word in ("odd", "two\\nlines", "old", "failed too", "in a task", "IndexError", "while going", "nobody caught this", "RuntimeError"):
        assert word in said.replace("\\\\", "\\"), word
    assert "very-secret-token" not in said
    assert {line["process"] for line in lines if "process" in line} == {"web"}
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
