"""The words that are likely in one meeting: prompted to the engine, and put right where it heard their sound but wrote others
(``archive.speech.homophones``)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from meeting_server.archive.minutes.minutes import Minutes
from meeting_server.archive.record.timeline import Timeline
from meeting_server.domain.person_names import unmarked
from meeting_server.domain.state import MeetingState
from meeting_server.journal.fold import after
from meeting_server.journal.port import Record

PROMPT_LENGTH = 120
"""Characters of a prompt: engines read only the end of a long one."""
SAID = "同志们好。现在开始，请大家发言。谢谢。"
"""Ends every prompt."""
_PART = re.compile("[\u4e00-\u9fffA-Za-z0-9]+")


@functools.cache
def branch_terms() -> tuple[str, ...]:
    """Terms of branch life, the most telling first."""
    return tuple((Path(__file__).with_name("party_terms.txt")).read_text(encoding="utf-8").split())


@dataclass(frozen=True, slots=True)
class Glossary:
    """``own``: terms of this very meeting, the most likely first; ``people``: those of them that are names."""

    own: tuple[str, ...]
    people: frozenset[str] = frozenset()

    @property
    def prompt(self) -> str:
        """A sentence that names the terms, as many as have room, and a few said as people say them.

        Its commas teach an engine to write some, as “、” would not; after a list alone it writes commas and no stops.
        """
        named: list[str] = []
        room = PROMPT_LENGTH - len(SAID)
        for term in dict.fromkeys((*self.own, *branch_terms())):
            if len(term) + 1 <= room:
                named.append(term)
                room -= len(term) + 1
        return f"会议用语：{'，'.join(named)}。{SAID}"


def glossary_of(minutes: Minutes, timeline: Timeline, called: Iterable[str] = ()) -> Glossary:
    """Names of those who spoke, agenda, motions and documents of a meeting, then the names of all who were ``called``."""
    titles = [item.title for item in minutes.items]
    titles += [result.title for item in minutes.items for result in item.results]
    titles += [minutes.title, minutes.branch_name, *(Path(document).stem for document in minutes.documents)]
    heard = [unmarked(name) for name in (*(t.name for t in timeline.tracks), *(lane.name for lane in timeline.lanes))]
    heard += [*minutes.chairs, *minutes.recorders, *(item.speaker for item in minutes.items)]
    others = [person.name for people in (minutes.attending, minutes.on_leave, minutes.absent) for person in people]
    others += [unmarked(name) for name in called]
    names = frozenset(filter(None, (*heard, *others)))
    return Glossary(tuple(term for term in dict.fromkeys((*heard, *_parts(titles), *others)) if term), names)


def people_called(records: Iterable[Record]) -> tuple[str, ...]:
    """The names of everyone on a meeting's list at its end, whether or not they came; who was struck off it is not.

    Raises ValueError when a record cannot be folded (a kind newer than this program).
    """
    state: MeetingState | None = None
    for record in records:
        state = after(state, record)
    people = state.participants.values() if state is not None else ()
    return tuple(p.name for p in people if p.kind == "person" and p.name and not (p.removed and not p.counted))


def _parts(titles: Iterable[str]) -> list[str]:
    """Titles cut where something ends; what is left of them has 2 to 12 characters."""
    return [part for title in titles for part in _PART.findall(title) if 2 <= len(part) <= 12 and not part.isdigit()]
