"""WHIP (RFC 9725) for a hall camera or an encoder, and the same the other way round (WHEP-like) for a screen on the wall.

Free of any web framework: the web layer hands over method, headers and body, and sends back the reply. A token names the room, the
source and what may be sent; it is a bearer token signed with the server's secret, so nothing about it needs to be stored.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from .api import IceServer, MediaPlane, MediaRefused

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"


class Grant(Struct, frozen=True):
    """What a token allows until ``expires`` (Unix seconds): to send sound and pictures as ``source``, or to watch the room."""

    room: str
    source: str
    expires: int
    audio: bool = False
    video: bool = False
    screen: bool = False
    watch: bool = False


@dataclass(frozen=True)
class Reply:
    """An HTTP reply: ``headers`` may repeat a name."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


class _Refused(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body)
        self.reply = reply


class Tokens:
    """Signed grants."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, grant: Grant) -> str:
        body = base64.urlsafe_b64encode(msgspec.json.encode(grant)).decode().rstrip("=")
        return f"{body}.{self._sign(body)}"

    def read(self, token: str, now: float) -> Grant | None:
        """None for anything that is not a valid, unexpired token of ours."""
        body, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return None
        try:
            grant = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=Grant)
        except (binascii.Error, msgspec.DecodeError, ValueError):
            return None
        return grant if grant.expires > now else None

    def _sign(self, body: str) -> str:
        digest = hmac.new(self._secret, b"whip:" + body.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass
class WhipDesk:
    """The endpoints of one media plane. ``path`` is where resources live, for example "/whip/"."""

    plane: MediaPlane
    tokens: Tokens
    path: str = "/whip/"
    _resources: dict[str, str] = field(default_factory=dict)  # resource -> client

    async def post(self, authorization: str | None, content_type: str | None, body: bytes, now: float) -> Reply:
        """Publish or watch, as the token says. 201 with the answer and the resource's Location, or an error a client can act on."""
        try:
            grant = self._grant(authorization, now)
            offer = _text(content_type, SDP, body)
            resource = secrets.token_urlsafe(24)
            client = f"whip-{secrets.token_hex(8)}"
            answer = await self._join(grant, client, offer)
        except _Refused as refused:
            return refused.reply
        self._resources[resource] = client
        links = tuple(("Link", _link(server)) for server in self.plane.ice_servers(client))
        headers = (("Content-Type", SDP), ("Location", self.path + resource), ("ETag", f'"{client}"'), *links)
        return Reply(201, headers, answer)

    async def _join(self, grant: Grant, client: str, offer: str) -> str:
        try:
            answer = await self.plane.join(grant.room, client, grant.source, offer, video_slots=1 if grant.watch else 0)
            await self.plane.permit(client, audio=grant.audio, video=grant.video, screen=grant.screen)
            if grant.watch:
                await self.plane.want(client, video=1, screen=True)
        except MediaRefused as refusal:
            raise _Refused(_refusal(refusal)) from refusal
        return answer.sdp

    async def patch(self, resource: str, content_type: str | None, body: bytes) -> Reply:
        """Trickled candidates are welcome and not needed (the answerer is ICE-lite). An ICE restart needs a new POST."""
        if resource not in self._resources:
            return Reply(404)
        try:
            fragment = _text(content_type, FRAGMENT, body)
        except _Refused as refused:
            return refused.reply
        if "a=candidate:" not in fragment and "a=end-of-candidates" not in fragment and "a=ice-ufrag:" in fragment:
            return Reply(422, body="restart by a new POST")
        return Reply(204)

    async def delete(self, resource: str) -> Reply:
        client = self._resources.pop(resource, None)
        if client is None:
            return Reply(404)
        await self.plane.leave(client)
        return Reply(200)

    def lost(self, client: str) -> None:
        """To be called with every ClientLost and WorkerLost: the resource is gone."""
        self._resources = {r: c for r, c in self._resources.items() if c != client}

    def _grant(self, authorization: str | None, now: float) -> Grant:
        scheme, _, token = (authorization or "").partition(" ")
        grant = self.tokens.read(token.strip(), now) if scheme.lower() == "bearer" else None
        if grant is None:
            raise _Refused(Reply(401, (("WWW-Authenticate", "Bearer"),), "a valid token is needed"))
        return grant


def _text(content_type: str | None, wanted: str, body: bytes) -> str:
    if (content_type or "").split(";")[0].strip().lower() != wanted:
        raise _Refused(Reply(415, (("Accept", wanted),), f"send {wanted}"))
    try:
        return body.decode()
    except UnicodeDecodeError as reason:
        raise _Refused(Reply(400, body="not UTF-8")) from reason


def _refusal(refusal: MediaRefused) -> Reply:
    if refusal.code == "media_unavailable":
        return Reply(503, (("Retry-After", "2"),), refusal.code)
    return Reply(406 if refusal.code == "no_common_codec" else 400, body=refusal.code)


def _link(server: IceServer) -> str:
    text = f'<{server.urls[0]}>; rel="ice-server"'
    if server.username:
        text += f'; username="{server.username}"; credential="{server.credential}"; credential-type="password"'
    return text
