"""Words become lines: cut after sentences and at pauses, never too wide, in Chinese punctuation and simplified characters."""

from __future__ import annotations

from meeting_server.archive.speech.sentences import WIDEST, sentences, simplified, width
from meeting_server.archive.speech.sherpa import words_of
from meeting_server.archive.speech.transcriber import Word


def spoken(text: str, *, each: float = 0.2, split: str = "|") -> list[Word]:
    """Words without pauses; ``~`` before one is a second of silence."""
    words, at = [], 0.0
    for part in text.split(split):
        at += 1.0 if part.startswith("~") else 0.0
        words.append(Word(at, at + each, part.removeprefix("~")))
        at += each
    return words


def as_it_is(text: str) -> str:
    return text


def test_a_line_ends_with_its_sentence() -> None:
    lines = sentences(spoken("同志们,|现在|开会。|第一项,|学习。"), as_it_is)
    assert [line.text for line in lines] == ["同志们，现在开会。", "第一项，学习。"]
    assert (lines[0].since, round(lines[0].until, 1)) == (0.0, 0.6)


def test_a_pause_ends_a_line_without_punctuation() -> None:
    assert [line.text for line in sentences(spoken("现在|开会|~第一项"), as_it_is)] == ["现在开会", "第一项"]


def test_no_line_is_wider_than_thirty_characters_and_it_is_cut_at_a_comma() -> None:
    text = "|".join("今天支部大会要讨论的是预备党员转正，然后听取第三季度的学习总结还有党费收缴情况的通报")
    lines = sentences(spoken(text.replace("|，", "，")), as_it_is)
    assert [line.text for line in lines] == ["今天支部大会要讨论的是预备党员转正，", "然后听取第三季度的学习总结还有党费收缴情况的通报"]
    endless = sentences(spoken("|".join("好" * 100)), as_it_is)
    assert all(width(line.text) <= WIDEST for line in endless)
    assert sum(len(line.text) for line in endless) == 100


def test_english_lines_hold_eighty_letters_and_decimals_do_not_end_them() -> None:
    words = spoken(" We| spent| 3.| 5| percent.| " + "| ".join(["word"] * 40))
    lines = [line.text for line in sentences(words, as_it_is)]
    assert lines[0] == "We spent 3. 5 percent."
    assert all(len(line) <= 80 for line in lines)


def test_traditional_characters_become_simplified() -> None:
    lines = sentences(spoken("組織|委員|通報|黨費|收繳|情況"), simplified)
    assert [line.text for line in lines] == ["组织委员通报党费收缴情况"]
    assert [word.text for word in lines[0].words] == ["组织", "委员", "通报", "党费", "收缴", "情况"]


def test_what_holds_no_word_is_no_line() -> None:
    assert sentences(spoken("。|…| "), as_it_is) == []


def test_tokens_of_sherpa_become_words_with_times() -> None:
    words = words_of(["我", "们", "pa@@", "pers", "ok"], [0.1, 0.3, 0.5, 0.7, 0.9], 3.0)
    assert "".join(word.text for word in words) == "我们 papers ok"
    assert [word.since for word in words] == [0.1, 0.3, 0.5, 0.7, 0.9]
    assert words[-1].until == 1.5
    assert "".join(word.text for word in words_of(["▁the", "▁pa", "pers"], [0.0, 0.2, 0.4], 1.0)) == " the papers"
    assert [word.since for word in words_of(["好", "的"], [], 2.0)] == [0.0, 1.0]
