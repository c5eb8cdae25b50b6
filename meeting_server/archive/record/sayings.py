"""What one sentence of a meeting settles: a decision, or something to be done, with who was called to it by name and by when.

Rules over Mandarin first and simple English; what is asked, reported of another day, refused or said to call somebody to speak
settles nothing. They propose and a person decides, so a rule would rather miss a sentence than find one too many.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from meeting_server.archive.record.due_dates import Due, due_in
from meeting_server.store.record.decided_items import Kind

LONGEST = 300
"""Characters of a sentence that is read; what is longer was never said in one breath."""


@dataclass(frozen=True, slots=True)
class Settled:
    """``people``: names as they stand on the roster, in the order in which they were called."""

    kind: Kind
    people: tuple[str, ...] = ()
    due: Due | None = None


def settled_in(said: str, speaker: str, people: Sequence[str], today: date) -> Settled | None:
    """What a sentence settles; ``None`` when it settles nothing. ``people``: everyone whose name can be called in it."""
    text = " ".join(said.split())
    if not text or len(text) > LONGEST or _ASKS.search(text) or _PAST.search(text) or _ELSEWHERE.search(text) or _RULE.search(text):
        return None
    due = due_in(text, today)
    if _FLOOR.search(text) and (due is None or due.day == today):
        return None
    called = called_in(text, people, today)
    if not called and _MYSELF.search(text) and speaker and (due is not None or _DUTY.search(text)):
        called = (speaker,)
    if not called and _DECIDES.search(text):
        return Settled(Kind.DECISION, (), due)
    if _is_task(text, bool(called), due):
        return Settled(Kind.TASK, called, due)
    return Settled(Kind.DECISION, (), due) if _DECIDES.search(text) else None


def called_in(text: str, people: Sequence[str], today: date) -> tuple[str, ...]:
    """Who of these is called to do something: 请丁文静…, 丁文静你…, 丁文静和林晓雨负责…; not everyone who is named."""
    names = "|".join(re.escape(name) for name in sorted({n for n in people if len(n) >= 2}, key=lambda n: (-len(n), n)))
    if not names:
        return ()
    one = rf"(?<![A-Za-z])(?:{names})(?![A-Za-z]){_TITLE}"
    found: list[str] = []
    for chain in re.finditer(rf"{one}(?:{_AND}{one})*", text, re.IGNORECASE):
        before, after = text[: chain.start()], text[chain.end() :]
        begins = not before or before[-1] in "，,。；;：:、 "
        if _CALLS.search(before) or _IS_CALLED.match(after) or (begins and (_DOES.match(after) or due_at(after, today))):
            found += [_as_spelt(name[0], people) for name in re.finditer(names, chain[0], re.IGNORECASE)]
    return tuple(dict.fromkeys(found))


def due_at(text: str, today: date) -> bool:
    """Whether a text begins with a day: 李卫东下周五前…"""
    found = due_in(text[:20], today)
    return found is not None and text.startswith(found.words)


def _as_spelt(name: str, people: Sequence[str]) -> str:
    return next(one for one in people if one.casefold() == name.casefold())


def _is_task(text: str, called: bool, due: Due | None) -> bool:
    if called:
        return bool(_DUTY.search(text) or _DOING.search(text))
    by_when = due is not None
    return by_when and bool(_DOING.search(text)) and bool(_EVERYONE.search(text) or _ORDERS.search(text))


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_TITLE = r"(?:同志|老师|同学|书记|委员|组长|教授)?"
_AND = r"(?:和|与|跟|、|及|以及|, | and )"
_ASKS = _any(
    r"[?？]",
    r"(?:吗|呢|么)[。.]?$",
    "是不是|是否|要不要|能不能|可不可以|行不行|好不好|同不同意|有没有|谁来|怎么|什么时候|哪一?天",
    r"^(?:shall|should|can|could|would|do|does|did|is|are|what|who|when|how|why)\b",
)
_PAST = _any(
    "上一?次|上一?届|去年|前年|上个?月|上周|上星期|上学期|刚才|刚刚|此前|曾经?|原来决定",
    r"已经?(?!知|有)|(?:完成|做完|交齐|交|写完|写|办完|报|办)了",
    "(?:还没|尚未|没有?|未能?|不)(?:有)?(?:作出|做出)?(?:决定|通过|同意|确定|定下来|形成)",
    "谢谢|感谢|表扬|祝贺|辛苦",
    r"\blast (?:time|week|month|year|meeting)\b|\balready\b|\bpreviously\b",
    r"\b(?:not|never|n't)(?: yet)? (?:been )?(?:decided|agreed|carried|adopted)\b",
    r"\bthank",
)
_RULE = _any(
    "(?:需要?|须|应当?|必须|要经|要由|由|凡|可以|有权)[^，。；]{0,10}(?:大会|会议|支委会|委员会)(?:集体)?(?:讨论|研究|审议|表决)(?:通过|决定|同意)",
    r"\b(?:must|shall|has to|have to|needs? to) be (?:decided|approved|adopted|agreed)\b",
)
"""What has to be decided somewhere is not decided here."""
_ELSEWHERE = _any("(?:中央|上级|学校|学院|党委|党总支|国家|国务院|教育部|省委|市委|他们|你们)[^，。]{0,8}(?:决定|要求大家|通过了)")
_FLOOR = _any(
    "(?:请|由|欢迎|让|我来)[^，。；]{0,14}(?:发言|讲话|讲|点名|宣读|朗读|领学|汇报|报告|介绍|说|补充|表态|主持|记录|致辞|唱票|监票|计票|总结)",
    "举手|请?(?:表决|投票|鼓掌|起立|入座|安静|静音|打开麦克风|扫码|签到)$",
    r"(?:表决|投票|举手|鼓掌)(?:一下)?[。！!]?$",
    r"\b(?:has|have|take|takes) the floor\b|\braise (?:your )?hands?\b",
)
_DECIDES = _any(
    "(?:会议|支部|大会|支委会|委员会|支委|我们|经(?:过)?(?:研究|讨论|表决|投票)|现|就此)[，,]?(?:一致|研究|讨论|表决|集体)*(?:决定|确定|同意|通过|商定|议定|明确)",
    "一致(?:决定|同意|通过|赞成)|表决通过|决定如下|就这么(?:定|办)|就这样定|^决定",
    r"\b(?:it (?:was|is)|we|the (?:meeting|branch|committee|members?))(?: (?:have|has|had))?(?: been)?(?: unanimously| hereby)?"
    r" (?:agreed|decided|resolved|approved|adopted|agree|resolve|decide)\b",
    r"\bmotion (?:is|was) (?:carried|adopted)\b",
)
_DUTY = _any("负责|牵头|跟进|落实|督促|承办|对接|分工|联系人", r"\bresponsible for\b|\bin charge of\b|\btakes? care of\b|\bfollows? up\b")
_VERBS = (
    "把|将|提交|上交|交到|交给|交来|交上|交齐|上报|报送|报给|报学|报支|送到|写|起草|草拟|拟定|整理|汇总|完成|联系|准备|通知|组织|统计|收齐|"
    "收集|核对|补齐|补上|做好|做出|办好|办理|发到|发给|安排|制定|修改|修订|公示|打印|登记|购买|采购|预订|联络|更新|上传|反馈|答复|"
    "定下来|拿出|走访|召开|制作|学完|整改"
)
_EN_VERBS = (
    "send|draft|write|prepare|collect|submit|contact|organi[sz]e|finish|complete|update|check|report|book|arrange|follow|bring|call|review|"
    "share|hand|make|print|publish|buy|order|invite|inform|tell|ask|draw|compile|summari[sz]e|circulate|look after|take care"
)
_DOING = _any(_VERBS, rf"\b(?:{_EN_VERBS})\b")
_DOES = _any(
    r"[ ，,]?(?:要|须|需要?|应|来|去|会|务必|必须|尽快)",
    rf",? (?:will|shall|to|must|should|please|is to|has to) (?:please )?(?:{_EN_VERBS})\b",
)
_IS_CALLED = _any(
    rf"[ ，,]?(?:你们?|您|二位|两位|负责|牵头|跟进|{_VERBS})",
    r",? (?:is|are|will be) (?:responsible|in charge)\b|,? takes? care\b",
    rf",? (?:will|shall|to|must|please|is to|has to) (?:please )?(?:{_EN_VERBS})\b",
)
_CALLS = _any(r"(?:由|请|让|派|叫|交给|交由|麻烦|拜托|委托|责成|安排)$", r"\bplease ,?$|\bask(?:s|ed)? $|\bassigned to $")
_MYSELF = _any("我来|由我|我负责|我牵头|我去|我会|我(?:今天|明天|后天|下周|本周|周)", r"\bI(?:'ll| will| am going to)\b|\blet me\b")
_EVERYONE = _any(
    "各(?:党小组|支部|小组|班级?|位|部门)|全体|每(?:个|位|名)|大家|所有|[组宣纪青学生]\\w委员|支委会",
    r"\b(?:everyone|everybody|all members|each)\b",
)
_ORDERS = _any("请|务必|必须|要求|须|需要|应当|记得|要", r"\bplease\b|\bmust\b|\bneeds? to\b|\bhave to\b")
