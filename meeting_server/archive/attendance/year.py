"""A branch's year of meetings: who attended which, counted from the report of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meeting_server.archive.attendance.report import THERE, AttendanceReport
from meeting_server.domain.ids import Millis, ParticipantId


@dataclass(frozen=True, slots=True)
class MeetingShare:
    """One meeting of the year: how many of those expected attended; ``voting`` and ``voting_came``: of those with a vote."""

    at: Millis
    title: str
    expected: int
    voting: int
    came: int
    voting_came: int
    leave: int
    absent: int

    @property
    def share(self) -> float:
        return self.came / self.expected if self.expected else 0.0


@dataclass(frozen=True, slots=True)
class MemberYear:
    """One member's year. ``there`` and ``length`` are milliseconds in the meetings at which they were expected; ``with_vote`` is the
    number of those in which they could vote."""

    participant_id: ParticipantId
    name: str
    expected: int
    with_vote: int
    came: int
    late: int
    leave: int
    absent: int
    there: Millis
    length: Millis

    @property
    def share(self) -> float:
        """Return the share of those meetings' time that they attended."""
        return min(1.0, self.there / self.length) if self.length else 0.0


@dataclass(frozen=True, slots=True)
class AttendanceYear:
    """The whole year: meetings in order, members in the order of their first appearance."""

    meetings: tuple[MeetingShare, ...]
    members: tuple[MemberYear, ...]


def attendance_year(reports: Sequence[AttendanceReport]) -> AttendanceYear:
    """Count the reports of adjourned meetings, given in order."""
    members: dict[ParticipantId, MemberYear] = {}
    meetings: list[MeetingShare] = []
    for report in reports:
        counted = [row for row in report.rows if row.participant.participant_id in report.expected]
        came = sum(row.status in THERE for row in counted)
        quorum = report.quorum
        meetings.append(
            MeetingShare(report.since, report.title, len(counted), quorum.entitled, came, quorum.present, report.leave, report.absent)
        )
        for row in counted:
            person, here = row.participant, row.status in THERE
            before = members.get(person.participant_id) or MemberYear(person.participant_id, person.name, 0, 0, 0, 0, 0, 0, 0, 0)
            members[person.participant_id] = MemberYear(
                person.participant_id,
                person.name,
                before.expected + 1,
                before.with_vote + (person.participant_id in report.entitled),
                before.came + here,
                before.late + (here and row.status != "present"),
                before.leave + (row.status == "leave"),
                before.absent + (row.status == "absent"),
                before.there + (row.effective if here else 0),
                before.length + max(0, report.until - report.since),
            )
    return AttendanceYear(tuple(meetings), tuple(members.values()))
