"""The composite: one video of the whole meeting for those who want a file, made only when somebody asked for it.

The sound is the mix, copied; the picture shows the shared screen, else the cameras that were on, side by side. Where
nothing moves no picture is written: a page that stands for an hour costs next to nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import structlog
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from meeting_server.archive.record.artefacts import MIX
from meeting_server.archive.record.manifest import inside
from meeting_server.archive.record.redaction import wipe
from meeting_server.archive.record.step import Material, Progress, StepStopped
from meeting_server.archive.record.timeline import Track
from meeting_server.domain.ids import HALL, Millis

log = structlog.get_logger(__name__)

WIDTH, HEIGHT = 1280, 720
RATE = 12
"""Most pictures a second: enough for people at a table and for pages."""
STANDS = RATE * 2
"""A picture that stands is written again after so many, so that a player that seeks soon finds one."""
MOST_CAMERAS = 4
ASK_EVERY_S = 1.0
BLACK, GREY = 24, 128

Plane = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture stands on the canvas; all even numbers."""

    x: int
    y: int
    width: int
    height: int


@dataclass(slots=True, eq=False)
class _Picture:
    """One track of pictures while it is read: the newest picture that is not later than now."""

    path: Path
    screen: bool
    since: Millis
    until: Millis
    shown: VideoFrame | None = None
    _frames: Iterator[VideoFrame] | None = None
    _next: VideoFrame | None = None

    def at(self, moment: Millis) -> bool:
        """Go to a moment of the composite; whether the picture changed."""
        changed = False
        if not self.since <= moment < self.until:
            changed, self.shown = self.shown is not None, None
            return changed
        if self._frames is None:
            self._frames = self._read()
            self._next = next(self._frames, None)
        while self._next is not None and self.since + (self._next.time or 0.0) * 1000 <= moment:
            self.shown, changed = self._next, True
            self._next = next(self._frames, None)
        return changed

    def _read(self) -> Iterator[VideoFrame]:
        try:
            with av.open(str(self.path)) as container:
                stream = container.streams.video[0]
                stream.thread_count = 1  # several cost more than they bring: the encoder is what takes long
                yield from container.decode(stream)
        except (av.FFmpegError, OSError, IndexError) as error:
            log.warning("a picture that could not be read to its end", file=self.path.name, reason=str(error))


class NothingToShow(Exception):
    """There are no pictures."""


def pictures_of(material: Material) -> list[tuple[Track, Path]]:
    """Recorded pictures of the hall that are there."""
    found = ((track, inside(material.folder, track.path)) for track in material.timeline.tracks)
    return [(t, path) for t, path in found if t.media != "audio" and t.room_id == HALL and path is not None and path.is_file()]


def write(material: Material, target: Path, progress: Progress, still_wanted: Callable[[], bool]) -> None:
    """Write the composite. Raises NothingToShow, OSError, FFmpegError; StepStopped when it is wanted no more."""
    timeline = material.timeline
    zero, length = timeline.zero, max(1, timeline.end - timeline.zero)
    pictures = [_Picture(path, t.media == "screen", t.since - zero, t.until - zero) for t, path in pictures_of(material)]
    if not pictures:
        raise NothingToShow
    part = target.with_name(target.name + ".part")
    try:
        with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "28"})
            assert isinstance(stream, VideoStream)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            stream.thread_type = "FRAME"  # slices side by side cost a fifth more, and the file is larger
            sound = _Sound(MIX.path(material.folder), container)
            canvas, ask_at, written = Canvas(), 0.0, -STANDS
            last = length * RATE // 1000
            for number in range(last + 1):
                if time.monotonic() >= ask_at:
                    ask_at = time.monotonic() + ASK_EVERY_S
                    if not still_wanted():
                        raise StepStopped
                at = number * 1000 // RATE
                changed = [picture for picture in pictures if picture.at(at)]
                if changed:
                    canvas.draw([picture for picture in pictures if picture.shown is not None], changed)
                if changed or number - written >= STANDS or number == last:
                    written = number
                    canvas.frame.pts, canvas.frame.time_base = number, Fraction(1, RATE)
                    for packet in stream.encode(canvas.frame):
                        container.mux(packet)
                sound.copy_up_to(at)
                if number % (RATE * 2) == 0:
                    progress(at * 100 // length)
            for packet in stream.encode(None):
                container.mux(packet)
            sound.copy_up_to(None)
        part.replace(target)
    finally:
        wipe(part)


class _Sound:
    """The mix beside the pictures, packet by packet; silence when there is none."""

    def __init__(self, path: Path, container: av.container.OutputContainer) -> None:
        self._container = container
        self._source = av.open(str(path)) if path.is_file() else None
        if self._source is not None:
            source = self._source.streams.audio[0]
            self._stream = container.add_stream_from_template(source)
            self._packets = self._source.demux(source)
            self._tick = float(source.time_base or 0) * 1000
            self._next = next(self._packets, None)

    def copy_up_to(self, moment: Millis | None) -> None:
        """Everything up to a moment; all of it for ``None``."""
        if self._source is None:
            return
        while self._next is not None and (moment is None or (self._next.pts or 0) * self._tick <= moment):
            if self._next.pts is not None:
                self._next.stream = self._stream
                self._container.mux(self._next)
            self._next = next(self._packets, None)
        if moment is None:
            self._source.close()


class Canvas:
    """One picture made of several; only what changed is painted anew."""

    def __init__(self) -> None:
        self.frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        self._layout: list[tuple[_Picture, Place]] = []
        self._scalers: dict[Path, VideoReformatter] = {}
        self._clear()

    def draw(self, pictures: Sequence[_Picture], changed: Sequence[_Picture]) -> None:
        """The shared screen with one camera in its corner; else up to four cameras."""
        self.frame.make_writable()  # an encoder that still looks at it keeps what it was given
        screens = [picture for picture in pictures if picture.screen][:1]
        cameras = [picture for picture in pictures if not picture.screen][: 1 if screens else MOST_CAMERAS]
        shown = screens + cameras
        layout = [(picture, _fitted(picture, place)) for picture, place in zip(shown, places(len(screens), len(cameras)), strict=True)]
        if layout != self._layout:
            self._layout, changed = layout, shown
            self._clear()
        covered = bool(screens) and screens[0] in changed  # the corner lies on the screen
        for picture, place in layout:
            if covered or picture in changed:
                self._paint(picture, place)

    def _clear(self) -> None:
        for plane, colour in zip(_planes(self.frame), (BLACK, GREY, GREY), strict=True):
            plane[:] = colour

    def _paint(self, picture: _Picture, place: Place) -> None:
        assert picture.shown is not None
        scaler = self._scalers.setdefault(picture.path, VideoReformatter())  # it keeps what it worked out for a size
        fitted = scaler.reformat(picture.shown, place.width, place.height, "yuv420p")
        for number, (plane, part) in enumerate(zip(_planes(self.frame), _planes(fitted), strict=True)):
            half = 2 if number else 1
            y, x = place.y // half, place.x // half
            plane[y : y + len(part), x : x + part.shape[1]] = part


def _fitted(picture: _Picture, place: Place) -> Place:
    """Where the picture stands in its place, as large as it can without being cut or stretched."""
    frame = picture.shown
    assert frame is not None
    share = min(place.width / frame.width, place.height / frame.height)
    width, height = (max(2, int(side * share) // 2 * 2) for side in (frame.width, frame.height))
    return Place(place.x + (place.width - width) // 4 * 2, place.y + (place.height - height) // 4 * 2, width, height)


def _planes(frame: VideoFrame) -> list[Plane]:
    """Luma and both chromas of a frame as they lie in memory, without the rest of each line."""
    return [np.frombuffer(memoryview(p), np.uint8).reshape(-1, p.line_size)[: p.height, : p.width] for p in frame.planes]


def places(screens: int, cameras: int) -> list[Place]:
    """Where screen and cameras stand, in that order."""
    if screens:
        corner = [Place(WIDTH - 336, HEIGHT - 196, 320, 180)] if cameras else []
        return [Place(0, 0, WIDTH, HEIGHT), *corner]
    if cameras == 1:
        return [Place(0, 0, WIDTH, HEIGHT)]
    half, rows = WIDTH // 2, 1 if cameras == 2 else 2
    height = HEIGHT // 2
    top = 0 if rows == 2 else height // 2
    return [Place(n % 2 * half, top + n // 2 * height, half, height) for n in range(cameras)]
