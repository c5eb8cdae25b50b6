"""The real engine hears real speech: a person who reads English, a voice that speaks Mandarin, silence and gaps."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from meeting_server.archive.record.cues import Cue, rewritten
from meeting_server.archive.record.glossary import Glossary
from meeting_server.archive.record.sound import Samples, runs
from meeting_server.archive.record.timeline import Track
from meeting_server.archive.speech.engines import loaded, problem
from meeting_server.archive.speech.hearing import cues_of
from meeting_server.archive.speech.homophones import put_right
from meeting_server.archive.speech.packs import packs
from meeting_server.archive.speech.sentences import simplified
from meeting_server.archive.speech.transcriber import RATE, Transcriber
from meeting_server.archive.speech.voice_activity import SileroGate, utterances
from meeting_server.domain.ids import HALL, ParticipantId
from tests.kit.meetings.recordings import RATE as RECORDED
from tests.kit.meetings.speech_material import (
    READ_ALOUD,
    edit_distance,
    english,
    mandarin,
    spoken_track,
    syllable_error,
    whisper,
    word_error,
)
from tests.kit.paths import ROOT

SAID = (
    "同志们，现在开会。",
    "今天的支部大会有三项议程。",
    "第一项，听取第三季度学习总结。",
    "第二项，讨论林晓雨同志预备党员转正。",
    "第三项，组织委员通报党费收缴情况。",
    "请大家认真讨论，积极发言。",
)
TERMS = Glossary(("林晓雨", "学习总结", "预备党员转正", "党费收缴情况"), frozenset({"林晓雨"}))


@pytest.fixture(scope="module")
def chinese() -> Transcriber:
    assert problem(whisper("zh")) == ""
    return loaded(whisper("zh"))


@pytest.fixture(scope="module")
def english_ear() -> Transcriber:
    return loaded(whisper("en"))


def heard(path: Path, engine: Transcriber, terms: Glossary) -> list[Cue]:
    """Every line of one track that begins at moment 0."""
    track = Track(ParticipantId("li"), "李敏", HALL, "audio", path.name, 0, 0)
    spoken = utterances(runs(path, RATE), SileroGate())
    return [cue for pack in packs(spoken) for cue in cues_of(track, pack, engine, terms)]


def text_of(cues: list[Cue]) -> str:
    return " ".join(cue.text for cue in cues)


def test_a_person_reading_english_is_understood(tmp_path: Path, english_ear: Transcriber) -> None:
    cues = heard(spoken_track(tmp_path / "reader.webm", [(0.0, english())]), english_ear, Glossary(()))
    assert word_error(READ_ALOUD, text_of(cues)) <= 0.05
    assert all(len(cue.text) <= 80 for cue in cues)
    assert len(cues) >= 9


def test_mandarin_is_understood_and_keeps_its_times_across_a_gap(tmp_path: Path, chinese: Transcriber) -> None:
    """The trap: an engine that is given the file's name closes the gap and is 40 s early after it."""
    voices = mandarin(*SAID)
    truth: list[float] = []
    parts, at = [], 2.0
    for number, samples in enumerate(voices):
        parts.append((at, samples))
        truth.append(at + first_sound(samples))
        at += len(samples) / RECORDED + (40.0 if number == 2 else 0.8)
    cues = heard(spoken_track(tmp_path / "chair.webm", parts), chinese, TERMS)
    assert syllable_error("".join(SAID), text_of(cues)) <= 0.10
    for since in truth:
        assert min(abs(word.since / 1000 - since) for cue in cues for word in cue.words) <= 0.5
    assert not [cue for cue in cues if at_gap(cue, parts)]
    assert [term for term in ("支部大会", "预备党员转正") if term in text_of(cues)]  # in its characters; one take in ten slurs one of them
    for cue in cues:
        assert len(cue.text) <= 31
        assert [word.since for word in cue.words] == sorted(word.since for word in cue.words)
        assert cue.words[0].since == cue.since


def first_sound(samples: Samples) -> float:
    return int(np.flatnonzero(np.abs(samples) > 0.02)[0]) / RECORDED


def at_gap(cue: Cue, parts: list[tuple[float, Samples]]) -> bool:
    """Whether a line lies where nothing was recorded."""
    middle = (cue.since + cue.until) / 2000
    return not any(since - 0.3 <= middle <= since + len(samples) / RECORDED + 0.3 for since, samples in parts)


@pytest.mark.parametrize("kind", ["silence", "hiss", "hum", "clicks"])
def test_where_nobody_speaks_nothing_is_written_whatever_the_prompt(tmp_path: Path, chinese: Transcriber, kind: str) -> None:
    """Given silence the engine writes its prompt; so it must never be given any."""
    times = np.arange(20 * RECORDED) / RECORDED
    chance = np.random.default_rng(7)
    sound = {
        "silence": np.zeros(len(times)),
        "hiss": chance.normal(0, 0.02, len(times)),
        "hum": 0.1 * np.sin(2 * np.pi * 50 * times) + 0.05 * np.sin(2 * np.pi * 150 * times),
        "clicks": np.where(chance.random(len(times)) > 0.9999, 0.8, 0.0),
    }[kind].astype(np.float32)
    assert heard(spoken_track(tmp_path / "nobody.webm", [(0.0, sound)]), chinese, TERMS) == []


@pytest.mark.night
def test_the_same_sound_gives_the_same_words_again(tmp_path: Path, chinese: Transcriber) -> None:
    path = spoken_track(tmp_path / "again.webm", [(0.0, mandarin(SAID[3])[0])])
    assert heard(path, chinese, TERMS) == heard(path, chinese, TERMS) != []


@pytest.mark.night
def test_the_homophones_of_the_list_are_spelt_right_when_they_are_spoken(chinese: Transcriber) -> None:
    """A made voice says all twenty sentences; the engine hears them four at a time, and what it wrote is put right."""
    vectors = json.loads((ROOT / "tests" / "vectors" / "homophones.json").read_text(encoding="utf-8"))
    parts = [part for title in vectors["titles"] for part in re.findall("[\u4e00-\u9fff]+", title)]
    terms = Glossary((*vectors["people"], *parts), frozenset(vectors["people"]))
    said = [vector["meant"] for vector in vectors["put_right"]]
    voices = mandarin(*said)
    raw = wrong = 0
    for at in range(0, len(said), 4):
        spoken = np.concatenate([np.pad(voice, (0, RECORDED // 2)) for voice in voices[at : at + 4]])
        samples = np.ascontiguousarray(spoken[: len(spoken) // 3 * 3].reshape(-1, 3).mean(1), np.float32)  # 48 kHz to 16 kHz
        written = simplified("".join(word.text for word in chinese.hear(samples, terms.prompt)))
        wanted = letters("".join(said[at : at + 4]))
        raw += edit_distance(wanted, letters(written))
        wrong += edit_distance(wanted, letters(rewritten(written, put_right(written, terms))))
    characters = len(letters("".join(said)))
    assert wrong / characters <= 0.12
    assert wrong <= raw * 0.75


def letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


@pytest.mark.night
@pytest.mark.parametrize("kind", ["silence", "hiss", "hum", "laughter"])
def test_what_is_no_speech_is_no_words_even_past_the_gate(chinese: Transcriber, kind: str) -> None:
    times = np.arange(6 * RATE) / RATE
    chance = np.random.default_rng(1)
    bursts = np.maximum(0, np.sin(2 * np.pi * 4 * times)) * (times % 3 < 2)
    sound = {
        "silence": np.zeros(len(times)),
        "hiss": chance.normal(0, 0.02, len(times)),
        "hum": 0.1 * np.sin(2 * np.pi * 50 * times),
        "laughter": bursts * sum(np.sin(2 * np.pi * 240 * n * times) / n for n in range(1, 12)) * 0.15,
    }[kind].astype(np.float32)
    assert chinese.hear(sound, TERMS.prompt) == []
