"""Which packet goes to whom, and when: the forwarder's decisions, without socket, keys or clock, so that a test can drive them.

A packet that has come is numbered, kept for repairs, held while its picture is not whole, and handed on; whoever waits for a key
frame changes over with it; what a listener lost is sent again. ``Copies`` makes and sends what is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .peer import Peer, Slot, Stream, Track
from .rtcp import Feedback, negative_acknowledgement, picture_loss
from .rtp import Packet, begins_key_frame, vp8_pictures

KEY_FRAME_PAUSE_S = 0.4
HOLD_S = 0.004  # the longest that the beginning of a picture waits for its end ...
ENOUGH = 12  # ... and how many packets make up for no more waiting
SHIELD_AFTER_S = 0.015  # later than a short burst of loss lasts, earlier than anybody would ask
SHIELDED = 2  # packets of a batch that are sent twice


class Copies(Protocol):
    """Who protects and sends a copy for everyone; nothing leaves before ``flush`` but repairs."""

    def fan_out(self, stream: Stream, packets: list[Packet]) -> list[Peer]:
        """A copy for each outlet. Returns whom a fault of ours concerns."""

    def late(self, stream: Stream, packet: Packet) -> None:
        """A packet that was missing."""

    def flush(self) -> None: ...

    def repair(self, slot: Slot, lost: list[int], now: float) -> None: ...

    def repeat(self, slot: Slot, seqs: list[int], now: float) -> None: ...

    def shield(self, stream: Stream, packets: list[Packet], now: float) -> None: ...


class Told(Protocol):
    """Who is told what the router sees; called synchronously and must be quick."""

    def went_live(self, track: Track) -> None: ...

    def slots_moved(self, peer: Peer) -> None: ...

    def keep(self, stream: Stream, packet: Packet, now: float) -> None:
        """A packet of a stream that is being recorded."""


class Asked(Protocol):
    """What has been asked of publishers."""

    nacks_out: int
    plis_out: int


class Router:
    """``send_rtcp(peer, packet)`` asks a publisher; ``later(seconds, do, *arguments)`` is a timer; ``do`` gets the time as its last
    argument. ``fault(place, peer)`` is called where an exception is being handled, ``let_go(peer)`` for a client that can't be served.
    """

    def __init__(
        self,
        copies: Copies,
        told: Told,
        asked: Asked,
        send_rtcp: Callable[[Peer, bytes], None],
        later: Callable[..., None],
        fault: Callable[[str, Peer | None], None],
        let_go: Callable[[Peer], None],
    ) -> None:
        self.touched: list[Stream] = []  # streams of which something waits to be sent on
        self._copies = copies
        self._told = told
        self._asked = asked
        self._send_rtcp = send_rtcp
        self._later = later
        self.fault = fault
        self._let_go = let_go

    # ---- packets of publishers

    def accept(self, stream: Stream, seq: int, timestamp: int, marker: int, payload: bytes, now: float) -> None:
        """A packet of a stream has come, opened and checked; ``marker`` is 0x80 at the end of a picture."""
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
            self._told.went_live(track)
        if stream.waiting and begins_key_frame(codec, payload):
            self._switch(stream, packet, now)
        if stream.feed or stream.listened:
            self._told.keep(stream, packet, now)
        if stream.outlets:
            if order:
                if not stream.queue:
                    self.touched.append(stream)
                stream.queue.append(packet)
            else:
                self._copies.late(stream, packet)

    def send_on(self, now: float) -> bool:
        """Send on what has come; returns whether the rest of a picture is about to come.

        The beginning of a picture waits for the rest, which comes at once: together they cost little more than either.
        """
        unfinished = False
        held: list[Stream] = []
        for stream in self.touched:
            queue = stream.queue
            if not queue:
                continue
            if not queue[-1].marker and stream.track.kind != "audio":
                unfinished = True
                if len(queue) < ENOUGH:
                    if not stream.held_at:
                        stream.held_at = now
                    if now - stream.held_at < HOLD_S:
                        held.append(stream)
                        continue
            self._release(stream)
        self.touched = held
        self._copies.flush()
        return unfinished

    def settle(self, stream: Stream) -> None:
        """Send what is queued of this stream, before its outlets change."""
        if stream.queue:
            self._release(stream)
            self._copies.flush()

    def _release(self, stream: Stream) -> None:
        queue, stream.queue, stream.held_at = stream.queue, [], 0.0
        for peer in self._copies.fan_out(stream, queue):
            self._let_go(peer)
        if stream.shielded:
            self._later(SHIELD_AFTER_S, self._shield, stream, queue[-SHIELDED:])

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
            self._told.slots_moved(slot.peer)

    # ---- what is asked of publishers

    def ask_key_frame(self, stream: Stream, now: float) -> None:
        """Ask the publisher for a key frame, at most every 0.4 s."""
        if now - stream.key_asked_at < KEY_FRAME_PAUSE_S:
            return
        stream.key_asked_at = now
        self._asked.plis_out += 1
        peer = stream.track.peer
        self._send_rtcp(peer, picture_loss(peer.own_ssrc, stream.ssrc))

    def ask_missing(self, peer: Peer, now: float) -> None:
        """Ask the publisher for what has not arrived (pictures only: a late voice packet is of no use)."""
        for stream in peer.streams.values():
            if stream.missing and stream.track.kind != "audio":
                wanted = stream.to_ask(now)
                if wanted:
                    self._asked.nacks_out += len(wanted)
                    self._send_rtcp(peer, negative_acknowledgement(peer.own_ssrc, stream.ssrc, wanted[:200]))

    # ---- what listeners ask for

    def answer(self, peer: Peer, feedback: Feedback, now: float) -> None:
        """Repair what a listener lost, and ask for the key frames it wants, as far as its budget goes."""
        for ssrc, lost in feedback.nacks:
            slot = peer.slot_of.get(ssrc)
            if slot is not None:
                self._copies.repair(slot, lost, now)
                self._asked_again(slot, lost, now)
        for ssrc in feedback.key_frames:
            slot = peer.slot_of.get(ssrc)
            if slot is not None and slot.stream is not None and peer.budgets.key_frames.take(now):
                self.ask_key_frame(slot.stream, now)

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
        self._later(SHIELD_AFTER_S, self._repeat, slot, lost)

    def _repeat(self, slot: Slot, lost: list[int], now: float) -> None:
        try:
            self._copies.repeat(slot, lost, now)
        except Exception:  # noqa: BLE001  one client's end, not everybody's
            self.fault("repeat", slot.peer)

    def _shield(self, stream: Stream, packets: list[Packet], now: float) -> None:
        try:
            self._copies.shield(stream, packets, now)
        except Exception:  # noqa: BLE001  one client's end, not everybody's
            self.fault("shield", None)
