"""Search finds the same on every database: any characters in any sentence, words, and what sounds the same."""

from __future__ import annotations

import pytest

from meeting_server.domain.ids import MeetingId
from meeting_server.store.database import Database
from meeting_server.store.record.search import Hit, Passage, Search
from tests.kit.work.kept_bytes import kept_bytes

ONE, TWO = MeetingId("m1"), MeetingId("m2")
SENTENCES = [
    Passage("title", 1, "", "2026年11月支部党员大会"),
    Passage("chat", 2, "孙国栋", "考试周可以请退休同志来帮忙补"),
    Passage("chat", 3, "丁文静", "工作总结第三部分的数字要核对，Budget 100% ok?"),
    Passage("resolution", 4, "", "通过支部 2026 年度工作总结，修改后上报学院党委。"),
    Passage("agenda", 5, "", "Voting on the annual report — Café society"),
    Passage("chat", 6, "高原", "直步走过去就到了"),
]


@pytest.fixture
async def search(database: Database) -> Search:
    search = Search(database)
    await search.replace(ONE, "branch-1", SENTENCES)
    await search.replace(TWO, "branch-2", [Passage("title", 9, "", "别的支部的会")])
    return search


async def found(search: Search, query: str, **access: list[str]) -> list[str]:
    return [hit.excerpt for hit in await search.find(query, **(access or {"branches": ["branch-1"]}))]  # type: ignore[arg-type]


def marked(hit: Hit) -> list[str]:
    return [hit.excerpt[start:end] for start, end in hit.marks]


async def test_any_characters_of_a_sentence_find_it(search: Search) -> None:
    for query in ("支部", "年度", "总结", "2026", "通过支部", "学院党委", "２０２６", "修改后上报"):
        assert SENTENCES[3].text in await found(search, query), query


async def test_characters_in_another_order_or_apart_do_not(search: Search) -> None:
    for query in ("部支", "结总", "年总结", "通支"):
        assert SENTENCES[3].text not in await found(search, query), query


async def test_a_single_character_is_found(search: Search) -> None:
    assert await found(search, "补") == [SENTENCES[1].text]


async def test_english_words_and_their_beginnings_are_found_in_any_case(search: Search) -> None:
    for query in ("voting", "VOTING", "vot", "annual report", "cafe", "café", "soci"):
        assert await found(search, query) == [SENTENCES[4].text], query
    assert await found(search, "budget") == [SENTENCES[2].text]


async def test_words_apart_must_all_be_there(search: Search) -> None:
    assert await found(search, "工作 上报") == [SENTENCES[3].text]
    assert await found(search, "工作 退休") == []


async def test_pinyin_finds_characters_by_sound(search: Search) -> None:
    for query in ("zhibu", "zhi bu", "Zhibu"):
        assert set(await found(search, query)) == {SENTENCES[0].text, SENTENCES[3].text, SENTENCES[5].text}, query


async def test_the_same_characters_come_before_the_same_sound(search: Search) -> None:
    hits = await search.find("支部", branches=["branch-1"])
    assert [hit.by_sound for hit in hits] == [False, False, True]
    assert hits[-1].excerpt == SENTENCES[5].text
    assert marked(hits[-1]) == ["直步"]


async def test_the_newest_comes_first(search: Search) -> None:
    assert await found(search, "总结") == [SENTENCES[3].text, SENTENCES[2].text]


async def test_what_was_found_is_marked_in_the_original_text(search: Search) -> None:
    hits = await search.find("budget 数字", branches=["branch-1"])
    assert [marked(hit) for hit in hits] == [["数字", "Budget"]]


async def test_a_reader_finds_only_what_they_may_see(search: Search) -> None:
    assert await found(search, "支部", branches=["branch-2"]) == ["别的支部的会"]
    assert await found(search, "支部", meetings=["m2"]) == ["别的支部的会"]
    assert len(await found(search, "支部", branches=["branch-1", "branch-2"])) == 4
    assert await search.find("支部") == []
    assert await found(search, "支部", branches=["nowhere"]) == []


async def test_kinds_can_be_chosen(search: Search) -> None:
    hits = await search.find("总结", branches=["branch-1"], kinds=["chat"])
    assert [hit.kind for hit in hits] == ["chat"]


async def test_odd_queries_are_harmless(search: Search) -> None:
    for query in ("", "   ", "，。！", '"', "*", 'a" OR 1', "_", "NEAR(支 部)", "characters : 支", "-支部x", "')--", "\x00"):
        assert await found(search, query) == [], query


async def test_percent_and_underscore_are_no_wildcards(search: Search) -> None:
    assert await found(search, "%") == []
    assert await found(search, "100%") == [SENTENCES[2].text]


async def test_replacing_forgets_what_was_there_before(search: Search) -> None:
    await search.replace(ONE, "branch-1", [Passage("chat", 7, "", "只剩这一句")])
    assert await found(search, "支部") == []
    assert await found(search, "只剩") == ["只剩这一句"]
    await search.forget(ONE)
    assert await found(search, "只剩") == []
    assert await search.count() == 1


async def test_a_long_text_is_cut_around_what_was_found(search: Search) -> None:
    await search.replace(ONE, "branch-1", [Passage("point", 7, "", "前面的话" * 60 + "关键词" + "后面的话" * 60)])
    (hit,) = await search.find("关键词", branches=["branch-1"])
    assert marked(hit) == ["关键词"]
    assert len(hit.excerpt) < 130
    assert hit.excerpt.startswith("…")
    assert hit.excerpt.endswith("…")


async def test_a_part_of_the_speakers_name_can_be_asked_for(search: Search) -> None:
    assert [hit.who for hit in await search.find("总结", branches=["branch-1"], who="文静")] == ["丁文静"]
    assert await search.find("总结", branches=["branch-1"], who="孙国栋") == []
    assert await search.find("总结", branches=["branch-1"], who="%") == []


async def test_of_what_is_only_studied_nothing_else_is_found(search: Search) -> None:
    hits = await search.find("总结", studied=["m1"])
    assert hits == []  # said in chat and resolved: not published
    assert [hit.kind for hit in await search.find("支部", studied=["m1"])] == ["title"]
    assert [hit.kind for hit in await search.find("annual", studied=["m1"], kinds=["agenda"])] == ["agenda"]


async def test_meetings_with_a_vote_are_told_from_others(search: Search) -> None:
    await search.replace(TWO, "branch-2", [Passage("motion", 9, "", "同意接收孙悦为预备党员")])
    assert await search.holding("motion", ["m1", "m2", "m3"]) == {"m2"}
    assert await search.holding("motion", ["m1"]) == frozenset()
    assert await search.holding("motion", []) == frozenset()


async def test_a_word_longer_than_any_index_takes_is_kept_and_found_by_its_beginning(search: Search) -> None:
    word = "aGVsbG8" * 1_000
    await search.replace(ONE, "branch-1", [Passage("chat", 7, "", f"密钥 {word} 支部")])
    for query in (word[:90], word[:100], "支部", "密钥"):
        assert len(await found(search, query)) == 1, query[:20]


async def test_only_as_many_as_asked_for_and_the_same_characters_before_all_sounds(search: Search) -> None:
    await search.replace(ONE, "branch-1", [Passage("chat", n, "", "直步" if n % 2 else "支部") for n in range(1, 41)])
    hits = await search.find("支部", branches=["branch-1"], limit=25)
    assert [hit.by_sound for hit in hits] == [False] * 20 + [True] * 5
    assert [hit.said_at for hit in hits] == [*range(40, 0, -2), 39, 37, 35, 33, 31]


async def test_of_what_was_forgotten_nothing_can_be_read_in_the_files(search: Search, database: Database) -> None:
    await search.replace(ONE, "branch-1", [Passage("speech", 7, "周建华", "家庭住址 Zanzibarstrasse"), Passage("chat", 8, "", "其余的话")])
    assert b"zanzibarstrasse" in await kept_bytes(database)
    await search.replace(ONE, "branch-1", [Passage("chat", 8, "", "其余的话")])
    await search.forget_deleted()
    left = await kept_bytes(database)
    assert b"zanzibarstrasse" not in left.lower()
    assert "家庭住址".encode() not in left
    assert "家 庭 住 址".encode() not in left
    assert "其余的话".encode() in left
    assert await found(search, "其余") == ["其余的话"]
