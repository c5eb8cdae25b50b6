"""A record that a better engine may hear again, by the wish of who keeps it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from meeting_server.archive.record.manifest import StepStatus, load, note
from meeting_server.archive.record.steps.speech import HearSpeech
from meeting_server.domain.ids import MeetingId
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.houses import read_numbers

pytestmark = pytest.mark.asyncio(loop_scope="module")

BUTTON = "重新听写</button>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ArchiveHouse]:
    """One house for all, heard by an engine of before; the server listens with a larger one now."""
    async with archive_house(tmp_path_factory.mktemp("archive"), said=[("zhou-audio-1.webm", 1.0, 3.0, "同志们，开会。")]) as made:
        settings = made.there.site.settings
        larger = {"speech_engine": "sense-voice", "speech_model": Path("/models/large")}
        made.there.change(settings=settings.model_copy(update=larger))
        yield made
        made.there.change(settings=settings)


@pytest.fixture(autouse=True)
async def as_before(archive: ArchiveHouse) -> AsyncIterator[None]:
    """What a test ordered or noted is taken back."""
    step = load(archive.folder, archive.meeting_id).status(HearSpeech.name)
    yield
    note(archive.folder, archive.meeting_id, HearSpeech.name, step)
    await archive.there.site.record_orders.cancel(MeetingId(archive.meeting_id), HearSpeech.name)


async def test_it_is_offered_when_another_engine_listens_now_and_ordered_with_one_tap(archive: ArchiveHouse) -> None:
    secretary, page = await archive.there.signed_in("secretary"), f"{archive.address}/record"
    assert "服务器已换用 sense-voice large" in (await secretary.get(page)).text
    answer = await secretary.submit(f"{page}/hear", page=page)
    assert "原来的文字照常可看" in (await secretary.get(answer.headers["location"])).text
    (order,) = (await archive.there.site.record_orders.of(archive.meeting_id)).values()
    assert (order.step, order.by_name) == (HearSpeech.name, "何雨桐")


async def test_it_is_not_offered_when_the_same_engine_listens_still(archive: ArchiveHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meeting_server.web.record.hearing_again.engine_of", lambda settings: "told")
    assert BUTTON not in (await (await archive.there.signed_in("secretary")).get(f"{archive.address}/record")).text


async def test_while_it_is_heard_the_page_says_how_far_and_takes_no_second_order(archive: ArchiveHouse) -> None:
    secretary, page = await archive.there.signed_in("secretary"), f"{archive.address}/record"
    before = load(archive.folder, archive.meeting_id).status(HearSpeech.name)
    note(archive.folder, archive.meeting_id, HearSpeech.name, StepStatus("running", before.made_from, percent=40))
    text = (await secretary.get(page)).text
    assert "正在重新听写（40%）" in text
    assert BUTTON not in text
    await secretary.submit(f"{page}/hear", page=page, status=404)


async def test_words_that_are_published_or_whose_sound_is_gone_stay_as_they_are(archive: ArchiveHouse) -> None:
    secretary, page = await archive.there.signed_in("secretary"), f"{archive.address}/record"
    form = {"title": "例会", "summary": "", "keywords": "", "audience": "branch"}
    await read_numbers(secretary, page)
    await secretary.submit(f"{page}/publish", {**form, "do": "publish"}, page=page)
    assert BUTTON not in (await secretary.get(page)).text
    await secretary.submit(f"{page}/publish", {"do": "withdraw"}, page=page)
    assert BUTTON in (await secretary.get(page)).text
    note(archive.folder, archive.meeting_id, HearSpeech.name, StepStatus("removed"))
    assert BUTTON not in (await secretary.get(page)).text


async def test_a_member_orders_nothing(archive: ArchiveHouse) -> None:
    member = await archive.there.signed_in("member")
    await member.submit(f"{archive.address}/record/hear", page=archive.address, status=403)
    assert await archive.there.site.record_orders.of(archive.meeting_id) == {}
