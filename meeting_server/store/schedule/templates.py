"""The kinds of meeting a secretary can start from: rule, length and default agenda of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meeting_server.domain.terms import MeetingKind

Called = Literal["everyone", "committee"]
"""Who is on the list to begin with."""


@dataclass(frozen=True, slots=True)
class TemplateItem:
    """One agenda item of a template; its title is ``schedule.item.<key>`` in the catalogue."""

    key: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of meeting; its title is ``schedule.kind.<kind>`` in the catalogue. ``minutes``: planned length."""

    kind: MeetingKind
    preset_id: str
    minutes: int
    called: Called
    items: tuple[TemplateItem, ...]


def _items(*pairs: tuple[str, int]) -> tuple[TemplateItem, ...]:
    return tuple(TemplateItem(key, minutes) for key, minutes in pairs)


TEMPLATES: dict[MeetingKind, Template] = {
    template.kind: template
    for template in (
        Template(
            "general",
            "general_meeting",
            90,
            "everyone",
            _items(("roll_call", 5), ("study", 25), ("report", 20), ("discussion", 20), ("vote", 15), ("close", 5)),
        ),
        Template(
            "committee",
            "committee",
            60,
            "committee",
            _items(("roll_call", 3), ("last_matters", 12), ("topics", 30), ("vote", 10), ("division", 5)),
        ),
        Template("group", "group_meeting", 60, "everyone", _items(("roll_call", 3), ("study", 25), ("exchange", 25), ("division", 7))),
        Template("lesson", "group_meeting", 90, "everyone", _items(("roll_call", 5), ("lesson", 60), ("exchange", 20), ("close", 5))),
        Template(
            "theme_day",
            "theme_day",
            120,
            "everyone",
            _items(("oath", 10), ("dues", 10), ("study", 30), ("activity", 60), ("close", 10)),
        ),
        Template(
            "organisation_life",
            "organisation_life",
            120,
            "everyone",
            _items(("roll_call", 5), ("report", 20), ("self_examination", 45), ("mutual_criticism", 40), ("measures", 10)),
        ),
        Template("blank", "ronr", 60, "everyone", ()),
    )
}
"""In the order in which they are offered."""
