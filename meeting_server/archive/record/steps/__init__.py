"""The steps of the record: one object a file. ``STEPS`` puts them in order, and refuses what can't be made in it."""

from __future__ import annotations

from meeting_server.archive.record.artefacts import Artefact
from meeting_server.archive.record.step import Step, Weight
from meeting_server.archive.record.steps.composite import Compose
from meeting_server.archive.record.steps.digest import MakeDigest
from meeting_server.archive.record.steps.minutes import MakeMinutes
from meeting_server.archive.record.steps.mix import MixSound
from meeting_server.archive.record.steps.redact import Redact
from meeting_server.archive.record.steps.search import IndexForSearch
from meeting_server.archive.record.steps.speech import HearSpeech
from meeting_server.archive.record.steps.timeline import MakeTimeline
from meeting_server.archive.record.steps.transcript import MakeTranscript


def in_order(*steps: type[Step]) -> tuple[type[Step], ...]:
    """Return the steps. Raises TypeError when two have one name or make one thing, or one reads what no step before it makes."""
    names: set[str] = set()
    made: set[Artefact] = set()
    for step in steps:
        missing = [artefact.name for artefact in step.reads if artefact not in made]
        again = [artefact.name for artefact in step.makes if artefact in made]
        if step.name in names or missing or again:
            raise TypeError(f"step {step.__name__}: named {step.name!r}, reads too early {missing}, makes again {again}")
        names.add(step.name)
        made |= set(step.makes)
    return steps


STEPS = in_order(
    MakeMinutes,
    MakeTimeline,
    Redact,
    MixSound,
    HearSpeech,
    MakeTranscript,
    MakeDigest,
    IndexForSearch,
    Compose,
)
"""All of them, in the order in which they are made."""
QUICK = frozenset(step for step in STEPS if step.weight is Weight.QUICK)
LONG = frozenset(step for step in STEPS if step.weight is Weight.LONG)
OF_NAME = {step.name: step for step in STEPS}
