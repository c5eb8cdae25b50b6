"""The templates for meetings: rule, length and default agenda of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meeting_server.domain.terms import MeetingKind
from meeting_server.domain.vote_terms import ItemPurpose

Called = Literal["members", "committee"]
"""Who is on the list initially."""


@dataclass(frozen=True, slots=True)
class TemplateItem:
    """One agenda item of a template. Its title is ``schedule.item.<key>`` in the catalogue."""

    key: str
    minutes: int
    purpose: ItemPurpose = ItemPurpose.NONE


@dataclass(frozen=True, slots=True)
class Template:
    """A template of a meeting. Its title is ``schedule.kind.<template_id>`` in the catalogue. ``minutes``: planned length."""

    template_id: str
    kind: MeetingKind
    preset_id: str
    minutes: int
    called: Called
    items: tuple[TemplateItem, ...]
    at_once: bool = False
    """Held today, as soon as it is convened, instead of next week."""


_OF_KEY = {purpose.value: purpose for purpose in (ItemPurpose.ROLL_CALL, ItemPurpose.EXCLUSIONS, ItemPurpose.ELECTION_RULES)}
"""Items whose key determines their purpose in every template."""


def _items(*rows: tuple[str, int] | tuple[str, int, ItemPurpose]) -> tuple[TemplateItem, ...]:
    return tuple(TemplateItem(row[0], row[1], row[2] if len(row) == 3 else _OF_KEY.get(row[0], ItemPurpose.NONE)) for row in rows)


def _of_kind(kind: MeetingKind, preset_id: str, minutes: int, called: Called, items: tuple[TemplateItem, ...]) -> Template:
    """Return the default template of a kind of meeting."""
    return Template(kind, kind, preset_id, minutes, called, items)


FIRST_COMMITTEE = "first_committee"
"""The meeting at which a newly elected committee elects its secretary (支部工作条例 art. 22)."""

TEMPLATES: dict[str, Template] = {
    template.template_id: template
    for template in (
        _of_kind(
            "general",
            "general_meeting",
            90,
            "members",
            _items(("roll_call", 5), ("study", 25), ("report", 20), ("discussion", 20), ("vote", 15, ItemPurpose.DECISION), ("close", 5)),
        ),
        Template(
            "election_meeting",
            "general",
            "general_meeting",
            120,
            "members",
            _items(
                ("roll_call", 5),
                ("exclusions", 5),
                ("work_report", 25),
                ("election_rules", 10),
                ("scrutineers", 10, ItemPurpose.SCRUTINEERS),
                ("candidates", 15),
                ("ballot", 20, ItemPurpose.BALLOT),
                ("count", 20, ItemPurpose.COUNT),
                ("announce", 10, ItemPurpose.ANNOUNCE),
            ),
        ),
        Template(
            "admission",
            "general",
            "admission",
            90,
            "members",
            _items(
                ("roll_call", 5),
                ("applicant_report", 15),
                ("sponsors_report", 10),
                ("committee_examination", 10),
                ("discussion", 25),
                ("secret_vote", 15, ItemPurpose.DECISION),
                ("resolution", 10),
            ),
        ),
        Template(
            "full_membership",
            "general",
            "full_membership",
            80,
            "members",
            _items(
                ("roll_call", 5),
                ("probation_report", 15),
                ("group_opinion", 10),
                ("committee_examination", 10),
                ("discussion", 15),
                ("secret_vote", 15, ItemPurpose.DECISION),
                ("resolution", 10),
            ),
        ),
        Template(
            "probation_extended",
            "general",
            "probation_extended",
            80,
            "members",
            _items(
                ("roll_call", 5),
                ("probation_report", 15),
                ("extension_grounds", 15),
                ("discussion", 20),
                ("secret_vote", 15, ItemPurpose.DECISION),
                ("resolution", 10),
            ),
        ),
        Template(
            "appraisal",
            "general",
            "general_meeting",
            120,
            "members",
            _items(
                ("roll_call", 5),
                ("self_appraisal", 40, ItemPurpose.TURNS),
                ("mutual_appraisal", 35, ItemPurpose.TURNS),
                ("appraisal_sheet", 15, ItemPurpose.APPRAISAL),
                ("committee_appraisal", 15, ItemPurpose.DECISION),
                ("close", 5),
            ),
        ),
        _of_kind(
            "committee",
            "committee",
            60,
            "committee",
            _items(("roll_call", 3), ("last_matters", 12), ("topics", 30), ("vote", 10, ItemPurpose.DECISION), ("division", 5)),
        ),
        Template(
            FIRST_COMMITTEE,
            "committee",
            "committee",
            60,
            "committee",
            _items(
                ("roll_call", 3),
                ("scrutineers", 7, ItemPurpose.SCRUTINEERS),
                ("officers_ballot", 20, ItemPurpose.BALLOT),
                ("count", 5, ItemPurpose.COUNT),
                ("announce", 5, ItemPurpose.ANNOUNCE),
                ("division", 15),
            ),
            at_once=True,
        ),
        _of_kind("group", "group_meeting", 60, "members", _items(("roll_call", 3), ("study", 25), ("exchange", 25), ("division", 7))),
        _of_kind("lesson", "group_meeting", 90, "members", _items(("roll_call", 5), ("lesson", 60), ("exchange", 20), ("close", 5))),
        _of_kind(
            "theme_day",
            "theme_day",
            120,
            "members",
            _items(("oath", 10), ("dues", 10), ("study", 30), ("activity", 60), ("close", 10)),
        ),
        _of_kind(
            "organisation_life",
            "organisation_life",
            120,
            "members",
            _items(("roll_call", 5), ("report", 20), ("self_examination", 45), ("mutual_criticism", 40), ("measures", 10)),
        ),
        _of_kind("blank", "ronr", 60, "members", ()),
    )
}
"""In the order in which they are offered."""
