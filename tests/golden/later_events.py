"""What the golden journal of this version tells beside the whole meeting: one function for each new kind of event or new field.

Each is called once, with the meeting open and no vote running, after the item ``i2`` was closed; add yours to ``PARTS`` and run
``python -m tests.golden.make_journal``. The ids of motions, notes and rooms go on from what the parts before made.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.kit.meetings.whole_meeting import Story

PARTS: tuple[Callable[[Story], None], ...] = ()


def later_events(story: Story) -> None:
    for part in PARTS:
        part(story)
