"""Finds comparisons of closed sets of words (``domain/vote_terms``, a meeting's phases) with bare strings, in Python, pages and TypeScript.

A misspelt word in a comparison is no error anywhere: the branch is never taken. So what is compared is a member.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from meeting_server.domain import vote_terms as terms
from meeting_server.domain.phases import MeetingPhase

SETS: dict[str, tuple[type[StrEnum], ...]] = {
    "force": (terms.MotionForce,),
    "sheet": (terms.AppraisalSheet,),
    "shape": (terms.PollShape,),
    "method": (terms.VoteMethod, terms.RuleMethod),
    "phase": (terms.MotionPhase, MeetingPhase),
    "stance": (terms.Stance,),
    "grade": (terms.Grade,),
    "reason": (terms.VerdictReason,),
    "office": (terms.Office,),
    "comparison": (terms.Comparison,),
    "base": (terms.Base,),
    "electorate": (terms.Electorate,),
    "bulletin": (terms.BulletinReaders,),
    "write_ins": (terms.WriteIns,),
}
"""What a field or variable of this name holds."""
ALWAYS = {"election", "appraisal", "survey", "organisation", "mutual", "excellent", "for", "against", "abstain", "discussed"}
ALWAYS |= {"not_reached", "no_quorum_at_close", "no_force", "more_than_issued", "scrutineer", "teller", "at_least", "more_than", "yes_no"}
"""Words that mean nothing else here, whatever they are compared with."""
SIGNS = ("w:", "p:", "t:", ":for", ":against", ":abstain", ":excellent", ":good", ":pass", ":fail")
"""How marks are written; ``votes/marks`` and ``core/marks`` alone read them."""
_READS = {"startswith", "endswith", "removeprefix", "removesuffix", "partition", "split", "startsWith", "endsWith"}


def _is_bare(name: str, word: str) -> bool:
    return word != "" and (word in ALWAYS or any(word in list(words) for words in SETS.get(name, ())))


def in_python(source: str) -> Iterator[int]:
    """The lines that compare with a bare word, or take a written mark to pieces."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare():
                sides = [node.left, *node.comparators]
                if any(_compares(one, other) for one in sides for other in sides if one is not other):
                    yield node.lineno
            case ast.Match():
                words = [part.value for part in ast.walk(node) if isinstance(part, ast.MatchValue)]
                yield from (word.lineno for word in words if _compares(node.subject, word))
            case ast.Call(func=ast.Attribute(attr=attr), args=[first, *_]) if attr in _READS:
                if any(isinstance(part, ast.Constant) and part.value in SIGNS for part in ast.walk(first)):
                    yield node.lineno


def _compares(one: ast.expr, other: ast.expr) -> bool:
    if isinstance(one, ast.Tuple) and isinstance(other, ast.Tuple) and len(one.elts) == len(other.elts):
        return any(map(_compares, one.elts, other.elts))
    name = one.attr if isinstance(one, ast.Attribute) else one.id if isinstance(one, ast.Name) else ""
    parts = other.elts if isinstance(other, ast.Tuple | ast.List | ast.Set) else [other]
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str) and _is_bare(name, part.value) for part in parts)


_EQUALS = re.compile(r'(?P<name>\w*)(?:\.value)?[)\]]*\s*[!=]==?\s*"(?P<word>\w+)"')
_EQUALS_BACK = re.compile(r'"(?P<word>\w+)"\s*[!=]==?\s*(?:\w+[?!]*\.)*?(?P<name>\w+)\b(?!\.)')
_INCLUDES = re.compile(r'\[(?P<words>[^\[\]]*"[^\[\]]*)\]\.includes\((?:\w+[?!]*\.)*(?P<name>\w+)')
_CASE = re.compile(r'\bcase "(?P<word>\w+)":')
_READ = re.compile(rf"\.(?:{'|'.join(sorted(_READS))})\(\s*[\"'`](?:{'|'.join(map(re.escape, SIGNS))})[\"'`]")


def in_text(source: str) -> Iterator[int]:
    """As ``in_python``, of TypeScript and of templates, by patterns: enough for how they are written here."""
    for number, line in enumerate(source.splitlines(), 1):
        found = any(_is_bare(m["name"], m["word"]) for m in (*_EQUALS.finditer(line), *_EQUALS_BACK.finditer(line)))
        found = found or any(_is_bare(m["name"], word) for m in _INCLUDES.finditer(line) for word in re.findall(r'"(\w+)"', m["words"]))
        found = found or any(m["word"] in ALWAYS for m in _CASE.finditer(line))
        if found or _READ.search(line):
            yield number


def found_in(root: Path) -> list[str]:
    """``file:line`` of every such comparison in the server, its pages and the client."""
    python = (path for path in sorted((root / "meeting_server").rglob("*.py")))
    pages = sorted((root / "meeting_server/web").rglob("*.html"))
    client = (path for path in sorted((root / "web_client/src").rglob("*.ts*")) if "stories" not in path.parts)
    return [
        f"{path.relative_to(root)}:{line}"
        for path, look in (*((path, in_python) for path in python), *((path, in_text) for path in (*pages, *client)))
        for line in look(path.read_text("utf-8"))
    ]
