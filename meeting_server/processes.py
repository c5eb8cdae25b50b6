"""The media worker and the archive worker as processes of their own, each with only what it needs; and the database they share."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import stat
from typing import TYPE_CHECKING

from meeting_server.config import Settings

if TYPE_CHECKING:
    from meeting_server.archive.speech.engines import SpeechSettings


def keep_private(settings: Settings) -> None:
    """Whatever this process makes is for its own account alone, and others lose the folders that were made before.

    A folder that others may write into (``/tmp``) or that belongs to somebody else is left as it is.
    """
    os.umask(0o077)
    for folder in (settings.data_dir, settings.recordings_dir):
        try:
            found = folder.stat()
        except FileNotFoundError:
            continue
        if found.st_uid == os.geteuid() and found.st_mode & 0o007 and not found.st_mode & 0o002:
            folder.chmod(stat.S_IMODE(found.st_mode) & ~0o007)


OPEN_FILES = 65_536
"""As many as ``deploy/meeting-server.service`` allows."""


def open_more_files() -> int:
    """Raise the soft limit of open files towards the hard one, for every socket is a file; the limit from now on.

    Many systems start a program with 1,024 although they allow far more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


async def migrated(settings: Settings) -> None:
    """Bring the databases to the newest revision. Raises MisplacedTables."""
    from meeting_server.ballots.tables import BALLOT_BOX
    from meeting_server.store.migrating import MEETINGS, migrate, same_database

    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    apart = not same_database(settings.database, settings.ballot_database)
    await migrate(settings.database, MEETINGS, apart_from=BALLOT_BOX if apart else None)
    await migrate(settings.ballot_database, BALLOT_BOX, apart_from=MEETINGS if apart else None)


def run_media(settings: Settings) -> None:
    """Forward voice and video until SIGTERM or SIGINT."""
    from meeting_server.media import worker

    open_more_files()
    control = settings.media_control
    control.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    words = ["--socket", str(control), "--port", str(settings.media_port)]
    for host in filter(None, (word.strip() for word in settings.media_host.split(","))):
        words += ["--host", host]
    worker.main(words)


def run_archive(settings: Settings) -> None:
    """Make the records of adjourned meetings until SIGTERM or SIGINT."""
    from meeting_server.archive.record.worker import be_gentle

    be_gentle()
    asyncio.run(_work_on_records(settings))


def run_captions(settings: Settings) -> None:
    """Write live captions until SIGTERM or SIGINT. Does nothing where they are switched off."""
    from meeting_server.archive.record.worker import be_gentle
    from meeting_server.archive.speech.captions import run

    sockets = settings.caption_sockets
    if sockets is not None:
        be_gentle()
        run(speech_of(settings), settings.recordings_dir, sockets)


def speech_of(settings: Settings) -> SpeechSettings:
    """The engine that was chosen."""
    from meeting_server.archive.speech.engines import SpeechSettings

    return SpeechSettings(
        settings.speech_engine,
        settings.speech_model,
        settings.speech_model_sha256,
        settings.speech_language,
        settings.speech_threads,
        home=settings.speech_home,
        device=settings.speech_device,
        url=settings.speech_url,
        key=settings.speech_key,
        service_model=settings.speech_service_model,
    )


async def _work_on_records(settings: Settings) -> None:
    from meeting_server.archive.record.giving_way import GivingWay
    from meeting_server.archive.record.meaning_keeper import MeaningKeeper
    from meeting_server.archive.record.pipeline import Pipeline
    from meeting_server.archive.record.worker import Worker
    from meeting_server.archive.speech.embedding import InstalledEmbedder
    from meeting_server.archive.speech.engines import resolved
    from meeting_server.archive.speech.hearing import Hearing
    from meeting_server.archive.takeaway.learning_record_store import Delivery, RecordStore
    from meeting_server.journal.sql import SqlJournal
    from meeting_server.store.database import Database
    from meeting_server.store.learning.statements import Statements
    from meeting_server.store.record.holds import Holds
    from meeting_server.store.record.meanings import Meanings
    from meeting_server.store.record.record_edits import RecordEdits
    from meeting_server.store.record.record_orders import RecordOrders
    from meeting_server.store.record.search import Search
    from meeting_server.store.schedule.schedule import Schedule

    stop, giving_way = asyncio.Event(), GivingWay()

    def end() -> None:
        stop.set()
        giving_way.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    await migrated(settings)
    database = Database(settings.database)
    speech = speech_of(settings)
    try:
        journal = SqlJournal(database)
        hearing = Hearing(speech, giving_way)
        pipeline = Pipeline(
            journal, Search(database), settings.recordings_dir, hearing, RecordEdits(database), RecordOrders(database), giving_way
        )
        worker = Worker(journal, pipeline, settings.retention_days, Holds(database), lambda: resolved(speech).engine)
        meaning = MeaningKeeper(Meanings(database), InstalledEmbedder(settings.meaning_home), giving_way)
        jobs = [worker.run(stop), meaning.run(stop), giving_way.watch(Schedule(database).running, stop)]
        if settings.lrs_endpoint:
            store = RecordStore(settings.lrs_endpoint, settings.lrs_user, settings.lrs_password)
            jobs.append(Delivery(Statements(database), store).run(stop))
        await asyncio.gather(*jobs)
    finally:
        await database.close()
