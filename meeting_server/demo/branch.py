"""The people of the demo: a university, a faculty, a branch with two groups, and who holds which role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meeting_server.domain.ids import Millis
from meeting_server.domain.roles import Standing
from meeting_server.store.people.branch_tree import BranchKind
from meeting_server.store.people.people import BranchRole, Member

if TYPE_CHECKING:
    from meeting_server.web.site.site import Site


@dataclass(frozen=True, slots=True)
class Face:
    """Someone to try the house as; ``role`` is a word of the catalogue (``cli.role``)."""

    role: str
    name: str
    number: str


FACES = (
    Face("administrator", "沈立群", "D0001"),
    Face("secretary", "周建华", "D2001"),
    Face("member", "李敏", "D2004"),
    Face("member", "孙国栋", "D2005"),
    Face("member", "丁文静", "D2006"),
    Face("probationary", "许嘉宁", "D2030"),
    Face("reviewer", "顾明远", "D0002"),
)

_COMMITTEE = ("周建华", "何雨桐", "刘海涛")
_FIRST_GROUP = ("李敏", "孙国栋", "丁文静", "马丽娟", "陈思源", "王志远", "赵雅琴", "郑凯", "冯晓", "刘敏", "高远", "吴海燕", "徐磊")
_SECOND_GROUP = ("朱明", "胡雪梅", "郭振宇", "黄蓉", "罗志强", "梁晨", "宋佳", "唐立", "韩冰", "曹阳", "彭程", "曾婷", "谢宇航")
_PROBATIONARY = ("许嘉宁", "邓一凡", "范思琪")
_APPLICANTS = ("林晓雨", "高原")


@dataclass(frozen=True, slots=True)
class People:
    """The seeded branch: its id, its name, and everyone by name."""

    branch_id: str
    branch_name: str
    by_name: Mapping[str, Member]

    def __getitem__(self, name: str) -> Member:
        return self.by_name[name]


async def seed_branch(site: Site, now: Millis) -> People:
    """29 full members (a committee of three, two groups), 3 probationary, 2 applicants; an administrator and a reviewer above."""
    directory = site.directory
    university = await directory.create_branch("临江大学党委", BranchKind.UNIVERSITY, None, now)
    faculty = await directory.create_branch("信息学院党委", BranchKind.FACULTY, university.branch_id, now)
    branch = await directory.create_branch("信息学院研究生第二党支部", BranchKind.BRANCH, faculty.branch_id, now)
    await directory.create_branch("信息学院本科生第一党支部", BranchKind.BRANCH, faculty.branch_id, now)
    groups = [await directory.create_branch(name, BranchKind.GROUP, branch.branch_id, now) for name in ("第一党小组", "第二党小组")]

    staff = await directory.save_roster(
        [Member("", university.branch_id, "沈立群", "D0001"), Member("", faculty.branch_id, "顾明远", "D0002")], now
    )
    full = [(branch.branch_id, name) for name in _COMMITTEE]
    full += [(groups[0].branch_id, name) for name in _FIRST_GROUP] + [(groups[1].branch_id, name) for name in _SECOND_GROUP]
    roster = [
        Member("", where, name, f"D{2001 + number}", Standing.FULL, committee=name in _COMMITTEE)
        for number, (where, name) in enumerate(full)
    ]
    others = [(name, Standing.PROBATIONARY) for name in _PROBATIONARY] + [(name, Standing.APPLICANT) for name in _APPLICANTS]
    roster += [
        Member("", groups[0].branch_id, name, f"D{2001 + len(full) + number}", standing, voting=False)
        for number, (name, standing) in enumerate(others)
    ]
    saved = await directory.save_roster(roster, now)
    by_name = {member.name: member for member in (*staff, *saved)}
    await directory.grant(by_name["沈立群"].member_id, university.branch_id, BranchRole.ADMINISTRATOR, now)
    await directory.grant(by_name["顾明远"].member_id, faculty.branch_id, BranchRole.REVIEWER, now)
    await directory.grant(by_name["周建华"].member_id, branch.branch_id, BranchRole.SECRETARY, now)
    return People(branch.branch_id, branch.name, by_name)
