"""Writing the SDP answer, and the plan behind it: which line carries what, with which payload types, extensions and SSRCs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .api import Answer, Kind, Line, MediaRefused
from .sdp_offer import Offer, OfferedCodec, OfferedLine

if TYPE_CHECKING:  # both read what only a media worker needs, and web reads this module to judge an encoder's offer
    from .dtls import Fingerprint
    from .ice_lite import Credentials

AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_SEQUENCE = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
# Orientation and the like are left out on purpose: a browser then rotates its picture before encoding it.
_FROM_CLIENT = (AUDIO_LEVEL, TRANSPORT_SEQUENCE, MID, RID, REPAIRED_RID)
# Towards a client, one of these tells how much its path carries: the first that it offers.
_TO_CLIENT = (TRANSPORT_SEQUENCE, SEND_TIME)

CODECS = ("opus", "vp8", "h264", "vp9", "av1")  # in the order in which we prefer to receive them
_FEEDBACK_FROM = ("transport-cc", "ccm fir", "nack", "nack pli")
_FEEDBACK_TO = ("transport-cc", "goog-remb", "ccm fir", "nack", "nack pli")
_SPEECH = {"minptime": "10", "useinbandfec": "1", "usedtx": "1", "maxaveragebitrate": "32000"}


@dataclass(frozen=True)
class Payload:
    """Payload types of one codec on one line; ``rtx`` is 0 when retransmission was not negotiated."""

    codec: str
    number: int
    rtx: int
    rate: int


@dataclass(frozen=True)
class SendingLine:
    """A line on which the client sends."""

    mid: str
    kind: Kind
    payload: Payload
    extensions: dict[str, int]
    rids: tuple[str, ...]
    ssrcs: tuple[int, ...]
    rtx_of: dict[int, int]


@dataclass(frozen=True)
class SlotLine:
    """A line on which the client receives: one slot.

    ``place`` is its media stream (RFC 8830) and CNAME: the n-th sound and the n-th picture share one, so that browsers keep
    them together in time; a room puts a voice beside its picture.
    """

    mid: str
    kind: Kind
    payloads: dict[str, Payload]
    extensions: dict[str, int]
    ssrc: int
    rtx_ssrc: int
    place: str


@dataclass
class Plan:
    """What was agreed with one client."""

    sending: list[SendingLine] = field(default_factory=list)
    slots: list[SlotLine] = field(default_factory=list)


def _ssrc() -> int:
    return secrets.randbelow(0xFFFFFFFE) + 1


def _key(codec: OfferedCodec) -> str | None:
    """The name under which a codec is forwarded, None when we do not forward this form of it."""
    if codec.name == "h264":
        if codec.parameters.get("packetization-mode") != "1":
            return None
        return "h264" if codec.parameters.get("profile-level-id", "42").lower().startswith("42") else None
    if codec.parameters.get({"vp9": "profile-id", "av1": "profile"}.get(codec.name, ""), "0") != "0":
        return None
    return codec.name if codec.name in CODECS else None


def _is_constrained(codec: OfferedCodec) -> bool:
    """Whether an H264 is of the profile that every browser decodes: constrained baseline (RFC 6184, constraint_set1)."""
    try:
        return bool(int(codec.parameters.get("profile-level-id", "42e0")[2:4], 16) & 0x40)
    except ValueError:
        return False


def _payloads(line: OfferedLine) -> dict[str, tuple[Payload, OfferedCodec]]:
    rtx = {c.parameters.get("apt", ""): c.payload_type for c in line.codecs if c.name == "rtx"}
    found: dict[str, tuple[Payload, OfferedCodec]] = {}
    for codec in sorted(line.codecs, key=lambda c: c.name == "h264" and not _is_constrained(c)):
        key = _key(codec)
        if key is None or key in found:
            continue
        found[key] = (Payload(key, codec.payload_type, rtx.get(str(codec.payload_type), 0), codec.rate), codec)
    return found


def carried(line: OfferedLine) -> set[str]:
    """The codecs of a line that we forward, in the form in which it offers them."""
    return set(_payloads(line))


class Answerer:
    """Answers the offers of one client. SSRCs of slots stay the same across renegotiations, by mid."""

    def __init__(self, fingerprint: Fingerprint, hosts: tuple[str, ...], port: int) -> None:
        self._fingerprint = fingerprint
        self._hosts = hosts
        self._port = port
        self._ssrcs: dict[str, tuple[int, int]] = {}
        self._version = 0
        self._session = str(secrets.randbits(62))

    def answer(self, offer: Offer, credentials: Credentials) -> tuple[Answer, Plan]:
        """Raises MediaRefused no_common_codec."""
        plan = Plan()
        bodies: list[str] = []
        bundle: list[str] = []
        for line in offer.lines:
            body = self._media(line, plan, credentials, "active" if offer.passive else "passive")
            if body is None:
                bodies.append(_refusal(line))
                line.role = "unused"
            else:
                bodies.append(body)
                bundle.append(line.mid)
        if not plan.sending and not plan.slots:
            raise MediaRefused("no_common_codec", "no line could be used")
        self._version += 1
        head = [
            "v=0",
            f"o=- {self._session} {self._version} IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            "a=ice-lite",
            "a=group:BUNDLE " + " ".join(bundle),
            "a=msid-semantic: WMS *",
        ]
        sdp = "\r\n".join(head) + "\r\n" + "".join(bodies)
        return Answer(sdp, tuple(Line(line.mid, line.role) for line in offer.lines)), plan

    def _media(self, line: OfferedLine, plan: Plan, credentials: Credentials, setup: str) -> str | None:
        payloads = _payloads(line)
        if line.refused or not payloads:
            return None
        if line.role in ("microphone", "camera", "screen"):
            chosen = min(payloads, key=CODECS.index)
            payload, codec = payloads[chosen]
            extensions = {u: line.extensions[u] for u in _FROM_CLIENT if u in line.extensions}
            rids = line.rids if line.role == "camera" and RID in extensions else ()
            plan.sending.append(SendingLine(line.mid, line.media_kind, payload, extensions, rids, line.ssrcs, line.rtx_of))
            body = ["a=recvonly", *_codec_lines(payload, codec, _FEEDBACK_FROM)]
            if rids:
                body += [f"a=rid:{rid} recv" for rid in rids] + ["a=simulcast:recv " + ";".join(rids)]
            used = [payload]
        elif line.role in ("audio_slot", "video_slot", "screen_slot"):
            ssrc, rtx_ssrc = self._ssrcs.setdefault(line.mid, (_ssrc(), _ssrc()))
            used = [payload for payload, _ in payloads.values()]
            repaired = any(p.rtx for p in used)
            extensions = {}
            if line.kind == "video" and repaired:
                # Without RTX a repair repeats a packet bit by bit, which an extension that counts would forbid.
                extensions = {u: line.extensions[u] for u in [u for u in _TO_CLIENT if u in line.extensions][:1]}
            number = sum(slot.kind == line.media_kind for slot in plan.slots)
            label = f"{'screen' if line.media_kind == 'screen' else 'place'}-{number}"
            plan.slots.append(
                SlotLine(line.mid, line.media_kind, {p.codec: p for p in used}, extensions, ssrc, rtx_ssrc if repaired else 0, label)
            )
            body = ["a=sendonly"]
            for payload, codec in payloads.values():
                body += _codec_lines(payload, codec, _FEEDBACK_TO)
            body += [f"a=msid:{label} slot-{line.mid}"]
            if repaired:
                body += [f"a=ssrc-group:FID {ssrc} {rtx_ssrc}"]
            body += [f"a=ssrc:{s} cname:{label}" for s in ([ssrc, rtx_ssrc] if repaired else [ssrc])]
        else:
            payload, codec = next(iter(payloads.values()))
            extensions, used = {}, [payload]
            body = ["a=inactive", *_codec_lines(payload, codec, ())]
        numbers = " ".join(str(n) for p in used for n in (p.number, p.rtx) if n)
        head = [
            f"m={line.kind} {self._port} {line.protocol} {numbers}",
            f"c=IN {'IP6' if ':' in self._hosts[0] else 'IP4'} {self._hosts[0]}",
            f"a=mid:{line.mid}",
            f"a=ice-ufrag:{credentials.ufrag}",
            f"a=ice-pwd:{credentials.password}",
            f"a=fingerprint:{self._fingerprint.algorithm} {self._fingerprint.value}",
            f"a=setup:{setup}",
            "a=rtcp-mux",
            *(["a=rtcp-rsize"] if line.reduced_rtcp else []),
        ]
        candidates = [f"a=candidate:{i + 1} 1 udp {2130706431 - i} {host} {self._port} typ host" for i, host in enumerate(self._hosts)]
        extmaps = [f"a=extmap:{number} {uri}" for uri, number in extensions.items()]
        return "\r\n".join([*head, *extmaps, *body, *candidates, "a=end-of-candidates"]) + "\r\n"


def _codec_lines(payload: Payload, codec: OfferedCodec, feedback: tuple[str, ...]) -> list[str]:
    number = payload.number
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    display = {"opus": "opus"}.get(codec.name, codec.name.upper())
    lines = [f"a=rtpmap:{number} {display}/{codec.rate}{channels}"]
    lines += [f"a=rtcp-fb:{number} {f}" for f in feedback if f in codec.feedback]
    parameters = _SPEECH if codec.name == "opus" else codec.parameters
    if parameters:
        lines.append(f"a=fmtp:{number} " + ";".join(f"{k}={v}" if v else k for k, v in parameters.items()))
    if payload.rtx:
        lines += [f"a=rtpmap:{payload.rtx} rtx/{codec.rate}", f"a=fmtp:{payload.rtx} apt={number}"]
    return lines


def _refusal(line: OfferedLine) -> str:
    formats = " ".join(line.formats) or "0"
    return f"m={line.kind} 0 {line.protocol} {formats}\r\nc=IN IP4 0.0.0.0\r\na=mid:{line.mid}\r\na=inactive\r\n"
