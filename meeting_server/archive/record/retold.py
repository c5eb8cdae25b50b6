"""What a lesson says: the record's lines with the lesson's own words over them, which never change the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from meeting_server.archive.record.transcript import Spoken
from meeting_server.store.learning.lesson_lines import LessonLine


def retold(spoken: Iterable[Spoken], lines: Mapping[str, LessonLine]) -> tuple[Spoken, ...]:
    """The lines as the lesson has them; what was taken out of the record stays out, whatever the lesson said in its place."""
    found = []
    for line in spoken:
        own = lines.get(line.cue_id)
        if own is None or line.state == "redacted":
            found.append(line)
        elif own.text:
            found.append(msgspec.structs.replace(line, text=own.text, state="corrected", changes=()))
    return tuple(found)
