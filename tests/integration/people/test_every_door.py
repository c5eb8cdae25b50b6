"""One table of names, through every door by which a name comes in: kept as it was written, or asked for again."""

from __future__ import annotations

import ast
import html
import io
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from itertools import count

import openpyxl
import pytest
import pytest_asyncio

from meeting_server.archive.sheets import XLSX
from meeting_server.domain.commands import Actor, AddAgendaItem, Command, DraftMotion, OpenMeeting
from meeting_server.domain.person_names import visible
from meeting_server.domain.terms import Candidate, Terms
from meeting_server.domain.vote_terms import Base, MotionForce
from meeting_server.live.outcome import Acked
from meeting_server.wire.client_messages import CommandFrame
from meeting_server.wire.codec import BadMessage, decode, decode_command
from tests.kit.houses.meeting_house import MeetingHouse, form_fields, meeting_house
from tests.kit.meetings.nasty_names import NAMES
from tests.kit.paths import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="module")
_numbers = count(1)
Door = Callable[[MeetingHouse, str], Awaitable[str]]
"""Brings a name in; as what it was kept, empty if it was not."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path_factory.mktemp("doors")) as made:
        yield made


def _number() -> str:
    return f"X{next(_numbers):04}"


async def _kept(house: MeetingHouse, number: str) -> str:
    member = await house.site.directory.member_by_number(number)
    return member.name if member is not None else ""


# --- the doors ----------------------------------------------------------------------------------------------------------------------


async def _typed_into_the_roster(house: MeetingHouse, name: str) -> str:
    browser, number = await house.signed_in("secretary"), _number()
    page = f"/branches/{house.inner.branch.branch_id}/people/new"
    fields = {"name": name, "number": number, "standing": "full", "branch": house.inner.branch.branch_id}
    await browser.post(page, data={"csrf": await browser.token(page), **fields})
    return await _kept(house, number)


async def _imported(house: MeetingHouse, number: str, file: tuple[str, bytes, str]) -> str:
    browser, page = await house.signed_in("secretary"), f"/branches/{house.inner.branch.branch_id}/people/import"
    shown = await browser.post(page, data={"csrf": await browser.token(page)}, files={"file": file})
    if rows := re.search(r'name="rows" value="([^"]*)"', shown.text):
        await browser.post(f"{page}/confirm", data={"csrf": await browser.token(page), "rows": html.unescape(rows[1])})
    return await _kept(house, number)


async def _imported_as_csv(house: MeetingHouse, name: str) -> str:
    number = _number()
    return await _imported(house, number, ("名册.csv", f"姓名,学号,身份\n{name},{number},正式党员\n".encode(), "text/csv"))


async def _imported_as_a_workbook(house: MeetingHouse, name: str) -> str:
    number, book, file = _number(), openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["姓名", "学号", "身份"])
    coded = re.sub("[\x00-\x1f\ufffe\uffff]", lambda found: f"_x{ord(found[0]):04X}_", name)  # as Excel writes what XML cannot hold
    sheet.append([coded, number, "正式党员"])
    book.save(file)
    return await _imported(house, number, ("名册.xlsx", file.getvalue(), XLSX))


async def _confirmed_with_altered_rows(house: MeetingHouse, name: str) -> str:
    browser, page, number = await house.signed_in("secretary"), f"/branches/{house.inner.branch.branch_id}/people/import", _number()
    file = ("名册.csv", f"姓名,学号,身份\n占位,{number},正式党员\n".encode(), "text/csv")
    shown = await browser.post(page, data={"csrf": await browser.token(page)}, files={"file": file})
    found = re.search(r'name="rows" value="([^"]*)"', shown.text)
    assert found is not None
    rows = html.unescape(found[1]).replace("占位", json.dumps(name)[1:-1])
    await browser.post(f"{page}/confirm", data={"csrf": await browser.token(page), "rows": rows})
    return await _kept(house, number)


async def _given_by_a_guest(house: MeetingHouse, name: str) -> str:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    link, browser = await house.link(meeting_id), house.browser()
    token = await browser.token(link)
    await browser.post(link, data={"csrf": token, "as": "listen", "name": name, "not_them": name})
    state = await house.registry.state(meeting_id)
    assert state is not None
    return next((p.name for p in state.participants.values() if p.role == "guest"), "")


async def _listed_as_a_guest(house: MeetingHouse, name: str) -> str:
    browser, page = await house.signed_in("secretary"), f"/branches/{house.inner.branch.branch_id}/meetings/new?kind=general"
    answer = await browser.submit(page.partition("?")[0], form_fields(house, guests=name), page=page)
    scheduled = await house.site.schedule.meeting(answer.headers["location"].split("/")[2].partition("?")[0])
    assert scheduled is not None
    return next((person.guest_name for person in scheduled.plan.people if person.guest_name), "")


async def _given_to_a_device_of_the_hall(house: MeetingHouse, name: str) -> str:
    meeting_id = (await house.scheduled()).meeting_id
    browser, page = await house.signed_in("secretary"), f"/meetings/{meeting_id}/devices"
    await browser.submit(page, {"kind": "screen", "name": name}, page=page, status=200)
    (device,) = await house.site.hall_devices.of_meeting(meeting_id)
    return "" if device.name == "会场屏幕" else device.name


async def _meeting_with(house: MeetingHouse, command: Command) -> dict[str, object]:
    meeting_id = (await house.scheduled()).meeting_id
    await house.do(meeting_id, "secretary", OpenMeeting())
    data = json.dumps(_plain(command), default=_plain)
    try:
        frame = decode(f'{{"type":"command","id":"12345678","kind":"{type(command).__name__}","data":{data}}}')
    except BadMessage:
        return {}
    assert isinstance(frame, CommandFrame)
    outcome = await house.registry.submit(meeting_id, Actor(house.pid("secretary")), decode_command(frame))
    state = await house.registry.state(meeting_id)
    assert state is not None
    return {"agenda": state.agenda, "motions": state.motions} if isinstance(outcome, Acked) else {}


def _plain(value: object) -> object:
    return asdict(value)  # type: ignore[call-overload]  # commands and their parts are dataclasses


async def _speaking_to_an_item(house: MeetingHouse, name: str) -> str:
    after = await _meeting_with(house, AddAgendaItem("总结", 5, name))
    agenda = after.get("agenda", ())
    return next((visible(item.speaker) for item in agenda if item.title == "总结"), "")  # type: ignore[attr-defined]


async def _standing_for_election(house: MeetingHouse, name: str) -> str:
    terms = Terms(1, "组〔2026〕12号", Base.PRESENT)
    people = (Candidate("", name, 1, reason="组织关系正在转入"), Candidate("", "钱多多", reason="组织关系正在转入"))
    draft = DraftMotion("选举", force=MotionForce.ELECTION, candidates=people, terms=terms)
    after = await _meeting_with(house, draft)
    motions = after.get("motions", {})
    names = [c.name for motion in motions.values() for c in motion.candidates]  # type: ignore[attr-defined]
    return next((kept for kept in names if kept != "钱多多"), "")


DOORS: dict[str, Door] = {
    "the form of the roster": _typed_into_the_roster,
    "a roster as CSV": _imported_as_csv,
    "a roster as a workbook": _imported_as_a_workbook,
    "rows altered before they are confirmed": _confirmed_with_altered_rows,
    "a guest": _given_by_a_guest,
    "the list of guests": _listed_as_a_guest,
    "a device of the hall": _given_to_a_device_of_the_hall,
    "the speaker of an item": _speaking_to_an_item,
    "a candidate": _standing_for_election,
}
REFUSED = {
    "the speaker of an item": "[\x00-\x1f\x7f-\x9f\ufffe\uffff\U0001fffe]",
    "a candidate": "[\x00-\x1f\x7f-\x9f\ufffe\uffff\U0001fffe]",
    "a roster as CSV": "[\x00-\x1f]",
}
"""What may be refused as a whole: a frame that no phone of ours sends, because phones clean; a file of controls, which is no text."""


@pytest.mark.parametrize("door", DOORS)
async def test_a_name_is_kept_as_it_was_written_or_not_at_all(house: MeetingHouse, door: str) -> None:
    wrong = {}
    for what, name in NAMES.items():
        kept = await DOORS[door](house, name.typed)
        refused = kept == "" and door in REFUSED and re.search(REFUSED[door], name.typed)
        if kept != name.kept and not refused:
            wrong[what] = kept
    assert wrong == {}


# --- no further doors ---------------------------------------------------------------------------------------------------------------

READS_OUTSIDE = {
    "web/learning/study_pages.py": "numbers alone: what was played",
    "web/meeting/ballots.py": "refuses a mark that would have to be cleaned, because it is signed",
    "web/meeting/whip.py": "SDP, read by its grammar",
    "web/people/roster_pages.py": "cleans the rows that a form carried",
    "web/rehearsal/control.py": "the command line's own process, with a token",
    "web/site/assets.py": "our own file",
    "web/site/catalogue.py": "our own files",
    "web/site/forms.py": "cleans every field",
}
"""Where the pages read what a client sent other than by ``form_of`` and the address, and why no unclean text comes in there."""
_READING = {"form", "json", "body", "stream", "receive_text", "receive_bytes", "receive_json", "iter_text", "iter_bytes"}


async def test_every_place_that_reads_what_a_client_sent_is_known() -> None:
    found = set()
    for path in sorted((ROOT / "meeting_server" / "web").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _reads(node.func):
                found.add(str(path.relative_to(ROOT / "meeting_server")))
    assert found == set(READS_OUTSIDE)


def _reads(call: ast.Attribute) -> bool:
    of = call.value.id if isinstance(call.value, ast.Name) else call.value.attr if isinstance(call.value, ast.Attribute) else ""
    decodes = call.attr in ("loads", "decode") and of in ("json", "from_runner")
    return decodes or (call.attr in _READING and of in ("request", "websocket", "_websocket", "bounded"))


async def test_an_address_holds_no_such_character(house: MeetingHouse) -> None:
    browser = await house.signed_in("secretary")
    for address in (
        "/search?q=%00%EF%BF%BE%E5%AD%A6",
        "/search?q=%ED%A0%80",
        f"/branches/{house.inner.branch.branch_id}/people?q=%00",
        "/%00",
    ):
        answer = await browser.get(address)
        assert answer.status_code in (200, 404), address
        assert "\0" not in answer.text
        assert "\ufffe" not in answer.text
