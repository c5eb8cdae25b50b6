"""The shipped rule presets, read from one JSON file each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import msgspec

import meeting_server.domain
from meeting_server.domain.terms import Preset, Threshold
from meeting_server.domain.vote_terms import Compared

FOLDER = Path(meeting_server.domain.__file__).resolve().parent / "presets"


class PresetFileError(ValueError):
    """An unusable preset file. The message names the file and the fault."""


def load_presets(folder: Path = FOLDER) -> Mapping[str, Preset]:
    """Return every ``*.json`` in ``folder`` by preset id, in order of file name.

    Raises ``PresetFileError`` for a file that is not a preset, has impossible fractions, cites no source, claims more than it was
    compared with, names a missing replacement, or has an id other than its file name, because a branch must never meet under a rule that
    was only partly read.
    """
    presets: dict[str, Preset] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            preset = msgspec.json.decode(path.read_bytes(), type=Preset, strict=True)
        except msgspec.MsgspecError as error:
            raise PresetFileError(f"{path.name}: {error}") from error
        _check(path.name, path.stem, preset)
        presets[preset.preset_id] = preset
    if not presets:
        raise PresetFileError(f"{folder}: no preset files")
    for preset in presets.values():
        if preset.replaced_by and presets.get(preset.replaced_by, preset).replaced_by:
            raise PresetFileError(f"{preset.preset_id}: replaced_by names no rule in force")
    return MappingProxyType(presets)


def _check(name: str, stem: str, preset: Preset) -> None:
    if preset.preset_id != stem:
        raise PresetFileError(f"{name}: preset_id is {preset.preset_id!r}, expected {stem!r}")
    check_preset(preset, name)
    for field in ("text_date", "valid_from"):
        if (day := getattr(preset, field)) and not _is_a_day(day):
            raise PresetFileError(f"{name}: {field} is not a day")
    if not preset.replaced_by and Compared.TEXT not in preset.compared_with and not preset.assumed:
        raise PresetFileError(f"{name}: compared with no text, and nothing is assumed")


def check_preset(preset: Preset, name: str = "preset") -> None:
    """Check a rule. Raises PresetFileError for one that nobody could follow."""
    if not preset.source.strip():
        raise PresetFileError(f"{name}: source is empty")
    for field, threshold in (("quorum", preset.quorum), ("passing", preset.passing)):
        if threshold is not None and not _possible(threshold):
            raise PresetFileError(f"{name}: {field} is not a fraction between 0 and 1")
    if not 0 < preset.excellent.numerator <= preset.excellent.denominator:
        raise PresetFileError(f"{name}: excellent is not a fraction between 0 and 1")


def _is_a_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _possible(threshold: Threshold) -> bool:
    return 0 < threshold.numerator <= threshold.denominator
