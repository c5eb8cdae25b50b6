"""Writes ``domain/strokes.dat``, the strokes of Han characters, from two fields of the Unihan database.

``PYTHONPATH=.ci python -m tools.strokes``. The source, ``.ci/data/unihan-15.0.0.txt.xz``, holds the lines of ``kTotalStrokes``
and ``kTGH`` of Unihan 15.0.0 as they are. ``kTGH`` is the place of a character in the 通用规范汉字表 (2013), whose three levels
are each in the order of strokes and then of the strokes' shapes (一丨丿丶乛): where one first stroke ends and the next begins
is what ``_STARTS`` says, and all 8,105 characters have a first stroke by it.
"""

from __future__ import annotations

import lzma
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / ".ci" / "data" / "unihan-15.0.0.txt.xz"
TARGET = ROOT / "meeting_server" / "domain" / "strokes.dat"
BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xFA0E, 0xFA2A), (0x20000, 0x323B0))
"""Code points whose strokes are kept, as in ``domain/strokes``."""

_STARTS = (
    "1:一---乙 2:二卜八-刁 3:三上千广尸 4:丰止午六尺 5:玉卡生主司 6:邦此年壮寻 7:寿步针言君 8:奉非钓变建 9:契韭钙峦垦 "
    "10:耕柴钱凌剥 11:球颅铐凑逮 12:琴辈铸装犀 13:瑟督错酱群 14:静雌锹裹隧 15:慧瞒镇熟憨 16:撼冀镜磨壁 17:戴瞭穗癌臀 "
    "18:藕瞻镰鹰璧 19:孽曝簸颤疆 20:鬓耀籍魔譬 21:蠢躏-赣- 22:囊-镶瓤- 23:--罐-- 24:矗----",
    "2:--乂-乜 3:兀---孑 4:亓-仃卞尹 5:邗卟仨邝尻 6:匡乩钇汕聿 7:玕邶钊亨孜 8:玮盱钍冽戕 9:珏觇钚孪郡 10:耖龀钰凇屐 "
    "11:彗眭铑鸾逯 12:耠斐铻亵遐 13:耢龃锗鹑媾 14:耥蜚锲銮暨 15:耦龉镊麾熨 16:耩遽䦃鹧嬖 17:璨龋镡燮檗 18:鏊瞿镬癞彝 "
    "19:鬏黼镲麒襞 20:瓒酆镳-孀 21:瓘颦鳢癫鐾 22:耱氍镵饔鬻 23:鬟躜鼹癯- 24:蠹躞衢灞- 25:纛囔馕戆- 30:--爨-- 36:--齉--",
    "3:亍-彳-- 4:--卬-毌 5:邘-氕冮- 6:扞吒钆冱孖 7:玒旴岙闶屃 8:玤𬀩𬬩忞𬩽 9:砉昺钘庤叚 10:恝剕𬬸勍堲 11:䂮龁铏𠅤艴 "
    "12:絜棐鿏凓婻 13:瑃龆锖裛鹔 14:耤𫚖𨱏凘隩 15:㻬暵镆鹡嫽 16:璥𬺈𬭬亸嬛 17:璱瞫𬭳䗪𬶨 18:瓀蹢镮鹯䴙 19:嚭蹯鳘麑彟 "
    "20:鬒甗犨㸌孅 21:耰𬺓鼱爟- 22:韂躔皭亹- 23:--籥-- 24:醾---- 25:--齇-- 26:-蠼---",
)
"""Of each level: how many strokes, and the characters with which the first strokes 一, 丨, 丿, 丶 and 乛 begin; -: none has it."""
_LEVELS = (1, 3501, 6501)
"""The first place of each level."""


def fields() -> tuple[dict[int, int], list[int]]:
    """The strokes of every character (the first value: the one for zh-Hans), and the characters of the table in its order."""
    strokes: dict[int, int] = {}
    places: dict[int, int] = {}
    for line in lzma.decompress(SOURCE.read_bytes()).decode().splitlines():
        if line.startswith("#"):
            continue
        code, field, value = line.split("\t")
        if field == "kTotalStrokes":
            strokes[int(code[2:], 16)] = int(value.split()[0])
        else:
            places[int(value.split(":")[1])] = int(code[2:], 16)
    return strokes, [places[number] for number in sorted(places)]


def table(characters: list[int]) -> list[tuple[int, int, str]]:
    """The table as runs: strokes, first stroke (1 to 5) and the characters that have them, in the table's order."""
    place = {chr(code): number for number, code in enumerate(characters, 1)}
    starts = []
    for level, first in zip(_STARTS, _LEVELS, strict=True):
        for group in level.split():
            count, _, begins = group.partition(":")
            starts += [(place[one], int(count), shape, first) for shape, one in enumerate(begins, 1) if one != "-"]
    if starts != sorted(starts, key=lambda start: (start[3], start[1], start[2])) or starts != sorted(starts):
        raise ValueError("a first stroke begins where the table does not have it")
    ends = [start[0] for start in starts[1:]] + [len(characters) + 1]
    return [
        (count, shape, "".join(map(chr, characters[begin - 1 : end - 1])))
        for (begin, count, shape, _), end in zip(starts, ends, strict=True)
    ]


def written() -> bytes:
    """The file: one byte a code point of ``BLOCKS``, then the runs of the table as lines, compressed."""
    strokes, characters = fields()
    runs = table(characters)
    standard = {ord(one): count for count, _, run in runs for one in run}  # the table is the standard for what it holds
    known = {**strokes, **standard}
    counts = bytes(known.get(code, 0) for begin, end in BLOCKS for code in range(begin, end))
    lines = "".join(f"{count} {shape} {run}\n" for count, shape, run in runs)
    return zlib.compress(counts + lines.encode(), 9)


def main() -> None:
    TARGET.write_bytes(written())


if __name__ == "__main__":
    main()
