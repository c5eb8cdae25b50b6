"""Cutting a stretch out of a recorded file by stream copy: nothing is decoded, nothing gets worse, an hour takes milliseconds.

Sound starts at the very sample: what its decoder needs before that is in the file and not played. Pictures start with
the key frame before, and the caller is told how far in the stretch begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meeting_server.domain.ids import Millis

if TYPE_CHECKING:  # a tenth of a second of codecs, only for those who cut
    import av
    from av.packet import Packet
    from av.video.frame import VideoFrame

THUMBNAIL_WIDTH = 320
PREROLL: Millis = 100
"""Read from this far before: a decoder needs the frame before the first one."""


class NothingThere(Exception):
    """The file holds nothing of that stretch, or cannot be read."""


def cut_sound(source: Path, target: Path, start: Millis, end: Millis) -> None:
    """Sound (AAC in MP4) from ``start`` to ``end`` of ``source``; ``target`` appears when it is complete.

    Raises NothingThere, OSError.
    """
    import av

    part = target.with_name(target.name + ".part")
    try:
        with av.open(str(source)) as whole, av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as clip:
            stream = whole.streams.audio[0]
            copy = clip.add_stream_from_template(stream)
            tick = stream.time_base or Fraction(1, 48_000)
            first, last = _ticks(start, tick), _ticks(end, tick)
            whole.seek(first - _ticks(PREROLL, tick), stream=stream)
            copied = 0
            for packet in _packets_from(whole, stream, first):
                at = packet.pts or 0
                if at >= last:
                    break
                packet.pts = packet.dts = at - first  # below zero: decoded, not played
                packet.stream = copy
                clip.mux(packet)
                copied += at + (packet.duration or 0) > first
            if not copied:
                raise NothingThere(source.name)
        part.replace(target)
    except (av.FFmpegError, IndexError) as error:
        raise NothingThere(source.name) from error
    finally:
        part.unlink(missing_ok=True)


def cut_pictures(source: Path, target: Path, start: Millis, end: Millis) -> Millis:
    """Pictures of a stretch, as ``target`` is named, from the key frame before it; how far into ``target`` the stretch begins.

    Negative when the pictures begin later. A page that stood still for long is there too: its last picture came before.
    Raises NothingThere, OSError.
    """
    import av

    part = target.with_name(target.name + ".part")
    try:
        with av.open(str(source)) as whole, av.open(str(part), "w", format=target.suffix[1:]) as clip:
            stream = whole.streams.video[0]
            copy = clip.add_stream_from_template(stream)
            tick = stream.time_base or Fraction(1, 1000)
            last = _ticks(end, tick)
            whole.seek(_ticks(start, tick), stream=stream)
            begins: int | None = None
            for packet in whole.demux(stream):
                if packet.pts is None or packet.dts is None:
                    continue
                if packet.pts >= last:
                    break
                if begins is None and not packet.is_keyframe:
                    continue
                begins = packet.pts if begins is None else begins
                packet.pts, packet.dts = packet.pts - begins, packet.dts - begins
                packet.stream = copy
                clip.mux(packet)
            if begins is None:
                raise NothingThere(source.name)
        part.replace(target)
        return start - round(begins * tick * 1000)
    except (av.FFmpegError, IndexError) as error:
        raise NothingThere(source.name) from error
    finally:
        part.unlink(missing_ok=True)


def form_of(source: Path) -> str:
    """What its pictures can be copied into: "mp4" for H264, else "webm". Raises NothingThere."""
    import av

    try:
        with av.open(str(source)) as whole:
            return "mp4" if whole.streams.video[0].codec_context.name == "h264" else "webm"
    except (av.FFmpegError, IndexError) as error:
        raise NothingThere(source.name) from error


def thumbnail(pictures: Path, target: Path, at: Millis) -> None:
    """One small JPEG of what ``pictures`` show at a moment. Raises NothingThere, OSError."""
    import av

    try:
        with av.open(str(pictures)) as container:
            frame = _frame_at(container.decode(container.streams.video[0]), at)
            height = max(2, round(frame.height * THUMBNAIL_WIDTH / frame.width) // 2 * 2)
            encoder = av.CodecContext.create("mjpeg", "w")
            assert isinstance(encoder, av.VideoCodecContext)
            encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = THUMBNAIL_WIDTH, height, "yuvj420p", Fraction(1, 25)
            small = frame.reformat(THUMBNAIL_WIDTH, height, format="yuvj420p")
            small.pts = 0
            content = b"".join(bytes(packet) for packet in [*encoder.encode(small), *encoder.encode(None)])
    except (av.FFmpegError, IndexError) as error:
        raise NothingThere(pictures.name) from error
    part = target.with_name(target.name + ".part")
    part.write_bytes(content)
    part.replace(target)


def _ticks(moment: Millis, tick: Fraction) -> int:
    return round(Fraction(moment, 1000) / tick)


def _packets_from(container: av.container.InputContainer, stream: av.AudioStream, first: int) -> Iterator[Packet[Any]]:
    """Packets from the one in which ``first`` lies, and one before: a frame overlaps the next."""
    before: Packet[Any] | None = None
    for packet in container.demux(stream):
        if packet.pts is None:
            continue
        if packet.pts + (packet.duration or 0) <= first:
            before = packet
            continue
        if before is not None:
            yield before
            before = None
        yield packet


def _frame_at(frames: Iterator[VideoFrame], at: Millis) -> VideoFrame:
    found: VideoFrame | None = None
    for frame in frames:
        if found is not None and (frame.time or 0.0) * 1000 > at:
            break
        found = frame
    if found is None:
        raise IndexError("no picture in it")
    return found
