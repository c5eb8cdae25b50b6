"""A backup is whole, restorable, and never takes another's place."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from meeting_server.store.backup import CanNotBackUp, back_up


def house(folder: Path) -> tuple[str, str]:
    """A data folder; the URLs of the meetings' database and of the box's, which is not there yet."""
    folder.mkdir()
    (folder / "secret.key").write_text("k" * 40)
    (folder / "documents").mkdir()
    (folder / "documents" / "a1").write_bytes(b"%PDF-1.7 ...")
    (folder / "run").mkdir()
    (folder / "run" / "media.sock").write_text("")
    connection = sqlite3.connect(folder / "meetings.sqlite3")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t (n INTEGER)")
    connection.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(1000)])
    connection.commit()
    connection.close()
    return f"sqlite+aiosqlite:///{folder / 'meetings.sqlite3'}", f"sqlite+aiosqlite:///{folder / 'ballot-box.sqlite3'}"


async def test_a_backup_taken_during_a_transaction_holds_what_was_committed(tmp_path: Path) -> None:
    urls = house(tmp_path / "var")
    busy = sqlite3.connect(tmp_path / "var" / "meetings.sqlite3")
    busy.execute("INSERT INTO t VALUES (1000)")  # not committed
    size = await back_up(*urls, tmp_path / "var", tmp_path / "copy")
    busy.rollback()
    busy.close()
    restored = sqlite3.connect(tmp_path / "copy" / "meetings.sqlite3")
    assert restored.execute("SELECT count(*) FROM t").fetchone() == (1000,)
    assert restored.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    restored.close()
    assert (tmp_path / "copy" / "documents" / "a1").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "copy" / "secret.key").exists()
    assert not (tmp_path / "copy" / "run").exists()
    assert size > 8192


async def test_a_backup_never_overwrites_another(tmp_path: Path) -> None:
    urls = house(tmp_path / "var")
    (tmp_path / "copy").mkdir()
    with pytest.raises(CanNotBackUp, match="exists"):
        await back_up(*urls, tmp_path / "var", tmp_path / "copy")


@pytest.mark.parametrize("which", [0, 1])
async def test_another_database_is_left_to_its_own_tools(tmp_path: Path, which: int) -> None:
    urls = list(house(tmp_path / "var"))
    urls[which] = "postgresql+asyncpg://localhost/x"
    with pytest.raises(CanNotBackUp, match="other_database"):
        await back_up(urls[0], urls[1], tmp_path / "var", tmp_path / "copy")


async def test_a_ballot_box_in_another_folder_is_in_the_backup(tmp_path: Path) -> None:
    meetings, _ = house(tmp_path / "var")
    (tmp_path / "elsewhere").mkdir()
    box = sqlite3.connect(tmp_path / "elsewhere" / "box.sqlite3")
    box.execute("CREATE TABLE ballot (key BLOB)")
    box.close()
    await back_up(meetings, f"sqlite+aiosqlite:///{tmp_path / 'elsewhere' / 'box.sqlite3'}", tmp_path / "var", tmp_path / "copy")
    copy = sqlite3.connect(tmp_path / "copy" / "box.sqlite3")
    assert copy.execute("SELECT count(*) FROM ballot").fetchone() == (0,)
    copy.close()


async def test_the_ballot_box_is_in_the_backup_whole_and_without_an_order_of_arrival(tmp_path: Path) -> None:
    urls = house(tmp_path / "var")
    box = sqlite3.connect(tmp_path / "var" / "ballot-box.sqlite3")
    box.execute("PRAGMA journal_mode=WAL")
    box.execute("CREATE TABLE ballot (key_hash BLOB PRIMARY KEY, key BLOB) WITHOUT ROWID")
    keys = [hashlib.sha256(bytes([n])).digest() for n in range(40)]
    for key in keys:
        box.execute("INSERT INTO ballot VALUES (?, ?)", (key[:8], key))
        box.commit()
    await back_up(*urls, tmp_path / "var", tmp_path / "copy")
    box.close()
    copy = tmp_path / "copy" / "ballot-box.sqlite3"
    assert [file.name for file in copy.parent.iterdir() if file.name.startswith(copy.name)] == [copy.name]
    content = copy.read_bytes()
    assert sorted(keys, key=content.index, reverse=True) == sorted(keys)
