"""Surnames: where in a name the surname ends. Simplified forms."""

from __future__ import annotations

_COMPOUND_WORDS = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙
宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌
微生 梁丘 左丘 西门 南荣 东里 即墨 达奚 褚师 纳兰 完颜 叶赫 那拉 淳于 单于 第五
"""
COMPOUND = frozenset(_COMPOUND_WORDS.split())
"""Surnames of two characters (复姓)."""


def splits_of(name: str) -> tuple[tuple[str, str], ...]:
    """Return every way to split a Chinese name into surname and given name, the likeliest first; none for a single character.

    欧阳晓 is 欧阳·晓, and might be 欧·阳晓; a name of four characters may begin with the surnames of both parents.
    """
    if len(name) < 2:
        return ()
    ways = [(name[:1], name[1:])]
    if len(name) == 4 or (len(name) == 3 and name[:2] in COMPOUND):
        ways.insert(0, (name[:2], name[2:]))
    return tuple(ways)
