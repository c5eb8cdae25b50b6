"""Names words that must not be there: ``python -m tools.words``; exit code 1 when one is found. Spelling is codespell's business.

Each stands beside the word to use. Chinese by the list that secretaries and a lawyer went through, English as an engineer writes it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.bootstrap import ROOT

TEXTS = ("*.py", "*.ts", "*.tsx", "*.md", "*.html", "*.json", "*.css", "*.toml", "*.service")
NOT_OURS = re.compile(
    r"^(\.ci/hashes/|tests/(golden|data)/|web_client/package-lock\.json|\.ci/tools/words\.py|tests/unit/house/test_words\.py)"
)
SPELT_SO = "recuse,bu,fro,lates,untils,whats,atleast,notin"
"""Pinyin, and names in the code, which codespell takes for misspelt words."""
LOCALES = "meeting_server/web/locales/"


@dataclass(frozen=True, slots=True)
class Word:
    """``pattern``: what must not be there. ``instead``: what to write. ``within``: paths it is looked for in."""

    pattern: re.Pattern[str]
    instead: str
    within: tuple[str, ...] = ("",)


def _zh(word: str, instead: str) -> Word:
    return Word(re.compile(word), instead, (LOCALES, "docs/", "README.md", "meeting_server/", "web_client/src/"))


def _en(word: str, instead: str, *within: str) -> Word:
    return Word(re.compile(rf"\b(?:{word})\b", re.IGNORECASE), instead, within or ("",))


WORDS = (
    _zh("(?<!移)动议", "表决事项"),
    _zh("票纸", "选票"),
    _zh("(?<!开)发票", "发给表决票"),
    _zh("废票", "无效票"),
    _zh("无故缺席", "缺席（未请假）"),
    _zh("会议纪要", "会议记录"),
    _zh("查阅人|审阅人", "督导员"),
    _zh("向会议提出", "提请会议讨论"),
    _zh("互评（无记名）|按互评结果", "民主测评（无记名），按测评结果"),
    _zh("参加评议人数", "正式党员总数"),
    _zh("由支部委员会审定", "由支部委员会或党员大会提出评定意见"),
    _zh("(?<!已)签发|待签(?!到)", "审核签字，待审核"),
    _zh("不再领票|不发票", "不再领取表决票，不发给表决票"),
    _zh("留着的票", "保存的投票凭证"),
    _zh("公开表决。|不公布姓名", "举手表决（只记票数）"),
    _zh("举手或记名都可以", "举手、记名、无记名均可"),
    _zh("由会议通过后才算数", "监票人经会议表决通过；计票人由支部委员会指定"),
    _zh("各处说法不同，要由您确认", "基层组织选举按实到会有选举权人数计算"),
    _zh("记录末条", "最后一条记录"),
    _zh("带走这次会议", "下载与导出"),
    _zh("旁听这次表决", "您不参加这次表决"),
    _zh("全体党员参加，可以表决", "全体党员参加，有表决权的党员表决"),
    _zh("确定召开", "发布会议安排"),
    _zh("没有记下要点", "（未记录发言要点）"),
    _zh("请来主持", "移交主持"),
    _zh("当选要过半数", "赞成票超过半数，始得当选"),
    _zh("已应到", "已应答"),
    _zh("一票在箱里", "已投入票箱"),
    _zh("票：通过。|票：未通过。|人：未通过。", "赞成 n 人，超过…的半数，通过；会议无效，须重新召开"),
    _zh(r"花名册(?!\|)", "党员名册"),
    _en("can not(?! only)", "cannot"),
    _en("by (?:itself|themselves|yourself)", "automatically, or the name of who does it", f"{LOCALES}en.json"),
    _en("tries so far", "attempts"),
    _en("mutual appraisal (?:\\(secret|\\()|from the mutual appraisal", "democratic rating", f"{LOCALES}en.json"),
    _en("of those appraised can be excellent", "of all full members", f"{LOCALES}en.json"),
    _en("(?:record|its|content).{0,20}digest", "check code", f"{LOCALES}en.json"),
    _en("leave (?:asked|requests?|granted)", "absence", f"{LOCALES}en.json"),
    _en("(?:your|the|of) paper(?! ballot)", "ballot", f"{LOCALES}en.json"),
    _en("void ballots?|(?:ballot|ballot is) void", "invalid ballot: a vote is void, a ballot invalid", f"{LOCALES}en.json"),
    _en("(?:self or )?mutual sheets?|the secret sheet", "self-appraisal, democratic rating", f"{LOCALES}en.json"),
    _en("not yet issued", "not yet checked and signed", f"{LOCALES}en.json"),
    _en("secretary(?:'s|’s) answer|the secretary will answer", "recorder", f"{LOCALES}en.json"),
)


@dataclass(frozen=True, slots=True)
class Found:
    path: str
    line: int
    word: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: “{self.word}”, write: {self.instead}"


def in_text(path: str, text: str, words: Iterable[Word] = WORDS) -> Iterator[Found]:
    """The words of a file that must not be there, line by line."""
    looked_for = [word for word in words if any(path.startswith(place) for place in word.within)]
    for number, line in enumerate(text.splitlines(), 1):
        for word in looked_for:
            for hit in word.pattern.finditer(line):
                yield Found(path, number, hit[0], word.instead)


def ours(root: Path = ROOT) -> list[str]:
    """The texts of a checkout that are our own. Files that git does not know are not looked at."""
    listed = subprocess.run(["git", "ls-files", "-z", *TEXTS], cwd=root, check=True, capture_output=True, text=True).stdout
    return [path for path in listed.split("\0") if path and not NOT_OURS.match(path) and (root / path).is_file()]


def main() -> int:
    paths = ours()
    found = [one for path in paths for one in in_text(path, (ROOT / path).read_text("utf-8"))]
    for one in found:
        print(one)
    codespell = [str(Path(sys.executable).with_name("codespell")), f"--ignore-words-list={SPELT_SO}"]
    spelling = subprocess.run([*codespell, *(path for path in paths if not path.endswith(".json"))], cwd=ROOT, check=False)
    return 1 if found or spelling.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
