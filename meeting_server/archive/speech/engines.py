"""Which engine listens: chosen by settings, checked before it is used."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from typing import Literal

import msgspec

from meeting_server.archive.record.steps.speech import NOT_INSTALLED
from meeting_server.archive.speech.installed import MODEL, MODEL_SHA256, is_installed, packages_of, place_of
from meeting_server.archive.speech.remote import Remote
from meeting_server.archive.speech.sherpa import Sherpa, model_file
from meeting_server.archive.speech.transcriber import Transcriber
from meeting_server.archive.speech.voice_activity import has_gate
from meeting_server.archive.speech.whisper import Whisper

Engine = Literal["auto", "none", "faster-whisper", "sense-voice", "paraformer", "remote"]
Device = Literal["cpu", "cuda", "auto"]
PACKAGES = {
    "faster-whisper": ("faster_whisper", "opencc", "rjieba"),
    "sense-voice": ("sherpa_onnx", "opencc", "rjieba"),
    "paraformer": ("sherpa_onnx", "opencc", "rjieba"),
    "remote": ("opencc", "rjieba"),
}


class SpeechSettings(msgspec.Struct, frozen=True):
    """``model``: the folder of the engine's model. ``sha256``: of its largest file, empty when it is not to be checked.

    ``home``: where the server installs ``auto`` for itself. ``site``: packages that are found there and nowhere else.
    """

    engine: Engine = "none"
    model: Path | None = None
    sha256: str = ""
    language: str = "zh"
    threads: int = 1
    beam: int = 5
    """How many readings are followed at once; 1 is quickest."""
    home: Path | None = None
    site: Path | None = None
    device: Device = "cpu"
    """Where Whisper computes; ``auto``: on a graphics card where there is one."""
    url: str = ""
    """Of a ``remote`` service, with its ``key`` and the name of its ``service_model``."""
    key: str = ""
    service_model: str = ""


def resolved(settings: SpeechSettings) -> SpeechSettings:
    """``auto`` as the engine that is installed by now; unchanged while there is none, and so is every other engine."""
    if settings.engine != "auto" or settings.home is None or not is_installed(settings.home):
        return settings
    place = place_of(settings.home)
    return msgspec.structs.replace(settings, engine="faster-whisper", model=place / MODEL, sha256=MODEL_SHA256, site=packages_of(place))


def problem(settings: SpeechSettings) -> str:
    """The code of what keeps the engine from working, as far as can be told without loading it; else empty.

    Reads the whole model when it has a checksum.
    """
    if settings.engine == "auto":
        return NOT_INSTALLED
    _find_packages(settings)
    if any(importlib.util.find_spec(package) is None for package in PACKAGES.get(settings.engine, ())) or not has_gate():
        return "no_speech_engine"
    if settings.engine == "remote":
        return "" if settings.url and settings.service_model else "no_speech_service"
    model = _model(settings)
    if model is None:
        return "no_speech_model"
    if settings.sha256:
        with model.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != settings.sha256.lower():
                return "wrong_speech_model"
    return ""


def loaded(settings: SpeechSettings) -> Transcriber:
    """The engine in this very process. Raises ImportError, or RuntimeError, ValueError, OSError for a model it does not take.

    A library that does not like a model may end the process: use ``apart.EngineApart``.
    """
    if settings.engine == "remote":
        _find_packages(settings)
        return Remote(settings.url, settings.key, settings.service_model, settings.language)
    if settings.model is None or settings.engine == "none" or settings.engine == "auto":
        raise ValueError("no engine")
    _find_packages(settings)
    if settings.engine == "faster-whisper":
        return Whisper(settings.model, settings.language, settings.threads, settings.beam, settings.device)
    return Sherpa(settings.engine, settings.model, settings.language, settings.threads)


def _find_packages(settings: SpeechSettings) -> None:
    """Behind all others: what this environment has itself counts first."""
    if settings.site is not None and str(settings.site) not in sys.path:
        sys.path.append(str(settings.site))
        importlib.invalidate_caches()


def _model(settings: SpeechSettings) -> Path | None:
    folder = settings.model
    if folder is None or not folder.is_dir():
        return None
    if settings.engine != "faster-whisper":
        return model_file(folder)
    return folder / "model.bin" if (folder / "model.bin").is_file() else None
