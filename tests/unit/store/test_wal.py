"""Turning a new file to write-ahead logging, which two processes may do at once."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from meeting_server.store.database import _use_wal


def test_who_finds_a_new_file_taken_turns_it_to_wal_as_soon_as_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, other = (sqlite3.connect(tmp_path / "new.sqlite3", isolation_level=None) for _ in range(2))
    other.execute("CREATE TABLE something (column_of_it)")
    other.execute("BEGIN")
    other.execute("SELECT * FROM something")
    ours.execute("PRAGMA busy_timeout=1")
    monkeypatch.setattr("meeting_server.store.database.time.sleep", lambda seconds: other.rollback())
    cursor: Any = ours.cursor()
    _use_wal(cursor)
    assert ours.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ours.close()
    other.close()
