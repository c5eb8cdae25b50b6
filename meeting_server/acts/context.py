"""What acts stand on, and who acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from meeting_server.domain.ids import MeetingId
from meeting_server.domain.terms import Convening
from meeting_server.live.registry import Registry
from meeting_server.media.whip import WhipSessions
from meeting_server.store.database import Database
from meeting_server.store.learning.books import Learning
from meeting_server.store.learning.statements import Statements
from meeting_server.store.people.access_log import AccessLog
from meeting_server.store.people.accounts import Accounts
from meeting_server.store.people.committees import CommitteeTerms
from meeting_server.store.people.directory import Directory
from meeting_server.store.people.knocks import Knocks
from meeting_server.store.record.approvals import Approvals
from meeting_server.store.record.decided_items import DecidedItems
from meeting_server.store.record.holds import Holds
from meeting_server.store.record.publications import Publications
from meeting_server.store.record.record_edits import RecordEdits
from meeting_server.store.schedule.branch_presets import BranchPresets
from meeting_server.store.schedule.calendar_links import CalendarLinks
from meeting_server.store.schedule.documents import Documents
from meeting_server.store.schedule.hall_devices import HallDevices
from meeting_server.store.schedule.invitations import Invitations
from meeting_server.store.schedule.leave import LeaveBook
from meeting_server.store.schedule.schedule import Schedule
from meeting_server.store.sharing.feeds import Feeds
from meeting_server.store.sharing.shared_resources import SharedResources
from meeting_server.store.sharing.takeaway_rules import TakeawayRules


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, by id and name as the access log keeps them; both empty for the server itself."""

    member_id: str = ""
    name: str = ""


class SignOuts(Protocol):
    """Who hears that a sign-in has ended."""

    def announce(self, sign_in_ids: Iterable[str]) -> None: ...


class Convener(Protocol):
    """Puts together what a meeting starts from."""

    async def convening(self, meeting_id: MeetingId) -> Convening | None: ...
    async def on_schedule(self, meeting_id: MeetingId) -> Convening | None: ...


class Context(Protocol):
    """The stores over one database, and whom their changes concern. The web's own composition is one."""

    @property
    def database(self) -> Database: ...
    @property
    def directory(self) -> Directory: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def access_log(self) -> AccessLog: ...
    @property
    def invitations(self) -> Invitations: ...
    @property
    def committees(self) -> CommitteeTerms: ...
    @property
    def knocks(self) -> Knocks: ...
    @property
    def hall_devices(self) -> HallDevices: ...
    @property
    def schedule(self) -> Schedule: ...
    @property
    def presets(self) -> BranchPresets: ...
    @property
    def leaves(self) -> LeaveBook: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def record_edits(self) -> RecordEdits: ...
    @property
    def decided_items(self) -> DecidedItems: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def holds(self) -> Holds: ...
    @property
    def publications(self) -> Publications: ...
    @property
    def learning(self) -> Learning: ...
    @property
    def feeds(self) -> Feeds: ...
    @property
    def calendar_links(self) -> CalendarLinks: ...
    @property
    def takeaway_rules(self) -> TakeawayRules: ...
    @property
    def shared_resources(self) -> SharedResources: ...
    @property
    def statements(self) -> Statements: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def sign_outs(self) -> SignOuts: ...
    @property
    def whip(self) -> WhipSessions: ...
    @property
    def whep(self) -> WhipSessions: ...
