"""Who sees which part of a meeting's record: one table. What it leaves of minutes, time axis, attendance and journal: ``parts``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum


class Part(StrEnum):
    """A part of a record; the columns of the table."""

    RESOURCE = "resource"  # sound, pictures and words of the hall, chapters, pages that were shown
    OPEN_RESULTS = "open_results"  # figures of published open votes about matters, without names
    ALL_RESULTS = "all_results"  # figures of secret votes and votes about people, who chose what in a named vote, what was not published
    NOTES = "notes"  # points, dissent and resolutions as noted, roll calls, who came
    CHAT = "chat"  # of the hall; of a group room only one's own
    GROUP_ROOMS = "group_rooms"  # talk and chat of every room
    ATTENDANCE = "attendance"  # each one's evidence
    REASONS = "reasons"  # of leave and exclusion; what members contest, and what they are answered
    BUNDLE = "bundle"  # the journal, to be checked
    SECRET_BALLOTS = "secret_ballots"  # the sealed ballots, in the bundle
    SINGLE_BALLOTS = "single_ballots"  # who chose what in an open vote, in the bundle


class Audience(StrEnum):
    """Why somebody may see something of a record; the rows of the table. A reader can be several."""

    LEARNER = "learner"  # it was published to them
    MEMBER = "member"  # was on its list, or is of the branch
    COUNTER = "counter"  # scrutineer or teller of this meeting
    REVIEWER = "reviewer"  # 督导员 of the branch
    ADMINISTRATOR = "administrator"
    RUNNER = "runner"  # chair or secretary of this meeting
    SECRETARY = "secretary"  # of the branch: keeps its records


_READS = frozenset({Part.RESOURCE, Part.OPEN_RESULTS, Part.ALL_RESULTS, Part.NOTES, Part.CHAT})
SEES: Mapping[Audience, frozenset[Part]] = {
    Audience.LEARNER: frozenset({Part.RESOURCE, Part.OPEN_RESULTS}),
    Audience.MEMBER: _READS,
    Audience.COUNTER: _READS | {Part.BUNDLE, Part.SECRET_BALLOTS},
    Audience.REVIEWER: _READS | {Part.ATTENDANCE, Part.BUNDLE},
    Audience.ADMINISTRATOR: _READS | {Part.ATTENDANCE, Part.BUNDLE, Part.GROUP_ROOMS},
    Audience.RUNNER: _READS | {Part.ATTENDANCE, Part.REASONS},
    Audience.SECRETARY: _READS | {Part.ATTENDANCE, Part.REASONS, Part.GROUP_ROOMS, Part.BUNDLE, Part.SINGLE_BALLOTS},
}
"""The table. Reasons of absence are for whom the form of leave names: the member, the chair and the secretary."""


def seen_by(audiences: Collection[Audience]) -> frozenset[Part]:
    """All parts that one of these may see."""
    return frozenset(part for audience in audiences for part in SEES[audience])
