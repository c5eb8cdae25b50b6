"""The order of names on a paper (姓氏笔画), and the strokes it rests on."""

from __future__ import annotations

import pytest

from meeting_server.domain.name_order import Unordered, in_order
from meeting_server.domain.strokes import FIRST_STROKES, strokes_of


def ordered(*names: str) -> list[str]:
    places = in_order(names)
    assert not isinstance(places, Unordered), places
    return [names[n] for n in places]


@pytest.mark.parametrize(
    ("first", "characters"),
    [
        ("一", "丁于王石邢李林胡秦黄董靳蔡樊霍戴瓀"),
        ("丨", "卜上田吕时罗贵崔景"),
        ("丿", "千毛白何金钟段徐铭程筠魏"),
        ("丶", "卞文冯许刘汪郑施高梁温廉廖潘"),
        ("乛", "刁马邓孙张孟姚陶隆屠"),
    ],
)
def test_a_surname_has_its_first_stroke(first: str, characters: str) -> None:
    assert {c: FIRST_STROKES[strokes_of(c).first - 1] for c in characters} == dict.fromkeys(characters, first)


def test_common_surnames_have_their_number_of_strokes() -> None:
    known = {
        "丁": 2,
        "马": 3,
        "王": 4,
        "叶": 5,
        "刘": 6,
        "李": 7,
        "陈": 7,
        "周": 8,
        "赵": 9,
        "徐": 10,
        "黄": 11,
        "谢": 12,
        "谭": 14,
        "魏": 17,
    }
    assert {name: strokes_of(name).number for name in known} == known


def test_a_rare_surname_and_one_outside_the_common_plane_have_strokes() -> None:
    assert [strokes_of(c).number for c in "𠮷㐀張〇"] == [6, 5, 11, 0]


def test_fewer_strokes_come_first_then_the_first_stroke() -> None:
    # 王 and 毛 have four; 李, 吴, 何, 汪 and 张 seven, and each another first stroke
    assert ordered("张一", "汪一", "何一", "吴一", "李一", "毛一", "王一") == ["王一", "毛一", "李一", "吴一", "何一", "汪一", "张一"]


def test_bearers_of_one_surname_stay_together_in_the_order_of_their_given_names() -> None:
    assert ordered("李明", "杨一", "李一", "李三", "李") == ["李", "李一", "李三", "李明", "杨一"]


def test_a_compound_surname_follows_the_surname_it_begins_with() -> None:
    assert ordered("欧阳一", "欧明", "欧阳", "司马光", "司一") == ["司一", "司马光", "欧阳", "欧明", "欧阳一"]


def test_a_name_with_dots_is_read_as_its_letters() -> None:
    assert ordered("买买提·艾力", "买买提・丁", "王五") == ["王五", "买买提・丁", "买买提·艾力"]


def test_a_radical_stands_for_its_character() -> None:
    assert ordered("⽅明", "于明", "文一") == ["于明", "文一", "⽅明"]
    assert ordered("\u2ed4明", "于一") == ["于一", "\u2ed4明"]  # ⻔


def test_namesakes_stay_as_they_were_given() -> None:
    assert in_order(["王五", "丁一", "王 五"]) == (1, 0, 2)


def test_an_unknown_character_is_asked_for_and_never_last_in_silence() -> None:
    assert in_order(["王五", "\ue000明"]) == Unordered(("\ue000",))
    assert in_order(["王五", "Smith", "丁一"]) == Unordered(("S",))


def test_an_unknown_first_stroke_is_asked_for_only_where_it_decides() -> None:
    # 𠮷 has six strokes and no place in the standard's table; so has 刘
    assert ordered("𠮷明", "丁一", "李一") == ["丁一", "𠮷明", "李一"]
    assert in_order(["𠮷明", "刘一"]) == Unordered(("𠮷",))


@pytest.mark.parametrize(("first", "order"), [(1, (1, 0)), (4, (0, 1))])
def test_what_is_told_of_a_character_decides(first: int, order: tuple[int, int]) -> None:
    assert in_order(["刘一", "𠮷明"], told={"𠮷": (6, first)}) == order


def test_strokes_that_were_given_count_where_no_table_has_them() -> None:
    assert in_order(["\ue000明", "王五"], given=[9, 1]) == (1, 0)
    assert in_order(["王五", "丁一"], given=[1, 9]) == (1, 0)


def test_names_in_letters_alone_are_in_the_order_of_the_alphabet() -> None:
    assert ordered("smith", "Adams", "Émile", "Brown") == ["Adams", "Brown", "smith", "Émile"]
