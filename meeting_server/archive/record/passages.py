"""What of a meeting can be searched: what was said, its title, agenda, motions, chat, the notes of its minutes, document names.

Talk of group rooms stays in them: a message with an audience is not searchable.
"""

from __future__ import annotations

from collections.abc import Iterator

from meeting_server.archive.minutes.minutes import Minutes
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Transcript
from meeting_server.domain.ids import HALL
from meeting_server.store.record.search import Passage


def passages_of(minutes: Minutes, timeline: Timeline, transcript: Transcript | None = None) -> Iterator[Passage]:
    """Passages with the moment they belong to, for the link into the player."""
    opened_at = timeline.opened_at
    yield Passage("title", opened_at, "", minutes.title)
    for document in minutes.documents:
        yield Passage("document", opened_at, "", document)
    for item in minutes.items:
        at = item.started_at if item.started_at is not None else opened_at
        if item.title:
            yield Passage("agenda", at, item.speaker, item.title)
        for result in item.results:
            motion = f"{result.title}\n{result.text}" if result.text else result.title
            yield Passage("motion", result.opened_at if result.opened_at is not None else at, "", motion)
        for point in item.points:
            yield Passage("point", at, point.name, point.text)
        for dissent in item.dissent:
            yield Passage("dissent", at, dissent.name, dissent.text)
        for resolution in item.resolutions:
            yield Passage("resolution", at, "", resolution)
    for line in timeline.chat:
        if line.state == "shown" and not line.audience:
            yield Passage("chat", line.at, line.name, line.text)
    for spoken in transcript.spoken if transcript is not None else ():
        if spoken.text and spoken.room_id == HALL:
            yield Passage("speech", spoken.since, spoken.who, spoken.text)
