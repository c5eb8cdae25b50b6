"""Standing in the branch, role in the meeting, and what each role may do."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """Standing of a person in the branch (党章; 发展党员工作细则)."""

    FULL = "full"  # 正式党员
    PROBATIONARY = "probationary"  # 预备党员
    APPLICANT = "applicant"  # 入党积极分子, 发展对象
    GUEST = "guest"  # 列席


class Role(StrEnum):
    """Role of a participant in one meeting."""

    SECRETARY = "secretary"  # runs the meeting and keeps its record
    CHAIR = "chair"  # 主持人: runs the meeting
    MEMBER = "member"
    GUEST = "guest"  # 列席: speaks by invitation, never votes


class Right(StrEnum):
    """A right in a meeting: the rows of the permission table below."""

    RUN_MEETING = "run_meeting"  # open, adjourn, agenda, roll call, marking presence
    RUN_VOTES = "run_votes"
    RUN_FLOOR = "run_floor"
    MODERATE = "moderate"  # chat, rooms, mute, remove
    RECORD = "record"
    TAKE_NOTES = "take_notes"
    SPEAK = "speak"
    CHAT = "chat"
    SEE_ALL_ROOMS = "see_all_rooms"


_RUNS = frozenset(Right)
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.SECRETARY: _RUNS,
    Role.CHAIR: _RUNS,
    Role.MEMBER: frozenset({Right.SPEAK, Right.CHAT}),
    Role.GUEST: frozenset({Right.SPEAK, Right.CHAT}),
}


def may(role: Role, right: Right) -> bool:
    """Return whether a participant with ``role`` holds ``right``."""
    return right in RIGHTS[role]
