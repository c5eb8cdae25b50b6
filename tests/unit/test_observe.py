"""Logs tell what happened and never hold what signs someone in."""

from __future__ import annotations

import json
import logging

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


def test_log_lines_are_json_with_secrets_masked(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        observe.configure("info", "json", "web")
        structlog.get_logger("t").info("someone came", path="/j/secret-token", password="hunter2", name="周颖", bytes=3)
        logging.getLogger("library").warning("got %s", "/sign-in/very-secret")
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert ours["event"] == "someone came"
    assert (ours["path"], ours["password"], ours["name"], ours["process"]) == ("/j/***", "***", "周颖", "web")
    assert "very-secret" not in json.dumps(theirs)
    assert theirs["level"] == "warning"
