"""The hot path: one UDP port, every datagram in, every copy out; nothing is decoded and nobody unauthenticated is heard.

Here are the socket, the keys and the timers. Whose an address is, ``paths`` decides; which packet goes to whom and when, ``routing``.

Whatever goes wrong over a datagram, a timer's turn or a copy ends at most the client it belongs to; the port is always read on.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable
from typing import Protocol

from .copying import Copier, Counters
from .datagrams import (
    MAX_DATAGRAM,
    NAME,
    RECEIVE_BATCH,
    SLOT,
    Inbox,
    destination_of_key,
    open_quiet,
    open_udp,
)
from .dtls import Certificate
from .faults import Faults
from .paths import Paths, send_to
from .peer import Peer, Track
from .routing import Router, Told
from .rtcp import Feedback, is_only_arrivals, parse
from .rtp import scan_extensions
from .srtp import make_cipher, protect_rtcp

_HEADER = struct.Struct("!BBHII")
GATHER_S = 0.002
_HANDSHAKE_RECORD, _FIRST_EPOCH = 22, b"\0\0"  # of DTLS


class Listener(Told, Protocol):
    """What the forwarder reports while it forwards; called synchronously and must be quick."""

    def connected(self, peer: Peer) -> None: ...

    def closed(self, peer: Peer) -> None: ...

    def heard(self, track: Track, level: int, now: float) -> None:
        """A voice packet with its level in -dBov (0 loudest, 127 silent)."""

    def feedback(self, peer: Peer, feedback: Feedback, now: float) -> None: ...

    def passed(self, now: float) -> None:
        """What had arrived is served: the cheapest moment for what must be done now and then, since we are awake."""


class Forwarder:
    """Owns the socket. Let ``paths`` listen for a peer, and its checks, handshake and media are served until ``remove``."""

    def __init__(self, bind: str, port: int, listener: Listener, *, segments: bool | None = None) -> None:
        self._sock = open_udp(bind, port)
        self.port: int = self._sock.getsockname()[1]
        self._quiet = open_quiet(self._sock)
        self._inbox = Inbox(self._sock)
        self._opening = make_cipher(self._inbox.arena)
        self.counters = Counters()
        self.faults = Faults()
        self.copier = Copier(self._sock, self.counters, self.faults, segments=segments)
        self._listener = listener
        self.certificate = Certificate()
        self.paths = Paths(self.counters.rejected)
        self.router = Router(self.copier, listener, self.counters, self.send_rtcp, self._later, self.fault, self._let_go)
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

    def remove(self, peer: Peer) -> None:
        if peer.dtls.state == "connected" and peer.key is not None:
            peer.dtls.close()
            self._send_handshake(peer)
        self.paths.forget(peer)
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

    def _later(self, seconds: float, do: Callable[..., None], *arguments: object) -> None:
        """Call ``do`` with the arguments and the time then, unless we are closed by then."""

        def now() -> None:
            if not self._closed:
                do(*arguments, time.monotonic())

        if self._loop is not None:
            self._loop.call_later(seconds, now)

    def _let_go(self, peer: Peer) -> None:
        peer.inbound = None  # nothing of it is listened to any more
        if self._loop is not None:
            self._loop.call_soon(self._listener.closed, peer)

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
            if n or self.router.touched:
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
        proven, unprotect, unpack, accept = self.paths.proven, self._opening.unprotect, _HEADER.unpack_from, self.router.accept
        for i in range(n):
            at = i * SLOT
            size = words[i * 8 + 7] & 0xFFFFFFFF
            if not 12 < size <= MAX_DATAGRAM:
                rejected["size"] += 1
                continue
            first = arena[at]
            key = bytes(names[i * NAME : i * NAME + key_size])
            peer, claimed = proven.get(key), None
            try:
                if first < 4:
                    self._check(bytes(arena[at : at + size]), key, peer, now)
                    continue
                if peer is None:  # neither DTLS nor media from an address that passed no check
                    peer = claimed = self.paths.claims.get(key)
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
                            accept(repaired, original, timestamp, second & 0x80, bytes(arena[head + 2 : end]), now)
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
                accept(stream, seq, timestamp, second & 0x80, bytes(arena[head:end]), now)
            except Exception:  # noqa: BLE001  one client's end, not everybody's
                self.fault("datagram", peer)
        if self.router.send_on(now):
            self._unfinished = True

    # ---- checks, handshake, RTCP

    def _check(self, datagram: bytes, key: bytes, known: Peer | None, now: float) -> None:
        answered = self.paths.check(datagram, key, known, now)
        if answered is None:
            return
        response, peer = answered
        self._send(response, key)
        if peer is not None and peer.dtls.active and peer.key == key:
            peer.dtls.begin()
            self._send_handshake(peer)

    def _proven(self, peer: Peer, key: bytes) -> None:
        displaced = self.paths.prove(peer, key)
        if displaced is not None:
            self._let_go(displaced)

    def _handshake(self, peer: Peer, datagram: bytes, key: bytes, now: float) -> None:
        if peer.connected:
            claimant = self.paths.claims.get(key)
            if claimant is not None and not claimant.connected and datagram[0] == _HANDSHAKE_RECORD and datagram[3:5] == _FIRST_EPOCH:
                peer = claimant  # who is through with the handshake begins none: it is the one who passed a check from here since
        elif not peer.budgets.handshake.take(now):
            self.counters.rejected["handshake_budget"] += 1
            return
        if peer.dtls.state == "handshake":
            send_to(peer, key)
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
        self.router.answer(peer, feedback, now)
        self._listener.feedback(peer, feedback, now)
