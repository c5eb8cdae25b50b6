"""Writes the tables in docs/ that the code knows best: settings, who may send which command, and the sentences of the codes.

``--check`` only says what is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from meeting_server.config import Settings
from meeting_server.domain import commands
from meeting_server.domain.commands import Command, ConveneMeeting, FromServer, PassDeadline
from meeting_server.domain.errors import Code
from meeting_server.domain.meeting import NEEDS, phases_of
from meeting_server.web.site.catalogue import sentences
from meeting_server.web.site.errors import WebCode
from meeting_server.wire.codes import WireCode
from tools.bootstrap import ROOT
from tools.motion_life import diagram, table

OPERATIONS = ROOT / "docs" / "OPERATIONS.md"
VOTING = ROOT / "docs" / "VOTING.md"
GLOSSARY = ROOT / "docs" / "GLOSSARY.md"
PHASES_IN_ORDER = ("convened", "open", "adjourned")


def _names(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    choices = [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else [f"MEETING_{name.upper()}"]
    return " or ".join(f"`{choice}`" for choice in choices)


def _shown(value: object) -> str:
    if value is None or value == "":
        return "(empty)"
    if isinstance(value, bool):
        return "`1`" if value else "`0`"
    return f"`{value.as_posix() if isinstance(value, Path) else value}`"


def settings_table() -> str:
    rows = [f"| {_names(name, field)} | {_shown(field.default)} | {field.description} |" for name, field in Settings.model_fields.items()]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def codes_table() -> str:
    chinese, english = sentences("zh-CN"), sentences("en")
    codes = sorted({str(code) for kind in (Code, WireCode, WebCode) for code in kind})
    rows = [f"| `{code}` | {chinese.get(f'errors.{code}', '?')} | {english.get(f'errors.{code}', '?')} |" for code in codes]
    return "\n".join(["| code | 中文 | English |", "|---|---|---|", *rows])


def rights_table() -> str:
    """Who may send each command, and in which phases of the meeting, as the domain holds it."""
    kinds = commands.KINDS | commands.SERVER_KINDS
    tabled = [(name, kind) for name, kind in sorted(kinds.items()) if kind not in (ConveneMeeting, PassDeadline)]
    rows = [
        f"| `{name}` | {_sender(kind)} | {', '.join(phase for phase in PHASES_IN_ORDER if phase in phases_of(kind))} |"
        for name, kind in tabled
    ]
    return "\n".join(["| command | who | phases of the meeting |", "|---|---|---|", *rows])


def _sender(kind: type[Command]) -> str:
    if issubclass(kind, FromServer):
        return "*server*"
    right = NEEDS[kind]
    return "everyone in the meeting" if right is None else f"who holds `{right}`"


def with_section(page: str, name: str, content: str) -> str:
    """The page with what stands between the two marks of ``name`` replaced. Raises ValueError when a mark is missing."""
    begin, end = f"<!-- {name}: written by `make docs` -->", f"<!-- end of {name} -->"
    head, opened, rest = page.partition(begin)
    _, closed, tail = rest.partition(end)
    if not (opened and closed):
        raise ValueError(f"the marks of the section {name!r} are missing")
    return f"{head}{begin}\n{content}\n{end}{tail}"


def fresh() -> dict[Path, str]:
    """What the pages should hold now."""
    return {
        OPERATIONS: with_section(OPERATIONS.read_text("utf-8"), "settings", settings_table()),
        VOTING: with_section(VOTING.read_text("utf-8"), "life", f"{diagram()}\n\n{table()}"),
        GLOSSARY: with_section(with_section(GLOSSARY.read_text("utf-8"), "codes", codes_table()), "rights", rights_table()),
    }


def main() -> int:
    stale = {path: text for path, text in fresh().items() if path.read_text("utf-8") != text}
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"stale: {path.relative_to(ROOT)}")
        return 1 if stale else 0
    for path, text in stale.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
