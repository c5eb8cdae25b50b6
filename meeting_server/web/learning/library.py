"""The library as one reader sees it: everything of any branch or institution that is published to them, and nothing that is closed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from meeting_server.acts.people.permissions import Action
from meeting_server.archive.record.words import words_of
from meeting_server.archive.takeaway.sharing import study_in
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.learning.collections import Collection
from meeting_server.store.learning.resources import RESOURCE_KINDS, Resource
from meeting_server.store.learning.shelf import Check
from meeting_server.store.people.branch_tree import BranchTree
from meeting_server.store.record.publications import Publication
from meeting_server.store.sharing.shared_resources import Shared
from meeting_server.web.learning.study import Study, everything_for
from meeting_server.web.record.audience import may_study
from meeting_server.web.site.auth import Viewer
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.permissions import branches_for, tree_of
from meeting_server.web.site.site import site_of

DAY: Millis = 86_400_000
CHECK_AGAIN: Millis = 365 * DAY
"""What nobody checked for longer is said to be due."""


@dataclass(frozen=True, slots=True)
class Card:
    """One resource in the library. ``topics``: approved keywords; ``institution``: where it came from, empty for our own.

    ``owner``: who published it or took it in. ``checked_at``: when somebody last stood by it, at the latest when it was published;
    ``length``: playing time (ms), 0 when it is read; ``useful``: how many people found it so; ``mine``: the reader is one of them.
    """

    resource: Resource
    title: str
    summary: str
    topics: tuple[str, ...]
    branch_id: str
    branch_name: str
    institution: str
    owner: str
    length: Millis
    published_at: Millis
    check: Check
    useful: int
    mine: bool
    keeps: bool

    @property
    def address(self) -> str:
        return self.resource.address

    @property
    def checked_at(self) -> Millis:
        return self.check.checked_at


def _resource_of(study: Study) -> Resource:
    """The same thing as it stands in the library."""
    return Resource(study.studied.kind, study.studied.thing_id)


def resource_named(kind: str, thing_id: str) -> Resource:
    """Raises Refused ``not_found`` for a kind there is not."""
    known = next((one for one in RESOURCE_KINDS if one == kind), None)
    if known is None:
        raise Refused(WebCode.NOT_FOUND)
    return Resource(known, thing_id)


async def cards_for(request: Request, viewer: Viewer) -> list[Card]:
    """Everything in the library that this reader may open, the newest first."""
    tree = await tree_of(request)
    taken_in = [one for one in await site_of(request).shared_resources.all() if shared_is_for(tree, viewer, one)]
    return await cards_of(request, viewer, await everything_for(request, viewer), taken_in)


async def cards_of(request: Request, viewer: Viewer, studies: Sequence[Study], taken_in: Sequence[Shared] = ()) -> list[Card]:
    """These as they stand in the library, the newest first; the caller asked already whether the reader may open them."""
    site, tree = site_of(request), await tree_of(request)
    described = {publication.meeting_id: publication for publication in await site.publications.published()}
    bare = [_of_study(study, described.get(study.meeting_id)) for study in studies]
    bare += await asyncio.to_thread(lambda: [_of_shared(shared, tree) for shared in taken_in])
    shelf, keeps = site.learning.shelf, await branches_for(request, Action.EDIT_ARCHIVE)
    checks, useful, mine = await shelf.checks(), await shelf.useful(), await shelf.useful_to(viewer.member_id or "")
    cards = [
        Card(
            resource=one.resource,
            title=one.title,
            summary=one.summary,
            topics=one.topics,
            branch_id=one.branch_id,
            branch_name=one.branch_name,
            institution=one.institution,
            owner=one.published.checked_name,
            length=one.length,
            published_at=one.published_at,
            check=_newer(checks.get(one.resource), one.published),
            useful=useful.get(one.resource, 0),
            mine=one.resource in mine,
            keeps=one.branch_id in keeps,
        )
        for one in bare
    ]
    return sorted(cards, key=lambda card: (-card.published_at, card.resource))


async def card_at(request: Request, viewer: Viewer, resource: Resource) -> Card:
    """One resource of the library. Raises Refused ``not_found`` when it is not there for this reader."""
    found = next((card for card in await cards_for(request, viewer) if card.resource == resource), None)
    if found is None:
        raise Refused(WebCode.NOT_FOUND)
    return found


def topics_among(cards: Iterable[Card]) -> list[tuple[str, int]]:
    """Topics with how many of these resources are about each, the commonest first. No person is counted, and nothing unseen."""
    counted = Counter(topic for card in cards for topic in card.topics)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def shared_is_for(tree: BranchTree, viewer: Viewer, shared: Shared) -> bool:
    """Whether something from another institution was taken in for the viewer."""
    as_published = Publication(MeetingId(shared.shared_id), shared.branch_id, shared.title, audience=shared.audience, state="published")
    return shared.state == "accepted" and may_study(tree, viewer, as_published)


def collection_is_for(tree: BranchTree, viewer: Viewer, collection: Collection) -> bool:
    """Whether the viewer is of its audience; of what is in it they see what they may open."""
    as_published = Publication(MeetingId(""), collection.branch_id, collection.title, audience=collection.audience, state="published")
    return may_study(tree, viewer, as_published)


def opened(collection: Collection, cards: Mapping[Resource, Card]) -> Sequence[Card]:
    """What of a collection the reader of these cards sees, in its order."""
    return [cards[item] for item in collection.items if item in cards]


@dataclass(frozen=True, slots=True)
class _Bare:
    """A resource as it was published; ``published``: by whom and when last, which is a check."""

    resource: Resource
    title: str
    summary: str
    topics: tuple[str, ...]
    branch_id: str
    branch_name: str
    length: Millis
    published_at: Millis
    published: Check
    institution: str = ""


def _of_study(study: Study, described: Publication | None) -> _Bare:
    lesson, at, name = study.lesson, study.published_at or 0, ""
    if lesson is not None:
        name = lesson.published_name
    elif described is not None:
        at, name = described.approved_at or at, described.approved_name
    return _Bare(
        _resource_of(study),
        study.title,
        study.summary,
        _topics(study, described),
        study.branch_id,
        study.branch_name,
        study.length,
        study.published_at or 0,
        Check(False, at, name),
    )


def _topics(study: Study, described: Publication | None) -> tuple[str, ...]:
    """A meeting's own; of a lesson those topics of its meeting that it names itself: the others may be of an item that is closed."""
    if study.lesson is None or described is None or described.approved_at is None:
        return study.keywords
    said = f"{study.title}\n{study.summary}"
    words = set(words_of(said))
    return tuple(topic for topic in described.keywords if topic in words or topic in said)


def _of_shared(shared: Shared, tree: BranchTree) -> _Bare:
    study, branch = study_in(shared.content), tree.get(shared.branch_id)
    at = shared.accepted_at or shared.received_at
    return _Bare(
        Resource("shared", shared.shared_id),
        shared.title,
        study.summary,
        study.keywords,
        shared.branch_id,
        branch.name if branch is not None else "",
        0,
        at,
        Check(False, at, shared.accepted_by),
        shared.institution,
    )


def _newer(checked: Check | None, published: Check) -> Check:
    return checked if checked is not None and checked.checked_at >= published.checked_at else published
