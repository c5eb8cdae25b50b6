"""The form a meeting is scheduled with: list buttons without JavaScript, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from starlette.datastructures import FormData

from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import ItemPlan
from meeting_server.store.people.people import Exclusion, Member
from meeting_server.store.schedule.presets import load_presets
from meeting_server.store.schedule.schedule import Listed, Plan, Scheduled
from meeting_server.web.schedule.meeting_form import (
    ItemField,
    MeetingForm,
    edited,
    entitled,
    form_of,
    plan_of,
    read,
)
from meeting_server.web.site.dates import millis

ROSTER = (
    Member("p1", "b1", "周建华", committee=True),
    Member("p2", "b1", "何雨桐", committee=True),
    Member("p3", "b1", "丁文静", exclusion=Exclusion.ABROAD, exclusion_reference="校党〔2026〕3号"),
    Member("p4", "b1", "林晓雨", standing=Standing.PROBATIONARY, voting=False),
)
PRESETS = load_presets()
NOW = millis(datetime(2026, 11, 20, 9, 0))
IDS = [f"g{n}" for n in range(100)]
FORM = MeetingForm(
    kind="general",
    preset_id="general_meeting",
    title="2026年11月支部党员大会",
    place="教学楼 A305",
    date="2026-11-26",
    time="19:00",
    minutes="90",
    chair="p1",
    secretary="p2",
    recording=True,
    items=(ItemField("学习", "30", "周建华"), ItemField("表决", "", "")),
    called=frozenset({"p1", "p2", "p3", "p4"}),
    guests="高原\n林  老师",
)


def plan(form: MeetingForm, before: Scheduled | None = None) -> Plan | MeetingForm:
    return plan_of(form, branch_id="b1", roster=ROSTER, presets=PRESETS, now=NOW, before=before, guest_id=IDS)


def planned(form: MeetingForm, before: Scheduled | None = None) -> Plan:
    result = plan(form, before)
    assert isinstance(result, Plan), result.errors
    return result


def errors_of(form: MeetingForm) -> dict[str, str]:
    result = plan(form)
    assert isinstance(result, MeetingForm)
    assert replace(result, errors={}) == form, "nothing typed is lost"
    return dict(result.errors)


def test_the_form_becomes_a_plan_in_shanghai_time() -> None:
    result = planned(FORM)
    assert result == Plan(
        "b1",
        "general",
        "2026年11月支部党员大会",
        "教学楼 A305",
        millis(datetime(2026, 11, 26, 19, 0)),
        millis(datetime(2026, 11, 26, 20, 30)),
        "general_meeting",
        True,
        (ItemPlan("学习", 30, "周建华"), ItemPlan("表决", 0, "")),
        (
            Listed(ParticipantId("p1"), Role.CHAIR),
            Listed(ParticipantId("p2"), Role.SECRETARY),
            Listed(ParticipantId("p3")),
            Listed(ParticipantId("p4")),
            Listed(ParticipantId("g0"), Role.GUEST, "高原"),
            Listed(ParticipantId("g1"), Role.GUEST, "林老师"),
        ),
    )


def test_a_meeting_on_the_schedule_fills_the_form_again() -> None:
    scheduled = Scheduled(MeetingId("m1"), planned(FORM), "convened", 3, 7, "p2", NOW, NOW)
    everyone = frozenset({"p1", "p2", "p3", "p4", "g0", "g1"})
    assert form_of(scheduled) == replace(FORM, guests="高原\n林老师", version=7, known=everyone)
    assert planned(form_of(scheduled), scheduled) == scheduled.plan


def test_a_guest_keeps_their_id_when_the_list_changes() -> None:
    scheduled = Scheduled(MeetingId("m1"), planned(FORM), "convened", 0, 1, "p2", NOW, NOW)
    changed = plan_of(
        replace(form_of(scheduled), guests="新人、林老师"),
        branch_id="b1",
        roster=ROSTER,
        presets=PRESETS,
        now=NOW,
        before=scheduled,
        guest_id=["x"],
    )
    assert isinstance(changed, Plan)
    assert [(p.participant_id, p.guest_name) for p in changed.people if p.is_guest] == [("x", "新人"), ("g1", "林老师")]


def test_someone_who_came_by_a_link_while_the_form_was_open_stays_on_the_list() -> None:
    first = planned(FORM)
    scheduled = Scheduled(MeetingId("m1"), first, "convened", 0, 1, "p2", NOW, NOW)
    form = form_of(scheduled)
    came = Listed(ParticipantId("g-link"), Role.GUEST, "路过的同志")
    since = replace(scheduled, plan=replace(first, people=(*first.people, came)))
    assert planned(replace(form, guests="高原"), since).people == (*first.people[:5], came)


def test_chair_and_secretary_are_on_the_list_even_when_not_ticked() -> None:
    result = planned(replace(FORM, called=frozenset({"p4"})))
    assert [(p.participant_id, p.role) for p in result.people if not p.is_guest] == [
        ("p1", Role.CHAIR),
        ("p2", Role.SECRETARY),
        ("p4", Role.MEMBER),
    ]


def test_one_person_may_chair_and_keep_the_record() -> None:
    result = planned(replace(FORM, chair="p2"))
    assert [p.role for p in result.people if p.participant_id == "p2"] == [Role.SECRETARY]


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": "  "}, {"title": "empty"}),
        ({"title": "会" * 81}, {"title": "too_long"}),
        ({"place": "A" * 81}, {"place": "too_long"}),
        ({"date": "2026-02-30"}, {"start": "start"}),
        ({"time": "7pm"}, {"start": "start"}),
        ({"date": "2026-11-19"}, {"start": "past"}),
        ({"date": "2036-11-19"}, {"start": "far"}),
        ({"minutes": "5"}, {"minutes": "minutes"}),
        ({"minutes": "²"}, {"minutes": "minutes"}),
        ({"minutes": "1e9"}, {"minutes": "minutes"}),
        ({"preset_id": "made_up"}, {"preset": "preset"}),
        ({"chair": ""}, {"chair": "chair"}),
        ({"secretary": "stranger"}, {"secretary": "secretary"}),
        ({"items": (ItemField("", "10"),)}, {"item-0": "item_empty"}),
        ({"items": (ItemField("学习"), ItemField("表决", "-3"))}, {"item-1": "item_minutes"}),
        ({"guests": "高原\n高原"}, {"guests": "guest_twice"}),
        ({"guests": "高" * 41}, {"guests": "guest_name"}),
        ({"guests": "\n".join(f"客人{n}" for n in range(61))}, {"guests": "guests_most"}),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_is_kept(changes: dict[str, object], errors: dict[str, str]) -> None:
    assert errors_of(replace(FORM, **changes)) == errors  # type: ignore[arg-type]  # fields by name, checked by the dataclass


def test_an_empty_agenda_line_is_no_item() -> None:
    assert planned(replace(FORM, items=(*FORM.items, ItemField()))).agenda == planned(FORM).agenda


def test_moving_an_item_needs_no_dragging() -> None:
    down = edited(FORM, "item-down:0", ROSTER)
    assert [item.title for item in down.items] == ["表决", "学习"]
    assert edited(down, "item-up:1", ROSTER) == FORM


def test_items_are_added_and_removed_by_buttons() -> None:
    assert edited(FORM, "item-add", ROSTER).items == (*FORM.items, ItemField())
    assert edited(FORM, "item-remove:0", ROSTER).items == FORM.items[1:]


@pytest.mark.parametrize("button", ["item-up:0", "item-down:1", "item-remove:9", "item-up:x", "item-up:²", "save", ""])
def test_a_button_that_makes_no_sense_changes_nothing(button: str) -> None:
    assert edited(FORM, button, ROSTER) == FORM


def test_people_are_called_in_one_go() -> None:
    assert edited(FORM, "people-none", ROSTER).called == frozenset()
    assert edited(FORM, "people-committee", ROSTER).called == {"p1", "p2"}
    assert edited(FORM, "people-all", ROSTER).called == {"p1", "p2", "p3", "p4"}


def test_the_number_entitled_follows_the_rule_and_the_list() -> None:
    assert entitled(FORM, ROSTER, PRESETS["general_meeting"]) == 3, "p3 counts until the meeting excludes them, p4 has no vote"
    assert entitled(replace(FORM, called=frozenset()), ROSTER, PRESETS["general_meeting"]) == 2, "chair and secretary are there"
    assert entitled(FORM, ROSTER, PRESETS["committee"]) == 2
    assert entitled(FORM, ROSTER, PRESETS["theme_day"]) == 4, "members, guests not"


def test_a_form_is_read_as_sent() -> None:
    sent = FormData(
        [
            ("title", " 会 "),
            ("preset", "ronr"),
            ("item-title", "一"),
            ("item-title", "二"),
            ("item-minutes", "5"),
            ("item-minutes", ""),
            ("item-speaker", ""),
            ("item-speaker", "何"),
            ("person", "p1"),
            ("person", "p3"),
            ("recording", "on"),
            ("version", "12"),
        ]
    )
    form = read(sent, "blank")
    assert (form.title, form.preset_id, form.version, form.recording) == ("会", "ronr", 12, True)
    assert form.items == (ItemField("一", "5", ""), ItemField("二", "", "何"))
    assert form.called == {"p1", "p3"}


APPLICANT = Member("p5", "b1", "邓一鸣", standing=Standing.APPLICANT, voting=False)


def test_everybody_means_members_and_no_applicant() -> None:
    assert edited(FORM, "people-all", (*ROSTER, APPLICANT)).called == {"p1", "p2", "p3", "p4"}


def test_an_applicant_named_at_an_item_is_called_to_that_item_alone() -> None:
    first = ItemField("学习", "30", "周建华")
    form = replace(FORM, items=(first, ItemField(), ItemField("接收预备党员", "20", called=frozenset({"p5"}))))
    made = plan_of(form, branch_id="b1", roster=(*ROSTER, APPLICANT), presets=PRESETS, now=NOW, guest_id=IDS)
    assert isinstance(made, Plan)
    listed = next(person for person in made.people if person.participant_id == "p5")
    assert listed.items == (2,)  # the empty line is no item
    scheduled = Scheduled(MeetingId("m"), made, "convened", 0, 1, "p2", 0, 0)
    again = form_of(scheduled)
    assert "p5" not in again.called
    assert [item.called for item in again.items] == [frozenset(), {"p5"}]


def test_a_call_to_an_item_goes_where_the_item_goes_and_ends_with_it() -> None:
    form = replace(FORM, items=(ItemField("学习"), ItemField("接收预备党员", called=frozenset({"p5"}))))
    assert [item.called for item in edited(form, "item-up:1", ROSTER).items] == [{"p5"}, frozenset()]
    struck = edited(form, "item-remove:1", ROSTER)
    made = plan_of(struck, branch_id="b1", roster=(*ROSTER, APPLICANT), presets=PRESETS, now=NOW, guest_id=IDS)
    assert isinstance(made, Plan)
    assert "p5" not in {person.participant_id for person in made.people}


def test_no_applicant_has_the_chair_or_keeps_the_record() -> None:
    made = plan_of(
        replace(FORM, chair="p5", secretary="p5"), branch_id="b1", roster=(*ROSTER, APPLICANT), presets=PRESETS, now=NOW, guest_id=IDS
    )
    assert isinstance(made, MeetingForm)
    assert set(made.errors) == {"chair", "secretary"}
