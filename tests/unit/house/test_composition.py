"""The composition root: every part has a type, is there from the start, and is put there by one builder."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from typing import Any, get_args, get_type_hints

import pytest

from meeting_server.web.site.site import Site
from tests.kit.paths import ROOT

PRODUCT = ROOT / "meeting_server"
COMPOSED = [
    *(PRODUCT / name for name in ("app.py", "serve.py", "processes.py", "users.py")),
    *(file for room in ("acts", "demo", "live", "web") for file in sorted((PRODUCT / room).rglob("*.py"))),
]
CHANGES = {
    "app.py": {"app.state.site", "app.state.rehearsals"},  # ``stand_on``: the one place where pages get their site
    "serve.py": {"context.check_hostname", "context.verify_mode"},
    "demo/meetings.py": {"clock.at"},
    "demo/scripted_meeting.py": {"self._clock.at"},
    "live/assembly.py": {"connection.open"},
    "live/conversation.py": {"self.connection.typing_until"},
    "live/hall_link.py": {"party.offered"},
    "live/host.py": {"before.state", "before.head", "before.known", "before.last_at"},
    "live/presence.py": {"connection.last_heard", "connection.visible", "connection.responsive"},
    "live/signalling.py": {"client.unheard", "client.room", "client.level", "client.permitted", "others[-1].unheard"},
    "web/meeting/admission.py": {"self.sockets.denials"},
    "web/meeting/frame_once.py": {"self.conn.available_extensions"},
    "web/rehearsal/control.py": {"rehearsal.prepared", "rehearsal.site"},
    "web/site/errors.py": {"refused.detail"},
    "web/site/half_open.py": {"cycle.disconnected", "self.conn.chunks"},
    "web/site/limits.py": {"found.used"},
    "web/site/workbench.py": {"sys.stdout"},
}
"""State that changes while a server runs, and what belongs to a library. No part of the root is among it."""


def untyped(cls: type) -> set[str]:
    """Fields whose type says nothing, at whatever depth."""

    def says_nothing(hint: Any) -> bool:
        return hint is Any or hint is object or any(says_nothing(arg) for arg in get_args(hint) if arg is not Ellipsis)

    return {name for name, hint in get_type_hints(cls).items() if says_nothing(hint)}


def set_from_outside(source: str) -> Iterator[str]:
    """Attributes that are set on something else than ``self`` or ``cls``, as they are written."""
    for node in ast.walk(ast.parse(source)):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("setattr", "__setattr__"):
            yield ast.unparse(node)
        for target in [part for whole in targets for part in ast.walk(whole) if isinstance(part, ast.Attribute)]:
            if isinstance(target.ctx, ast.Store) and not (isinstance(target.value, ast.Name) and target.value.id in ("self", "cls")):
                yield ast.unparse(target)


def makes(source: str, module: str, name: str) -> bool:
    """Whether the class ``name`` of ``module`` is called here: whether a thing of that class is made."""
    if module not in source or f"{name}(" not in source:
        return False  # three of four files, not to be parsed
    nodes = list(ast.walk(ast.parse(source)))
    known = any(isinstance(node, ast.ImportFrom) and node.module == module and name in {a.name for a in node.names} for node in nodes)
    return known and any(isinstance(node, ast.Call) and ast.unparse(node.func) == name for node in nodes)


def test_every_part_of_the_site_has_a_type() -> None:
    assert untyped(Site) == set()


def test_a_part_without_a_type_is_found() -> None:
    @dataclass(frozen=True)
    class Planted:
        registry: Any
        stores: dict[str, Any]
        name: str

    assert untyped(Planted) == {"registry", "stores"}


def test_the_site_is_whole_when_it_is_built_and_stays_as_it_is() -> None:
    assert Site.__dataclass_params__.frozen  # type: ignore[attr-defined]  # what a dataclass knows of itself
    for part in fields(Site):
        assert part.init, part.name
        assert part.default is part.default_factory is MISSING, part.name


def test_nothing_is_set_on_a_part_after_it_was_built() -> None:
    found = {file.relative_to(PRODUCT).as_posix(): set(set_from_outside(file.read_text())) for file in COMPOSED}
    assert {name: targets for name, targets in found.items() if targets} == CHANGES


@pytest.mark.parametrize(
    "planted",
    [
        "registry.on_rights = catch_up",
        "site.registry.signalling.resumes = resume",
        "conn.app.state.door = door",
        "site.desk, site.box = desk, box",
        "site.media: object = plane",
        "setattr(site, 'media', plane)",
        "object.__setattr__(site, 'media', plane)",
    ],
)
def test_a_part_that_is_set_later_is_found(planted: str) -> None:
    assert list(set_from_outside(f"def serve():\n    {planted}\n"))


def test_what_an_object_sets_on_itself_is_no_late_part() -> None:
    assert list(set_from_outside("class A:\n    def __init__(self):\n        self.a, self.b = 1, {}\n        b = self.a\n")) == []


SITE, REGISTRY = "meeting_server.web.site.site", "meeting_server.live.registry"


def test_the_site_is_built_in_one_place_for_servers_and_tests() -> None:
    files = [file for room in ("meeting_server", "tests") for file in (ROOT / room).rglob("*.py")]
    assert {file for file in files if makes(file.read_text(), SITE, "Site")} == {PRODUCT / "app.py"}
    assert {file for file in PRODUCT.rglob("*.py") if makes(file.read_text(), REGISTRY, "Registry")} == {PRODUCT / "app.py"}


def test_a_second_builder_is_found() -> None:
    assert makes(f"from {SITE} import Site\nsite = Site(settings, secret)", SITE, "Site")
