"""What the web pages stand on: one object per server with the stores, the registry and the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from starlette.requests import HTTPConnection

from meeting_server.config import Settings
from meeting_server.media.whip import WhipDesk
from meeting_server.store.database import Database
from meeting_server.store.learning.books import Learning
from meeting_server.store.learning.statements import Statements
from meeting_server.store.people.access_log import AccessLog
from meeting_server.store.people.accounts import Accounts
from meeting_server.store.people.directory import Directory
from meeting_server.store.people.knocks import Knocks
from meeting_server.store.record.approvals import Approvals
from meeting_server.store.record.holds import Holds
from meeting_server.store.record.publications import Publications
from meeting_server.store.record.record_edits import RecordEdits
from meeting_server.store.record.record_orders import RecordOrders
from meeting_server.store.schedule.calendar_links import CalendarLinks
from meeting_server.store.schedule.hall_devices import HallDevices
from meeting_server.store.schedule.invitations import Invitations
from meeting_server.store.sharing.feeds import Feeds
from meeting_server.store.sharing.shared_resources import SharedResources
from meeting_server.store.sharing.takeaway_rules import TakeawayRules
from meeting_server.web.site.assets import Assets
from meeting_server.web.site.back_off import BackOff
from meeting_server.web.site.limits import Allowances
from meeting_server.web.site.open_sockets import OpenSockets
from meeting_server.web.site.sign_outs import SignOuts
from meeting_server.web.site.workshop import Workshop


@dataclass(slots=True)
class House:
    """Built by ``app``, kept on ``app.state.house``. Fields typed ``Any`` belong to parts that say their own type."""

    settings: Settings
    secret: bytes = field(repr=False)
    """Signs form tokens and derives invitation links; at least 32 bytes."""
    database: Database
    directory: Directory
    accounts: Accounts
    invitations: Invitations
    access_log: AccessLog
    assets: Assets
    sign_outs: SignOuts = field(default_factory=SignOuts)
    back_off: BackOff = field(default_factory=BackOff)
    allowances: Allowances = field(default_factory=Allowances)
    sockets: OpenSockets = field(default_factory=OpenSockets)
    workshop: Workshop = field(default_factory=Workshop)
    desk: Any = None
    schedule: Any = None
    documents: Any = None
    presets: Any = None
    registry: Any = None
    box: Any = None
    media: Any = None
    search: Any = None
    archive: Any = None
    whip: WhipDesk = field(default_factory=lambda: WhipDesk("/whip/"))
    """Hall cameras that publish."""
    whep: WhipDesk = field(default_factory=lambda: WhipDesk("/whep/", publishing=False))
    """Hall screens that watch."""
    publications: Publications = field(init=False)
    record_edits: RecordEdits = field(init=False)
    record_orders: RecordOrders = field(init=False)
    approvals: Approvals = field(init=False)
    holds: Holds = field(init=False)
    hall_devices: HallDevices = field(init=False)
    knocks: Knocks = field(init=False)
    feeds: Feeds = field(init=False)
    calendar_links: CalendarLinks = field(init=False)
    takeaway_rules: TakeawayRules = field(init=False)
    shared_resources: SharedResources = field(init=False)
    statements: Statements = field(init=False)
    learning: Learning = field(init=False)

    def __post_init__(self) -> None:
        """Stores that need nothing but the database."""
        self.publications, self.record_edits = Publications(self.database), RecordEdits(self.database)
        self.record_orders, self.approvals, self.holds = RecordOrders(self.database), Approvals(self.database), Holds(self.database)
        self.calendar_links = CalendarLinks(self.database, self.secret)
        self.feeds, self.takeaway_rules = Feeds(self.database, self.secret), TakeawayRules(self.database)
        self.shared_resources, self.statements = SharedResources(self.database), Statements(self.database)
        self.hall_devices, self.knocks = HallDevices(self.database), Knocks(self.database)
        self.learning = Learning.over(self.database)


def house_of(conn: HTTPConnection) -> House:
    """The house this request or socket came to."""
    return cast(House, conn.app.state.house)
