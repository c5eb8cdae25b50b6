"""What a meeting settled, as a draft: sentences of the transcript as it stands corrected, joined to its motions and resolutions.

The journal is certain, speech is not: a carried motion and a noted resolution are always proposed, with the sentence in which
they were said where one is heard, and that sentence is not proposed a second time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from meeting_server.archive.minutes.document_model import COUNTED_ONLY
from meeting_server.archive.minutes.minutes import Item, Minutes
from meeting_server.archive.record.sayings import Settled, settled_in
from meeting_server.archive.record.transcript import Spoken, Transcript
from meeting_server.domain.ids import HALL, Millis, ParticipantId
from meeting_server.store.record.decided_items import LONGEST_TEXT, Called, DecidedItem, Kind, Source

ALIKE = 0.6
"""How much of the pairs of characters of the shorter of two texts is in the longer one, before both say the same."""
MOST = 200
_ENDS = re.compile(r"(?<=[。！？!?；;])|(?<=[a-z]\.) ")


def proposals_of(
    minutes: Minutes, transcript: Transcript | None, people: Mapping[str, ParticipantId], today: date, judged: Sequence[DecidedItem] = ()
) -> tuple[DecidedItem, ...]:
    """Everything the rules find and nobody judged yet, in the order of the meeting. ``people``: who can be called, by name."""
    said = list(_sentences(transcript))
    settled = {number: found for number, (_, text, line) in enumerate(said) if (found := settled_in(text, line.who, list(people), today))}
    items: list[DecidedItem] = []
    for noted, extent in _noted(minutes):
        number = _said_as(noted.text, extent, said)
        written = settled_in(noted.text, "", list(people), today)
        if number is not None:
            _, sentence, line = said[number]
            written = _joined(written, settled.pop(number, None))
            noted = replace(noted, sentence=sentence, speaker=line.who, at=line.since, said_until=line.until)
        items.append(_with(noted, written, people))
    for number, found in settled.items():
        source_id, sentence, line = said[number]
        times = line.since, line.until, line.since, line.until
        words = sentence[:LONGEST_TEXT]
        plain = DecidedItem(minutes.meeting_id, minutes.branch_id, Source.SPEECH, source_id, found.kind, words, sentence, line.who, *times)
        items.append(_with(plain, found, people))
    return tuple(sorted((item for item in items if not is_judged(item, judged)), key=lambda item: (item.at, item.source_id)))[:MOST]


def is_judged(item: DecidedItem, judged: Iterable[DecidedItem]) -> bool:
    """Whether somebody judged it already, or judged the same words before the record was heard again by another engine."""
    return any(one.source_id == item.source_id or _is_heard_again(one, item) for one in judged)


def _is_heard_again(one: DecidedItem, other: DecidedItem) -> bool:
    at_once = one.at < other.said_until and other.at < one.said_until
    return one.source == other.source == Source.SPEECH and at_once and alike(one.sentence, other.sentence) >= ALIKE


def alike(one: str, other: str) -> float:
    """How much of the shorter of two texts is in the other, 0 to 1, by pairs of characters."""
    mine, theirs = _pairs(one), _pairs(other)
    return len(mine & theirs) / min(len(mine), len(theirs)) if mine and theirs else 0.0


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"\W", "", text.casefold())
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


def _sentences(transcript: Transcript | None) -> Iterator[tuple[str, str, Spoken]]:
    """Key, words and line of each sentence of the hall that is left."""
    for line in transcript.spoken if transcript is not None else ():
        if line.room_id == HALL and line.state != "redacted":
            for number, text in enumerate(part.strip() for part in _ENDS.split(line.text)):
                if text:
                    yield f"c.{line.cue_id}.{number}", text, line


def _noted(minutes: Minutes) -> Iterator[tuple[DecidedItem, tuple[Millis, Millis]]]:
    """Resolutions and carried motions, each with when its item was up."""
    for place, item in enumerate(minutes.items):
        since, until = extent = _extent(item, minutes)
        for number, resolution in enumerate(item.resolutions):
            yield _journaled(minutes, Source.RESOLUTION, f"r.{place}.{number}", resolution, since, extent), extent
        for number, result in enumerate(item.results):
            if result.outcome == "carried" and result.force not in COUNTED_ONLY:
                begun, ended = result.opened_at or since, result.closed_at or until
                whole = min(since, begun), max(until, ended)  # a motion may be put while another item is up
                yield _journaled(minutes, Source.MOTION, f"m.{place}.{number}", result.text or result.title, begun, whole), extent


def _journaled(minutes: Minutes, source: Source, key: str, text: str, at: Millis, extent: tuple[Millis, Millis]) -> DecidedItem:
    words, at = " ".join(text.split())[:LONGEST_TEXT], at or minutes.opened_at or 0
    return DecidedItem(minutes.meeting_id, minutes.branch_id, source, key, Kind.DECISION, words, "", "", at, at, *extent)


def _extent(item: Item, minutes: Minutes) -> tuple[Millis, Millis]:
    """When an item was up; all of the meeting for what belongs to none, because nobody knows of which it tells."""
    if item.started_at is None:
        return 0, minutes.adjourned_at or 0
    return item.started_at, item.ended_at or minutes.adjourned_at or item.started_at


def _said_as(text: str, extent: tuple[Millis, Millis], said: Sequence[tuple[str, str, Spoken]]) -> int | None:
    """The sentence of its item that says most of it."""
    since, until = extent
    inside = [
        (alike(text, sentence), -number)
        for number, (_, sentence, line) in enumerate(said)
        if line.until > since and line.since < until and len(_pairs(sentence)) >= 4
    ]
    share, number = max(inside, default=(0.0, 0))
    return -number if share >= ALIKE else None


def _joined(written: Settled | None, spoken: Settled | None) -> Settled | None:
    """What was written down, and of what was said what the writing leaves out."""
    if written is None or spoken is None:
        return written or spoken
    return Settled(
        Kind.TASK if Kind.TASK in (written.kind, spoken.kind) else written.kind, written.people or spoken.people, written.due or spoken.due
    )


def _with(item: DecidedItem, settled: Settled | None, people: Mapping[str, ParticipantId]) -> DecidedItem:
    if settled is None:
        return item
    due = settled.due
    return replace(
        item,
        kind=settled.kind,
        people=tuple(Called(people.get(name, ParticipantId("")), name) for name in settled.people),
        due=due.day.isoformat() if due is not None and due.day is not None else "",
        due_words=due.words[:100] if due is not None else "",
    )
