"""What is found by meaning: of open meetings only, never of what is gone, and the likest first; on every database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from meeting_server.archive.record.giving_way import GivingWay
from meeting_server.archive.record.meaning_keeper import MeaningKeeper
from meeting_server.domain.ids import MeetingId
from meeting_server.store.database import Database
from meeting_server.store.record.meanings import Meanings, Vector
from meeting_server.store.record.search import Passage, Search
from tests.kit.work.embedding import faults
from tests.kit.work.little_embedder import LittleEmbedder

ONE, OTHER = MeetingId("m-1"), MeetingId("m-2")
PHONES, DUES, MOTION = "下周教退休老人用手机。", "本季度党费都收齐了。", "关于给老人配手机的决议"


async def told(database: Database) -> Meanings:
    search, meanings = Search(database), Meanings(database)
    await search.replace(
        ONE, "b-1", [Passage("speech", 1, "李敏", PHONES), Passage("speech", 2, "", DUES), Passage("motion", 3, "", MOTION)]
    )
    await search.replace(OTHER, "b-2", [Passage("speech", 4, "", "外校老人用手机的事。"), Passage("chat", 5, "", "老人手机老人手机")])
    for meeting_id in await meanings.behind("little"):
        assert await meanings.embed(meeting_id, LittleEmbedder())
    return meanings


def test_the_stand_in_keeps_to_what_embedders_keep_to() -> None:
    assert faults(LittleEmbedder()) == []


async def test_the_likest_comes_first_and_only_open_meetings_are_asked(database: Database) -> None:
    meanings, little = await told(database), LittleEmbedder()
    asked = "年纪大的人学智能设备"
    both = await meanings.find(asked, little, meetings=[ONE, OTHER], limit=9)
    assert [hit.excerpt for hit in both][-1] == DUES
    assert {hit.excerpt for hit in both[:3]} == {PHONES, MOTION, "外校老人用手机的事。"}
    assert "老人手机老人手机" not in [hit.excerpt for hit in both]  # chat is found by its words
    mine = await meanings.find(asked, little, meetings=[ONE], limit=1)
    assert [(hit.meeting_id, hit.marks) for hit in mine] == [(ONE, ())]
    assert await meanings.find(asked, little, limit=9) == []


async def test_of_a_meeting_that_is_only_studied_nothing_unpublished_is_even_ranked(database: Database) -> None:
    meanings = await told(database)
    found = await meanings.find("老人手机", LittleEmbedder(), studied=[ONE], limit=9)
    assert [hit.excerpt for hit in found] == [PHONES, DUES]


async def test_what_is_replaced_or_forgotten_is_not_found_by_what_it_meant(database: Database) -> None:
    meanings, search, little = await told(database), Search(database), LittleEmbedder()
    await search.replace(ONE, "b-1", [Passage("speech", 1, "", "这里的话删掉了，党费。")])
    assert await meanings.find("老人手机", little, meetings=[ONE], limit=9) == []
    assert await meanings.behind("little") == [ONE]
    await meanings.embed(ONE, little)
    assert [hit.excerpt for hit in await meanings.find("老人手机", little, meetings=[ONE], limit=9)] == ["这里的话删掉了，党费。"]
    await search.forget(OTHER)
    assert await meanings.find("老人手机", little, meetings=[OTHER], limit=9) == []
    assert await meanings.behind("little") == []


async def test_a_better_model_tells_everything_anew_and_the_old_one_is_not_compared_with_it(database: Database) -> None:
    class Better(LittleEmbedder):
        name = "better"

    meanings = await told(database)
    assert await meanings.behind("better") == [ONE, OTHER]
    assert await meanings.find("老人", Better(), meetings=[ONE, OTHER], limit=9) == []
    await meanings.embed(ONE, Better())
    assert {hit.meeting_id for hit in await meanings.find("老人", Better(), meetings=[ONE, OTHER], limit=9)} == {ONE}


async def test_passages_that_change_while_they_are_told_are_told_again(database: Database) -> None:
    search, meanings, loop = Search(database), Meanings(database), asyncio.get_running_loop()
    await search.replace(ONE, "b-1", [Passage("speech", 1, "", PHONES)])

    def taken_out() -> None:
        asyncio.run_coroutine_threadsafe(search.replace(ONE, "b-1", [Passage("speech", 1, "", DUES)]), loop).result(60)

    assert not await meanings.embed(ONE, LittleEmbedder(), taken_out)
    assert await meanings.behind("little") == [ONE]
    assert await meanings.embed(ONE, LittleEmbedder())
    assert [hit.excerpt for hit in await meanings.find("老人", LittleEmbedder(), meetings=[ONE], limit=9)] == [DUES]


async def test_the_keeper_catches_up_with_old_meetings_once_there_is_a_model_and_survives_one_that_breaks(database: Database) -> None:
    class Broken(LittleEmbedder):
        def passages(self, texts: Sequence[str]) -> Vector:
            raise RuntimeError("broken")

    search, meanings, models = Search(database), Meanings(database), [None, Broken(), LittleEmbedder()]
    await search.replace(ONE, "b-1", [Passage("speech", 1, "", PHONES)])
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    seen: list[LittleEmbedder | None] = []

    def next_model() -> LittleEmbedder | None:
        seen.append(model := models[min(len(seen), 2)])
        if len(seen) > len(models):  # what the last one told is kept by now
            loop.call_soon_threadsafe(stop.set)
        return model

    keeper = MeaningKeeper(meanings, next_model, GivingWay(lambda: 0.0), look_every_s=0.0)
    await keeper.run(stop)
    assert seen[:2] == models[:2]
    assert [hit.excerpt for hit in await meanings.find("老人", LittleEmbedder(), meetings=[ONE], limit=1)] == [PHONES]


async def test_the_keeper_ends_between_two_texts_when_the_process_is_to_end(database: Database) -> None:
    search, meanings, giving_way = Search(database), Meanings(database), GivingWay(lambda: 0.0)
    await search.replace(ONE, "b-1", [Passage("speech", 1, "", PHONES)])
    giving_way.stop()
    await MeaningKeeper(meanings, LittleEmbedder, giving_way).run(asyncio.Event())
    assert await meanings.behind("little") == [ONE]
