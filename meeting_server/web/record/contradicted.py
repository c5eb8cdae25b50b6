"""What the record says where a sentence of the transcript says otherwise, in words, with the way to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import Request

from meeting_server.archive.record.cross_check import Contradiction, Known, contradictions, facts_of
from meeting_server.archive.record.transcript import Transcript
from meeting_server.web.record.reader import Reader, minutes_at
from meeting_server.web.site import dates
from meeting_server.web.site.pages import say


@dataclass(frozen=True, slots=True)
class Flag:
    """One contradiction: ``says`` what was heard and what the record has; ``href`` leads to where the record has it."""

    says: str
    href: str
    to_vote: bool


async def flags_of(request: Request, reader: Reader, transcript: Transcript | None) -> dict[str, list[Flag]]:
    """By cue, what the record contradicts in it; of a meeting without minutes nothing."""
    minutes = await minutes_at(request, reader)
    if minutes is None or transcript is None:
        return {}
    found = await asyncio.to_thread(lambda: contradictions(transcript.spoken, facts_of(minutes, dates.ZONE)))
    flags: dict[str, list[Flag]] = {}
    for one in found:
        flags.setdefault(one.cue_id, []).append(_flag(request, reader, one))
    return flags


def _flag(request: Request, reader: Reader, found: Contradiction) -> Flag:
    address = f"/archive/{reader.meeting_id}"
    record = [say(request, f"archive.outcome.{word}") for word in found.record] if found.known in _OUTCOMES else found.record
    known = "elected_nobody" if found.known is Known.ELECTED and not found.record else found.known.value
    says = say(
        request,
        f"record.contradicts.{known}",
        said=found.said,
        record=say(request, "record.contradicts_or").join(record),
        about=found.about,
    )
    return Flag(says, address + (f"?at={found.at}" if found.at is not None else "/minutes"), found.at is not None)


_OUTCOMES = (Known.CARRIED, Known.NOT_CARRIED)
