"""Surnames: how many strokes one has (姓氏笔画), for the order of a paper, and where in a name it ends. Simplified forms."""

from __future__ import annotations

_BY_STROKES = {
    2: "丁卜刁",
    3: "于万马干",
    4: "王方文毛尹孔牛韦戈计邓车仇尤元水",
    5: "石田白叶史冯卢左龙申甘包司冉古艾皮乐厉边兰宁代付丘",
    6: "刘朱许任孙江向伍毕安关齐米祁池华庄成吕邢阮牟曲匡全乔纪戎阳伊",
    7: "李吴何宋张陈杨汪沈杜苏余邹邱严陆肖谷佟连冷辛时花岑劳邵应麦巫来",
    8: "周林罗郑金孟武范岳季庞易郎尚欧明房苗卓屈宗单郁",
    9: "赵胡段侯钟俞姚姜柳洪柯施洛查祝荣贺骆饶郝费项闻宫娄封胥南柏",
    10: "徐高郭唐夏袁贾钱秦顾莫倪耿敖聂陶凌柴涂翁殷桂桑班晏席浦诸栾党原姬展谈奚索",
    11: "黄梁曹萧崔康常龚盛商章阎隋符戚扈梅麻屠尉鹿",
    12: "彭韩曾程董蒋傅鲁温葛喻游焦舒覃景童谢粟",
    13: "窦雷蓝简甄解靳鲍裘蒙赖廉路楚虞詹褚",
    14: "谭廖熊蔡翟管臧裴缪蔺",
    15: "潘樊黎颜滕",
    16: "薛霍穆冀燕",
    17: "戴魏鞠",
    18: "瞿",
}
_STROKES = {surname: strokes for strokes, surnames in _BY_STROKES.items() for surname in surnames}


def strokes_of(name: str) -> int:
    """Strokes of the first character of ``name``; 0: not in the table, the secretary gives them."""
    return _STROKES.get(name.strip()[:1], 0)


_COMPOUND_WORDS = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙
宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌
微生 梁丘 左丘 西门 南荣 东里 即墨 达奚 褚师 纳兰 完颜 叶赫 那拉 淳于 单于 第五
"""
COMPOUND = frozenset(_COMPOUND_WORDS.split())
"""Surnames of two characters (复姓)."""


def splits_of(name: str) -> tuple[tuple[str, str], ...]:
    """Every way in which a Chinese name can be read as surname and given name, the likeliest first; none for one character.

    欧阳晓 is 欧阳·晓, and might be 欧·阳晓; a name of four characters may begin with the surnames of both parents.
    """
    if len(name) < 2:
        return ()
    ways = [(name[:1], name[1:])]
    if len(name) == 4 or (len(name) == 3 and name[:2] in COMPOUND):
        ways.insert(0, (name[:2], name[2:]))
    return tuple(ways)
