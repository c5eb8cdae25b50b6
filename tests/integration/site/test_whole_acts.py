"""The checks that acts are whole bite: each on an act planted for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from meeting_server.store.database import Database
from meeting_server.store.people.access_log import AccessLog, Act, Entry
from meeting_server.store.record.holds import Hold, Holds
from tests.kit.work.whole_acts import Killed, Outcomes, Scene, WholeActs, failed, stopped_everywhere

ENTRY = Entry(1, Act.HOLD_SET, "m-1", "何雨桐")
HOLD = Hold("m-1", "审计", "m-1", "何雨桐", 1)  # type: ignore[arg-type]  # an id


async def in_pieces(database: Database) -> None:
    await Holds(database).set(HOLD)
    await AccessLog(database).note(ENTRY)


async def whole(database: Database) -> None:
    async with database.act():
        await in_pieces(database)


async def looked(database: Database) -> None:
    await AccessLog(database).note(ENTRY)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'house.sqlite3'}")
    await database.create_all()
    try:
        yield database
    finally:
        await database.close()


async def ask(folder: Path, method: str, act: Callable[[Database], Awaitable[None]]) -> int:
    async with opened(folder) as database:

        async def page(_request: Request) -> Response:
            await act(database)
            return Response()

        transport = WholeActs(database, Starlette(routes=[Route("/x", page, methods=["GET", "POST"])]))
        async with httpx.AsyncClient(transport=transport, base_url="http://house.test") as client:
            return (await client.request(method, "/x")).status_code


@pytest.mark.parametrize(("method", "act"), [("POST", whole), ("GET", looked)])
async def test_a_whole_act_and_a_noted_look_are_let_pass(tmp_path: Path, method: str, act: Callable[[Database], Awaitable[None]]) -> None:
    assert await ask(tmp_path, method, act) == 200


async def test_a_page_that_acts_in_pieces_is_caught(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"one act in 2 transactions: INSERT INTO record_holds \| INSERT INTO access_log"):
        await ask(tmp_path, "POST", in_pieces)


async def test_a_page_that_changes_something_when_looked_at_is_caught(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="looking has changed something: INSERT INTO record_holds"):
        await ask(tmp_path, "GET", whole)


def scene_of(act: Callable[[Database], Awaitable[None]]) -> Callable[[Path], AbstractAsyncContextManager[Scene]]:
    @asynccontextmanager
    async def scene(folder: Path) -> AsyncIterator[Scene]:
        async with opened(folder) as database:
            yield Scene(database, lambda: act(database))

    return scene


@pytest.mark.parametrize("error", [Killed, failed])
async def test_a_whole_act_stopped_anywhere_leaves_nothing_behind(tmp_path: Path, error: Callable[[], BaseException]) -> None:
    outcomes = await stopped_everywhere(scene_of(whole), tmp_path, error)
    assert outcomes == Outcomes(statements=9, nothing=9, all=0)


async def test_an_act_in_pieces_is_found_half_done(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="half done before statement"):
        await stopped_everywhere(scene_of(in_pieces), tmp_path)
