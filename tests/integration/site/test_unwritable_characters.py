"""One character spoils nothing: what is stored with characters that no document can hold comes out of every address all the same."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import String, Text, func, select, update
from starlette.routing import Route

from meeting_server.domain.commands import PostChat
from meeting_server.store.database import metadata
from meeting_server.store.learning.courses import Course
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.learning.studied import Studied
from meeting_server.web.routes import routes
from meeting_server.web.sharing.downloads import FORMS
from meeting_server.web.site.auth import now_millis
from meeting_server.wire.client_messages import CommandFrame
from meeting_server.wire.codec import BadMessage, decode, decode_command
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.houses import Browser
from tests.kit.houses.published_meeting import publish
from tests.kit.work.export_readers import FORBIDDEN, READERS, nothing

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPOILING = "\x01\x0b\x7f\x85\u202e\u2066\ufdd0\ufffe\uffff\U0001ffff\r"
"""Controls of both kinds, text turned around, noncharacters of two planes."""
RARE = "𠮷"
NASTY = f"{SPOILING}{RARE}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ArchiveHouse]:
    """A published meeting with a lesson and a course, spoiled in the journal and in every table, as an older house may have it."""
    async with archive_house(tmp_path_factory.mktemp("nasty"), texts=lambda said: said + NASTY) as made:
        publication = await publish(made)
        house, by, now = made.there.site, made.there.people["secretary"].member_id, now_millis()
        timeline = house.archive.timeline(made.meeting_id)
        assert timeline is not None
        branch_id, zero = publication.branch_id, timeline.zero
        await house.learning.lessons.save(
            Lesson("l-1", made.meeting_id, branch_id, "微党课", zero, zero + 20_000, by, "何雨桐", now, state="published", published_at=now)
        )
        parts = (Studied("lesson", "l-1"), Studied("meeting", made.meeting_id))
        await house.learning.courses.save(
            Course("c-1", branch_id, "专题", by, "何雨桐", now, state="published", published_at=now, parts=parts)
        )
        transcript = made.folder / "transcript.json"
        transcript.write_text(transcript.read_text("utf-8").replace("同志们", f"同志们{json.dumps(NASTY)[1:-1]}"), "utf-8")
        async with house.database.write() as conn:
            for table in metadata.tables.values():
                for column in table.columns:
                    if isinstance(column.type, String | Text) and not column.primary_key and not column.foreign_keys:
                        said = column.bool_op("GLOB")("*[\u4e00-\u9fff]*") & (func.substr(column, 1, 1).not_in(("[", "{")))
                        await conn.execute(update(table).where(said).values({column.name: column.op("||")(NASTY)}))
        yield made


def unmarked(said: str) -> list[str]:
    """Where the guest 高原 of the meeting is named in what a file says, and 列席 does not stand within the next words."""
    shown = re.sub(r"<[^>]*>|\s+|[\x00-\x1f\x7f-\x9f]", "", said)
    return [
        shown[found.start() - 20 : found.start() + 60] for found in re.finditer("高原", shown) if "列席" not in shown[found.start() :][:60]
    ]


async def _addresses(archive: ArchiveHouse, browser: Browser) -> list[str]:
    """Every address that answers GET, of what there is."""
    there = archive.there
    await browser.submit("/feeds", {"branch": there.branch.branch_id}, page="/feeds")
    feed = re.search(r"/feeds/([A-Za-z0-9_-]{43})\.xml", (await browser.get("/feeds")).text)
    assert feed is not None
    documents = await there.site.documents.of_meeting(archive.meeting_id)
    known = {
        "branch_id": there.branch.branch_id,
        "member_id": there.people["member"].member_id,
        "meeting_id": archive.meeting_id,
        "participant_id": there.people["member"].member_id,
        "lesson_id": "l-1",
        "course_id": "c-1",
        "token": feed[1],
        "page": "1",
        "document_id": documents[0].document_id if documents else "d1",
        "year": "2026",
    }
    found = []
    for route in routes:
        if not isinstance(route, Route) or "GET" not in (route.methods or set()):
            continue
        if route.path == "/me/sign-outs":
            continue  # waits for another device
        for file in FORMS if "{file}" in route.path and "/take" in route.path else ("-",):
            holes = known | {"file": file}
            found.append(re.sub(r"\{(\w+)(:\w+)?\}", lambda hole, holes=holes: holes.get(hole[1], "unknown-1"), route.path))  # type: ignore[misc]  # bound now
    return found


@pytest.mark.night
@pytest.mark.slow
async def test_every_address_answers_and_a_real_reader_opens_what_it_gives(archive: ArchiveHouse) -> None:
    opened: dict[str, list[str]] = {}
    wrong: list[str] = []
    answered: set[str] = set()
    for who in ("secretary", "administrator"):
        browser = await archive.there.signed_in(who)
        for address in await _addresses(archive, browser):
            if address in answered:
                continue
            answer = await browser.get(address)
            if answer.status_code >= 500 and "client_not_built" not in answer.text:
                wrong.append(f"{address}: {answer.status_code}")
            if answer.status_code != 200:
                continue
            answered.add(address)
            kind = answer.headers["content-type"].partition(";")[0]
            try:
                said = READERS[kind](answer.content)
            except Exception as error:  # noqa: BLE001  # whatever a reader says
                wrong.append(f"{address}: {kind}: {error!r}")
                continue
            wrong += [f"{address}: a guest without the mark: {place!r}" for place in unmarked(said)]
            if bad := FORBIDDEN.search(said):
                wrong.append(f"{address}: U+{ord(bad[0]):04X} in {said[max(0, bad.start() - 40) : bad.start()]!r}")
            if RARE in said:
                opened.setdefault(kind, []).append(address)
    assert wrong == []
    # each of these was there, and told of the people and the meeting
    expected = set(READERS) - {kind for kind, reader in READERS.items() if reader is nothing} - {"application/json", "image/svg+xml"}
    assert expected - set(opened) == set()


def _name_in(answer: httpx.Response) -> str:
    return READERS[answer.headers["content-type"].partition(";")[0]](answer.content)


async def test_a_rare_character_of_a_name_is_drawn_in_the_pdf_and_not_a_box(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("secretary")
    said = _name_in(await browser.get(f"{archive.address}/take/minutes.pdf"))
    assert f"周建华{RARE}" in said
    assert "□" not in said


async def test_a_form_can_store_none_of_them(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("administrator")
    page = f"/branches/{archive.there.branch.branch_id}/people/new"
    await browser.submit(page, {"name": f"王{NASTY}", "number": "S\uffff2026\x01999", "standing": "full"}, page=page)
    async with archive.there.site.database.read() as conn:
        members = metadata.tables["members"]
        kept = [(row.name, row.number) for row in await conn.execute(select(members).where(members.c.number.like("S%")))]
    assert kept == [(f"王{RARE}", "S2026999")]


@pytest.mark.parametrize("character", ["\0", "\x1f", "\x85", "\ud800", "\ufdd0", "\ufffe", "\uffff", "\U0010ffff"])
async def test_the_socket_takes_none_of_them(character: str) -> None:
    with pytest.raises(BadMessage):
        decode(json.dumps({"type": "command", "id": "12345678", "kind": "PostChat", "data": {"text": f"王{character}"}}))


async def test_text_that_turns_its_neighbours_around_is_put_straight_at_the_socket() -> None:
    frame = decode(json.dumps({"type": "command", "id": "12345678", "kind": "PostChat", "data": {"text": "\u202e同意\u2066\ufeff"}}))
    assert isinstance(frame, CommandFrame)
    assert decode_command(frame) == PostChat("同意")
