"""What has been made of one meeting: ``manifest.json`` in its recordings folder, written after every step.

A step is done when its files are listed here with their hashes and it was made from what the meeting is now; a crash
leaves at worst a step to be done again.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

import msgspec

from meeting_server.domain.ids import MeetingId

FORMAT = 1
NAME = "manifest.json"

StepState = Literal["waiting", "running", "done", "failed", "removed"]


class MadeFile(msgspec.Struct, frozen=True):
    """One file of a step; ``name`` is inside the meeting's folder."""

    name: str
    sha256: str
    size: int


class StepStatus(msgspec.Struct, frozen=True):
    """How far a step is. ``made_from`` names the version of its input; ``code`` says why it failed.

    ``percent``: how far a long step is while it runs.
    """

    state: StepState = "waiting"
    made_from: str = ""
    files: tuple[MadeFile, ...] = ()
    seconds: float = 0.0
    code: str = ""
    percent: int = 0


class Manifest(msgspec.Struct, frozen=True):
    """``position`` (``seq.erasures``) says which version of the journal was looked at last."""

    meeting_id: MeetingId
    position: str = ""
    steps: dict[str, StepStatus] = {}
    format: int = FORMAT

    def status(self, name: str) -> StepStatus:
        """How far the step of this name is; one that isn't here waits."""
        return self.steps.get(name, StepStatus())

    def with_step(self, name: str, step: StepStatus) -> Manifest:
        return msgspec.structs.replace(self, steps={**self.steps, name: step})

    @property
    def complete(self) -> bool:
        """Whether nothing is left to be made (a failed step counts: it is not tried again by itself)."""
        return bool(self.steps) and all(step.state in ("done", "failed", "removed") for step in self.steps.values())


def load(folder: Path, meeting_id: MeetingId) -> Manifest:
    """The manifest in ``folder``; an empty one when there is none, or none that this program can read."""
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return Manifest(meeting_id)
    return manifest if manifest.format == FORMAT else Manifest(meeting_id)


def save(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest, wholly or not at all."""
    write_whole(folder / NAME, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def note(folder: Path, meeting_id: MeetingId, name: str, status: StepStatus) -> None:
    """Put one step into the manifest as it is now, whatever else changed in it meanwhile."""
    save(folder, load(folder, meeting_id).with_step(name, status))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def made_file(folder: Path, name: str) -> MadeFile:
    """The entry of a file that was just made."""
    path = folder / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return MadeFile(name, digest.hexdigest(), path.stat().st_size)


def is_done(folder: Path, step: StepStatus, made_from: str) -> bool:
    """Whether the step was made from this very input and its files are still there, as long as they were."""
    return (
        step.state == "done"
        and step.made_from == made_from
        and all((folder / file.name).is_file() and (folder / file.name).stat().st_size == file.size for file in step.files)
    )


def inside(folder: Path, name: str) -> Path | None:
    """The path of ``name`` in ``folder``; ``None`` when it would lie elsewhere."""
    root = folder.resolve()
    path = (root / name).resolve()
    return path if path.is_relative_to(root) and path != root else None
