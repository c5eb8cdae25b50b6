"""Reading an SDP offer: only what a forwarding answerer needs, tolerant of what browsers write, strict about what must be there.

This is the door: a number or a name that passes it needs no second look on the way of every packet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .api import Kind, MediaRefused, Role
from .dtls import Fingerprint

MAX_OFFER = 200_000  # characters
MAX_LINES = 64
MAX_SOURCES = 16  # SSRCs that one m-line may declare: three layers with their repairs are six
MAX_FINGERPRINTS = 8
CLOCK_RATES: dict[tuple[str, str], int] = {
    ("audio", "opus"): 48_000,  # RFC 7587
    ("video", "vp8"): 90_000,  # RFC 7741
    ("video", "vp9"): 90_000,  # RFC 9628
    ("video", "h264"): 90_000,  # RFC 6184
    ("video", "av1"): 90_000,  # the AV1 RTP specification
}
"""Clock of what we forward, by kind of line and codec. A codec with another clock, or on another line, is none that we know."""
_NOT_WITH_RTCP = range(64, 96)  # payload types that cannot be told from RTCP on one port (RFC 5761)
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}")  # of RFC 4566; the mids of browsers are far shorter
_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
"""All but the ends of lines."""
_RID = re.compile(r"[A-Za-z0-9_-]{1,16}")  # RFC 8851; 16 bytes are what a header extension holds
_PROTOCOL = re.compile(r"[A-Za-z0-9/]{1,40}")
_ICE = re.compile(r"[A-Za-z0-9+/=_-]{4,256}")  # RFC 8839, and two letters that some encoders use
_DIGEST = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){15,63}")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass(frozen=True)
class OfferedCodec:
    """One payload type of an m-line; ``name`` in lower case, ``feedback`` as "nack pli" and the like."""

    payload_type: int
    name: str
    rate: int
    channels: int
    parameters: dict[str, str]
    feedback: frozenset[str]


@dataclass
class OfferedLine:
    """One m-line with the role that its kind, direction and order give it."""

    mid: str
    kind: str  # "audio", "video" or anything else, as written
    protocol: str
    formats: tuple[str, ...]
    direction: str
    refused: bool  # offered with port 0 and no bundle-only: the client itself has switched it off
    codecs: tuple[OfferedCodec, ...] = ()
    extensions: dict[str, int] = field(default_factory=dict)  # uri -> id, one-byte ids only
    rids: tuple[str, ...] = ()  # of a simulcast line, lowest layer first
    ssrcs: tuple[int, ...] = ()
    rtx_of: dict[int, int] = field(default_factory=dict)  # ssrc of the repair stream -> ssrc it repairs
    reduced_rtcp: bool = False  # rtcp-rsize: feedback may come without a report (RFC 5506)
    role: Role = "unused"

    @property
    def media_kind(self) -> Kind:
        """What travels on the line. Raises KeyError for unused lines."""
        kinds: dict[str, Kind] = {
            "microphone": "audio",
            "audio_slot": "audio",
            "camera": "video",
            "video_slot": "video",
            "screen": "screen",
            "screen_slot": "screen",
        }
        return kinds[self.role]


@dataclass(frozen=True)
class Offer:
    """A whole offer. ``session`` is the same for every offer of one RTCPeerConnection."""

    session: str
    ufrag: str
    fingerprints: tuple[Fingerprint, ...]
    lines: tuple[OfferedLine, ...]
    passive: bool = False
    """Whether the client insists on the passive DTLS role, so that it is ours to begin the handshake."""

    old_curves: bool = False
    """Whether its certificate may be of a curve that others have left behind, as those of FFmpeg are."""


class _Section:
    def __init__(self, head: str) -> None:
        self.head = head
        self.attributes: list[tuple[str, str]] = []

    def all(self, name: str) -> list[str]:
        return [v for n, v in self.attributes if n == name]

    def first(self, name: str) -> str | None:
        return next((v for n, v in self.attributes if n == name), None)


def _bad(why: str) -> MediaRefused:
    return MediaRefused("bad_sdp", why)


def _number(text: str, low: int, high: int) -> int:
    """Raises ValueError for anything but a decimal number of this range: Python reads more than SDP may hold."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and low <= int(text) <= high):
        raise ValueError(f"{text[:20]!r} is not a number from {low} to {high}")
    return int(text)


def _ssrc(text: str) -> int:
    return _number(text, 0, 0xFFFFFFFF)


def _name(pattern: re.Pattern[str], text: str) -> str:
    """Raises ValueError."""
    if pattern.fullmatch(text) is None:
        raise ValueError(f"{text[:20]!r} is not a name")
    return text


def _split(sdp: str) -> tuple[str, _Section, list[_Section]]:
    session = _Section("")
    sections: list[_Section] = []
    origin = ""
    current = session
    for raw in sdp.replace("\r\n", "\n").split("\n"):
        line = raw.strip()
        if not line:
            continue
        if len(line) < 2 or line[1] != "=":
            raise _bad("a line is not of the form x=...")
        if line[0] == "m":
            current = _Section(line[2:])
            sections.append(current)
        elif line[0] == "o" and not sections:
            origin = line[2:]
        elif line[0] == "a":
            name, _, value = line[2:].partition(":")
            current.attributes.append((name, value.strip()))
    return origin, session, sections


def parse_offer(sdp: str, *, video_slots: int) -> Offer:
    """Raises MediaRefused: bad_sdp, too_many_lines."""
    if len(sdp) > MAX_OFFER:
        raise _bad("too long")
    if not sdp.startswith("v=0"):
        raise _bad("does not begin with v=0")
    if _CONTROL.search(sdp) is not None:
        raise _bad("holds a control character")  # parts of it are repeated in the answer
    if not sdp.isascii():
        sdp = sdp.encode("ascii", "replace").decode()  # a session's name may be in any writing, and is of no use to us
    origin, session, sections = _split(sdp)
    if not sections:
        raise _bad("no m-line")
    if len(sections) > MAX_LINES:
        raise MediaRefused("too_many_lines", f"{len(sections)} m-lines")
    words = origin.split()
    if len(words) != 6:
        raise _bad("no usable o= line")
    try:
        lines = tuple(_line(section, i) for i, section in enumerate(sections))
    except (ValueError, IndexError) as reason:
        raise _bad(f"unreadable m-line: {reason}") from reason
    mids = [line.mid for line in lines]
    if len(set(mids)) != len(mids):
        raise _bad("two m-lines with one mid")

    def anywhere(name: str) -> list[str]:
        found = session.all(name)
        for section in sections:
            found += section.all(name)
        return found

    group = next((g.split()[1:] for g in session.all("group") if g.startswith("BUNDLE")), None)
    if group is None and len(lines) > 1:
        raise _bad("no BUNDLE group")
    ufrags = anywhere("ice-ufrag")
    if not ufrags or not anywhere("ice-pwd"):
        raise _bad("no ICE credentials")
    try:
        ufrag = _name(_ICE, ufrags[0])
        fingerprints = tuple(_fingerprint(v) for v in dict.fromkeys(anywhere("fingerprint")))
    except ValueError as reason:
        raise _bad(f"unreadable credentials: {reason}") from reason
    if not 0 < len(fingerprints) <= MAX_FINGERPRINTS:
        raise _bad(f"{len(fingerprints)} certificate fingerprints")
    setups = anywhere("setup")
    passive = bool(setups) and all(v == "passive" for v in setups)
    for line, section in zip(lines, sections, strict=True):
        used = line.kind in ("audio", "video") and not line.refused
        if used and section.first("rtcp-mux") is None:
            raise _bad("an m-line without rtcp-mux")
        if used and group is not None and line.mid not in group:
            line.refused = True
    _give_roles(lines, video_slots)
    return Offer(f"{words[1]} {words[4]} {words[5]}", ufrag, fingerprints, lines, passive, passive or words[0] == "FFmpeg")


def _fingerprint(value: str) -> Fingerprint:
    """Raises ValueError."""
    algorithm, _, digest = value.partition(" ")
    return Fingerprint(_name(_TOKEN, algorithm.lower()), _name(_DIGEST, digest.strip().upper()))


def _give_roles(lines: tuple[OfferedLine, ...], video_slots: int) -> None:
    senders: dict[str, list[Role]] = {"audio": ["microphone"], "video": ["camera", "screen"]}
    pictures = 0
    for line in lines:
        if line.kind not in senders or line.refused:
            continue
        if line.direction in ("sendonly", "sendrecv"):
            line.role = senders[line.kind].pop(0) if senders[line.kind] else "unused"
        elif line.direction == "recvonly" and line.kind == "audio":
            line.role = "audio_slot"
        elif line.direction == "recvonly":
            line.role = "video_slot" if pictures < video_slots else "screen_slot" if pictures == video_slots else "unused"
            pictures += 1


def _line(section: _Section, index: int) -> OfferedLine:
    words = section.head.split()
    kind, port, protocol = _name(_TOKEN, words[0]), _number(words[1].split("/")[0], 0, 65535), _name(_PROTOCOL, words[2])
    formats = tuple(dict.fromkeys(_name(_TOKEN, word) for word in words[3:]))
    if len(formats) > 128:
        raise ValueError(f"{len(formats)} formats")
    direction = next((n for n, _ in section.attributes if n in _DIRECTIONS), "sendrecv")
    line = OfferedLine(
        mid=_name(_TOKEN, section.first("mid") or str(index)),
        kind=kind,
        protocol=protocol,
        formats=formats,
        direction=direction,
        refused=port == 0 and section.first("bundle-only") is None,
    )
    if kind not in ("audio", "video"):
        return line
    line.codecs = _codecs(section, kind, formats)
    for value in section.all("extmap"):
        number, _, rest = value.partition(" ")
        identifier = _number(number.split("/")[0], 0, 4351)  # RFC 8285 reserves all beyond 255 for counter-offers
        if 1 <= identifier <= 14 and rest:
            line.extensions.setdefault(rest.split()[0], identifier)
    line.rids = _simulcast(section)
    line.reduced_rtcp = section.first("rtcp-rsize") is not None
    ssrcs: dict[int, None] = {}
    for value in section.all("ssrc"):
        ssrcs[_ssrc(value.split()[0])] = None
    for value in section.all("ssrc-group"):
        group = value.split()
        if group[0] == "FID" and len(group) == 3:
            line.rtx_of[_ssrc(group[2])] = _ssrc(group[1])
    if len(ssrcs) > MAX_SOURCES or len(line.rtx_of) > MAX_SOURCES:
        raise ValueError(f"{len(ssrcs)} sources on one line")
    line.ssrcs = tuple(s for s in ssrcs if s not in line.rtx_of)
    return line


def _codecs(section: _Section, kind: str, formats: tuple[str, ...]) -> tuple[OfferedCodec, ...]:
    """The codecs of a line that we know, and their repair formats."""
    maps: dict[str, str] = {}
    parameters: dict[str, dict[str, str]] = {}
    feedback: dict[str, set[str]] = {}
    for value in section.all("rtpmap"):
        number, _, rest = value.partition(" ")
        maps[number] = rest
    for value in section.all("fmtp"):
        number, _, rest = value.partition(" ")
        pairs = (p.strip().partition("=") for p in rest.split(";") if p.strip())
        parameters.setdefault(number, {}).update({k.lower(): v for k, _, v in pairs})
    for value in section.all("rtcp-fb"):
        number, _, rest = value.partition(" ")
        feedback.setdefault(number, set()).add(rest.strip())
    codecs = []
    for number in formats:
        if number not in maps:
            continue  # a static payload type: none that we forward
        payload_type = _number(number, 0, 127)
        name, rate, *channels = maps[number].lower().split("/")
        clock = _number(rate, 1, 10_000_000)
        count = _number(channels[0], 1, 8) if channels else 1
        if payload_type in _NOT_WITH_RTCP or (name != "rtx" and CLOCK_RATES.get((kind, name)) != clock):
            continue
        codecs.append(
            OfferedCodec(
                payload_type=payload_type,
                name=name,
                rate=clock,
                channels=count,
                parameters=parameters.get(number, {}),
                feedback=frozenset(feedback.get(number, set()) | feedback.get("*", set())),
            )
        )
    return tuple(codecs)


def _simulcast(section: _Section) -> tuple[str, ...]:
    value = section.first("simulcast")
    if value is None:
        return ()
    words = value.split()
    if "send" not in words:
        return ()
    offered = {v.split()[0] for v in section.all("rid") if v.split()[1:2] == ["send"]}
    # alternatives of one layer are separated by commas; "~" marks a layer that starts paused
    rids = [group.split(",")[0].lstrip("~") for group in words[words.index("send") + 1].split(";")]
    return tuple(_name(_RID, rid) for rid in dict.fromkeys(rids) if rid in offered)[:3]
