"""A person of a branch as a value: standing, rights, exclusions, roles, and how names and numbers are stored."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum

from meeting_server.domain.ids import Millis
from meeting_server.domain.person_names import visible
from meeting_server.domain.roles import Standing
from meeting_server.domain.spelling import spelled

NAME_LIMIT = 60
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,31}")
"""A student or staff number: two to 32 letters, digits, dots, hyphens; unique on the server, ignoring case."""


class BranchRole(StrEnum):
    """A role in a branch. It also holds in everything below."""

    ADMINISTRATOR = "administrator"
    SECRETARY = "secretary"
    REVIEWER = "reviewer"


class Exclusion(StrEnum):
    """Why a member does not count in 应到 (支部工作条例 and the election rules). It needs an approval reference."""

    NONE = ""
    INCAPABLE = "incapable"  # cannot express their will
    ABROAD = "abroad"  # six months or more
    IMPRISONED = "imprisoned"
    BEDRIDDEN = "bedridden"
    TRANSFERRED = "transferred"  # six months or more, organisation link elsewhere
    RETIRED_AWAY = "retired_away"


class DirectoryCode(StrEnum):
    """Stable codes of the directory's refusals. Their sentences are in the catalogue under ``errors``."""

    NAME_EMPTY = "name_empty"
    NAME_TOO_LONG = "name_too_long"
    NUMBER_MALFORMED = "number_malformed"
    NUMBER_TAKEN = "number_taken"
    REFERENCE_MISSING = "reference_missing"
    UNKNOWN_BRANCH = "unknown_branch"
    UNKNOWN_MEMBER = "unknown_member"
    BRANCH_ORDER = "branch_order"
    BRANCH_NOT_EMPTY = "branch_not_empty"
    LAST_ADMINISTRATOR = "last_administrator"


class NotInOrder(Exception):
    """A refusal of the directory. Nothing was changed. ``field`` names the field at fault."""

    def __init__(self, code: DirectoryCode, field: str = "") -> None:
        super().__init__(str(code))
        self.code = code
        self.field = field


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in a branch and everything below."""

    branch_id: str
    role: BranchRole


@dataclass(frozen=True, slots=True)
class Member:
    """One person in one branch (or group)."""

    member_id: str
    branch_id: str
    name: str
    number: str = ""
    standing: Standing = Standing.FULL
    voting: bool = True
    """Has the rights of a full member; false under 留党察看. Only full members ever vote."""
    committee: bool = False
    exclusion: Exclusion = Exclusion.NONE
    exclusion_reference: str = ""
    added_at: Millis = 0
    added_by: str = ""
    removed_at: Millis | None = None

    @property
    def may_vote(self) -> bool:
        """Return whether the person has the right to vote in the branch."""
        return self.standing is Standing.FULL and self.voting


_STANDING_ORDER = {Standing.FULL: 0, Standing.PROBATIONARY: 1, Standing.APPLICANT: 2, Standing.GUEST: 3}


def plain_name(name: str) -> str:
    """Return the name of a branch, a reference or a search term in its stored form."""
    return spelled(name)


def pinyin_of(name: str) -> str:
    """Return what finds a name besides the name itself: ``dingwenjing dwj``."""
    from pypinyin import Style, lazy_pinyin  # loads a dictionary for half a second, so only callers who need it import it

    full = "".join(lazy_pinyin(name)).lower()
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    return f"{full} {initials}"[:400]


def checked(member: Member) -> Member:
    """Return the member with name and number in their stored form. Raises NotInOrder for impossible values."""
    name, number = visible(member.name), unicodedata.normalize("NFKC", member.number).strip()
    if not name:
        raise NotInOrder(DirectoryCode.NAME_EMPTY, "name")
    if len(name) > NAME_LIMIT:
        raise NotInOrder(DirectoryCode.NAME_TOO_LONG, "name")
    if number and not NUMBER.fullmatch(number):
        raise NotInOrder(DirectoryCode.NUMBER_MALFORMED, "number")
    reference = plain_name(member.exclusion_reference)[:100]
    if member.exclusion is not Exclusion.NONE and not reference:
        raise NotInOrder(DirectoryCode.REFERENCE_MISSING, "exclusion_reference")
    return replace(
        member,
        name=name,
        number=number,
        voting=member.voting and member.standing is Standing.FULL,
        exclusion_reference=reference if member.exclusion is not Exclusion.NONE else "",
    )


def roster_order(member: Member) -> tuple[bool, int, str, str]:
    """Return the sort key of people lists: the committee first, then by standing, then by the pinyin of the name."""
    return not member.committee, _STANDING_ORDER[member.standing], pinyin_of(member.name), member.member_id


def branch_name(name: str) -> str:
    """Return the name of a branch in its stored form. Raises NotInOrder."""
    kept = plain_name(name)
    if not kept:
        raise NotInOrder(DirectoryCode.NAME_EMPTY, "name")
    if len(kept) > NAME_LIMIT:
        raise NotInOrder(DirectoryCode.NAME_TOO_LONG, "name")
    return kept


def number_key(number: str) -> str | None:
    """Return the key under which equal numbers are the same; None without a number."""
    return unicodedata.normalize("NFKC", number).strip().lower() or None
