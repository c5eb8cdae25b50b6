"""How a person may be named in a text, and where in a text this happens.

A text is *folded* before the search: full-width and compatibility forms, traditional characters, capitals and accents become plain, and
invisible characters are dropped. Results refer to positions in the original text.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from opencc import OpenCC

from meeting_server.domain.surnames import splits_of

Kind = Literal["name", "given", "address", "letters"]
DOTS = "·•‧∙⋅･・ꞏㆍ᛫⸱˙●．.﹒｡"
"""All separators that people type between the parts of a name."""
HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = re.compile(f"[{HAN}]")
_ALL_HAN = re.compile(f"[{HAN}]+")
_LETTER = re.compile("[a-z]")
_JOINTS = re.compile(rf"[\s{DOTS}\-‐‑–—_'’]")
"""Characters that may occur between any two characters of a Chinese name."""
_JOIN = rf"[ \t\u00a0,.\-‐‑–’'{re.escape(DOTS)}]{{0,3}}"
"""Characters that may occur between two syllables or words of a name in letters."""

_ORDINARY_WORDS = """
建设 建国 建军 建党 和平 和谐 国庆 文明 胜利 解放 爱国 爱党 爱民 卫国 光明 光荣 英雄 红旗 红星 前进 跃进 团结 民主 自由 平等 公正 法治
敬业 诚信 友善 富强 振兴 复兴 中华 中国 东方 东风 向阳 朝阳 春天 春风 长江 黄河 泰山 长城 永远 平安 健康 幸福 快乐 美丽 希望 理想 未来
青春 阳光 海洋 森林 天地 世界 新生 发展 改革 开放 创新 进步 劳动 学习 文化 文学 科学 技术 思想 清明 元旦 五一 七一 八一 立春 国家 人民
社会 历史 军事 工业 农业 先进 先锋 模范 忠诚 奋斗 奉献 服务 组织 纪律 高原 高峰 平凡 认真 热情 真理 正义 革命 生产 生活 家乡 安全 质量
成功 成长 大海 天空 明天 黎明 曙光 春雨 秋天 冬梅
"""
ORDINARY = frozenset(_ORDINARY_WORDS.split())
"""Given names that are also everyday words. They are left where the words around them show that nobody is meant."""
_BEFORE_A_WORD_WORDS = """
党的 国家 祖国 世界 社会 政治 经济 文化 生态 精神 物质 思想 组织 作风 制度 队伍 支部 阵地 学风 校园 城乡 基层 现代化 主义 国防 文明 加强
推进 促进 维护 参与 参加 庆祝 欢度 迎接 坚持 继续 不断 深化 全面 实现 热爱 保卫 争取 取得 走向 人类 民族 工程 我们的 伟大的
"""
_BEFORE_A_WORD = tuple(_BEFORE_A_WORD_WORDS.split())
_AFTER_A_WORD_WORDS = """
节 期间 假期 长假 前夕 社会 中国 国家 祖国 美丽 美好 工程 项目 单位 城市 城区 校园 礼仪 行为 新风 实践 发展 统一 共处 年代 者 性 化 主义
路线 路 道路 事业 成果 成就 工作 活动 教育 思想 理论 文化 水平 能力 委员会 办 局 时期 方针 政策 精神
"""
_AFTER_A_WORD = tuple(_AFTER_A_WORD_WORDS.split())
_AFTER_A_PERSON = re.compile(
    "同志|书记|老师|同学|委员|主任|组长|说|讲|问|答|提|认为|觉得|发言|补充|汇报|介绍|主持|表示|同意|反对|请假|来了|到了|你|您|他|她|也|就|先|"
    "的意见|的发言"
)
_BEFORE_A_PERSON = re.compile("(?:请|让|由|叫|跟|听|谢谢|感谢|同意|支持|对|给|替|陪|找|问|代|推荐|选举|提名|候选人|同志|书记|老师)$")

_TITLE = (
    "党委书记|总支书记|支部书记|副书记|书记|支书|副主任|主任|副主席|主席|副部长|部长|副处长|处长|副院长|院长|副校长|校长|副教授|教授|副局长|局长|"
    "副科长|科长|副组长|组长|班长|队长|团长|连长|排长|政委|指导员|辅导员|委员|干事|秘书|老师|导师|老板|博士|硕士|医生|大夫|护士|律师|法官|警官|"
    "会计|经理|总监|工程师|师傅|师兄|师姐|师弟|师妹|学长|学姐|学弟|学妹|同志|同学|先生|女士|小姐|太太|夫人|阿姨|叔叔|伯伯|大爷|大妈|大姐|大哥|"
    "奶奶|爷爷|姐姐|哥哥|某某|某"
)
_SHORT_TITLE = (
    "总(?![结体数部是之会计理书务共支则量])|工(?![作会人程资业具厂农])|局(?![面部势])|处(?![理于分罚在境])|科(?![学研技室])|院(?![系校子])|"
    "校(?![园友区])|队(?![伍])|导(?![致向])|老(?![是百板年人])|姐|哥|叔|姨|[x×*＊○〇]{1,2}"
)
_PET = "[小老大阿]"
_NEVER_A_PET_WORDS = """
小时 小组 小学 小区 小说 小结 小型 小心 老师 老党 老年 老家 老区 大学 大会 大家 大力 大方向 大文 大强 大国 大华 大军 大成 大安 大多 大时
大年 大万 大千 大生 大利 大义 大和 大东 大厦 大小 大方 大米 大麦 大明 大平 大公 大江 大海 大林 大石 大白 大黄 大红 大全 大同 大伟 大连 大路
大金 大车 大庆
"""
_NEVER_A_PET = frozenset(_NEVER_A_PET_WORDS.split())
"""Words of every meeting that hardly anybody is named."""
_PET_ORDINARY_WORDS = "小麦 小米 小家 小车 小康 小路 老路"
_PET_ORDINARY = frozenset(_PET_ORDINARY_WORDS.split())
"""Everyday words that people are also called by. They are left only where adjacent words show that nobody is meant."""
_ENGLISH_ORDINARY_WORDS = """
will mark hope grace may rose young long king page price rich bill frank dean joy faith summer april june august art gene drew jack bob
pat ray max dawn eve fern glen guy iris ivy lane lily miles nick penny pearl ruby rusty sandy skip victor wade ward white black brown
green gray stone wood woods fields field hill brook rivers bush berry rice bell ball banks best bond book bishop major church cook baker
carter cooper fisher hunter knight law love moon parks power read short small smart sharp song star street strong swift teach walker
water west winter wise
"""
_ENGLISH_ORDINARY = frozenset(_ENGLISH_ORDINARY_WORDS.split())
_ENGLISH_TITLE = r"(?:comrade|secretary|mr|mrs|ms|miss|dr|prof|professor|teacher|director|chair(?:man|woman)?|xiao|lao)"
_ENGLISH_AFTER = r"(?:tongzhi|shuji|laoshi|weiyuan|zhuren|jiaoshou|xiansheng|nvshi|tongxue)"


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a text (``start``, ``end``) where somebody is named. ``name``: from the roster, empty if it may be several people."""

    start: int
    end: int
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Search:
    """Where people are named, without overlaps, and the everyday words that were left although somebody has that name."""

    found: tuple[Found, ...]
    left: tuple[str, ...]


# --- folding ----------------------------------------------------------------------------------------------------------


@functools.cache
def _simplified() -> OpenCC:
    return OpenCC("t2s")


@functools.lru_cache(maxsize=20_000)
def _plain(character: str) -> str:
    """Return one character as it is compared; empty if it is invisible."""
    found = []
    for one in unicodedata.normalize("NFKC", character):
        if unicodedata.category(one) in ("Mn", "Cf", "Me"):
            continue
        if _HAN.match(one):
            found.append(_simplified().convert(one))
        elif one.isalpha() and ord(one) < 0x2000:
            bare = "".join(c for c in unicodedata.normalize("NFKD", one) if unicodedata.category(c) != "Mn")
            found.append((bare or one).casefold())
        else:
            found.append(one)
    return "".join(found)


@dataclass(frozen=True, slots=True)
class _Folded:
    """``text`` is compared. ``places[n]`` is the position of its n-th character in the original text."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.places[start], self.places[end - 1] + 1


def _folded(text: str) -> _Folded:
    plain, places = [], []
    for place, character in enumerate(text):
        for one in _plain(character):
            plain.append(one)
            places.append(place)
    return _Folded("".join(plain), tuple(places))


def _closed(folded: _Folded) -> _Folded:
    """Return the text without separators inside Chinese names, so that 张 三, 买买提·吐尔逊 and 欧-阳 are found."""
    kept = [(c, p) for c, p in zip(folded.text, folded.places, strict=True) if c == "\n" or not _JOINTS.match(c)]
    return _Folded("".join(c for c, _ in kept), tuple(p for _, p in kept))


def plain_name(name: str) -> str:
    """Return a name as it is compared."""
    return " ".join(_folded(name).text.split())


# --- the spellings ----------------------------------------------------------------------------------------------------


class Spellings:
    """Everything the people on a roster may be called. Their first spelling in ``names`` identifies them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._whole: dict[str, str] = {}  # spelling → name
        self._given: dict[str, str] = {}
        self._surnames: dict[str, str] = {}
        self._letters: dict[int, dict[str, str]] = {0: {}, 1: {}, 2: {}}
        self._pets: dict[str, str] = {}
        for name in names:
            self._add(name)
        whole = _any_of(self._whole)
        self._whole_pattern = re.compile(whole) if whole else None
        given = _any_of(self._given)
        self._given_pattern = re.compile(given) if given else None
        self._address_pattern = self._addresses()

    def _add(self, name: str) -> None:
        plain = plain_name(name)
        words = [word for word in re.split(rf"[\s{re.escape(DOTS)},()（）、/\-‐‑–—_]+", plain) if word]
        joined = "".join(words)
        if _ALL_HAN.fullmatch(joined):
            self._add_chinese(name, words, joined)
        else:
            self._add_letters(name, [word for word in words if not _HAN.search(word)])
            for word in words:  # a Chinese name with a name in letters beside it
                if _ALL_HAN.fullmatch(word):
                    self._add_chinese(name, [word], word)

    def _add_chinese(self, name: str, words: list[str], joined: str) -> None:
        if len(joined) < 2:
            return
        self._put(self._whole, joined, name)
        dotted = len(words) > 1 and max(map(len, words)) > 1  # 张　三 is one spaced-out name
        if dotted:
            for word in words:
                if len(word) >= 2:
                    self._put(self._given, word, name)
                self._put(self._surnames, word, name)
            self._put(self._whole, "".join(reversed(words)), name)
            self._latin_of(name, words)
            return
        if len(joined) > 4:
            self._latin_of(name, [joined])
            return
        for surname, given in splits_of(joined):
            self._put(self._surnames, surname, name)
            if len(given) == 2:
                self._put(self._given, given, name)
                self._put(self._given, given[1] * 2, name)
            elif len(given) == 1:
                self._put(self._given, given * 2, name)
            for character in given:
                self._put(self._pets, character, name)
        surname, given = splits_of(joined)[0]
        self._latin_of(name, [surname, given])

    def _add_letters(self, name: str, words: list[str]) -> None:
        words = [word for word in words if word not in ("mr", "mrs", "ms", "dr", "prof", "jr", "sr")]
        if not words:
            return
        spelt = [re.escape(word) for word in words]
        orders = [spelt, spelt[::-1]] if len(spelt) > 1 else [spelt]
        for order in orders:
            self._letter(_JOIN.join(order), name, 0 if len("".join(words)) >= 4 else 1)
        for word in words:
            if len(word) >= 2:
                capital = len(word) < 4 or word in _ENGLISH_ORDINARY
                self._letter(rf"{re.escape(word)}(?:'s|’s)?", name, 1 if capital else 0)
                self._letter(rf"{_ENGLISH_TITLE}\.?[ ]*{re.escape(word)}", name, 0)

    def _latin_of(self, name: str, parts: list[str]) -> None:
        """Add the name in pinyin: joined, apart, given name first, given name alone, surname with a title, with initials."""
        sounds = [_syllables(part) for part in parts]
        if not all(sounds):
            return
        spelt = [_JOIN.join(part) for part in sounds]
        long = sum(min(len(one) for one in re.split(r"[(?:|)]+", syllable) if one) for part in sounds for syllable in part) >= 6
        self._letter(_JOIN.join(spelt), name, 0 if long else 1)
        if len(spelt) > 1:
            self._letter(_JOIN.join(reversed(spelt)), name, 0 if long else 1)
            self._letter(rf"{_ENGLISH_TITLE}\.?[ ]*{spelt[0]}", name, 0)
            self._letter(rf"{spelt[0]}[ ]*{_ENGLISH_AFTER}", name, 0)
            initials = r"\.?[ \-]?".join(f"[{''.join(sorted({s[0] for s in _spoken(c)}))}]" for c in parts[-1]) + r"\.?"
            self._letter(rf"{spelt[0]},?[ ]+{initials}", name, 2)
            self._letter(rf"{initials}[ ]*{spelt[0]}", name, 2)
            if len(sounds[-1]) >= 2:
                self._letter(spelt[-1], name, 1)
                self._letter(rf"{spelt[-1]}[ ]*{_ENGLISH_AFTER}", name, 0)
        for part in spelt[:-1] if len(parts) > 1 and len(sounds[0]) > 1 else ():
            self._letter(part, name, 1)

    def _letter(self, pattern: str, name: str, capitals: int) -> None:
        """``capitals`` 1: only if the text begins with a capital there, 2: only if it is capitalised like a name throughout."""
        self._put(self._letters[capitals], pattern, name)

    @functools.cached_property
    def _letter_patterns(self) -> list[tuple[re.Pattern[str], tuple[str, ...], int]]:
        """For each demand on capitals one pattern, with the names of its groups: made when a text has letters at all."""
        made = []
        for capitals, table in self._letters.items():
            spelt = sorted(table, key=lambda pattern: (-len(pattern), pattern))
            if spelt:
                every = "|".join(f"({pattern})" for pattern in spelt)
                made.append((re.compile(rf"(?<![a-z0-9@])(?:{every})(?![a-z0-9@])"), tuple(table[p] for p in spelt), capitals))
        return made

    def _addresses(self) -> re.Pattern[str]:
        """Groups: ``given`` for a given name before a title, ``called`` for 小王 and 阿娜, which may be a word."""
        family, given, pets = (_any_of(table) or "(?!)" for table in (self._surnames, self._given, self._pets))
        called = f"{_PET}(?:{family})|[小阿](?:{pets})|(?:{pets})(?:[哥姐弟妹儿](?![们童])|(?=同志|书记|老师))"
        titled = f"(?:{family})(?:{_TITLE}|{_SHORT_TITLE})"
        return re.compile(f"{titled}|(?P<called>{called})(?:{_TITLE}|{_SHORT_TITLE})?|(?P<given>{given})(?={_TITLE}|{_SHORT_TITLE})")

    @staticmethod
    def _put(table: dict[str, str], spelling: str, name: str) -> None:
        """If two people can be meant, name neither."""
        table[spelling] = name if table.get(spelling, name) == name else ""

    # --- in a text ----------------------------------------------------------------------------------------------------

    def search(self, text: str) -> Search:
        """Return all places where somebody on the roster is named in ``text``."""
        folded = _folded(text)
        closed = _closed(folded)
        left: list[str] = []
        found = [*self._in_characters(closed, left), *self._in_letters(text, folded)]
        return Search(tuple(_apart(found)), tuple(left))

    def _in_characters(self, closed: _Folded, left: list[str]) -> Iterator[Found]:
        text = closed.text
        taken = [False] * (len(text) + 1)

        def take(start: int, end: int, name: str, kind: Kind) -> Iterator[Found]:
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                yield Found(*closed.span(start, end), name, kind)

        if self._whole_pattern is not None:
            for match in self._whole_pattern.finditer(text):
                yield from take(*match.span(), self._whole[match[0]], "name")
        for match in self._address_pattern.finditer(text):
            if match["given"] is not None:
                yield from take(*match.span(), self._given[match["given"]], "given")
            elif match["called"] is None or not _is_no_pet_name(text, *match.span("called")):
                yield from take(*match.span(), "", "address")
        if self._given_pattern is not None:
            for match in self._given_pattern.finditer(text):
                if match[0] in ORDINARY and _is_a_word(text, *match.span()):
                    if not any(taken[match.start() : match.end()]):
                        left.append(match[0])
                    continue
                yield from take(*match.span(), self._given[match[0]], "given")

    def _in_letters(self, text: str, folded: _Folded) -> Iterator[Found]:
        if not _LETTER.search(folded.text):
            return
        for pattern, names, capitals in self._letter_patterns:
            for match in pattern.finditer(folded.text):
                start, end = folded.span(*match.span())
                written = unicodedata.normalize("NFKC", text[start:end])
                if capitals == 1 and not written[:1].isupper():
                    continue
                if capitals == 2 and not all(word[:1].isupper() for word in re.split(r"[\s,.\-]+", written) if word):
                    continue
                yield Found(start, end, names[(match.lastindex or 1) - 1], "letters")


def _is_no_pet_name(text: str, start: int, end: int) -> bool:
    """Return whether 小组, or 小康 in 小康社会, means the word and not a person."""
    word = text[start:end]
    return word in _NEVER_A_PET or (word in _PET_ORDINARY and _is_a_word(text, start, end))


def _is_a_word(text: str, start: int, end: int) -> bool:
    """Return whether the words around an everyday word show that it means no person. In doubt it means one."""
    before, after = text[:start], text[end:]
    if _AFTER_A_PERSON.match(after) or _BEFORE_A_PERSON.search(before):
        return False
    return before.endswith(_BEFORE_A_WORD) or after.startswith(_AFTER_A_WORD)


def _apart(found: Iterable[Found]) -> Iterator[Found]:
    """Return the longest of overlapping places, the first if equal, in order."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (f.start - f.end, f.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return iter(sorted(kept, key=lambda f: f.start))


def _syllables(word: str) -> list[str]:
    """Return, for each character, a pattern of its pinyin spellings; empty without a sound."""
    return [f"(?:{'|'.join(sorted(_spoken(character)))})" for character in word if _spoken(character)]


@functools.lru_cache(maxsize=4096)
def _spoken(character: str) -> frozenset[str]:
    from pypinyin import Style, pinyin  # loads a dictionary for half a second, so only searches for names import it

    heard = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    sounds = {sound for reading in heard for sound in reading if sound.isascii()}
    return frozenset(sound.replace("v", vowel) for sound in sounds for vowel in ("v", "u", "yu"))  # nü is written nv, nu, nyu


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def sounds_of(name: str) -> tuple[frozenset[str], ...]:
    """Return the possible sounds of each character of a Chinese name; empty for other names and for names too short to recognise by
    sound."""
    plain = "".join(c for c in plain_name(name) if _HAN.match(c))
    return tuple(_spoken(c) for c in plain) if len(plain) >= 3 else ()


def heard_as(text: str, sounds: tuple[frozenset[str], ...]) -> Iterator[tuple[int, int]]:
    """Find where ``text`` sounds like a name in other characters, because a machine transcribed it."""
    folded = _closed(_folded(text))
    said = [_spoken(c) if _HAN.match(c) else frozenset() for c in folded.text]
    at = 0
    while sounds and at + len(sounds) <= len(said):
        if all(mine & theirs for mine, theirs in zip(said[at : at + len(sounds)], sounds, strict=True)):
            yield folded.span(at, at + len(sounds))
            at += len(sounds)
        else:
            at += 1
