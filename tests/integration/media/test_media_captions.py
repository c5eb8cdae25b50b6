"""Live captions: a phone speaks, the media worker forwards, a machine writes; in time, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from meeting_server.archive.speech.captions import kept_captions
from meeting_server.archive.speech.engines import SpeechSettings
from tests.kit.meetings.speech_material import READ_ALOUD, whisper, word_error
from tests.kit.servers.caption_runner import ROOM, captions, read_to_captions

pytestmark = pytest.mark.alone


async def test_what_a_phone_says_is_written_in_time_and_kept(tmp_path: Path) -> None:
    """Three seconds on an idle machine (``bench_captions`` measures them); here others work beside it."""
    lines, began, ended = await read_to_captions(tmp_path, 15.0)
    said = " ".join(line["text"] for line in lines)
    assert word_error(" ".join(READ_ALOUD.split()[: len(said.split())]), said) <= 0.2  # the last sentence is cut off
    assert {(line["room"], line["source"]) for line in lines} == {(ROOM, "reader")}
    for line in lines:
        assert began * 1000 - 100 <= line["since"] <= line["until"] <= ended * 1000 + 500
        assert line["until"] - line["since"] <= 8_500
        assert line["behind_ms"] <= 8_000
    kept = kept_captions(tmp_path / "recordings" / "meeting")
    assert [(cue.text, cue.participant_id, cue.room_id, cue.source) for cue in kept[: len(lines)]] == [
        (line["text"], "reader", "hall", "caption") for line in lines
    ]


async def test_under_load_it_ends_by_itself_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meeting_server.archive.speech.captions.BUSY_FOR_S", 1.0)
    async with captions(tmp_path, whisper("en"), others=lambda: 0.95) as (desk, _):
        desk.wish(True)
        assert await desk.next() == {"type": "ended", "room": ROOM, "reason": "busy"}


async def test_without_an_engine_that_works_it_says_so_at_once(tmp_path: Path) -> None:
    async with captions(tmp_path, SpeechSettings("faster-whisper", tmp_path / "nowhere")) as (desk, _):
        desk.wish(True)
        assert await desk.next() == {"type": "ended", "room": ROOM, "reason": "unavailable"}
