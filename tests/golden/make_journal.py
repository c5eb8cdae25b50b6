"""Writes the golden journal of this version: ``python -m tests.golden.make_journal``.

A golden journal is never rewritten once it was released: old journals must be readable for ever. Until then its story may grow:
the whole meeting, and before its last item what ``later_events`` adds for this version.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from meeting_server.journal.bundle import line_of
from tests.golden.later_events import later_events
from tests.kit.meetings.whole_meeting import whole_meeting

VERSION = 4
HERE = Path(__file__).resolve().parent


def write() -> None:
    story = whole_meeting(later_events)
    lines = b"".join(line_of(record) + b"\n" for record in story.records)
    (HERE / f"journal_v{VERSION}.jsonl").write_bytes(lines)
    state = msgspec.json.format(msgspec.json.encode(story.state, order="sorted"), indent=1)
    (HERE / f"state_v{VERSION}.json").write_bytes(state + b"\n")


if __name__ == "__main__":
    write()
