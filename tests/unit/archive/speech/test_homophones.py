"""What sounds alike is put right where it makes little sense, and left alone where it may have been said."""

from __future__ import annotations

import json
import re

import pytest

from meeting_server.archive.record.cues import Change, rewritten
from meeting_server.archive.record.glossary import Glossary
from meeting_server.archive.speech.homophones import put_right
from tests.kit.paths import ROOT

VECTORS = json.loads((ROOT / "tests" / "vectors" / "homophones.json").read_text(encoding="utf-8"))
PEOPLE = frozenset(VECTORS["people"])
OWN = Glossary((*PEOPLE, *(part for title in VECTORS["titles"] for part in re.findall("[\u4e00-\u9fff]+", title))), PEOPLE)
BRANCH = Glossary(("周建华", "李娜", "教育管理工作条例", "公示"), frozenset({"周建华", "李娜"}))


def righted(text: str, glossary: Glossary) -> str:
    return rewritten(text, put_right(text, glossary))


@pytest.mark.parametrize("vector", VECTORS["put_right"], ids=lambda vector: vector["meant"])
def test_a_homophone_of_the_list_is_put_right(vector: dict[str, str]) -> None:
    assert righted(vector["heard"], OWN) == vector["meant"]


@pytest.mark.parametrize("meant", [vector["meant"] for vector in VECTORS["put_right"]])
def test_what_is_right_stays(meant: str) -> None:
    assert put_right(meant, OWN) == ()


@pytest.mark.parametrize("said", VECTORS["stays"])
def test_a_homophone_that_was_said_just_so_stays(said: str) -> None:
    assert put_right(said, OWN) == ()


def test_the_words_of_the_product_itself_stay() -> None:
    """Forty thousand characters of right Chinese that the model was not made from; one change in ten thousand is borne."""
    texts = list(_leaves(json.loads((ROOT / "meeting_server" / "web" / "locales" / "zh-CN.json").read_text(encoding="utf-8"))))
    changed = [change for text in texts for change in put_right(text, OWN)]
    assert len(changed) <= sum(map(len, texts)) / 10_000


def _leaves(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    return [text for child in node.values() for text in _leaves(child)] if isinstance(node, dict) else []


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("今天之不大会有三项", "今天支部大会有三项"),
        ("讨论预备党援转证", "讨论预备党员转正"),
        ("组织委员通报党废收脚情况", "组织委员通报党费收缴情况"),
        ("请周剑花同志发言", "请周建华同志发言"),
        ("下面请里娜发言", "下面请李娜发言"),
        ("学习叫育管理工作条例", "学习教育管理工作条例"),
    ],
)
def test_a_term_is_put_where_its_sound_was_written(heard: str, meant: str) -> None:
    assert righted(heard, BRANCH) == meant


@pytest.mark.parametrize(
    "said",
    [
        "这个公式要记住",  # 公式 is a word, though 公示 is the term
        "他知不知道这件事",  # 知不 sounds like 支部
        "制止不了",  # 止不 inside two words
        "我们一致通过",  # nothing like a term
        "当元旦来到",  # 当元 sounds like 党员, but 元旦 is a word
        "哪里那么多事",  # 里那 sounds like 李娜: 哪里 and 那么 are words
        "The motion was carried.",
        "",
    ],
)
def test_nothing_is_changed_that_may_have_been_said(said: str) -> None:
    assert put_right(said, BRANCH) == ()


def test_a_change_says_where_it_is_and_what_was_heard() -> None:
    assert put_right("No. 2: 今天有三项一程。", BRANCH) == (Change(12, "一程", "议程"),)


def test_of_two_people_who_sound_the_same_nobody_is_chosen() -> None:
    assert righted("请黎敏同志发言", Glossary(("李敏",), frozenset({"李敏"}))) == "请李敏同志发言"
    assert put_right("请黎敏同志发言", Glossary(("李敏", "李民"), frozenset({"李敏", "李民"}))) == ()


def test_a_person_is_not_taken_for_another_who_was_called() -> None:
    assert put_right("请李民同志发言", Glossary(("李敏", "李民"), frozenset({"李敏", "李民"}))) == ()


def test_a_name_that_is_a_common_word_is_not_put_for_it() -> None:
    """往里 sounds like 王丽, 高峰 like 高锋."""
    glossary = Glossary(("王丽", "高锋"), frozenset({"王丽", "高锋"}))
    assert put_right("请大家往里走，现在是高峰时间。", glossary) == ()
    assert righted("请高峰同志发言。", glossary) == "请高锋同志发言。"


def test_a_title_of_the_meeting_is_put_where_its_sound_was_written() -> None:
    assert righted("下面介绍悦读节方案。", Glossary(("阅读节方案",))) == "下面介绍阅读节方案。"
    assert put_right("下面介绍悦读节方案。", Glossary(())) == ()


@pytest.mark.parametrize("text", ["十\n到\t二", "𠮷野家　与🎉同志", "议", "，。", "会" * 3000, "0" * 500, "实到\u200b26人"])
def test_odd_lines_are_read_to_their_end(text: str) -> None:
    assert put_right(text, OWN) == ()
