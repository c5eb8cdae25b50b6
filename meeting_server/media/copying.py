"""The way out of the hot path: a copy of every packet for every slot, renumbered, protected and sent in as few system calls as can be."""

from __future__ import annotations

import socket
import struct
from typing import Any

from pylibsrtp import Session

from .datagrams import MAX_SEGMENTS, MAX_SUPER_DATAGRAM, SEND_BATCH, Outbox
from .faults import Faults
from .peer import Peer, Route, Slot, Stream
from .rtp import Packet
from .slots import rewrite_picture
from .srtp import make_cipher

_HEADER = struct.Struct("!III")  # flags, type and number in one word: fewer words, less to do for each copy
_LONG_HEADER = struct.Struct("!IIIII")  # with one extension element of up to three bytes
_PLAIN, _EXTENDED, _ONE_ELEMENT = 0x80000000, 0x90000000, 0xBEDE0001
_MAX_RTP_OUT = 1800  # what one protected packet may take in the arena


REJECTED = (
    "size",  # shorter or longer than any packet of ours
    "stranger",  # no check passed from that address
    "check",  # STUN that does not authenticate, or beyond what an address may ask
    "check_budget",  # the budgets of one client
    "handshake_budget",
    "rtcp_budget",
    "stream_budget",
    "early",  # media before the handshake is through
    "unknown",  # neither STUN nor DTLS nor media
    "unsealed",  # the keys do not open it, or it came before
    "malformed",
    "not_agreed",  # a payload type or a stream that the offer does not have
    "fault",  # our own code failed over it
)
"""Why a datagram was not served."""


class Counters:
    """What one worker has done since it began."""

    def __init__(self) -> None:
        self.packets_in = self.packets_out = self.bytes_in = self.bytes_out = 0
        self.rejected = dict.fromkeys(REJECTED, 0)
        self.nacks_in = self.nacks_out = self.repaired = self.shielded = self.plis_out = 0


class Copier:
    """Owns the outbox. Set ``now`` (monotonic s) before each batch; ``flush`` after it."""

    def __init__(self, sock: socket.socket, counters: Counters, faults: Faults, *, segments: bool | None = None) -> None:
        self.faults = faults
        self.outbox = Outbox(sock, segments=segments)
        self.now = 0.0
        self.counters = counters
        self._sealing = make_cipher(self.outbox.arena)
        self._at = 0  # where the next packet goes in the arena

    def context(self, session: Session) -> Any:
        """What routes carry to protect with this session."""
        return self._sealing.context(session)

    def flush(self) -> None:
        self.outbox.flush()
        self._at = 0

    def late(self, stream: Stream, packet: Packet) -> None:
        """A packet that was missing: only for slots that were with this stream when it was sent."""
        slots = [s for s in stream.outlets if (packet.seq + s.seq_offset - s.begins_at & 0xFFFF) < 0x8000]
        self._copy([packet], [r for s in slots if (r := s.route()) is not None])

    def fan_out(self, stream: Stream, packets: list[Packet]) -> list[Peer]:
        """Returns whom a fault of ours concerns: the listeners whose copies failed, or the sender when all did. Usually nobody."""
        routes = stream.routes
        if routes is None:
            routes = stream.routes = [r for slot in stream.outlets if (r := slot.route()) is not None]
        failed: list[Peer] = []
        try:
            self._copy(packets, routes)
        except Exception:  # noqa: BLE001  one client's end, not everybody's
            self.flush()
            failed = self._one_by_one(packets, routes)
            if len(failed) == len(routes) > 1:
                failed = [stream.track.peer]
        stream.forwarded_packets += len(packets)
        stream.forwarded_octets += sum(len(p.payload) for p in packets)
        return failed

    def _one_by_one(self, packets: list[Packet], routes: list[Route]) -> list[Peer]:
        """Every route by itself (a second copy does no harm); returns the listeners of those that fail."""
        failed: list[Peer] = []
        for route in routes:
            try:
                self._copy(packets, [route])
            except Exception:  # noqa: BLE001  one client's end, not everybody's
                self.faults.note("copy", route.peer.client)
                failed.append(route.peer)
            self.flush()
        return failed

    def _copy(self, packets: list[Packet], routes: list[Route]) -> None:
        """A copy of every packet along every route, protected, into the outbox."""
        outbox, protect, now = self.outbox, self._sealing.protect, self.now
        arena, gather, add = outbox.arena, outbox.segments, outbox.add
        short, long = _HEADER.pack_into, _LONG_HEADER.pack_into
        limit = outbox.SIZE - _MAX_RTP_OUT
        stamp = int(now * 262144) & 0xFFFFFF
        at, sent = self._at, 0
        for peer, slot, context, pointer, kind, ssrc, extension, counted, seq_offset, time_offset, renumber in routes:
            number = first_number = peer.transport_number
            element = extension << 24 | stamp
            run = at
            segment = count = 0
            for packet in packets:
                seq, timestamp, marker, payload, picture = packet
                if at > limit or outbox.count >= SEND_BATCH - 1:
                    if count:
                        add(pointer, run, at - run, segment if count > 1 else 0)
                    outbox.flush()
                    at = run = segment = count = 0
                if extension:
                    if counted:
                        number = number + 1 & 0xFFFF
                        element = extension << 24 | number << 8
                    first = _EXTENDED | (marker | kind) << 16 | seq + seq_offset & 0xFFFF
                    long(arena, at, first, timestamp + time_offset & 0xFFFFFFFF, ssrc, _ONE_ELEMENT, element)
                    body = at + 20
                else:
                    first = _PLAIN | (marker | kind) << 16 | seq + seq_offset & 0xFFFF
                    short(arena, at, first, timestamp + time_offset & 0xFFFFFFFF, ssrc)
                    body = at + 12
                end = body + len(payload)
                arena[body:end] = payload
                if renumber and picture is not None:
                    rewrite_picture(arena, body, packet, slot)
                size = protect(context, at, end - at)
                if size < 0:
                    continue
                sent += 1
                if not count:
                    run, segment, count = at, size, 1
                elif gather and size <= segment and count < MAX_SEGMENTS and at + size - run < MAX_SUPER_DATAGRAM:
                    count += 1
                    if size < segment:  # only the last datagram of a run may be shorter
                        add(pointer, run, at + size - run, segment)
                        count = 0
                else:
                    add(pointer, run, at - run, segment if count > 1 else 0)
                    run, segment, count = at, size, 1
                at += size
            if count:
                add(pointer, run, at - run, segment if count > 1 else 0)
            if counted:
                peer.transport_number = number
                peer.downlink.sent.append((first_number, number, now))
        self._at = at
        self.counters.packets_out += sent
        self.counters.bytes_out += sum(len(p.payload) for p in packets) * len(routes)

    def repair(self, slot: Slot, lost: list[int], now: float) -> None:
        """Answer a NACK from the history."""
        self.counters.nacks_in += len(lost)
        repaired = self._again(slot, lost, now)
        slot.repaired += repaired
        self.counters.repaired += repaired

    def shield(self, stream: Stream, packets: list[Packet], now: float) -> None:
        """A second copy of a picture's last packets, unasked, for slots that lose some by chance: when the end of a picture is
        lost, its listener notices only with the next picture, too late for a smooth one."""
        for slot in stream.shielded:
            if slot.stream is stream and slot.rtx_type:
                self.counters.shielded += self._again(slot, [packet.seq + slot.seq_offset & 0xFFFF for packet in packets], now)

    def repeat(self, slot: Slot, seqs: list[int], now: float) -> None:
        """A second copy of what a NACK was answered with."""
        if slot.rtx_type:
            self.counters.shielded += self._again(slot, seqs, now)

    def _again(self, slot: Slot, seqs: list[int], now: float) -> int:
        """Send packets of the history again: as RTX when that was agreed, else bit by bit the same. Returns how many."""
        peer = slot.peer
        if peer.outbound is None or peer.destination is None or slot.stream is None:
            return 0
        sent = 0
        arena, head = self.outbox.arena, 20 if slot.extension else 12
        for seq in seqs:
            packet = slot.find(seq)
            if packet is None:
                continue
            if not slot.may_repair(now):
                break
            if not slot.rtx_type:
                route = slot.route()
                if route is not None:
                    self._copy([packet], [route])
            else:
                if self.outbox.count >= SEND_BATCH - 1 or self._at > self.outbox.SIZE - _MAX_RTP_OUT:
                    self.flush()
                at = self._at
                slot.rtx_seq = slot.rtx_seq + 1 & 0xFFFF
                timestamp = packet.timestamp + slot.time_offset & 0xFFFFFFFF
                first = (packet.marker | slot.rtx_type) << 16 | slot.rtx_seq
                if slot.extension:
                    if slot.counted:
                        peer.transport_number = number = peer.transport_number + 1 & 0xFFFF
                        peer.downlink.sent.append((number - 1 & 0xFFFF, number, now))
                        element = slot.extension << 24 | number << 8
                    else:
                        element = slot.extension << 24 | int(now * 262144) & 0xFFFFFF
                    _LONG_HEADER.pack_into(arena, at, _EXTENDED | first, timestamp, slot.rtx_ssrc, _ONE_ELEMENT, element)
                else:
                    _HEADER.pack_into(arena, at, _PLAIN | first, timestamp, slot.rtx_ssrc)
                body = at + head
                arena[body : body + 2] = seq.to_bytes(2, "big")
                arena[body + 2 : body + 2 + len(packet.payload)] = packet.payload
                if packet.picture is not None and (slot.id_offset or slot.tl0_offset):
                    rewrite_picture(arena, body + 2, packet, slot)
                size = self._sealing.protect(peer.outbound, at, head + 2 + len(packet.payload))
                if size < 0:
                    continue
                self.outbox.add(peer.destination.pointer, at, size, 0)
                self._at = at + size
                self.counters.packets_out += 1
            sent += 1
        self.flush()
        return sent
