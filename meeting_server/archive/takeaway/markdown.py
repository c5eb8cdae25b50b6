"""A document (minutes, transcript) as Markdown, for note-taking programs and wikis."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meeting_server.archive.minutes.document_model import Block, Grid, Heading, Paper, Paragraph, Points, Speech
from meeting_server.domain.characters import clean

_MEANS_SOMETHING = re.compile(r"([\\`*_\[\]<>|#~])")
_STARTS_SOMETHING = re.compile(r"^(\d+)([.)])|^([-+=])", re.MULTILINE)


def markdown(paper: Paper, draft: str = "") -> str:
    """Return ``paper`` as CommonMark with tables. Nothing anybody said can become a heading, a link or HTML."""
    parts = [f"# {_text(paper.title)}", _text(paper.organisation), *([f"*{_text(draft)}*"] if draft else [])]
    parts.append("\n".join(f"- **{_text(label)}** {_text(said)}" for label, said in paper.facts))
    for section in paper.sections:
        parts.append(f"## {_text(section.heading)}")
        parts += [written for block in section.blocks for written in _block(block)]
    if paper.signs:
        parts.append("\n".join(f"- **{_text(label)}** {_text(name) or '＿＿＿＿＿＿'}" for label, name in paper.signs))
    parts.append(f"---\n\n{_text(paper.hash_line)}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text, strong):
            yield _text(text) + (f" **{_text(strong)}**" if strong else "")
        case Points(lines):
            yield "\n".join(f"{number}. {_text(line)}" for number, line in enumerate(lines, 1))
        case Heading(text):
            yield f"### {_text(text)}"
        case Speech(clock, who, text):
            yield f"`{clock}` " + (f"**{_text(who)}** " if who else "") + _text(text)
        case Grid(_, head, rows):
            yield "\n".join((_row(head), _row(tuple("---" for _ in head), plain=True), *(_row(row) for row in rows)))


def _row(cells: tuple[str, ...], *, plain: bool = False) -> str:
    return "| " + " | ".join(cell if plain else _text(cell) for cell in cells) + " |"


def _text(text: str) -> str:
    """One line of plain text."""
    flat = _MEANS_SOMETHING.sub(r"\\\1", " ".join(clean(text).split()))
    return _STARTS_SOMETHING.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", flat)
