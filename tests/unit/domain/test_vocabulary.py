"""The packages of events and of commands list what their modules declare: one left out would be a fact that no journal can read."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

from meeting_server.domain import commands, events
from meeting_server.domain.commands.command import Command, FromParticipant, FromServer
from meeting_server.domain.events.event import Event


def _declared(package: ModuleType, root: type) -> set[type]:
    modules = [importlib.import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)]
    return {kind for module in modules for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, root)}


@pytest.mark.parametrize(("package", "root"), [(events, Event), (commands, Command)])
def test_a_package_lists_all_that_its_modules_declare(package: ModuleType, root: type) -> None:
    assert {kind for kind in vars(package).values() if isinstance(kind, type) and issubclass(kind, root)} == _declared(package, root)


def test_every_kind_is_known_by_its_name() -> None:
    assert set(events.KINDS.values()) == _declared(events, Event) - {Event}
    bases = {Command, FromParticipant, FromServer}
    assert {*commands.KINDS.values(), *commands.SERVER_KINDS.values()} == _declared(commands, Command) - bases
