"""Podcast feeds: the member creates and revokes addresses, from which feeds are fetched without signing in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.sharing import feeds
from meeting_server.archive.takeaway.podcast import Episode, podcast
from meeting_server.archive.takeaway.sound import clean_mix
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.record.publications import Publication
from meeting_server.store.sharing.feeds import Feed
from meeting_server.web.record.audience import may_study
from meeting_server.web.record.reader import record_files_of
from meeting_server.web.site.auth import Viewer, member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import address_of, language_of, render, say, see
from meeting_server.web.site.permissions import tree_of
from meeting_server.web.site.preferences import preferences_of
from meeting_server.web.site.site import site_of

NEWEST = 100
"""Most episodes in a feed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A published recording: its publication, sound and length."""

    publication: Publication
    sound: Path
    length: Millis


# --- the member's page ------------------------------------------------------------------------------------------------


async def feeds_page(request: Request) -> Response:
    """Show the member's feeds with their addresses, and the branches of which there could be one."""
    viewer = await member_of(request)
    kept = site_of(request).feeds
    mine = await kept.of_member(viewer.member_id or "")
    tree = await tree_of(request)
    has = {feed.branch_id for feed in mine}
    return await render(
        request,
        "sharing/feeds.html",
        {
            "feeds": [
                (feed, branch.name, address_of(request, f"/feeds/{kept.token(feed.feed_id)}.xml"))
                for feed in mine
                if (branch := tree.get(feed.branch_id)) is not None
            ],
            "branches": [(i, tree.get(i)) for i in await _branches(request, viewer) if i not in has],
            "done": request.query_params.get("done", ""),
        },
    )


async def make_feed(request: Request) -> Response:
    """Create a feed of one branch for this member, or keep the one they have."""
    viewer = await member_of(request)
    form = await form_of(request)
    branch_id = field(form, "branch")
    if branch_id not in await _branches(request, viewer):
        raise Refused(WebCode.BAD_FORM, field="branch")
    if not await feeds.make_feed(site_of(request), viewer.by, branch_id, now_millis()):
        raise Refused(WebCode.RATE_LIMITED)
    return see("/feeds?done=made")


async def revoke_feed(request: Request) -> Response:
    """Revoke an address. From now on it serves nothing."""
    viewer = await member_of(request)
    await form_of(request)
    if not await feeds.revoke_feed(site_of(request), viewer.by, request.path_params["feed_id"], now_millis()):
        raise Refused(WebCode.NOT_FOUND)
    return see("/feeds?done=revoked")


async def _branches(request: Request, viewer: Viewer) -> list[str]:
    """Return the branches of which the member may study something, and their own."""
    tree = await tree_of(request)
    published = await site_of(request).publications.published()
    there = {one.branch_id for one in published if may_study(tree, viewer, one)}
    there |= {viewer.branch_id} if viewer.branch_id is not None else set()
    return [branch.branch_id for branch, _depth in tree.walk() if branch.branch_id in there]


# --- by the address alone -----------------------------------------------------------------------------------------------


async def feed_file(request: Request) -> Response:
    """Return the feed to a podcast program."""
    feed, viewer = await _feed_at(request)
    token = request.path_params["token"]
    branch = (await tree_of(request)).get(feed.branch_id)
    name = branch.name if branch is not None else ""
    episodes = [
        Episode(
            guid=heard.publication.meeting_id,
            title=heard.publication.title,
            summary=heard.publication.summary,
            published_at=heard.publication.published_at or 0,
            address=address_of(request, f"/feeds/{token}/{heard.publication.meeting_id}.m4a"),
            size=heard.sound.stat().st_size,
            length=heard.length,
        )
        for heard in await _heard(request, feed, viewer)
    ]
    content = await asyncio.to_thread(
        podcast,
        say(request, "feeds.channel", branch=name),
        say(request, "feeds.channel_about", branch=name),
        language_of(request),
        address_of(request, f"/feeds/{token}.xml"),
        address_of(request, "/archive"),
        episodes,
    )
    return Response(content, media_type="application/rss+xml", headers={"cache-control": "private, no-store"})


async def feed_sound(request: Request) -> Response:
    """Serve one recording in ranges."""
    feed, viewer = await _feed_at(request)
    wanted = MeetingId(request.path_params["meeting_id"])
    heard = next((one for one in await _heard(request, feed, viewer) if one.publication.meeting_id == wanted), None)
    if heard is None:
        raise Refused(WebCode.NOT_FOUND)
    return FileResponse(heard.sound, media_type="audio/mp4", headers={"cache-control": "private, no-store"})


async def _feed_at(request: Request) -> tuple[Feed, Viewer]:
    """Return the valid feed of this address, and its member as they are now.

    Raises Refused: ``link_unknown``; ``link_revoked``, also when the member is no longer on the roster.
    """
    site = site_of(request)
    feed = await site_of(request).feeds.by_token(request.path_params["token"])
    if feed is None:
        raise Refused(WebCode.LINK_UNKNOWN)
    member = await site.directory.member(feed.member_id)
    if feed.revoked_at is not None or member is None or member.removed_at is not None:
        raise Refused(WebCode.LINK_REVOKED)
    grants = await site.directory.grants_of(member.member_id)
    return feed, Viewer(
        member.member_id, None, member.name, preferences_of(request).language, "", member.branch_id, None, grants, standing=member.standing
    )


async def _heard(request: Request, feed: Feed, viewer: Viewer) -> list[Heard]:
    """Return what the branch and those below it published for this member and let them download, the newest first."""
    site, tree, record_files = site_of(request), await tree_of(request), record_files_of(request)
    below = {branch.branch_id for branch in tree.below(feed.branch_id)}
    open_branches: dict[str, bool] = {}
    found: list[Heard] = []
    for publication in await site.publications.published():
        if publication.branch_id not in below or not may_study(tree, viewer, publication):
            continue
        if publication.branch_id not in open_branches:
            open_branches[publication.branch_id] = await site.takeaway_rules.readers_may(publication.branch_id)
        if not open_branches[publication.branch_id]:
            continue
        edits = await site.record_edits.of(publication.meeting_id)
        mix = await asyncio.to_thread(clean_mix, record_files, publication.meeting_id, edits)
        timeline = await asyncio.to_thread(record_files.timeline, publication.meeting_id) if mix is not None else None
        if mix is not None and timeline is not None and not timeline.closed_to(viewer.participant_id):
            found.append(Heard(publication, mix, timeline.end - timeline.zero))
        if len(found) >= NEWEST:
            break
    return found


routes: list[BaseRoute] = [
    Route("/feeds", feeds_page, methods=["GET"]),
    Route("/feeds", make_feed, methods=["POST"]),
    Route("/feeds/{feed_id}/revoke", revoke_feed, methods=["POST"]),
    Route("/feeds/{token}.xml", feed_file, methods=["GET"]),
    Route("/feeds/{token}/{meeting_id}.m4a", feed_sound, methods=["GET"]),
]
