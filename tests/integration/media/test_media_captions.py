"""Live captions: a phone speaks, the media worker forwards, a machine writes; in time, or not at all."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from meeting_server.archive.speech.captions import TOO_LATE_S, kept_captions
from meeting_server.archive.speech.engines import SpeechSettings
from meeting_server.archive.speech.transcriber import RATE
from meeting_server.archive.speech.voices import Said
from tests.kit.meetings.speech_material import READ_ALOUD, whisper, word_error
from tests.kit.servers.caption_runner import ROOM, captions, read_to_captions

pytestmark = pytest.mark.alone


async def test_what_a_phone_says_is_written_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How far behind is for ``bench_captions`` to measure: how much others leave of the machine is not for a test to know."""
    monkeypatch.setattr("meeting_server.archive.speech.captions.TOO_LATE_S", 600.0)
    lines, began, ended = await read_to_captions(tmp_path, 15.0)
    said = " ".join(line["text"] for line in lines)
    assert word_error(" ".join(READ_ALOUD.split()[: len(said.split())]), said) <= 0.2  # the last sentence is cut off
    assert {(line["room"], line["source"]) for line in lines} == {(ROOM, "reader")}
    for line in lines:
        assert began * 1000 - 100 <= line["since"] <= line["until"] <= ended * 1000 + 500
        assert line["until"] - line["since"] <= 8_500
    kept = kept_captions(tmp_path / "recordings" / "meeting")
    assert [(cue.text, cue.participant_id, cue.room_id, cue.source) for cue in kept[: len(lines)]] == [
        (line["text"], "reader", "hall", "caption") for line in lines
    ]


async def test_what_would_come_too_late_is_not_written_and_it_says_so(tmp_path: Path) -> None:
    async with captions(tmp_path, whisper("en")) as (desk, _):
        desk.wish(True)
        await desk.listening()
        desk.hears(Said(time.time() - TOO_LATE_S - 1.0, np.zeros(RATE // 2, np.float32)))
        assert await desk.next() == {"type": "ended", "room": ROOM, "reason": "busy"}


async def test_under_load_it_ends_by_itself_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meeting_server.archive.speech.captions.BUSY_FOR_S", 1.0)
    async with captions(tmp_path, whisper("en"), others=lambda: 0.95) as (desk, _):
        desk.wish(True)
        assert await desk.next() == {"type": "ended", "room": ROOM, "reason": "busy"}


async def test_without_an_engine_that_works_it_says_so_at_once(tmp_path: Path) -> None:
    async with captions(tmp_path, SpeechSettings("faster-whisper", tmp_path / "nowhere")) as (desk, _):
        desk.wish(True)
        assert await desk.next() == {"type": "ended", "room": ROOM, "reason": "unavailable"}
