"""The media worker and the archive worker as processes of their own, each with only what it needs; and the database they share."""

from __future__ import annotations

import asyncio
import signal

from meeting_server.config import Settings


async def migrated(settings: Settings) -> None:
    """Bring the databases to the newest revision."""
    from meeting_server.store.database import migrate

    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    for url in dict.fromkeys((settings.database, settings.ballot_database)):
        await migrate(url)


def run_media(settings: Settings) -> None:
    """Forward voice and video until SIGTERM or SIGINT."""
    from meeting_server.media import worker

    control = settings.media_control
    control.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    words = ["--socket", str(control), "--port", str(settings.media_port)]
    for host in filter(None, (word.strip() for word in settings.media_host.split(","))):
        words += ["--host", host]
    worker.main(words)


def run_archive(settings: Settings) -> None:
    """Make the records of adjourned meetings until SIGTERM or SIGINT."""
    from meeting_server.archive.worker import be_gentle

    be_gentle()
    asyncio.run(_work_on_records(settings))


async def _work_on_records(settings: Settings) -> None:
    from meeting_server.archive.pipeline import Pipeline
    from meeting_server.archive.worker import Worker
    from meeting_server.journal.sql import SqlJournal
    from meeting_server.store.database import Database
    from meeting_server.store.search import Search

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await migrated(settings)
    database = Database(settings.database)
    try:
        journal = SqlJournal(database)
        pipeline = Pipeline(journal, Search(database), settings.recordings_dir)
        await Worker(journal, pipeline, settings.retention_days).run(stop)
    finally:
        await database.close()
