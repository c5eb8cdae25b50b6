"""Code that nobody uses is named, and what only looks unused is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.dead_code import dead_code

PRODUCT = """
import typer

command = typer.Typer()
LIMIT = 3


class Part:
    size: int = 0

    def used(self) -> int:
        return self.size

    {planted}


@command.command()
def serve() -> None:
    Part().used()
"""
PLANTED = {
    "a method": ("def forgotten(self) -> None: ...", "forgotten"),
    "a property": ("@property\n    def forgotten(self) -> int: return 1", "forgotten"),
    "what only a test calls": ("def tested(self) -> None: ...", "tested"),
    "an import": ("import json", "json"),
}


def planted(root: Path, line: str) -> list[str]:
    for folder in ("meeting_server", ".ci", "tests"):
        (root / folder).mkdir()
    (root / "meeting_server" / "part.py").write_text(PRODUCT.format(planted=line))
    (root / "meeting_server" / "part.html").write_text("{{ part.next_one }}")
    (root / "tests" / "test_part.py").write_text(
        "from meeting_server.part import LIMIT, Part\n\n\ndef test_it():\n    Part().tested()\n    LIMIT\n"
    )
    return [dead.name for dead in dead_code(root)]


@pytest.mark.parametrize("kind", PLANTED)
def test_dead_code_is_named(tmp_path: Path, kind: str) -> None:
    line, name = PLANTED[kind]
    assert planted(tmp_path, line) == [name]


@pytest.mark.parametrize("line", ["pass", "weight: int = 1", "@property\n    def next_one(self) -> int: return 1"])
def test_fields_commands_and_what_a_template_uses_are_alive(tmp_path: Path, line: str) -> None:
    assert planted(tmp_path, line) == []
