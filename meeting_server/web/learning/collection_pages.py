"""Collections: what a reader sees of one, and putting one together by whoever keeps a branch's records."""

from __future__ import annotations

from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.domain.errors import Code
from meeting_server.store.learning.collections import ITEMS_MOST, SUMMARY_LONGEST, TITLE_LONGEST, Collection
from meeting_server.store.record.publications import AUDIENCES
from meeting_server.store.tokens import new_id
from meeting_server.web.learning.library import CHECK_AGAIN, Card, cards_for, collection_is_for, opened, resource_named
from meeting_server.web.site.auth import Viewer, member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.permissions import allowed, branches_for, tree_of
from meeting_server.web.site.site import site_of


async def collection_page(request: Request) -> Response:
    viewer, collection, keeps = await _collection(request)
    cards = opened(collection, {card.resource: card for card in await cards_for(request, viewer)})
    if not cards and not keeps:
        raise Refused(WebCode.NOT_FOUND)
    return await render(
        request,
        "learning/collection.html",
        {
            "collection": collection,
            "branch": (await tree_of(request)).get(collection.branch_id),
            "cards": cards,
            "due_before": now_millis() - CHECK_AGAIN,
            "keeps": keeps,
            "did": request.query_params.get("done", ""),
        },
    )


async def new_page(request: Request) -> Response:
    await member_of(request)
    return await _new(request)


async def create(request: Request) -> Response:
    viewer, form = await member_of(request), await form_of(request)
    branches = await branches_for(request, Action.EDIT_ARCHIVE)
    branch_id = field(form, "branch") or next(iter(branches), "")
    if branch_id not in branches:
        raise Refused(Code.FORBIDDEN)
    made, errors = _described(Collection(new_id("col"), branch_id, "", viewer.name[:100], now_millis()), form)
    if errors:
        return await _new(request, made, errors, status=422)
    await site_of(request).learning.collections.save(made)
    return see(f"/library/collections/{made.collection_id}/edit?done=created")


async def edit_page(request: Request) -> Response:
    viewer, collection, _ = await _collection(request, keeps=True)
    return await _edit(request, viewer, collection)


async def edit(request: Request) -> Response:
    viewer, collection, _ = await _collection(request, keeps=True)
    changed, errors = _described(collection, await form_of(request))
    if errors:
        return await _edit(request, viewer, changed, errors, status=422)
    await site_of(request).learning.collections.save(changed)
    return see(f"/library/collections/{collection.collection_id}/edit?done=saved")


async def change_items(request: Request) -> Response:
    """Put one in that the keeper may open themselves, move one up or down, take one out."""
    viewer, collection, _ = await _collection(request, keeps=True)
    form = await form_of(request)
    act, _, name = field(form, "do").partition(" ")
    resource = resource_named(*(name or field(form, "item")).partition("/")[::2])
    if act == "add":
        seen = {card.resource for card in await cards_for(request, viewer)}
        if resource not in seen or len(collection.items) >= ITEMS_MOST:
            raise Refused(WebCode.BAD_FORM, field="item")
        changed = collection.with_item(resource)
    elif act in ("up", "down"):
        changed = collection.moved(resource, -1 if act == "up" else 1)
    elif act == "remove":
        changed = collection.without_item(resource)
    else:
        raise Refused(WebCode.BAD_FORM, field="do")
    await site_of(request).learning.collections.save(changed)
    return see(f"/library/collections/{collection.collection_id}/edit#items")


async def remove(request: Request) -> Response:
    """The collection goes; what was in it stays in the library."""
    _, collection, _ = await _collection(request, keeps=True)
    await form_of(request)
    await site_of(request).learning.collections.remove(collection.collection_id)
    return see("/library")


async def _collection(request: Request, *, keeps: bool = False) -> tuple[Viewer, Collection, bool]:
    """Raises Refused: ``sign_in_required``; ``not_found`` for what is not for the viewer; ``forbidden``."""
    viewer = await member_of(request)
    collection = await site_of(request).learning.collections.collection(request.path_params["collection_id"])
    if collection is None:
        raise Refused(WebCode.NOT_FOUND)
    edits = await allowed(request, Action.EDIT_ARCHIVE, collection.branch_id)
    if not edits and not collection_is_for(await tree_of(request), viewer, collection):
        raise Refused(WebCode.NOT_FOUND)
    if keeps and not edits:
        raise Refused(Code.FORBIDDEN)
    return viewer, collection, edits


def _described(collection: Collection, form: FormData) -> tuple[Collection, dict[str, str]]:
    """The collection as described in the form; errors by field, each a key under ``courses.error``."""
    title, summary = field(form, "title", 2000), field(form, "summary", 20_000)
    audience = next((known for known in AUDIENCES if known == field(form, "audience")), None)
    if audience is None:
        raise Refused(WebCode.BAD_FORM, field="audience")
    errors = {}
    if not title or len(title) > TITLE_LONGEST:
        errors["title"] = "title"
    if len(summary) > SUMMARY_LONGEST:
        errors["summary"] = "long_summary"
    return replace(collection, title=title, summary=summary, audience=audience), errors


async def _new(
    request: Request, collection: Collection | None = None, errors: dict[str, str] | None = None, *, status: int = 200
) -> Response:
    keeps, tree = await branches_for(request, Action.EDIT_ARCHIVE), await tree_of(request)
    if not keeps:
        raise Refused(Code.FORBIDDEN)
    kept = [one for one in await site_of(request).learning.collections.all() if one.branch_id in keeps]
    return await render(
        request,
        "learning/collections.html",
        {
            "kept": [(one, branch.name if (branch := tree.get(one.branch_id)) else "") for one in kept],
            "branches": [(i, branch.name) for i in keeps if (branch := tree.get(i)) is not None],
            "collection": collection,
            "errors": errors or {},
            "audiences": AUDIENCES,
        },
        status=status,
    )


async def _edit(
    request: Request, viewer: Viewer, collection: Collection, errors: dict[str, str] | None = None, *, status: int = 200
) -> Response:
    cards = {card.resource: card for card in await cards_for(request, viewer)}
    offered: list[Card] = [card for card in cards.values() if card.resource not in collection.items]
    return await render(
        request,
        "learning/collection_form.html",
        {
            "collection": collection,
            "branch": (await tree_of(request)).get(collection.branch_id),
            "items": [(item, cards.get(item)) for item in collection.items],
            "offered": offered,
            "errors": errors or {},
            "audiences": AUDIENCES,
            "did": request.query_params.get("done", ""),
        },
        status=status,
    )


routes: list[BaseRoute] = [
    Route("/library/collections", new_page, methods=["GET"]),
    Route("/library/collections", create, methods=["POST"]),
    Route("/library/collections/{collection_id}", collection_page, methods=["GET"]),
    Route("/library/collections/{collection_id}/edit", edit_page, methods=["GET"]),
    Route("/library/collections/{collection_id}/edit", edit, methods=["POST"]),
    Route("/library/collections/{collection_id}/items", change_items, methods=["POST"]),
    Route("/library/collections/{collection_id}/remove", remove, methods=["POST"]),
]
