"""What leaves the institution names nobody, however a name was written or said; and ordinary words stay what they are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from pypinyin import lazy_pinyin

from meeting_server.archive.takeaway.nameless import Nameless, nameless
from meeting_server.archive.takeaway.study import Utterance
from tests.kit.meetings.studies import study

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏任范方熊金陆郝孔白崔康毛邱秦"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国庆文玉萍红梅雪琴燕婷宁浩宇轩梓涵思源雨桐晓辉志鹏"
COMPOUND = ("欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "慕容", "令狐", "司徒", "夏侯", "独孤", "宇文", "呼延", "纳兰")
PARTS = ("买买提", "吐尔逊", "艾合买提", "古丽娜", "阿卜杜拉", "迪丽热巴", "努尔", "哈斯木", "玛依拉", "多吉", "次仁", "卓玛", "扎西")
LATIN = ("Anna", "Weber", "Mehmet", "Karim", "José", "Müller", "Nguyen", "Svetlana", "O'Brien", "Tanaka")
DOTS = "·•・‧∙⋅･."
JOINTS = (*DOTS, " ", "　", "", " · ", "-")
TITLES = ("同志", "书记", "老师", "委员", "主任", "副书记", "同学", "组长", "教授", "总", "哥", "某")
TRADITIONAL, SIMPLIFIED = OpenCC("s2t"), OpenCC("t2s")
"""Reading their dictionaries takes thirty times as long as an example."""
AROUND = (("", "说得对。"), ("请", "先讲。"), ("今天", "主持会议。"), ("会上，", "，你的意见呢？"), ("（", "）"), ("感谢", "和大家。"))

people = st.one_of(
    st.builds(str.__add__, st.sampled_from(SURNAMES), st.text(GIVEN, min_size=1, max_size=2)),
    st.builds(str.__add__, st.sampled_from(COMPOUND), st.text(GIVEN, min_size=1, max_size=2)),
)
dotted = st.lists(st.sampled_from(PARTS), min_size=2, max_size=3, unique=True).map("·".join)
latin = st.lists(st.sampled_from(LATIN), min_size=2, max_size=2, unique=True).map(" ".join)


def cleaned(text: str, roster: tuple[str, ...]) -> str:
    return shared(text, roster).study.utterances[0].text


def shared(text: str, roster: tuple[str, ...]) -> Nameless:
    return nameless(replace(study(), utterances=(Utterance(0, 9, "", text),), decisions=(), questions=()), roster)


def closed(text: str) -> str:
    """As a reader sees it who looks for names: without what may stand between characters."""
    return re.sub(rf"[\s{re.escape(DOTS)}\-]", "", SIMPLIFIED.convert(unicodedata.normalize("NFKC", text))).casefold()


def surname_of(name: str) -> str:
    return name[:2] if name[:2] in COMPOUND else name[:1]


@st.composite
def chinese_spelling(draw: st.DrawFn, name: str) -> tuple[str, str]:
    """A way to write or call somebody, and what must not be left of it."""
    surname = surname_of(name)
    first = name[len(surname) :]
    ways = [
        (name, name),
        (" ".join(name), name),
        ("　".join(name), name),
        (f"{surname}　{first}", name),
        (TRADITIONAL.convert(name), name),
        ("\u200b".join(name), name),
        (surname + draw(st.sampled_from(TITLES)), ""),
        (draw(st.sampled_from("小老")) + surname + draw(st.sampled_from(("", "同志", "老师"))), ""),
        (" ".join(word.capitalize() for word in ("".join(lazy_pinyin(surname)), "".join(lazy_pinyin(first)))), ""),
    ]
    if len(first) == 2:
        ways += [(first, first), (f"{first}同志", first), (f"{first[0]} {first[1]}", first)]
    chosen: tuple[str, str] = draw(st.sampled_from(ways))
    return chosen


@settings(max_examples=120, deadline=None)
@given(data=st.data(), roster=st.lists(people, min_size=1, max_size=12, unique=True))
def test_no_spelling_of_a_chinese_name_is_left(data: st.DataObject, roster: list[str]) -> None:
    written, never = data.draw(chinese_spelling(data.draw(st.sampled_from(roster))))
    before, after = data.draw(st.sampled_from(AROUND))
    said = f"{before}{written}{after}"
    out = cleaned(said, tuple(roster))
    assert written not in out, said
    assert not never or never not in closed(out), said


@settings(max_examples=80, deadline=None)
@given(data=st.data(), roster=st.lists(dotted, min_size=1, max_size=5, unique=True), dot=st.sampled_from(JOINTS))
def test_no_part_of_a_name_with_dots_is_left_whatever_the_dot(data: st.DataObject, roster: list[str], dot: str) -> None:
    parts = data.draw(st.sampled_from(roster)).split("·")
    written = data.draw(st.sampled_from([dot.join(parts), parts[0], parts[-1], f"{parts[0]}同志", f"{parts[-1]}老师", f"小{parts[0]}"]))
    before, after = data.draw(st.sampled_from(AROUND))
    out = closed(cleaned(f"{before}{written}{after}", tuple(roster)))
    assert not [part for part in parts if part in out], written


@settings(max_examples=80, deadline=None)
@given(data=st.data(), roster=st.lists(latin, min_size=1, max_size=5, unique=True))
def test_no_part_of_a_name_in_letters_is_left(data: st.DataObject, roster: list[str]) -> None:
    one, two = data.draw(st.sampled_from(roster)).split(" ")
    wide = {ord(c): ord(c) + 0xFEE0 for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
    written = data.draw(
        st.sampled_from(
            [
                f"{one} {two}",
                f"{two}, {one}",
                f"{one}·{two}",
                f"{one}{two}",
                one,
                two,
                f"{one} {two}".upper(),
                f"{one} {two}".lower(),
                f"{one} {two}".translate(wide),
                f"Comrade {two}",
            ]
        )
    )
    before, after = data.draw(st.sampled_from(AROUND))
    out = unicodedata.normalize("NFKC", cleaned(f"{before}{written}{after}", tuple(roster))).casefold()
    assert one.casefold() not in out, written
    assert two.casefold() not in out, written


ROSTER = (
    "买买提·吐尔逊",
    "欧阳娜娜",
    "王伟",
    "王建设",
    "李国庆",
    "赵文明",
    "周建华",
    "张晓宇",
    "Anna Weber",
    "向明",
    "高原",
    "任远",
    "陈卫东",
    "单田芳",
)


@pytest.mark.parametrize(
    "text",
    [
        "买买提说得对",
        "请吐尔逊同志讲",
        "买买提•吐尔逊来了",
        "买买提．吐尔逊",
        "買買提‧吐爾遜",
        "吐尔逊·买买提",
        "娜娜补充两句",
        "请娜娜讲",
        "欧阳同志",
        "小欧阳",
        "歐陽娜娜",
        "欧阳 娜娜",
        "阿娜来了",
        "小王请假",
        "老王同志",
        "王老师",
        "王书记好",
        "王副书记",
        "王某说",
        "王总来了",
        "王××",
        "伟哥说",
        "小伟",
        "大王老师",
        "建设同志说得对",
        "请国庆讲",
        "文明，你的意见呢",
        "我同意建设的意见",
        "国庆来了",
        "谢谢文明",
        "Zhou Jianhua 同意",
        "Jianhua Zhou",
        "zhoujianhua",
        "ZHOU Jian-hua",
        "Zhōu Jiànhuá",
        "Zhou J.H.",
        "请Anna讲",
        "请anna weber讲",
        "Weber, Anna",
        "Comrade Wang",
        "Xiao Wang",
        "wang laoshi",
        "周 建 华",
        "周·建华",
        "Shan Tianfang",
        "Ｚｈｏｕ　Ｊｉａｎｈｕａ",
        "周剑花说",
        "建\u200b华说",
    ],
)
def test_a_spelling_that_somebody_used_is_taken_out(text: str) -> None:
    out = closed(cleaned(text, ROSTER))
    names = (
        "买买提",
        "吐尔逊",
        "娜娜",
        "欧阳",
        "小王",
        "老王",
        "王老师",
        "王书记",
        "王副",
        "王某",
        "王总",
        "王×",
        "伟哥",
        "小伟",
        "阿娜",
        "建设",
        "国庆",
        "文明",
        "zhou",
        "jianhua",
        "anna",
        "weber",
        "wang",
        "建华",
        "剑花",
        "tianfang",
    )
    assert [name for name in names if name in out] == []


ORDINARY_TEXT = (
    "加强党的建设和组织建设，推进社会主义精神文明建设，国庆期间开展志愿服务，国庆节前完成工作总结。",
    "世界和平与发展是时代主题；文明单位、文明校园创建活动按计划进行，大家学习小组讨论了两个小时。",
    "小学老师来校参观，老年党员提高认识，工作总结会上王国安全教育内容丰富，主任务已经完成。",
    "Please mark this page: we hope it will go on; the annals of science are long.",
)


@pytest.mark.parametrize("text", ORDINARY_TEXT)
def test_words_of_everyday_use_stay_though_somebody_is_called_so(text: str) -> None:
    assert cleaned(text, (*ROSTER, "Will Hope", "Mark Page")) == text


def test_whoever_looks_at_it_is_told_which_everyday_words_were_left() -> None:
    found = shared("加强党的建设，庆祝国庆，国庆节放假。请国庆讲。", ROSTER)
    assert dict(found.left) == {"建设": 1, "国庆": 2}
    assert "请某同志讲" in found.study.utterances[0].text


def test_an_everyday_word_of_which_it_is_not_clear_is_taken_out() -> None:
    assert cleaned("建设和国庆都没有意见", ROSTER) == "某同志和某同志都没有意见"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("小康先讲。", False),
        ("（小康）", False),
        ("小方说得对。", False),
        ("全面建成小康社会。", True),
        ("小组讨论。", True),
        ("大方得体。", True),
    ],
)
def test_a_word_that_somebody_may_be_called_by_stays_only_where_its_neighbours_show_the_word(said: str, left: bool) -> None:
    assert (cleaned(said, ("康丽", "方丽", "组长明")) == said) is left
