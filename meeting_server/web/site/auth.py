"""The viewer: the sign-in cookie, the person behind it, and how a sign-in begins and ends."""

from __future__ import annotations

import time
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response

from meeting_server.acts.context import By
from meeting_server.acts.people.signing_in import Browser
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.domain.person_names import marked
from meeting_server.domain.roles import Standing
from meeting_server.store.people.people import Grant
from meeting_server.web.site.catalogue import Language
from meeting_server.web.site.cookies import cookie_name, drop, put
from meeting_server.web.site.devices import device_hash, known_device, remember_device
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.preferences import preferences_of
from meeting_server.web.site.site import site_of

COOKIE = "signin"


@dataclass(frozen=True, slots=True)
class GuestOf:
    """Someone without an account, admitted to one meeting under a name they typed (列席)."""

    guest_id: str
    meeting_id: MeetingId


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person behind a request or socket.

    ``only_meeting`` is set for someone who came by a meeting's invitation: they may see only that meeting and hold no role beyond it.
    ``bound``: on their own browser, which may vote.
    """

    member_id: str | None
    guest: GuestOf | None
    name: str
    language: Language
    sign_in_id: str
    branch_id: str | None = None
    only_meeting: MeetingId | None = None
    grants: tuple[Grant, ...] = ()
    bound: bool = False
    standing: Standing = Standing.FULL
    """Of a member, as in the current roster."""

    @property
    def participant_id(self) -> ParticipantId:
        """Return the viewer's participant id in a meeting."""
        return ParticipantId(self.member_id or (self.guest.guest_id if self.guest else ""))

    @property
    def by(self) -> By:
        """Return their name in the access log."""
        return By(str(self.participant_id), marked(self.name, guest=self.is_guest))

    @property
    def is_guest(self) -> bool:
        """Without an account, in one meeting only."""
        return self.guest is not None

    @property
    def is_member(self) -> bool:
        """Signed in as a member, for everything a member may see."""
        return self.member_id is not None and self.only_meeting is None


def now_millis() -> Millis:
    """The wall clock."""
    return time.time_ns() // 1_000_000


async def viewer_of(conn: HTTPConnection) -> Viewer | None:
    """Return the viewer, or None for someone not signed in. Looked up once per request."""
    state = conn.scope.setdefault("state", {})
    if "viewer" not in state:
        state["viewer"] = await _look_up(conn)
    viewer: Viewer | None = state["viewer"]
    return viewer


async def member_of(conn: HTTPConnection) -> Viewer:
    """Return the viewer, who must be signed in as a member. Raises Refused(sign_in_required)."""
    viewer = await viewer_of(conn)
    if viewer is None or not viewer.is_member:
        raise Refused(WebCode.SIGN_IN_REQUIRED)
    return viewer


async def _look_up(conn: HTTPConnection) -> Viewer | None:
    token = conn.cookies.get(cookie_name(conn, COOKIE), "")
    if not token:
        return None
    site = site_of(conn)
    sign_in = await site.accounts.sign_in_by(token, now_millis())
    if sign_in is None:
        return None
    language = preferences_of(conn).language
    # a cookie copied to another browser may read but not vote
    bound = sign_in.bound and sign_in.device_hash in ("", known_device(conn))
    if sign_in.guest_id is not None and sign_in.meeting_id is not None:
        guest = GuestOf(sign_in.guest_id, sign_in.meeting_id)
        return Viewer(None, guest, sign_in.guest_name, language, sign_in.sign_in_id, only_meeting=sign_in.meeting_id, bound=bound)
    if sign_in.member_id is None:
        return None
    member = await site.directory.member(sign_in.member_id)
    if member is None or member.removed_at is not None:
        return None
    grants = () if sign_in.meeting_id else await site.directory.grants_of(member.member_id)
    return Viewer(
        member.member_id,
        None,
        member.name,
        language,
        sign_in.sign_in_id,
        member.branch_id,
        sign_in.meeting_id,
        grants,
        bound,
        member.standing,
    )


async def browser_of(conn: HTTPConnection) -> Browser:
    """Return the browser of this request as sign-in acts need it."""
    viewer = await viewer_of(conn)
    return Browser(viewer.sign_in_id if viewer is not None else "", device_of(conn), device_hash(conn))


def keep_sign_in(conn: HTTPConnection, response: Response, token: str, seconds: int) -> None:
    """Set the cookie of the new sign-in, and the secret by which the browser is recognised."""
    put(response, conn, COOKIE, token, seconds)
    remember_device(conn, response)


def drop_sign_in(conn: HTTPConnection, response: Response) -> None:
    """Delete the cookie."""
    drop(response, conn, COOKIE)


def device_of(conn: HTTPConnection) -> str:
    """Return a rough device name for the list of sign-ins: ``Chrome, Android``. Never used to decide anything."""
    agent = conn.headers.get("user-agent", "")
    browser = next(
        (name for mark, name in _BROWSERS if mark in agent),
        "",
    )
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part)


_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
