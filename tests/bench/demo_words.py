"""How long a newcomer waits for words: the demo, started as ``make run`` does, installs its engine and hears last month's meeting."""

from __future__ import annotations

import time
from pathlib import Path

from meeting_server.archive.record.transcript import load
from tests.kit.servers.running import Server

PATIENCE = 900.0
"""Seconds after which there will be no words: no network, or a machine that is far too busy."""


def demo_words(folder: Path) -> float:
    """Seconds from the printed links to a transcript with words. Raises AssertionError when none comes; needs a package index."""
    with Server(folder, "--demo", MEETING_SPEECH_ENGINE="auto") as server:
        started = time.perf_counter()
        while not _spoken(folder / "recordings"):
            assert time.perf_counter() - started < PATIENCE, server.output
            time.sleep(0.2)
        return round(time.perf_counter() - started, 1)


def _spoken(recordings: Path) -> bool:
    transcripts = [load(meeting) for meeting in recordings.iterdir()]
    return any(transcript is not None and transcript.spoken for transcript in transcripts)
