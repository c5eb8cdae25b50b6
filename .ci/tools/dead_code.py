"""Names what nobody uses: ``python -m tools.dead_code``; exit code 1 when something is found.

Code of the server counts as used when the server, the project's tools or a template uses it: what only a test calls is dead too.
Constants may be there for tests alone. Fields and members of enumerations are data, and attributes are often somebody else's, so
neither is looked at; local variables are ruff's business.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vulture import Vulture

from tools.bootstrap import ROOT

CALLED_BY_OTHERS = (
    *("do_GET", "do_POST", "log_message"),  # http.server
    *("datagram_received", "on_ws_*", "handle_*tag", "handle_data"),  # asyncio, picows, html.parser
    *("ClientInWheel", "dependencies", "initialize"),  # hatchling
    *("pytest_*", "pytestmark", "test_*", "teardown"),  # hypothesis ends a state machine by the last
)
"""Names by which a library finds what it calls."""
COMMANDS = ("@command.command", "@user.command", "@speech.command")
REGISTERED = (*COMMANDS, "@event.listens_for", "@pytest.fixture", "@rule", "@invariant", "@initialize", "@field_validator")
"""Decorators that hand what they stand on to a library."""
NOT_YET = ("meeting_server/bus/",)
"""Written and held by contract tests before its first user: several servers of one meeting."""
LEFT_OUT = ("*/migrations/*", "*/node_modules/*", "*/.venv/*", "*/page_attacks.py")
"""Migrations are Alembic's to call; the attacks are the sources of other programs."""


@dataclass(frozen=True, slots=True)
class Dead:
    """Something that nobody uses, and where it stands."""

    path: Path
    line: int
    kind: str
    name: str


def dead_code(root: Path) -> Iterator[Dead]:
    """What is dead in the server, its tools and its tests below ``root``."""
    everywhere = [root / name for name in ("meeting_server", ".ci", "tests")]
    in_templates = {word for file in (root / "meeting_server").rglob("*.html") for word in re.findall(r"\w+", file.read_text("utf-8"))}
    without_tests = _unused(root, everywhere[:2])
    for dead in without_tests:
        if dead.kind not in ("variable", "attribute") and dead.path.is_relative_to(everywhere[0]) and dead.name not in in_templates:
            yield dead
    for dead in _unused(root, everywhere):
        if dead.kind == "variable" and _is_indented(dead):
            continue
        if dead.kind != "attribute" and (dead.kind == "variable" or not dead.path.is_relative_to(everywhere[0])):
            yield dead


def _unused(root: Path, folders: list[Path]) -> list[Dead]:
    looking = Vulture(ignore_names=list(CALLED_BY_OTHERS), ignore_decorators=list(REGISTERED))
    looking.scavenge([str(folder) for folder in folders if folder.exists()], exclude=list(LEFT_OUT))
    found = (Dead(Path(item.filename).resolve(), item.first_lineno, item.typ, item.name) for item in looking.get_unused_code(60))
    return [dead for dead in found if not dead.path.relative_to(root.resolve()).as_posix().startswith(NOT_YET)]


def _is_indented(dead: Dead) -> bool:
    """Whether it is a field, a member or local."""
    return dead.path.read_text("utf-8").splitlines()[dead.line - 1][:1].isspace()


def main() -> int:
    found = sorted(set(dead_code(ROOT)), key=lambda dead: (dead.path, dead.line))
    for dead in found:
        print(f"{dead.path.relative_to(ROOT)}:{dead.line}: nobody uses the {dead.kind} {dead.name}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
