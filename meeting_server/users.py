"""People, from the command line: the first administrator, a link for someone locked out, a password."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.app import open_site
from meeting_server.config import Settings
from meeting_server.domain.spelling import is_same_name
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.branch_tree import BranchKind
from meeting_server.store.people.passwords import weakness
from meeting_server.store.people.people import BranchRole, Member, NotInOrder
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.site import Site

LINK_SECONDS = 24 * 3600
BY_COMMAND_LINE = "command line"


class NotDone(Exception):
    """Nothing was changed; ``code`` is a key of the catalogue under ``cli`` or ``errors``."""

    def __init__(self, code: str, **holes: object) -> None:
        super().__init__(code)
        self.code = code
        self.holes = holes


@dataclass(frozen=True, slots=True)
class Made:
    """A person and the address of their one-time link."""

    name: str
    link: str


async def create(settings: Settings, name: str, number: str, role: BranchRole | None, branch: str) -> Made:
    """Add someone to a branch (by its name; the root when empty, made under that name when there is none yet). Raises NotDone."""
    async with open_site(settings) as site:
        return await add_person(site, name, number, role, branch)


async def link(settings: Settings, who: str) -> Made:
    """A fresh one-time link; earlier ones end. Raises NotDone."""
    async with open_site(settings) as site:
        return await renew_link(site, who)


async def password(settings: Settings, who: str, new: str) -> str:
    """Set a password; the person's name. Raises NotDone."""
    async with open_site(settings) as site:
        return await set_password(site, who, new)


async def add_person(site: Site, name: str, number: str, role: BranchRole | None, branch: str) -> Made:
    """The act of ``create``."""
    async with site.database.act():
        now = now_millis()
        try:
            where = await _branch(site, branch)
            member = await site.directory.add_member(Member("", where, name, number), now, BY_COMMAND_LINE)
        except NotInOrder as error:
            raise NotDone(f"errors.{error}") from error
        if role is not None:
            await site.directory.grant(member.member_id, where, role, now, BY_COMMAND_LINE)
        await _note(site, Act.MEMBER_ADDED, member)
        return Made(member.name, await _link(site, member))


async def renew_link(site: Site, who: str) -> Made:
    """The act of ``link``."""
    async with site.database.act():
        member = await _find(site, who)
        return Made(member.name, await _link(site, member))


async def set_password(site: Site, who: str, new: str) -> str:
    """The act of ``password``. It is hashed before the act, because that is slow."""
    member = await _find(site, who)
    weak = weakness(new, member.number, member.name)
    if weak:
        raise NotDone(f"errors.{weak}")
    hashed = await site.accounts.hash_password(new)
    async with site.database.act():
        await site.accounts.keep_password(member.member_id, hashed, now_millis())
        await _note(site, Act.PASSWORD_SET, member)
    return member.name


async def _branch(site: Site, name: str) -> str:
    tree = await site.directory.tree()
    nodes = [branch for branch, _ in tree.walk()]
    if not nodes:
        return (await site.directory.create_branch(name or "学校党委", BranchKind.UNIVERSITY, None, now_millis())).branch_id
    named = [branch for branch in nodes if is_same_name(branch.name, name) or branch.branch_id == name] if name else nodes[:1]
    if len(named) != 1:
        raise NotDone("cli.no_such_branch", name=name)
    return named[0].branch_id


async def _find(site: Site, who: str) -> Member:
    by_number = await site.directory.member_by_number(who)
    if by_number is not None:
        return by_number
    tree = await site.directory.tree()
    everyone = [member for root in tree.children(None) for member in await site.directory.roster(root.branch_id, search=who)]
    found = [member for member in everyone if is_same_name(member.name, who)]
    if not found:
        raise NotDone("cli.no_such_person", name=who)
    if len(found) > 1:
        raise NotDone("cli.several_people", name=who, numbers=", ".join(member.number or "-" for member in found))
    return found[0]


async def _link(site: Site, member: Member) -> str:
    token = await site.accounts.issue_link(member.member_id, issued_by=None, now=now_millis(), seconds=LINK_SECONDS)
    await _note(site, Act.LINK_ISSUED, member)
    return f"{site.settings.public_url.rstrip('/')}/sign-in/{token}"


async def _note(site: Site, act: Act, member: Member) -> None:
    await site.access_log.note(Entry(now_millis(), act, "", BY_COMMAND_LINE, member.member_id, member.name, member.branch_id))
