"""The adapters that each contract suite runs against."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from meeting_server.ballots.tables import BALLOT_BOX
from meeting_server.store.database import Database
from tests.kit.servers import servers


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database without tables, of each kind."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'contract.sqlite3'}"
    else:
        server, name = request.getfixturevalue("postgres_url"), f"test_{uuid.uuid4().hex}"
        engine = create_async_engine(server + "postgres", isolation_level="AUTOCOMMIT")
        async with engine.connect() as conn:
            await conn.execute(text(f"CREATE DATABASE {name}"))
        await engine.dispose()
        url = server + name
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def database(empty_database: Database) -> Database:
    """A database with every table but those of the ballot box."""
    await empty_database.create_all()
    return empty_database


@pytest.fixture
async def box_database(empty_database: Database) -> Database:
    """A database with the tables of the ballot box alone."""
    await empty_database.create_all(BALLOT_BOX.tables)
    return empty_database
