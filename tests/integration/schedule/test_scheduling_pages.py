"""Calling, changing and cancelling a meeting through its pages, without JavaScript."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import icalendar
import pytest
from PIL import Image

from meeting_server.demo.slides import slides
from meeting_server.domain.ids import MeetingId
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import ItemPlan
from meeting_server.drawing.drawer import PageDrawer
from meeting_server.drawing.pictures import MOST_PAGES
from meeting_server.store.schedule.documents import LARGEST
from meeting_server.store.schedule.templates import TEMPLATES
from meeting_server.web.site.dates import ZONE, millis
from tests.kit.attacks.odd_documents import blank_pages, chinese_pdf, with_a_bad_page, with_password
from tests.kit.houses.meeting_house import HOUR, MeetingHouse, form_fields, meeting_house, start_of

PDF = slides()[0][1]


def picture(width: int, height: int, kind: str) -> bytes:
    file = io.BytesIO()
    Image.effect_mandelbrot((width, height), (-2, -1.5, 1, 1.5), 30).convert("RGB").save(file, kind)
    return file.getvalue()


PNG = picture(60, 40, "PNG")


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MeetingHouse]:
    monkeypatch.setattr("meeting_server.web.schedule.document_pages.AT_ONCE_SECONDS", 120.0)  # however busy the machine is
    async with meeting_house(tmp_path) as made:
        yield made


def new_path(house: MeetingHouse) -> str:
    return f"/branches/{house.inner.branch.branch_id}/meetings/new"


async def called(house: MeetingHouse) -> MeetingId:
    browser = await house.signed_in("secretary")
    answer = await browser.submit(new_path(house), form_fields(house))
    return MeetingId(answer.headers["location"].split("/")[2].split("?")[0])


async def test_a_secretary_calls_a_meeting_from_a_template(house: MeetingHouse) -> None:
    browser = await house.signed_in("secretary")
    assert f'href="{new_path(house)}"' in (await browser.get("/meetings/new")).text, "branch or group"
    kinds = (await browser.get(new_path(house))).text
    for kind in TEMPLATES:
        assert f"?kind={kind}" in kinds
    page = (await browser.get(f"{new_path(house)}?kind=general")).text
    assert 'value="清点人数"' in page
    assert "应到 2 人，须到 1 人" in page, "何雨桐 and 丁文静 may vote"
    fields = form_fields(house)
    meeting_id = await called(house)
    scheduled = await house.site.schedule.meeting(meeting_id)
    assert scheduled is not None
    assert scheduled.plan.starts_at == millis(start_of(fields))
    assert scheduled.plan.agenda == (ItemPlan("学习文件", 30, "何雨桐"), ItemPlan("表决", 0, ""))
    assert [p.role for p in scheduled.plan.people] == [Role.SECRETARY, Role.CHAIR, Role.MEMBER, Role.GUEST]
    convening = await house.site.convener.convening(meeting_id)
    assert convening is not None
    assert [(p.name, p.voting) for p in convening.participants] == [
        ("何雨桐", True),
        ("丁文静", True),
        ("林晓雨", False),
        ("高原", False),
    ]


async def test_agenda_buttons_keep_everything_that_was_typed(house: MeetingHouse) -> None:
    browser = await house.signed_in("secretary")
    answer = await browser.submit(new_path(house), form_fields(house, do="item-up:1", title="改了的题目"), status=200)
    assert 'value="改了的题目"' in answer.text
    assert answer.text.index('value="表决"') < answer.text.index('value="学习文件"')
    assert await house.site.schedule.concerning(house.pid("secretary")) == ()


async def test_enter_in_a_field_saves_nothing_by_accident(house: MeetingHouse) -> None:
    browser = await house.signed_in("secretary")
    page = (await browser.get(f"{new_path(house)}?kind=general")).text
    first_button = page[page.index("<button", page.index('name="version"')) :]
    assert 'value="check"' in first_button[: first_button.index(">")]


async def test_what_is_wrong_stands_at_its_field(house: MeetingHouse) -> None:
    browser = await house.signed_in("secretary")
    answer = await browser.submit(new_path(house), form_fields(house, title="", minutes="3"), status=422)
    assert "有 2 处要改" in answer.text
    assert 'aria-describedby="e-title"' in answer.text
    assert "请填 10 到 720 之间的整数" in answer.text
    assert 'value="教学楼 A305"' in answer.text
    assert await house.site.schedule.concerning(house.pid("secretary")) == ()


@pytest.mark.parametrize("who", ["member", "probationary", "reviewer", "other_secretary", "stranger"])
async def test_only_the_branchs_secretary_calls_meetings(house: MeetingHouse, who: str) -> None:
    browser = await house.signed_in(who)
    status = 404 if who in ("other_secretary", "stranger") else 403
    assert (await browser.get(new_path(house))).status_code == status
    await browser.submit(new_path(house), form_fields(house), status=status)
    assert await house.site.schedule.concerning(house.pid("member")) == ()


async def test_moving_a_meeting_raises_the_sequence_and_reaches_the_room(house: MeetingHouse) -> None:
    meeting_id = await called(house)
    assert await house.registry.state(meeting_id) is not None
    browser = await house.signed_in("secretary")
    edit = f"/meetings/{meeting_id}/edit"
    scheduled = await house.site.schedule.meeting(meeting_id)
    assert scheduled is not None
    known = " ".join(person.participant_id for person in scheduled.plan.people)
    called_now: list[str] = [house.pid("member"), house.pid("secretary")]
    await browser.submit(edit, form_fields(house, version="1", time="20:00", person=called_now, known=known), page=edit)
    before, state = form_fields(house), await house.registry.state(meeting_id)
    assert state is not None
    assert state.starts_at == millis(start_of(before)) + HOUR
    assert "林晓雨" not in {p.name for p in state.participants.values()}
    (event,) = icalendar.Calendar.from_ical((await browser.get(f"/meetings/{meeting_id}/calendar.ics")).content).events
    assert event["SEQUENCE"] == 1
    assert isinstance(event.start, datetime)
    assert event.start.astimezone(ZONE).hour == 20


async def test_two_editors_do_not_overwrite_each_other(house: MeetingHouse) -> None:
    meeting_id = await called(house)
    edit = f"/meetings/{meeting_id}/edit"
    first, second = await house.signed_in("secretary"), await house.signed_in("administrator")
    await first.submit(edit, form_fields(house, version="1", place="B101"), page=edit)
    answer = await second.submit(edit, form_fields(house, version="1", place="C202"), page=edit, status=409)
    assert "别人刚刚改过" in answer.text
    assert 'value="C202"' in answer.text
    scheduled = await house.site.schedule.meeting(meeting_id)
    assert scheduled is not None
    assert scheduled.plan.place == "B101"


async def test_a_cancelled_meeting_closes_its_links_and_tells_calendars(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id, "member")
    browser = await house.signed_in("secretary")
    page = f"/meetings/{scheduled.meeting_id}"
    await browser.submit(f"{page}/cancel", {"reason": "停电"}, page=f"{page}/cancel")
    shown = (await browser.get(page)).text
    assert "原因：停电" in shown
    assert "已经取消" in shown
    door = await house.browser().get(link)
    assert door.status_code == 410
    assert "这次会议取消了" in door.text
    calendar = icalendar.Calendar.from_ical((await browser.get(f"{page}/calendar.ics")).content)
    assert calendar["METHOD"] == "CANCEL"
    assert (await browser.get(f"{page}/edit")).status_code == 303


async def test_looking_never_changes_anything(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    browser = await house.signed_in("secretary")
    for path in ("cancel", "edit", "invitations", "leave", "enter", "attendance", "attendance.xlsx", "calendar.ics", "documents"):
        assert (await browser.get(f"/meetings/{scheduled.meeting_id}/{path}")).status_code in (200, 303)
    assert await house.site.schedule.meeting(scheduled.meeting_id) == scheduled


@pytest.mark.parametrize(
    ("who", "status"),
    [("secretary", 200), ("administrator", 200), ("reviewer", 200), ("member", 200), ("stranger", 404), ("other_secretary", 404)],
)
async def test_a_meeting_is_seen_by_whom_it_concerns(house: MeetingHouse, who: str, status: int) -> None:
    scheduled = await house.scheduled()
    browser = await house.signed_in(who)
    for path in ("", "/calendar.ics"):
        assert (await browser.get(f"/meetings/{scheduled.meeting_id}{path}")).status_code == status


@pytest.mark.parametrize("path", ["edit", "cancel", "invitations", "documents", "invitations/revoke"])
async def test_a_member_can_not_run_the_schedule(house: MeetingHouse, path: str) -> None:
    scheduled = await house.scheduled()
    browser = await house.signed_in("probationary")
    fields: dict[str, str | list[str]] = {"do": "save", "make": "all", "invitation": "i-x"}
    answer = await browser.submit(f"/meetings/{scheduled.meeting_id}/{path}", fields, status=403)
    assert "您没有这项权限" in answer.text
    assert await house.site.schedule.meeting(scheduled.meeting_id) == scheduled


async def test_home_shows_what_is_on_what_comes_and_what_was(house: MeetingHouse) -> None:
    now, later = await house.scheduled(title="正在开的会"), await house.scheduled(72 * HOUR, title="下周的会")
    past = await house.scheduled(-200 * HOUR, title="上周的会")
    await house.open(now.meeting_id)
    browser = await house.signed_in("member")
    page = (await browser.get("/")).text
    assert f'href="/meetings/{now.meeting_id}/enter"' in page
    assert page.index("正在开的会") < page.index("下周的会") < page.index("上周的会")
    assert "未召开" in page
    assert "召开会议" not in page
    calendar = icalendar.Calendar.from_ical((await browser.get("/me/calendar.ics")).content)
    assert {str(event["SUMMARY"]) for event in calendar.events} == {"正在开的会", "下周的会"}
    assert later.meeting_id != past.meeting_id


async def test_home_is_kind_when_there_is_nothing(house: MeetingHouse) -> None:
    member, secretary = await house.signed_in("member"), await house.signed_in("secretary")
    assert "支部书记召开会议以后" in (await member.get("/")).text
    assert "召开第一次会议吧" in (await secretary.get("/")).text


# --- documents ----------------------------------------------------------------------------------------------


async def test_a_document_is_served_to_the_meeting_and_to_nobody_else(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    page = f"/meetings/{scheduled.meeting_id}"
    browser = await house.signed_in("secretary")
    await browser.submit(f"{page}/documents", files={"file": ("工作 总结.pdf", PDF, "text/html")}, page=page)
    (document,) = await house.site.documents.of_meeting(scheduled.meeting_id)
    address = f"{page}/documents/{document.document_id}"
    member = await house.signed_in("member")
    answer = await member.get(address)
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "工作 总结" in (await member.get(page)).text
    assert (await (await house.signed_in("stranger")).get(address)).status_code == 404
    assert (await house.browser().get(address)).headers["location"].startswith("/sign-in")
    other = await house.scheduled(title="另一个会")
    assert (await member.get(f"/meetings/{other.meeting_id}/documents/{document.document_id}")).status_code == 404
    state = await house.registry.state(scheduled.meeting_id)
    assert state is not None
    assert [d.title for d in state.documents] == ["工作 总结"]


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("a.pdf", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", 415, "不是 PDF 或图片"),
        ("a.png", b"<!doctype html><script>alert(1)</script>", 415, "不是 PDF 或图片"),
        ("a.pdf", PDF + b"0" * (LARGEST + 1 - len(PDF)), 413, "超过 20 MB"),
        ("a.pdf", b"", 422, "文件是空的"),
        ("a.pdf", b"%PDF-1.7\n%%EOF\n", 422, "打不开"),
        ("a.png", PNG[:60], 422, "打不开"),
    ],
    ids=["svg", "html", "one byte over", "empty", "damaged pdf", "cut off picture"],
)
async def test_a_wrong_file_is_refused_with_a_word(house: MeetingHouse, name: str, content: bytes, status: int, words: str) -> None:
    scheduled = await house.scheduled()
    browser = await house.signed_in("secretary")
    page = f"/meetings/{scheduled.meeting_id}"
    answer = await browser.submit(f"{page}/documents", files={"file": (name, content, "application/pdf")}, page=page, status=status)
    assert words in answer.text
    assert await house.site.documents.of_meeting(scheduled.meeting_id) == ()


async def test_a_flood_of_bytes_is_cut_off(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    browser = await house.signed_in("secretary")
    page = f"/meetings/{scheduled.meeting_id}"
    files = {"file": ("a.pdf", PDF + b"0" * (LARGEST + 200_000), "application/pdf")}
    assert (await browser.submit(f"{page}/documents", files=files, page=page, status=413)).status_code == 413
    assert await house.site.documents.of_meeting(scheduled.meeting_id) == ()


async def test_a_document_is_removed(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    added = await house.site.documents.add(scheduled.meeting_id, "a.pdf", PDF, "x", 1)
    browser = await house.signed_in("secretary")
    page = f"/meetings/{scheduled.meeting_id}"
    await browser.submit(f"{page}/documents/{added.document_id}/remove", page=page)
    await browser.submit(f"{page}/documents/{added.document_id}/remove", page=page, status=404)
    assert await house.site.documents.of_meeting(scheduled.meeting_id) == ()


async def test_a_document_that_was_part_of_a_meeting_stays(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    added = await house.site.documents.add(scheduled.meeting_id, "a.pdf", PDF, "x", 1)
    await house.open(scheduled.meeting_id)
    browser, page = await house.signed_in("secretary"), f"/meetings/{scheduled.meeting_id}"
    answer = await browser.submit(f"{page}/documents/{added.document_id}/remove", page=page, status=409)
    assert "不能删去" in answer.text
    late = await house.site.documents.add(scheduled.meeting_id, "b.png", PNG, "x", 2)  # not of the record: the meeting is open already
    assert f"{page}/documents/{late.document_id}/remove" in (await browser.get(page)).text
    assert f"{page}/documents/{added.document_id}/remove" not in (await browser.get(page)).text
    await browser.submit(f"{page}/documents/{late.document_id}/remove", page=page)
    assert await house.site.documents.of_meeting(scheduled.meeting_id) == (added,)


async def test_the_pages_of_an_uploaded_document_are_pictures_small_enough_for_a_weak_network(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    page = f"/meetings/{scheduled.meeting_id}"
    browser = await house.signed_in("secretary")
    await browser.submit(f"{page}/documents", files={"file": ("总结.pdf", PDF, "application/pdf")}, page=page)
    await browser.submit(f"{page}/documents", files={"file": ("照片.jpg", picture(3000, 2000, "JPEG"), "image/jpeg")}, page=page)
    await browser.submit(f"{page}/documents", files={"file": ("图标.png", PNG, "image/png")}, page=page)
    state = await house.registry.state(scheduled.meeting_id)
    assert state is not None
    slides_, photo, icon = state.documents
    assert (slides_.pages, photo.pages, icon.pages) == (3, 1, 1)
    member = await house.signed_in("member")
    sizes = ((slides_, 3, (720, 405), (1440, 810)), (photo, 1, (720, 480), (1440, 960)), (icon, 1, (60, 40), (60, 40)))
    for document, number, small, large in sizes:
        address = f"{page}/documents/{document.document_id}/pages/{number}"
        for path, size, most in ((address, small, 100_000), (f"{address}/large", large, 400_000)):
            answer = await member.get(path)
            assert (answer.headers["content-type"], len(answer.content) <= most) == ("image/webp", True), len(answer.content)
            assert Image.open(io.BytesIO(answer.content)).size == size
            assert "immutable" in answer.headers["cache-control"]
            assert "private" in answer.headers["cache-control"]
    address = f"{page}/documents/{slides_.document_id}/pages"
    for wrong in ("0", "4", "-1", "x", "1e3", "²"):
        assert (await member.get(f"{address}/{wrong}")).status_code == 404
    assert (await (await house.signed_in("stranger")).get(f"{address}/1")).status_code == 404
    assert (await house.browser().get(f"{address}/1/large")).headers["location"].startswith("/sign-in")
    other = await house.scheduled(title="另一个会")
    assert (await member.get(f"/meetings/{other.meeting_id}/documents/{slides_.document_id}/pages/1")).status_code == 404


@pytest.mark.parametrize(
    ("content", "why", "words"),
    [(with_password(PDF), "locked", "打开要密码"), (blank_pages(MOST_PAGES + 1), "too_long", "超过 200 页")],
    ids=["locked", "too long"],
)
async def test_a_document_that_can_only_be_downloaded_is_kept_and_the_page_says_why(
    house: MeetingHouse, content: bytes, why: str, words: str
) -> None:
    scheduled = await house.scheduled()
    page = f"/meetings/{scheduled.meeting_id}"
    browser = await house.signed_in("secretary")
    answer = await browser.submit(f"{page}/documents", files={"file": ("a.pdf", content, "application/pdf")}, page=page)
    assert answer.headers["location"].startswith(f"{page}?done=unpaged_{why}")
    told = (await browser.get(answer.headers["location"])).text
    assert words in told
    assert "只能下载，不能在会上展示" in told
    (document,) = await house.site.documents.of_meeting(scheduled.meeting_id)
    assert document.pages == 0
    assert (await browser.get(f"{page}/documents/{document.document_id}/pages/1")).status_code == 404


async def test_pages_that_could_not_be_drawn_or_lack_characters_are_named(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    page = f"/meetings/{scheduled.meeting_id}"
    browser = await house.signed_in("secretary")
    for content in (with_a_bad_page(), chinese_pdf(["党员\ue123"])):
        await browser.submit(f"{page}/documents", files={"file": ("a.pdf", content, "application/pdf")}, page=page)
    told = (await browser.get(page)).text
    assert "第 2 页画不出来" in told
    assert "第 1 页有字显示不出来" in told
    assert "画不出来" not in (await (await house.signed_in("probationary")).get(page)).text


@asynccontextmanager
async def drawing_held(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """While it lasts, whatever is uploaded waits to be drawn, and nobody waits for it."""
    monkeypatch.setattr("meeting_server.web.schedule.document_pages.AT_ONCE_SECONDS", 0.0)
    async with house.site.documents._drawer._one_at_a_time:
        yield


async def waiting_to_be_drawn(house: MeetingHouse, meeting_id: MeetingId) -> str:
    """The id of the document that waits."""
    async with asyncio.timeout(30):
        while not (waiting := house.site.documents.being_drawn(meeting_id)):  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.01)
    return waiting[0].document_id


async def test_an_upload_that_takes_its_time_tells_how_far_it_is(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduled = await house.scheduled()
    page = f"/meetings/{scheduled.meeting_id}"
    browser = await house.signed_in("secretary")
    async with drawing_held(house, monkeypatch):
        answer = await browser.submit(f"{page}/documents", files={"file": ("总结.pdf", PDF, "application/pdf")}, page=page)
        assert "done=document_drawing" in answer.headers["location"]
        await waiting_to_be_drawn(house, scheduled.meeting_id)
        told = (await browser.get(answer.headers["location"])).text
        assert f'data-progress="{page}/documents/progress"' in told
        assert "总结 ·" in told
        piece = await browser.get(f"{page}/documents/progress")
        assert (piece.headers["x-complete"], "总结 ·" in piece.text) == ("no", True)
    async with asyncio.timeout(30):
        while (await browser.get(f"{page}/documents/progress")).headers["x-complete"] == "no":  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.05)
    assert "3 页" in (await browser.get(page)).text
    async with asyncio.timeout(30):
        while not (state := await house.registry.state(scheduled.meeting_id)) or not state.documents:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.05)
    assert [document.pages for document in state.documents] == [3]
    assert (await (await house.signed_in("probationary")).get(f"{page}/documents/progress")).status_code == 403


async def test_a_document_is_not_removed_while_its_pages_are_drawn(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduled = await house.scheduled()
    page = f"/meetings/{scheduled.meeting_id}"
    browser = await house.signed_in("secretary")
    async with drawing_held(house, monkeypatch):
        await browser.submit(f"{page}/documents", files={"file": ("总结.pdf", PDF, "application/pdf")}, page=page)
        waiting = await waiting_to_be_drawn(house, scheduled.meeting_id)
        answer = await browser.submit(f"{page}/documents/{waiting}/remove", page=page, status=409)
        assert "画好以后才能删去" in answer.text
    async with asyncio.timeout(30):
        while house.site.documents.being_drawn(scheduled.meeting_id):  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.05)


async def test_a_document_that_takes_over_its_drawing_is_kept_without_pages_and_the_page_says_so(house: MeetingHouse) -> None:
    planted = "process.draw = lambda *_: open('/etc/passwd')"
    house.site.documents._drawer = PageDrawer(f"from meeting_server.drawing import process; {planted}; process.main()")
    scheduled = await house.scheduled()
    page = f"/meetings/{scheduled.meeting_id}"
    browser = await house.signed_in("secretary")
    answer = await browser.submit(f"{page}/documents", files={"file": ("a.pdf", PDF, "application/pdf")}, page=page)
    assert "不能在会上展示" in (await browser.get(answer.headers["location"])).text
