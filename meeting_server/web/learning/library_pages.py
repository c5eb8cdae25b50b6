"""The library page with its filters, and what is said about one resource: that it was useful, that it still holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Literal, get_args
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.resources import RESOURCE_KINDS
from meeting_server.store.learning.shelf import Check
from meeting_server.web.learning.library import (
    CHECK_AGAIN,
    Card,
    card_at,
    cards_for,
    collection_is_for,
    opened,
    resource_named,
    topics_among,
)
from meeting_server.web.site import dates
from meeting_server.web.site.auth import member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.permissions import branches_for, tree_of
from meeting_server.web.site.site import site_of

SHOWN = 30
TOPICS_SHOWN = 16
MINUTE: Millis = 60_000
Length = Literal["short", "medium", "long", "read"]
LENGTHS: tuple[Length, ...] = get_args(Length)
"""Up to ten minutes, up to thirty, longer; and what is only read."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the page as its address says them; what makes no sense is left out. Days are those of publication."""

    topic: str = ""
    branch: str = ""
    kind: str = ""
    length: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""
    held: str = ""

    @property
    def any(self) -> bool:
        return self != Wanted()

    def fits(self, card: Card) -> bool:
        day = f"{dates.local(card.published_at):%Y-%m-%d}"
        return (
            (not self.topic or self.topic in card.topics)
            and self.branch in ("", card.branch_id)
            and self.kind in ("", card.resource.kind)
            and self.length in ("", length_of(card))
            and (not self.since or day >= self.since)
            and (not self.until or day <= self.until)
            and not (self.held and card.check.outdated)
        )

    def address(self, **changes: str | int) -> str:
        """The page with these filters and changes, without what is empty."""
        given = {one.name: getattr(self, one.name) for one in fields(self)} | changes
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/library?{query}" if query else "/library"


def length_of(card: Card) -> Length:
    if card.length == 0:
        return "read"
    return "short" if card.length <= 10 * MINUTE else "medium" if card.length <= 30 * MINUTE else "long"


def _wanted(request: Request) -> Wanted:
    given = {one.name: request.query_params.get(one.name, "").strip()[:100] for one in fields(Wanted)}
    known = {"kind": RESOURCE_KINDS, "length": LENGTHS, "sort": ("useful",), "held": ("yes",)}
    for name, values in known.items():
        if given[name] not in values:
            given[name] = ""
    for name in ("since", "until"):
        if not _DAY.fullmatch(given[name]):
            given[name] = ""
    return Wanted(**given)


async def library_page(request: Request) -> Response:
    viewer, wanted, tree = await member_of(request), _wanted(request), await tree_of(request)
    cards = await cards_for(request, viewer)
    found = [card for card in cards if wanted.fits(card)]
    found.sort(
        key=lambda card: (card.check.outdated, -card.useful if wanted.sort == "useful" else 0)
    )  # else the newest first, as they come
    asked = request.query_params.get("page", "0")
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    by_name = {card.resource: card for card in cards}
    offered = [one for one in await site_of(request).learning.collections.all() if collection_is_for(tree, viewer, one)]
    topics = topics_among(cards)
    shown_topics = [pair for n, pair in enumerate(topics) if n < TOPICS_SHOWN or pair[0] == wanted.topic]
    return await render(
        request,
        "learning/library.html",
        {
            "any": bool(cards),
            "wanted": wanted,
            "count": len(found),
            "cards": found[page * SHOWN : (page + 1) * SHOWN],
            "newer": wanted.address(page=page - 1) if page else None,
            "older": wanted.address(page=page + 1) if (page + 1) * SHOWN < len(found) else None,
            "topics": shown_topics,
            "branches": sorted({(card.branch_id, card.branch_name) for card in cards}, key=lambda pair: pair[1]),
            "kinds": [kind for kind in RESOURCE_KINDS if any(card.resource.kind == kind for card in cards)],
            "lengths": LENGTHS,
            "collections": [(one, len(seen)) for one in offered if (seen := opened(one, by_name))],
            "may_collect": bool(await branches_for(request, Action.EDIT_ARCHIVE)),
            "due_before": now_millis() - CHECK_AGAIN,
        },
    )


async def mark_useful(request: Request) -> Response:
    """One person's mark, given or taken back; only how many there are is ever shown."""
    viewer = await member_of(request)
    card = await _card(request)
    useful = field(await form_of(request), "useful")
    if useful not in ("yes", "no"):
        raise Refused(WebCode.BAD_FORM, field="useful")
    await site_of(request).learning.shelf.mark(card.resource, viewer.member_id or "", useful == "yes")
    return see(f"{card.address}#library")


async def check(request: Request) -> Response:
    """Whoever keeps the records of its branch says today that it holds, or that it is outdated."""
    viewer, card = await member_of(request), await _card(request)
    if not card.keeps:
        raise Refused(Code.FORBIDDEN)
    holds = field(await form_of(request), "holds")
    if holds not in ("yes", "no"):
        raise Refused(WebCode.BAD_FORM, field="holds")
    await site_of(request).learning.shelf.check(card.resource, Check(holds == "no", now_millis(), viewer.name[:100]))
    return see(f"{card.address}#library")


async def _card(request: Request) -> Card:
    named = resource_named(request.path_params["kind"], request.path_params["thing_id"])
    return await card_at(request, await member_of(request), named)


routes: list[BaseRoute] = [
    Route("/library", library_page, methods=["GET"]),
    Route("/library/{kind}/{thing_id}/useful", mark_useful, methods=["POST"]),
    Route("/library/{kind}/{thing_id}/check", check, methods=["POST"]),
]
