"""The hot path: one UDP port, every datagram in, every copy out; nothing is decoded and nobody unauthenticated is heard.

Whatever goes wrong over a datagram, a timer's turn or a copy ends at most the client it belongs to; the port is always read on.
"""

from __future__ import annotations

import asyncio
import struct
import time
from typing import Protocol

from .copying import Copier, Counters
from .datagrams import (
    MAX_DATAGRAM,
    NAME,
    RECEIVE_BATCH,
    SLOT,
    Destination,
    Inbox,
    destination_of_key,
    open_quiet,
    open_udp,
)
from .dtls import Certificate
from .faults import Faults
from .ice_lite import Check, IceLite
from .peer import Peer, Slot, Stream, Track
from .rtcp import Feedback, is_only_arrivals, negative_acknowledgement, parse, picture_loss
from .rtp import Packet, begins_key_frame, scan_extensions, vp8_pictures
from .srtp import make_cipher, protect_rtcp

_HEADER = struct.Struct("!BBHII")
_KEY_FRAME_PAUSE_S = 0.4
GATHER_S = 0.002
HOLD_S = 0.004  # the longest that the beginning of a picture waits for its end ...
ENOUGH = 12  # ... and how many packets make up for no more waiting
SHIELD_AFTER_S = 0.015  # later than a short burst of loss lasts, earlier than anybody would ask
SHIELDED = 2  # packets of a batch that are sent twice
MAX_ADDRESSES = 16  # of one client: every pair of candidates that a browser tries is one
_HANDSHAKE_RECORD, _FIRST_EPOCH = 22, b"\0\0"  # of DTLS


class Listener(Protocol):
    """What the forwarder reports while it forwards; called synchronously and must be quick."""

    def connected(self, peer: Peer) -> None: ...

    def closed(self, peer: Peer) -> None: ...

    def went_live(self, track: Track) -> None: ...

    def heard(self, track: Track, level: int, now: float) -> None:
        """A voice packet with its level in -dBov (0 loudest, 127 silent)."""

    def slots_moved(self, peer: Peer) -> None: ...

    def feedback(self, peer: Peer, feedback: Feedback, now: float) -> None: ...

    def keep(self, stream: Stream, packet: Packet, now: float) -> None:
        """A packet of a stream that is being recorded."""

    def passed(self, now: float) -> None:
        """What had arrived is served: the cheapest moment for what must be done now and then, since we are awake."""


class Forwarder:
    """Owns the socket. ``add`` a peer, and its checks, handshake and media are served until ``remove``."""

    def __init__(self, bind: str, port: int, listener: Listener, *, segments: bool | None = None) -> None:
        self._sock = open_udp(bind, port)
        self.port: int = self._sock.getsockname()[1]
        self._quiet = open_quiet(self._sock)
        self._inbox = Inbox(self._sock)
        self._opening = make_cipher(self._inbox.arena)
        self.counters = Counters()
        self.faults = Faults()
        self.copier = Copier(self._sock, self.counters, self.faults, segments=segments)
        self._touched: list[Stream] = []
        self._listener = listener
        self.certificate = Certificate()
        self.ice = IceLite()
        self.by_address: dict[bytes, Peer] = {}  # addresses from which a client's keys protected something
        self._claims: dict[bytes, Peer] = {}  # addresses that passed a check, and nothing more yet
        self._by_ufrag: dict[str, Peer] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = self._unfinished = False

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._sock.fileno(), self._readable)

    def close(self) -> None:
        self._closed = True
        if self._loop is not None:
            self._loop.remove_reader(self._sock.fileno())
        self._sock.close()
        if self._quiet is not None:
            self._quiet.close()

    # ---- peers

    def listen_for(self, peer: Peer) -> None:
        """Serve the checks of every credential of the peer."""
        for credentials in peer.credentials:
            self._by_ufrag[credentials.ufrag] = peer

    def _forget_credentials(self, peer: Peer, keep: int) -> None:
        for credentials in peer.credentials[: len(peer.credentials) - keep]:
            self.ice.close(credentials)
            self._by_ufrag.pop(credentials.ufrag, None)
        peer.credentials = peer.credentials[len(peer.credentials) - keep :]

    def remove(self, peer: Peer) -> None:
        if peer.dtls.state == "connected" and peer.key is not None:
            peer.dtls.close()
            self._send_handshake(peer)
        self._forget_credentials(peer, 0)
        for key in peer.keys:
            for known in (self.by_address, self._claims):
                if known.get(key) is peer:
                    del known[key]
        peer.inbound = peer.outbound = None

    def send_rtcp(self, peer: Peer, packet: bytes) -> None:
        """To the peer, protected; silently nothing before it is connected."""
        session = peer.dtls.outbound
        if peer.outbound is None or peer.key is None or session is None:
            return
        self._send(protect_rtcp(session, packet), peer.key)

    def _send(self, datagram: bytes, key: bytes) -> None:
        try:
            self._sock.sendto(datagram, destination_of_key(key))
        except (BlockingIOError, OSError):  # a full buffer or an unreachable network: UDP may lose it
            self.copier.outbox.dropped += 1

    @property
    def dropped(self) -> int:
        return self.copier.outbox.dropped

    # ---- faults

    def fault(self, place: str, peer: Peer | None) -> None:
        """Call it where an exception is being handled: the client it is about is let go, a moment later, and nobody else is."""
        self.faults.note(place, "" if peer is None else peer.client)
        self.counters.rejected["fault"] += 1
        if peer is not None:
            self._let_go(peer)

    def _let_go(self, peer: Peer) -> None:
        peer.inbound = None  # nothing of it is listened to any more
        if self._loop is not None:
            self._loop.call_soon(self._listener.closed, peer)

    # ---- key frames

    def ask_key_frame(self, stream: Stream, now: float) -> None:
        """Ask the publisher for a key frame, at most every 0.4 s."""
        if now - stream.key_asked_at < _KEY_FRAME_PAUSE_S:
            return
        stream.key_asked_at = now
        self.counters.plis_out += 1
        peer = stream.track.peer
        self.send_rtcp(peer, picture_loss(peer.own_ssrc, stream.ssrc))

    def ask_missing(self, peer: Peer, now: float) -> None:
        """Ask the publisher for what has not arrived (pictures only: a late voice packet is of no use)."""
        for stream in peer.streams.values():
            if stream.missing and stream.track.kind != "audio":
                wanted = stream.to_ask(now)
                if wanted:
                    self.counters.nacks_out += len(wanted)
                    self.send_rtcp(peer, negative_acknowledgement(peer.own_ssrc, stream.ssrc, wanted[:200]))

    def _shield(self, stream: Stream, packets: list[Packet]) -> None:
        if self._closed:
            return
        try:
            self.copier.shield(stream, packets, time.monotonic())
        except Exception:  # noqa: BLE001  one client's end, not everybody's
            self.fault("shield", None)

    def _asked_again(self, slot: Slot, lost: list[int], now: float) -> None:
        """On a path that loses by chance the answer may be lost too, and asking a third time takes longer than a picture can wait."""
        stream, downlink = slot.stream, slot.peer.downlink
        if stream is None or slot.kind == "audio":
            return
        downlink.asked_again(now)
        if not downlink.loses_by_chance(now):
            return
        if slot not in stream.shielded:
            stream.shielded = (*stream.shielded, slot)
        if self._loop is not None:
            self._loop.call_later(SHIELD_AFTER_S, self._repeat, slot, lost)

    def _repeat(self, slot: Slot, lost: list[int]) -> None:
        if self._closed:
            return
        try:
            self.copier.repeat(slot, lost, time.monotonic())
        except Exception:  # noqa: BLE001  one client's end, not everybody's
            self.fault("repeat", slot.peer)

    # ---- datagrams in

    def hear_feedback(self) -> None:
        """Serve the transport-wide feedback that has come in quietly; a flood of it holds nobody up."""
        if self._quiet is None or self._closed:
            return
        for _ in range(8):
            n = self._inbox.receive(self._quiet.fileno())
            if n:
                self._batch(n)
            if n < RECEIVE_BATCH:
                return

    def _readable(self) -> None:
        """Serve what is there. When a picture has begun and is not whole, look away for a moment: its packets come close together,
        and one pass over all of them, sent as segments of one datagram, costs a fraction of a pass for each."""
        if self._served() and self._loop is not None:
            self._loop.remove_reader(self._sock.fileno())
            self._loop.call_later(GATHER_S, self._look_again)

    def _look_again(self) -> None:
        if self._loop is None or self._closed:
            return
        if self._served():
            self._loop.call_later(GATHER_S, self._look_again)
        else:
            self._loop.add_reader(self._sock.fileno(), self._readable)

    def _served(self) -> bool:
        """``_take``, and nothing that it might raise: the port is to be read on, whatever happened."""
        try:
            return self._take()
        except Exception:  # noqa: BLE001  one client's end, not everybody's
            self.fault("reading", None)
            return False

    def _take(self) -> bool:
        """Serve what has arrived; returns whether the rest of a picture is about to come."""
        self._unfinished = False
        for _ in range(4):
            n = self._inbox.receive()
            if n or self._touched:
                self._batch(n)
            if n < RECEIVE_BATCH:
                break
        else:
            self._unfinished = True
        unfinished = self._unfinished
        self._listener.passed(time.monotonic())
        return unfinished

    def _batch(self, n: int) -> None:
        now = time.monotonic()
        self.copier.now, micros = now, int(now * 1e6)
        inbox, listener, counters = self._inbox, self._listener, self.counters
        rejected = counters.rejected
        arena, names, words, key_size = inbox.arena, inbox.names, inbox.words, inbox.key_size
        by_address, unprotect, unpack = self.by_address, self._opening.unprotect, _HEADER.unpack_from
        for i in range(n):
            at = i * SLOT
            size = words[i * 8 + 7] & 0xFFFFFFFF
            if not 12 < size <= MAX_DATAGRAM:
                rejected["size"] += 1
                continue
            first = arena[at]
            key = bytes(names[i * NAME : i * NAME + key_size])
            peer, claimed = by_address.get(key), None
            try:
                if first < 4:
                    self._check(bytes(arena[at : at + size]), key, peer, now)
                    continue
                if peer is None:  # neither DTLS nor media from an address that passed no check
                    peer = claimed = self._claims.get(key)
                    if peer is None:
                        rejected["stranger"] += 1
                        continue
                if first < 64:
                    if first > 19:
                        self._handshake(peer, bytes(arena[at : at + size]), key, now)
                    else:
                        rejected["unknown"] += 1
                    continue
                if not 127 < first < 192 or peer.inbound is None:
                    rejected["early" if peer.inbound is None else "unknown"] += 1
                    continue
                if 192 <= arena[at + 1] <= 223:
                    self._rtcp(peer, at, size, now, key if claimed is not None else None)
                    continue
                counters.packets_in += 1
                counters.bytes_in += size
                size = unprotect(peer.inbound, at, size)
                if size < 12:
                    rejected["unsealed"] += 1
                    continue
                peer.heard = now
                peer.packets += 1
                if claimed is not None:
                    self._proven(peer, key)
                _, second, seq, timestamp, ssrc = unpack(arena, at)
                head, end, level = at + 12 + 4 * (first & 15), at + size, -1
                if first & 0x10:
                    head, level, sequence = scan_extensions(arena, head, end, peer.level_id, peer.sequence_id)
                    if sequence >= 0:
                        peer.arrivals.append((sequence, micros))
                if first & 0x20:
                    end -= arena[end - 1]
                if head < 0 or end < head:
                    rejected["malformed"] += 1
                    continue
                stream = peer.streams.get(ssrc)
                kind = second & 0x7F
                if stream is None:
                    repaired = peer.repairs.get(ssrc)
                    if repaired is not None:
                        if end - head > 2 and kind == repaired.rtx_type:
                            original = arena[head] << 8 | arena[head + 1]
                            self._accept(repaired, original, timestamp, second & 0x80, bytes(arena[head + 2 : end]), now)
                        continue
                    if not peer.budgets.streams.take(now):
                        rejected["stream_budget"] += 1
                        continue
                    stream = peer.learn(ssrc, kind, bytes(arena[at : at + size]))
                    if stream is None:
                        continue
                if kind != stream.payload_type:
                    rejected["not_agreed"] += 1
                    continue
                if level >= 0:
                    listener.heard(stream.track, level & 0x7F, now)
                self._accept(stream, seq, timestamp, second & 0x80, bytes(arena[head:end]), now)
            except Exception:  # noqa: BLE001  one client's end, not everybody's
                self.fault("datagram", peer)
        self._fan_out(now)

    def _fan_out(self, now: float) -> None:
        """Send on what has come. The beginning of a picture waits for the rest, which comes at once: together they cost little
        more than either."""
        held: list[Stream] = []
        for stream in self._touched:
            queue = stream.queue
            if not queue:
                continue
            if not queue[-1].marker and stream.track.kind != "audio":
                self._unfinished = True
                if len(queue) < ENOUGH:
                    if not stream.held_at:
                        stream.held_at = now
                    if now - stream.held_at < HOLD_S:
                        held.append(stream)
                        continue
            self._release(stream)
        self._touched = held
        self.copier.flush()

    def _release(self, stream: Stream) -> None:
        queue, stream.queue, stream.held_at = stream.queue, [], 0.0
        for peer in self.copier.fan_out(stream, queue):
            self._let_go(peer)
        if stream.shielded and self._loop is not None:
            self._loop.call_later(SHIELD_AFTER_S, self._shield, stream, queue[-SHIELDED:])

    def _accept(self, stream: Stream, seq: int, timestamp: int, marker: int, payload: bytes, now: float) -> None:
        order = stream.arrive(seq, timestamp, len(payload) + 12, now)
        if order < 0:
            return
        if not payload:  # padding: the publisher is probing its path
            if order:
                stream.leave_out(seq)
            return
        track = stream.track
        codec = track.codec
        seq = stream.forwarded(seq, order)
        packet = Packet(seq, timestamp, marker, payload, vp8_pictures(payload) if codec == "vp8" else None)
        stream.history[seq & 1023] = packet
        if not track.live:
            track.live = True
            self._listener.went_live(track)
        if stream.waiting and begins_key_frame(codec, payload):
            self._switch(stream, packet, now)
        if stream.feed or stream.listened:
            self._listener.keep(stream, packet, now)
        if stream.outlets:
            if order:
                if not stream.queue:
                    self._touched.append(stream)
                stream.queue.append(packet)
            else:
                self.copier.late(stream, packet)

    def _switch(self, stream: Stream, packet: Packet, now: float) -> None:
        """A key frame came: every slot that waited for it changes over."""
        self.settle(stream)
        waiting, stream.waiting = stream.waiting, []
        for slot in waiting:
            try:
                if slot.stream is not None:
                    self.settle(slot.stream)
                    slot.stop()
                slot.begin(stream, packet, now)
            except Exception:  # of the listener, not of who sends  # noqa: BLE001  one client's end, not everybody's
                self.fault("slot", slot.peer)
            self._listener.slots_moved(slot.peer)

    def settle(self, stream: Stream) -> None:
        """Send what is queued of this stream, before its outlets change."""
        if stream.queue:
            self._release(stream)
            self.copier.flush()

    # ---- checks, handshake, RTCP

    def _check(self, datagram: bytes, key: bytes, known: Peer | None, now: float) -> None:
        """A check lets an address be listened to, and answers it. Of a connected client, media follows only when something that its
        keys protect has come from there: checks can be made, or captured, by others."""
        known = known or self._claims.get(key)
        trusted = known is not None and known.is_named_in(datagram)
        if known is not None and trusted and not known.budgets.checks.take(now):
            self.counters.rejected["check_budget"] += 1
            return
        check = self.ice.receive(datagram, key, trusted=trusted, now=now)
        if check is None:
            self.counters.rejected["check"] += 1
            return
        if check.credentials is self.ice.probe:
            self._send(check.response, key)
            return
        peer = self._by_ufrag.get(check.credentials.ufrag)
        if peer is None:
            return
        peer.heard = now
        self._claim(peer, key, check)
        if check.credentials is peer.credentials[-1] and check.nominated and len(peer.credentials) > 1:
            self._forget_credentials(peer, 1)
        self._send(check.response, key)
        if peer.dtls.active and peer.key == key:
            peer.dtls.begin()
            self._send_handshake(peer)

    def _claim(self, peer: Peer, key: bytes, check: Check) -> None:
        if check.nominated:
            peer.nominated = key
        if self.by_address.get(key) is peer:
            if peer.connected and check.nominated and peer.key != key:  # back to where it was: to be proved anew
                del self.by_address[key]
                self._claims[key] = peer
            return
        if key not in peer.keys:
            if len(peer.keys) >= MAX_ADDRESSES:
                self._forget_address(peer)
            peer.keys[key] = None
        self._claims[key] = peer
        if not peer.connected and (peer.key is None or check.nominated):
            self._send_to(peer, key)

    def _forget_address(self, peer: Peer) -> None:
        """The oldest of a client's addresses that is not in use."""
        oldest = next(key for key in peer.keys if key not in (peer.key, peer.nominated))
        del peer.keys[oldest]
        for known in (self.by_address, self._claims):
            if known.get(oldest) is peer:
                del known[oldest]

    def _proven(self, peer: Peer, key: bytes) -> None:
        """Something that the client's keys protect has come from an address that had passed a check: it is the client's."""
        if self._claims.get(key) is peer:
            del self._claims[key]
        owner = self.by_address.get(key)
        self.by_address[key] = peer
        peer.keys[key] = None
        if owner is not None and owner is not peer:
            # one address, two clients: the old one left without a word (a page reload behind the same port)
            owner.keys.pop(key, None)
            if owner.key == key:
                self._let_go(owner)
        if peer.nominated == key and peer.key != key:
            self._send_to(peer, key)

    @staticmethod
    def _send_to(peer: Peer, key: bytes) -> None:
        if peer.connected and peer.key != key:
            peer.downlink.new_path()
        peer.key = key
        if peer.destination is None:
            peer.destination = Destination(key)
        else:
            peer.destination.change(key)

    def _handshake(self, peer: Peer, datagram: bytes, key: bytes, now: float) -> None:
        if peer.connected:
            claimant = self._claims.get(key)
            if claimant is not None and not claimant.connected and datagram[0] == _HANDSHAKE_RECORD and datagram[3:5] == _FIRST_EPOCH:
                peer = claimant  # who is through with the handshake begins none: it is the one who passed a check from here since
        elif not peer.budgets.handshake.take(now):
            self.counters.rejected["handshake_budget"] += 1
            return
        if peer.dtls.state == "handshake":
            self._send_to(peer, key)
        before = peer.dtls.state
        peer.dtls.receive(datagram)
        self._send_handshake(peer)
        state = peer.dtls.state
        if before == "handshake" and state == "connected":
            assert peer.dtls.inbound is not None
            assert peer.dtls.outbound is not None
            peer.inbound = self._opening.context(peer.dtls.inbound)
            peer.outbound = self.copier.context(peer.dtls.outbound)
            peer.heard = now
            if peer.dtls.profile is not None:
                peer.rtcp_overhead = 4 + peer.dtls.profile.tag
            self._proven(peer, key)
            self._listener.connected(peer)
        elif state in ("failed", "closed") and before != state:
            self._listener.closed(peer)

    def _send_handshake(self, peer: Peer) -> None:
        for datagram in peer.dtls.outgoing():
            if peer.key is not None:
                self._send(datagram, peer.key)

    def handshake_timers(self, peer: Peer) -> None:
        """Repeat a lost flight when its time has come."""
        left = peer.dtls.timeout()
        if left is not None and left <= 0:
            peer.dtls.on_timeout()
            self._send_handshake(peer)
            if peer.dtls.state == "failed":
                self._listener.closed(peer)

    def _rtcp(self, peer: Peer, at: int, size: int, now: float, claimed: bytes | None) -> None:
        """``claimed`` is the sender's address when that has only passed a check yet."""
        arena, rejected = self._inbox.arena, self.counters.rejected
        alone = claimed is None and not peer.downlink.curious(now)
        if alone and is_only_arrivals(memoryview(arena)[at : at + 4], size, peer.rtcp_overhead):
            return  # most feedback says that all is well, again: not even opened
        size = self._opening.unprotect_rtcp(peer.inbound, at, size)
        if size < 8:
            rejected["unsealed"] += 1
            return
        peer.heard = now
        if claimed is not None:
            self._proven(peer, claimed)
        if not peer.budgets.rtcp.take(now):
            rejected["rtcp_budget"] += 1
            return
        try:
            feedback = parse(bytes(arena[at : at + size]))
        except (ValueError, struct.error):
            rejected["malformed"] += 1
            return
        for ssrc, lost in feedback.nacks:
            slot = peer.slot_of.get(ssrc)
            if slot is not None:
                self.copier.repair(slot, lost, now)
                self._asked_again(slot, lost, now)
        for ssrc in feedback.key_frames:
            slot = peer.slot_of.get(ssrc)
            if slot is not None and slot.stream is not None and peer.budgets.key_frames.take(now):
                self.ask_key_frame(slot.stream, now)
        self._listener.feedback(peer, feedback, now)
