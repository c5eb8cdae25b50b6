"""How many strokes a surname has (姓氏笔画), for the order of a paper: common surnames in their simplified form."""

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
