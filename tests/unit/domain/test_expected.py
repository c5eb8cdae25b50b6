"""应到党员, 其中有表决权, 实到 of both: who has no vote belongs to 应到, guests and 积极分子 never do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meeting_server.archive.attendance.report import attendance_report
from meeting_server.archive.attendance.year import attendance_year
from meeting_server.domain.attendance.expected import expected, turnout
from meeting_server.domain.commands import AdjournMeeting, LeaveMeeting
from meeting_server.domain.events import MeetingAdjourned
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.vote_terms import Electorate
from meeting_server.domain.votes.electorate import quorum_now
from meeting_server.store.schedule.presets import load_presets
from tests.kit.meetings.sitting import Sitting, member

PRESETS = load_presets()
EXTRA = (
    member("probationary", voting=False, standing=Standing.PROBATIONARY),
    member("on_probation", voting=False),  # 留党察看
    member("applicant", voting=False, standing=Standing.APPLICANT),
    member("guest", role=Role.GUEST, voting=False, standing=Standing.GUEST),
)


def sitting(preset: str = "general_meeting") -> Sitting:
    return Sitting(2, preset=PRESETS[preset], presets=PRESETS, extra=EXTRA)


def test_members_without_a_vote_belong_to_the_expected_and_not_to_the_electorate() -> None:
    made = sitting()
    assert set(expected(made.state)) == {"secretary", "m1", "m2", "probationary", "on_probation"}
    assert quorum_now(made.state).entitled == 3


@pytest.mark.parametrize("preset", ["group_meeting", "theme_day", "organisation_life"])
def test_no_guest_and_no_applicant_is_expected_at_a_meeting_of_members(preset: str) -> None:
    state = sitting(preset).state
    assert not {"applicant", "guest"} & set(expected(state))
    everyone = replace(state, preset=replace(state.preset, electorate=Electorate.EVERYONE))
    assert not {"applicant", "guest"} & set(expected(everyone)), "nor under a rule that was planned before"


def test_a_committee_expects_its_members() -> None:
    made = Sitting(2, preset=PRESETS["committee"], extra=[replace(member("head"), committee=True)])
    assert expected(made.state) == ("head",)


def test_the_adjourning_counts_both() -> None:
    made = sitting()
    made.connect("m1", "probationary", "applicant", "guest")
    (fact,) = [event for event in made.did("secretary", AdjournMeeting()) if isinstance(event, MeetingAdjourned)]
    assert (fact.members, fact.members_attended) == (5, 3)
    assert (fact.expected, fact.attended) == (3, 2)
    assert fact.guests == 2  # the applicant and the guest


def test_a_member_without_a_vote_who_stayed_away_is_absent_like_anyone() -> None:
    made = sitting()
    made.connect("m1", "m2", "probationary")
    made.did("secretary", AdjournMeeting())
    result = attendance_report(made.state, made.now)
    status = {row.participant.name: row.status for row in result.rows}
    assert status["on_probation"] == "absent"
    assert (len(result.expected), result.attended, result.quorum.entitled, result.quorum.present) == (5, 4, 3, 3)
    assert result.absent == 1
    assert [row.participant.name for row in result.rows if result.takes_part_without_vote(row)] == ["probationary"]
    year = attendance_year([result])
    assert {m.name: (m.expected, m.with_vote, m.came, m.absent) for m in year.members} == {
        "secretary": (1, 1, 1, 0),
        "m1": (1, 1, 1, 0),
        "m2": (1, 1, 1, 0),
        "probationary": (1, 0, 1, 0),
        "on_probation": (1, 0, 0, 1),
    }
    (meeting,) = year.meetings
    assert (meeting.expected, meeting.came, meeting.voting, meeting.voting_came) == (5, 4, 3, 3)


def test_a_meeting_that_everybody_left_counts_nobody() -> None:
    made = Sitting(3, extra=EXTRA)
    made.did("secretary", LeaveMeeting())
    assert turnout(made.state).expected == 6
    result = attendance_report(made.state, made.now)
    assert (result.attended, result.quorum.present) == (0, 0)
