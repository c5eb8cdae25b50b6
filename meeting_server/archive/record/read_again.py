"""Which sentences of a transcript a person still has to read again for their numbers.

A tick is for the words of a sentence: when they change, by a correction or another engine, the tick is there no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping

from meeting_server.archive.record.number_forms import Figure, numbers_in
from meeting_server.archive.record.transcript import Spoken


def text_hash(text: str) -> str:
    """What a tick keeps of a sentence: SHA-256, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_read(line: Spoken, ticks: Mapping[str, str]) -> bool:
    """Whether a person has ticked a sentence as it is. ``ticks``: by cue id the hash of the words that were ticked."""
    return ticks.get(line.cue_id) == text_hash(line.text)


def unread_numbers(line: Spoken, ticks: Mapping[str, str]) -> tuple[Figure, ...]:
    """The numbers of a sentence that are underlined: all of them until it is ticked."""
    return () if is_read(line, ticks) else numbers_in(line.text)


def to_read(spoken: Iterable[Spoken], ticks: Mapping[str, str], against: Container[str]) -> tuple[Spoken, ...]:
    """The sentences that nobody ticked and that hold a number or say something ``against`` the record (by cue id), in their order."""
    return tuple(line for line in spoken if not is_read(line, ticks) and (numbers_in(line.text) or line.cue_id in against))


def list_hash(lines: Iterable[Spoken]) -> str:
    """Which sentences a page showed: who ticks all ticks those and no others."""
    return text_hash("\n".join(f"{line.cue_id} {text_hash(line.text)}" for line in lines))
