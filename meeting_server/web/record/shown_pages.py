"""The pages shown in a meeting, as its record lists them: when, where on the axis, and the picture for those who may open it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from meeting_server.acts.people.permissions import Action
from meeting_server.archive.record.timeline import PageTime, Timeline
from meeting_server.archive.record.transcript import Stretch
from meeting_server.domain.ids import Millis
from meeting_server.web.record.playback import Playback
from meeting_server.web.record.reader import Reader
from meeting_server.web.site.permissions import allowed


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page (from 1) on the record. ``start`` and ``end`` in playing time, ``None`` when nothing was recorded then;
    ``picture`` is its address, empty when the reader may not open the document or its pictures are gone."""

    title: str
    page: int
    at: Millis
    start: Millis | None
    end: Millis | None
    picture: str


async def opens_documents(request: Request, reader: Reader) -> bool:
    """Whether a reader of the record may also open the meeting's documents."""
    if reader.scheduled.listed(reader.viewer.participant_id) is not None or reader.edits:
        return True
    if not reader.whole:
        return False
    return await allowed(request, Action.SEE_MEETINGS, reader.scheduled.plan.branch_id)


def leaves_of(timeline: Timeline, axis: Playback, gone: Sequence[Stretch], with_pictures: Iterable[str] = ()) -> tuple[Leaf, ...]:
    """What was shown, in order. What was shown only while a passage that was taken out (``gone``) was spoken is not told;
    ``with_pictures``: ids of the documents whose pages may be seen."""
    documents = frozenset(with_pictures)
    return tuple(_leaf(piece, timeline, axis, documents) for shown in timeline.pages for piece in _left(shown, gone))


def _left(shown: PageTime, gone: Iterable[Stretch]) -> list[PageTime]:
    pieces = [(shown.since, shown.until)]
    for stretch in gone:
        pieces = [
            (since, until) for a, b in pieces for since, until in ((a, min(b, stretch.since)), (max(a, stretch.until), b)) if since < until
        ]
    return [PageTime(shown.document_id, shown.title, shown.page, since, until) for since, until in pieces]


def _leaf(shown: PageTime, timeline: Timeline, axis: Playback, documents: frozenset[str]) -> Leaf:
    start, end = axis.at(shown.since), axis.at(shown.until)
    folder = f"/meetings/{timeline.meeting_id}/documents/{shown.document_id}/pages/{shown.page}"
    return Leaf(
        shown.title,
        shown.page,
        shown.since,
        start if end > start else None,
        end if end > start else None,
        folder if shown.document_id in documents else "",
    )
