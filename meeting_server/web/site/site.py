"""What the pages use: the settings, the stores and the running meetings of one server, all typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import HTTPConnection

from meeting_server.acts.context import Convener
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.ballots.port import Box
from meeting_server.config import Settings
from meeting_server.live.registry import Registry
from meeting_server.media.api import MediaPlane
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
from meeting_server.store.record.meanings import Embedder, Meanings
from meeting_server.store.record.publications import Publications
from meeting_server.store.record.record_edits import RecordEdits
from meeting_server.store.record.record_orders import RecordOrders
from meeting_server.store.record.search import Search
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
from meeting_server.web.site.assets import Assets
from meeting_server.web.site.back_off import BackOff
from meeting_server.web.site.limits import Allowances
from meeting_server.web.site.open_sockets import OpenSockets
from meeting_server.web.site.sign_outs import SignOuts
from meeting_server.web.site.under_way import UnderWay
from meeting_server.web.site.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Site:
    """Built completely by ``app.site_over``, for the server, the command line and tests alike. Nothing is set on it afterwards."""

    settings: Settings
    secret: bytes = field(repr=False)
    """Signs form tokens and derives invitation links; at least 32 bytes."""
    is_rehearsal: bool
    database: Database
    assets: Assets
    workshop: Workshop
    under_way: UnderWay

    # people
    directory: Directory
    accounts: Accounts
    access_log: AccessLog
    sign_outs: SignOuts
    back_off: BackOff
    knocks: Knocks
    committees: CommitteeTerms

    # meetings: planned, then running
    schedule: Schedule
    leaves: LeaveBook
    documents: Documents
    presets: BranchPresets
    convener: Convener
    invitations: Invitations
    calendar_links: CalendarLinks
    hall_devices: HallDevices
    registry: Registry
    box: Box
    media: MediaPlane | None
    """Already running; ``None``: meetings are text only."""
    whip: WhipSessions
    """Hall cameras that publish."""
    whep: WhipSessions
    """Hall screens that watch."""
    allowances: Allowances
    sockets: OpenSockets

    # what becomes of them
    archive: RecordFiles
    search: Search
    meanings: Meanings
    embedder: Callable[[], Embedder | None]
    """The model that tells what is meant, once it is installed; loading it blocks for a moment."""
    record_edits: RecordEdits
    record_orders: RecordOrders
    decided_items: DecidedItems
    approvals: Approvals
    holds: Holds
    publications: Publications
    learning: Learning
    statements: Statements
    takeaway_rules: TakeawayRules
    shared_resources: SharedResources
    feeds: Feeds


def site_of(conn: HTTPConnection) -> Site:
    """Return the site of this request or socket."""
    return cast(Site, conn.app.state.site)
