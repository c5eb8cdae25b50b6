"""Downloads a stretch of a meeting out for good: out of every recorded track in it, out of what was heard, out of what was made of both.

The tracks are written anew by stream copy without the packets of that stretch; what was there before is overwritten and
unlinked. Doing it again changes nothing, so that a process that died in the middle is simply followed by another.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from meeting_server.archive.record.artefacts import ARTEFACTS
from meeting_server.archive.record.cues import Cue, Cues
from meeting_server.archive.record.manifest import inside
from meeting_server.archive.record.timeline import Track
from meeting_server.archive.record.transcript import Stretch
from meeting_server.domain.ids import Millis

if TYPE_CHECKING:  # a tenth of a second of codecs, only for those who take out
    import av
    from av.packet import Packet

log = structlog.get_logger(__name__)

MADE_OF_TRACKS = frozenset(artefact.name for artefact in ARTEFACTS if artefact.made_of_tracks)
"""Names in a meeting's folder, of files and of folders."""
SAME = {"fflags": "+bitexact"}
"""Without random marks in the file: done again, it is the same."""
OPUS_FRAME_MS = 20.0
"""How long a packet of sound lasts when its file does not say."""


def covered(since: Millis, until: Millis, stretches: Iterable[Stretch]) -> bool:
    """Whether something from ``since`` to ``until`` lies in one of the stretches, wholly or in part."""
    return any(stretch.covers(since, until) for stretch in stretches)


def holds_words(cues: Cues | None, stretches: Sequence[Stretch]) -> bool:
    """Whether words that were taken out are still among what was heard."""
    return cues is not None and any(_wordy(cue) and covered(cue.since, cue.until, stretches) for cue in cues.cues)


def without_words(cues: Cues, stretches: Sequence[Stretch]) -> Cues:
    """What was heard, without a word of the stretches; their cues stay as places without text."""

    def kept(cue: Cue) -> Cue:
        return msgspec.structs.replace(cue, text="", words=(), changes=()) if covered(cue.since, cue.until, stretches) else cue

    return msgspec.structs.replace(cues, cues=tuple(kept(cue) for cue in cues.cues))


def _wordy(cue: Cue) -> bool:
    return bool(cue.text or cue.words or cue.changes)


def take_out_of_folder(folder: Path, tracks: Sequence[Track], stretches: Sequence[Stretch]) -> None:
    """Out of every track in ``folder`` that has something in the stretches, and of all that was made of such tracks.

    Raises OSError.
    """
    found = ((inside(folder, track.path), track.since) for track in tracks)
    held = [(path, zero) for path, zero in found if path is not None and path.is_file() and holds_packets(path, stretches, zero)]
    made = [path for path in folder.rglob("*") if path.is_file() and _made_of_tracks(folder, path)] if held else []
    for path in made:
        wipe(path)
    for path, zero in held:
        take_out(path, stretches, zero)
        log.info("a stretch was taken out", file=path.name)


def _made_of_tracks(folder: Path, path: Path) -> bool:
    """Mix, composite, cuts, and what an engine heard so far: all of it is made again."""
    first = path.relative_to(folder).parts[0]
    return first in MADE_OF_TRACKS or first.removesuffix(".part") in MADE_OF_TRACKS


def holds_packets(path: Path, stretches: Sequence[Stretch], zero: Millis) -> bool:
    """Whether a track has anything in the stretches (Unix ms); ``zero`` is the moment of its own zero."""
    import av

    try:
        with av.open(str(path)) as container:
            return any(not stays for _packet, stays in _judged(container, stretches, zero))
    except (av.FFmpegError, OSError):
        return False


def take_out(path: Path, stretches: Sequence[Stretch], zero: Millis) -> None:
    """Write a track anew without what lies in the stretches; a picture comes back with its next key frame.

    A file of which nothing is left is removed. Raises OSError.
    """
    import av

    part = path.with_name(path.name + ".part")
    kept = 0
    try:
        with av.open(str(path)) as source, av.open(str(part), "w", format=_format(path), options=SAME) as target:
            stream = target.add_stream_from_template(source.streams[0])
            for packet, stays in _judged(source, stretches, zero):
                if stays:
                    packet.stream = stream
                    target.mux(packet)
                    kept += 1
        if kept:
            _replace(part, path)
        else:
            wipe(path)
    except av.FFmpegError as error:
        raise OSError(str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _judged(container: av.container.InputContainer, stretches: Sequence[Stretch], zero: Millis) -> Iterator[tuple[Packet[Any], bool]]:
    """Every packet of a track, and whether it may stay."""
    stream = container.streams[0]
    pictures = stream.type == "video"
    cut = False
    for packet, since, until in _timed(container):
        inside = covered(zero + int(since), zero + int(until), stretches)
        cut = pictures and (inside or (cut and not packet.is_keyframe))  # what follows is drawn upon what is gone
        yield packet, not (inside or cut)


def _timed(container: av.container.InputContainer) -> Iterator[tuple[Packet[Any], float, float]]:
    """Packets with beginning and end in ms; a picture lasts until the next one comes."""
    stream = container.streams[0]
    tick = float(stream.time_base or 0) * 1000
    waiting: tuple[Packet[Any], float] | None = None
    for packet in container.demux(stream):
        if packet.pts is None:
            continue
        at = packet.pts * tick
        if stream.type == "video":
            if waiting is not None:
                yield *waiting, at
            waiting = packet, at
        else:
            yield packet, at, at + (packet.duration * tick if packet.duration else OPUS_FRAME_MS)
    if waiting is not None:
        yield *waiting, waiting[1] + OPUS_FRAME_MS


def _format(path: Path) -> str:
    return {".mkv": "matroska", ".mp4": "mp4"}.get(path.suffix, "webm")


def _replace(part: Path, path: Path) -> None:
    """Put the new file in the place of the old one, and overwrite the old one where it lies."""
    with part.open("rb") as written:
        os.fsync(written.fileno())
    with path.open("r+b") as old:
        part.replace(path)
        _overwrite(old.fileno())


def wipe(path: Path) -> None:
    """Overwrite and remove a file; nothing when there is none."""
    try:
        with path.open("r+b") as file:
            path.unlink()
            _overwrite(file.fileno())
    except FileNotFoundError:
        return


def _overwrite(file: int) -> None:
    left = os.fstat(file).st_size
    os.lseek(file, 0, os.SEEK_SET)
    while left > 0:
        left -= os.write(file, bytes(min(left, 1 << 20)))
    os.fsync(file)
