"""The form of a micro-lesson: which stretch, what it is called, for whom; checked as a whole, so that nothing typed is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from starlette.datastructures import FormData

from meeting_server.domain.ids import Millis
from meeting_server.store.learning.lessons import SHORTEST, SUMMARY_LONGEST, TITLE_LONGEST
from meeting_server.store.record.publications import AUDIENCES, Audience
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field as text_field

_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:\.(\d))?")


@dataclass(frozen=True, slots=True)
class LessonForm:
    """``start`` and ``end`` as typed; ``errors`` by field, each a key under ``lessons.error``."""

    title: str = ""
    summary: str = ""
    audience: Audience = "branch"
    start: str = ""
    end: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def stretch(self) -> tuple[Millis, Millis]:
        """From and to in playing time; (0, 0) when they cannot be read."""
        start, end = tenths_of(self.start), tenths_of(self.end)
        return (0, 0) if start is None or end is None else (start, end)


def lesson_form(form: FormData, length: Millis) -> LessonForm:
    """What was sent, with what is wrong with it. Raises Refused ``bad_form`` for an audience that is none."""
    audience = text_field(form, "audience")
    if audience not in AUDIENCES:
        raise Refused(WebCode.BAD_FORM, field="audience")
    read = LessonForm(
        text_field(form, "title", 2000), text_field(form, "summary", 20_000), audience, text_field(form, "start"), text_field(form, "end")
    )
    errors = {}
    if not read.title:
        errors["title"] = "no_title"
    elif len(read.title) > TITLE_LONGEST:
        errors["title"] = "long_title"
    if len(read.summary) > SUMMARY_LONGEST:
        errors["summary"] = "long_summary"
    start, end = tenths_of(read.start), tenths_of(read.end)
    if start is None or start >= length:
        errors["start"] = "bad_start"
    if end is None:
        errors["end"] = "bad_end"
    elif start is not None and min(end, length) - start < SHORTEST:
        errors["end"] = "too_short"
    return replace(read, errors=errors)


def tenths(moment: Millis, *, up: bool = False) -> str:
    """Playing time as it is typed, ``12:34.5``; rounded down, or up, so that no word is cut off."""
    whole = -(-moment // 100) if up else moment // 100
    seconds, tenth = divmod(whole, 10)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{clock}.{tenth}"


def tenths_of(typed: str) -> Millis | None:
    """The same read again, with or without the tenth; ``None`` for anything else."""
    found = _CLOCK.fullmatch(typed.replace("：", ":"))
    if found is None or not typed.replace("：", ":").isascii():
        return None
    hours, minutes, seconds, tenth = (int(part or 0) for part in found.groups())
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + tenth * 100
