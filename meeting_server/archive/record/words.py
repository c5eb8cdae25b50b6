"""Words of a text, as they count for what it is about: cut by rjieba with the terms of branch life, without empty ones."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from meeting_server.archive.record.glossary import branch_terms

if TYPE_CHECKING:
    import rjieba

TELLING = ("n", "v", "l", "i", "j", "eng", "t")
"""Kinds of words (first letters of their tags) that may say what a text is about."""
_EMPTY = """
我们 你们 他们 大家 同志 同志们 自己 这个 那个 这些 那些 这样 那样 什么 怎么 没有 可以 可能 应该 需要 进行 开始
今天 今年 现在 时候 问题 情况
方面 一下 一个 一些 就是 还是 但是 因为 所以 如果 已经 觉得 认为 知道 希望 下面 谢谢
the an and or of to in on at for with is are was were be been it this that these those we you they he she our your their as by from
not have has had will would can could do does did so if but about there what when which who all one
"""
EMPTY = frozenset(_EMPTY.split())


@functools.cache
def _cutter() -> rjieba.Jieba:
    import rjieba  # half a second of dictionary, only for those who cut words

    cutter = rjieba.Jieba()
    for term in branch_terms():
        cutter.add_word(term, 100_000, "n")
    return cutter


def words_of(text: str, terms: Iterable[str] = ()) -> tuple[str, ...]:
    """The telling words of ``text`` in their order, lower case. ``terms`` always count, whatever kind of word they are."""
    known = {*terms, *branch_terms()}
    found = []
    for word, kind in _cutter().tag(text):
        plain = word.strip().lower()
        if word in known or (len(plain) >= 2 and plain not in EMPTY and kind.startswith(TELLING)):
            found.append(plain)
    return tuple(found)


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """How much two sets of keywords have in common, 0 to 1 (Jaccard)."""
    mine, theirs = set(one), set(other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0
