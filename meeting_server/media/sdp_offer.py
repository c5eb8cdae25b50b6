"""Reading an SDP offer: only what a forwarding answerer needs, tolerant of what browsers write, strict about what must be there."""

from __future__ import annotations

from dataclasses import dataclass, field

from .api import Kind, MediaRefused, Role
from .dtls import Fingerprint

MAX_OFFER = 200_000  # characters
MAX_LINES = 64
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
    fingerprints = tuple(dict.fromkeys(_fingerprint(v) for v in anywhere("fingerprint")))
    if not ufrags or not anywhere("ice-pwd"):
        raise _bad("no ICE credentials")
    if not fingerprints:
        raise _bad("no certificate fingerprint")
    if anywhere("setup") and all(v == "passive" for v in anywhere("setup")):
        raise _bad("the offer insists on the passive DTLS role, which is ours")
    for line, section in zip(lines, sections, strict=True):
        used = line.kind in ("audio", "video") and not line.refused
        if used and section.first("rtcp-mux") is None:
            raise _bad("an m-line without rtcp-mux")
        if used and group is not None and line.mid not in group:
            line.refused = True
    _give_roles(lines, video_slots)
    return Offer(f"{words[1]} {words[4]} {words[5]}", ufrags[0], fingerprints, lines)


def _fingerprint(value: str) -> Fingerprint:
    algorithm, _, digest = value.partition(" ")
    return Fingerprint(algorithm.lower(), digest.strip().upper())


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
    kind, port, protocol, formats = words[0], int(words[1].split("/")[0]), words[2], tuple(words[3:])
    direction = next((n for n, _ in section.attributes if n in _DIRECTIONS), "sendrecv")
    line = OfferedLine(
        mid=section.first("mid") or str(index),
        kind=kind,
        protocol=protocol,
        formats=formats,
        direction=direction,
        refused=port == 0 and section.first("bundle-only") is None,
    )
    if kind not in ("audio", "video"):
        return line
    line.codecs = _codecs(section, formats)
    for value in section.all("extmap"):
        number, _, rest = value.partition(" ")
        identifier = int(number.split("/")[0])
        if 1 <= identifier <= 14 and rest:
            line.extensions.setdefault(rest.split()[0], identifier)
    line.rids = _simulcast(section)
    line.reduced_rtcp = section.first("rtcp-rsize") is not None
    ssrcs: dict[int, None] = {}
    for value in section.all("ssrc"):
        ssrcs[int(value.split()[0])] = None
    for value in section.all("ssrc-group"):
        group = value.split()
        if group[0] == "FID" and len(group) == 3:
            line.rtx_of[int(group[2])] = int(group[1])
    line.ssrcs = tuple(s for s in ssrcs if s not in line.rtx_of)
    return line


def _codecs(section: _Section, formats: tuple[str, ...]) -> tuple[OfferedCodec, ...]:
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
        name, rate, *channels = maps[number].split("/")
        codecs.append(
            OfferedCodec(
                payload_type=int(number),
                name=name.lower(),
                rate=int(rate),
                channels=int(channels[0]) if channels else 1,
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
    return tuple(r for r in rids if r in offered)[:3]
