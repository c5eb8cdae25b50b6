"""One client: its path, its keys, the tracks and streams it sends, the slots it receives, what it is allowed and wishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .api import Kind, SlotsChanged, SlotSource
from .bandwidth import Downlink
from .budgets import PeerBudgets
from .datagrams import Destination
from .dtls import Dtls
from .ice_lite import Credentials
from .rtp import Packet, all_extensions
from .sdp_answer import AUDIO_LEVEL, MID, REPAIRED_RID, RID, TRANSPORT_SEQUENCE, Answerer, Plan, SendingLine, SlotLine
from .slots import SlotNumbers
from .streams import IncomingStream, SourceClock

MAX_STREAMS = 24  # more SSRCs than a well-behaved client ever uses at once


@dataclass
class Permissions:
    """What of a client is forwarded; the chair decides."""

    audio: bool = False
    video: bool = False
    screen: bool = False


@dataclass
class Wishes:
    """What a client wants to receive."""

    video: int = 16
    pinned: str | None = None
    screen: bool = True
    layer: int = 2  # of cameras that are not pinned


@dataclass(eq=False)
class Track:
    """What a client sends on one line. ``live`` while packets come; only live and permitted tracks are forwarded."""

    peer: Peer
    mid: str
    kind: Kind
    codec: str
    layers: dict[int, Stream] = field(default_factory=dict)
    layer_count: int = 1
    live: bool = False
    permitted: bool = False
    flowing: tuple[int, ...] = ()  # layers, as last looked at
    asked_for: tuple[int, ...] = ()  # layers the client was told are wanted; empty: all
    unwanted_since: dict[int, float] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        return self.live and self.permitted

    @property
    def source(self) -> str:
        return self.peer.source

    def streams(self) -> list[Stream]:
        return list(self.layers.values())

    def usable_layers(self, now: float) -> list[int]:
        """Layers that flow now, lowest first; all that were ever seen when none does."""
        flowing = sorted(i for i, s in self.layers.items() if s.alive(now))
        return flowing or sorted(self.layers)


@dataclass(eq=False, kw_only=True)
class Stream(IncomingStream):
    """An encoding of a track, and where it goes."""

    track: Track
    outlets: list[Slot] = field(default_factory=list, repr=False)
    waiting: list[Slot] = field(default_factory=list, repr=False)  # slots that begin at the next key frame
    queue: list[Packet] = field(default_factory=list, repr=False)  # of the batch at hand, or held
    held_at: float = 0.0  # since when the queue waits for the rest of its picture; 0 while it does not
    routes: list[Route] | None = field(default=None, repr=False)  # of the outlets, worked out once; None after a change
    shielded: tuple[Slot, ...] = field(default=(), repr=False)  # outlets whose path loses packets by chance
    forwarded_packets: int = 0
    forwarded_octets: int = 0
    feed: int = 0  # the recorder's number for it, 0 = not recorded
    feed_needs_key: bool = False
    listened: bool = False  # whether machines get a copy of its packets


class Route(NamedTuple):
    """What forwarding one packet into a slot needs to know, in one tuple, so that a copy costs no look-ups."""

    peer: Peer
    slot: Slot
    context: Any
    destination: int
    payload_type: int
    ssrc: int
    extension: int
    counted: bool
    seq_offset: int
    time_offset: int
    renumber: int


class Slot(SlotNumbers):
    """A receive slot of a client: who should be in it, what flows in it, and what will from its next key frame on."""

    __slots__ = ("octets_then", "packets_then", "peer", "pending", "stream", "track")

    def __init__(self, peer: Peer, line: SlotLine) -> None:
        super().__init__(line)
        self.peer = peer
        self.track: Track | None = None
        self.stream: Stream | None = None
        self.pending: Stream | None = None
        self.packets_then = self.octets_then = 0  # of the stream, when it began to flow here

    @property
    def totals(self) -> tuple[int, int]:
        """Packets and payload octets sent in this slot so far."""
        stream = self.stream
        if stream is None:
            return self.packets, self.octets
        return (
            self.packets + stream.forwarded_packets - self.packets_then,
            self.octets + stream.forwarded_octets - self.octets_then,
        )

    def route(self) -> Route | None:
        """None while the client cannot be sent to."""
        peer = self.peer
        if peer.outbound is None or peer.destination is None:
            return None
        return Route(
            peer, self, peer.outbound, peer.destination.pointer, self.payload_type, self.ssrc, self.extension, self.counted,
            self.seq_offset, self.time_offset, self.id_offset or self.tl0_offset,
        )  # fmt: skip

    def begin(self, stream: Stream, packet: Packet, now: float) -> None:
        """Let ``stream`` flow, with ``packet`` as its first. The caller has stopped what flowed before."""
        self.number_from(self.payloads[stream.track.codec], packet, now)
        self.stream = stream
        self.pending = None
        self.packets_then, self.octets_then = stream.forwarded_packets, stream.forwarded_octets
        stream.outlets.append(self)
        stream.routes = None

    def stop(self) -> None:
        """Let nothing flow."""
        stream = self.stream
        if stream is None:
            return
        if self in stream.outlets:
            stream.outlets.remove(self)
        stream.routes = None
        self.packets, self.octets = self.totals
        self.number_until(stream)
        self.stream = None

    def forget_pending(self) -> None:
        if self.pending is not None:
            if self in self.pending.waiting:
                self.pending.waiting.remove(self)
            self.pending = None

    def find(self, seq: int) -> Packet | None:
        """The packet that went out under ``seq`` since the last change, if the history still has it."""
        return None if self.stream is None else self.find_in(self.stream, seq)


class Peer:
    """The media worker's view of one client."""

    def __init__(self, client: str, source: str, answerer: Answerer, session: str, dtls: Dtls) -> None:
        self.client = client
        self.source = source
        self.room = ""
        self.session = session
        self.answerer = answerer
        self.dtls = dtls
        self.credentials: list[Credentials] = []  # newest last; older ones serve until the newest is nominated
        self.key: bytes | None = None  # the address in use
        self.nominated: bytes | None = None  # the address that the client chose last; in use once its keys have spoken from there
        self.keys: dict[bytes, None] = {}  # addresses that passed a check, the oldest first
        self.budgets = PeerBudgets()
        self.packets = 0  # of media, whether wanted or not
        self.destination: Destination | None = None
        self.inbound: Any = None  # SRTP contexts, None until DTLS is through
        self.outbound: Any = None
        self.rtcp_overhead = 20  # bytes that SRTCP adds: index and tag
        self.permissions = Permissions()
        self.wishes = Wishes()
        self.lines: dict[str, SendingLine] = {}
        self.tracks: dict[str, Track] = {}
        self.streams: dict[int, Stream] = {}
        self.repairs: dict[int, Stream] = {}
        self.slots: list[Slot] = []
        self.slot_of: dict[int, Slot] = {}
        self.level_id = self.sequence_id = self.mid_id = self.rid_id = self.repaired_id = 0
        self.arrivals: list[tuple[int, int]] = []  # (transport sequence number as on the wire, µs)
        self.feedback_number = 0
        self.feedback_base = 0
        self.transport_number = 0  # of the last packet that carried one
        self.heard = 0.0
        self.born = 0.0
        self.clock = SourceClock()
        self.downlink = Downlink()
        self.round_trip: float | None = None
        self.uplink_loss = 0.0
        self.level = 3
        self.left_out: tuple[str, ...] = ()  # sources whose pictures no slot accepts
        self.told: tuple[tuple[SlotSource, ...], tuple[str, ...]] = ((), ())
        self.own_ssrc = 1

    @property
    def connected(self) -> bool:
        return self.outbound is not None

    def is_named_in(self, check: bytes) -> bool:
        """Whether a STUN message names one of our sides of this client's checks."""
        return any(credentials.ufrag.encode() in check for credentials in self.credentials)

    def outdated(self, plan: Plan) -> list[Track]:
        """The tracks that end when ``plan`` is adopted: of lines that vanish, or that carry something else from then on."""
        agreed = {line.mid: (line.kind, line.payload.codec, line.rids) for line in plan.sending}
        current = {mid: line.rids for mid, line in self.lines.items()}
        return [t for mid, t in self.tracks.items() if agreed.get(mid) != (t.kind, t.codec, current.get(mid, ()))]

    def adopt(self, plan: Plan) -> None:
        """Take over what was agreed: new lines appear, known ones are updated, outdated tracks end with all their streams."""
        for track in self.outdated(plan):
            del self.tracks[track.mid]
            self.streams = {ssrc: stream for ssrc, stream in self.streams.items() if stream.track is not track}
            self.repairs = {ssrc: stream for ssrc, stream in self.repairs.items() if stream.track is not track}
        self.lines = {line.mid: line for line in plan.sending}
        for line in plan.sending:
            if line.mid not in self.tracks:
                self.tracks[line.mid] = Track(self, line.mid, line.kind, line.payload.codec, layer_count=max(1, len(line.rids)))
            for stream in self.tracks[line.mid].streams():
                stream.payload_type, stream.rtx_type = line.payload.number, line.payload.rtx
            for uri, number in line.extensions.items():
                if uri == AUDIO_LEVEL:
                    self.level_id = number
                elif uri == TRANSPORT_SEQUENCE:
                    self.sequence_id = number
                elif uri == MID:
                    self.mid_id = number
                elif uri == RID:
                    self.rid_id = number
                elif uri == REPAIRED_RID:
                    self.repaired_id = number
        known = {slot.mid: slot for slot in self.slots}
        slots = []
        for slot_line in plan.slots:
            slot = known.pop(slot_line.mid, None)
            if slot is None or slot.kind != slot_line.kind:
                slot = Slot(self, slot_line)
            else:
                slot.renegotiated(slot_line)
                if slot.pending is not None and not slot.accepts(slot.pending.track.codec):
                    slot.forget_pending()
                if slot.stream is not None:
                    slot.stream.routes = None
                    if not slot.accepts(slot.stream.track.codec):
                        slot.stop()
                if slot.track is not None and not slot.accepts(slot.track.codec):
                    slot.track = None
            slots.append(slot)
        for gone in known.values():
            gone.forget_pending()
            gone.stop()
        self.slots = slots
        self.slot_of = {s.ssrc: s for s in slots}
        if slots:
            self.own_ssrc = slots[0].ssrc
        self.permit(self.permissions)

    def permit(self, permissions: Permissions) -> None:
        self.permissions = permissions
        for track in self.tracks.values():
            track.permitted = {"audio": permissions.audio, "video": permissions.video, "screen": permissions.screen}[track.kind]

    def learn(self, ssrc: int, payload_type: int, packet: bytes) -> Stream | None:
        """A packet with an unknown SSRC: find its line by mid, by what the offer declared, or by its payload type.

        Returns the stream for media; notes a repair stream and returns None; returns None for anything unexpected.
        """
        if len(self.streams) + len(self.repairs) >= MAX_STREAMS:
            return None
        found = all_extensions(packet)
        line = self._line_of(ssrc, payload_type, found)
        if line is None:
            return None
        track = self.tracks[line.mid]
        if line.payload.rtx and payload_type == line.payload.rtx:
            rid = _text(found.get(self.repaired_id)) or _text(found.get(self.rid_id))
            base = line.rtx_of.get(ssrc)
            if rid in line.rids:
                repaired = track.layers.get(line.rids.index(rid))
            elif base is not None:
                repaired = self.streams.get(base)
            else:
                repaired = track.layers.get(0) if not line.rids and len(track.layers) == 1 else None
            if repaired is not None:
                self.repairs[ssrc] = repaired
            return None
        if payload_type != line.payload.number:
            return None
        layer = 0
        if line.rids:
            rid = _text(found.get(self.rid_id))
            if rid not in line.rids:
                return None
            layer = line.rids.index(rid)
        stream = Stream(
            track=track,
            ssrc=ssrc,
            layer=layer,
            payload_type=line.payload.number,
            rtx_type=line.payload.rtx,
            rate=line.payload.rate,
        )
        replaced = track.layers.get(layer)
        if replaced is not None:
            self.streams.pop(replaced.ssrc, None)
            self.repairs = {s: r for s, r in self.repairs.items() if r is not replaced}
            stream.feed, stream.feed_needs_key = replaced.feed, True
            for slot in list(replaced.outlets):
                slot.stop()
                stream.waiting.append(slot)
                slot.pending = stream
            for slot in replaced.waiting:
                stream.waiting.append(slot)
                slot.pending = stream
        track.layers[layer] = stream
        self.streams[ssrc] = stream
        return stream

    def _line_of(self, ssrc: int, payload_type: int, found: dict[int, bytes]) -> SendingLine | None:
        mid = _text(found.get(self.mid_id))
        if mid is not None:
            return self.lines.get(mid)
        for line in self.lines.values():
            if ssrc in line.ssrcs or ssrc in line.rtx_of:
                return line
        fitting = [ln for ln in self.lines.values() if payload_type in (ln.payload.number, ln.payload.rtx)]
        return fitting[0] if len(fitting) == 1 else None

    def slots_changed(self) -> SlotsChanged | None:
        """The slots as they flow now, when they differ from what was told last."""
        slots = tuple(SlotSource(s.mid, s.kind, s.stream.track.source if s.stream is not None else None) for s in self.slots)
        if (slots, self.left_out) == self.told:
            return None
        self.told = slots, self.left_out
        return SlotsChanged(self.client, slots, self.left_out)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("ascii", "replace")
