"""A copy of all data of this installation, made while it runs: the databases, documents and keys."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import make_url


class CanNotBackUp(Exception):
    """``exists``: the folder already exists; ``other_database``: not SQLite, so its own tools must be used."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


LEFT_OUT = {"run", "log"}
"""Sockets and the like, which a restored server does not need."""


async def back_up(database_url: str, ballot_database_url: str, data_dir: Path, target: Path) -> int:
    """Write a restorable copy of the data folder to ``target``, which must not exist yet. Return the bytes written.

    Each database is copied in one step (``VACUUM INTO``), so that a running meeting is consistent in it and the copy of the ballot box
    has no order of arrival. The box is copied last, because the box can complete what the meeting already knows. To restore, put the
    folder back. Raises CanNotBackUp; OSError if the disk is full.
    """
    return await asyncio.to_thread(_back_up, (database_url, ballot_database_url), data_dir, target)


def _back_up(urls: tuple[str, str], data_dir: Path, target: Path) -> int:
    meetings, box = (_file(url) for url in urls)
    if target.exists():
        raise CanNotBackUp("exists")
    draft = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    others = [file for file in sorted(data_dir.glob("*.sqlite3")) if file.name not in (meetings.name, box.name)]
    sources = list(dict.fromkeys([meetings, *others, *([box] if box.exists() else [])]))
    for file in sources:
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)
        try:
            connection.execute("VACUUM INTO ?", (str(draft / file.name),))
        finally:
            connection.close()
    copied = (*(file.name for file in sources), ".")
    for entry in sorted(data_dir.iterdir()):
        if entry.name in LEFT_OUT or entry.name.startswith(copied):
            continue
        if entry.is_dir():
            shutil.copytree(entry, draft / entry.name)
        elif entry.is_file():
            shutil.copy2(entry, draft / entry.name)
    for file in draft.rglob("*"):
        if file.is_file():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())
    draft.rename(target)  # a folder with the final name is complete
    return sum(file.stat().st_size for file in target.rglob("*") if file.is_file())


def _file(url: str) -> Path:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise CanNotBackUp("other_database")
    return Path(parsed.database).resolve()
