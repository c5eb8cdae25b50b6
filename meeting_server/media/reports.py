"""Reports in both directions: what clients tell about their networks, what they are told, and how good a network is in four levels."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

from .api import Quality
from .control import WorkerEvent
from .peer import Peer, Slot, Stream
from .rtcp import MAX_SYMBOLS, Feedback, Reception, SenderReport, arrivals, read_arrivals, receiver_report, sender_report, to_ntp

GONE_AFTER_S = 6.0
REPORTS_APART_S = 0.2  # a sender's reports go on to everyone who listens: more often than this they would be a flood
STALE_AFTER_S = 10.0  # a report older than this may be about a source that was changed since
UNEASY_S = 20.0  # this long after congestion a network is fair, not good
MOST_LOSS_TOLD = 0.09  # more would make the publisher take its bit rate down for everyone

Level = Literal[0, 1, 2, 3]


class Reports:
    """``send`` protects and sends RTCP to a client; ``epoch`` added to monotonic seconds gives Unix seconds."""

    def __init__(self, send: Callable[[Peer, bytes], None], emit: Callable[[WorkerEvent], None], epoch: float) -> None:
        self._send = send
        self._emit = emit
        self._epoch = epoch

    def heard(self, peer: Peer, feedback: Feedback, now: float) -> None:
        for report in feedback.senders:
            stream = peer.streams.get(report.ssrc)
            if stream is None or (stream.report is not None and now - stream.report_at < REPORTS_APART_S):
                continue
            stream.report, stream.report_at = report, now
            peer.clock.learn(report, self._epoch + now)
            for slot in stream.outlets:
                self._about_slot(slot, stream, report, now)
        for block in feedback.reports:
            slot_of = peer.slot_of.get(block.ssrc)
            if slot_of is None:
                continue
            fraction = block.lost / 256
            slot_of.lost = 0.7 * slot_of.lost + 0.3 * fraction
            if slot_of.kind != "audio" and slot_of.stream is not None and not slot_of.counted:
                peer.downlink.reported_loss(fraction, now)
            sent = slot_of.reports_sent.get(block.lsr)
            if block.lsr and sent is not None:
                trip = now - sent - block.dlsr / 65536
                if 0 <= trip < 10:
                    peer.round_trip = trip if peer.round_trip is None else 0.7 * peer.round_trip + 0.3 * trip
        for body in feedback.arrivals:
            peer.downlink.reported_arrivals(read_arrivals(body), now)
        if feedback.capacity is not None:
            peer.downlink.reported_capacity(feedback.capacity, now)
        for ssrc in feedback.byes:
            stream = peer.streams.get(ssrc)
            if stream is not None and stream.track.kind != "audio":
                stream.last_at = -1e9

    def _about_slot(self, slot: Slot, stream: Stream, report: SenderReport, now: float) -> None:
        ntp = to_ntp(stream.track.peer.clock.unix(report))
        packets, octets = slot.totals
        packet = sender_report(slot.ssrc, ntp, report.rtp + slot.time_offset, packets, octets, slot.place)
        if len(slot.reports_sent) > 8:
            slot.reports_sent.pop(next(iter(slot.reports_sent)))
        slot.reports_sent[ntp >> 16 & 0xFFFFFFFF] = now
        self._send(slot.peer, packet)

    def about_publishing(self, peer: Peer, now: float) -> None:
        """Once a second: how what the client sends arrives here, and to which time belongs what has begun to flow to it.

        Browsers report about a voice every five seconds only: too late to bring it in step with a picture.
        """
        streams = [s for s in peer.streams.values() if s.started]
        if streams and peer.connected:
            receptions = [s.measure(now) for s in streams]
            worst = max(r.lost for r in receptions) / 256
            told = [_with_listeners(r, s) for r, s in zip(receptions, streams, strict=True)]
            self._send(peer, receiver_report(peer.own_ssrc, told))
            peer.uplink_loss = 0.6 * peer.uplink_loss + 0.4 * worst
        for slot in peer.slots:
            stream = slot.stream
            if stream is None or stream.report is None or slot.reports_sent or not peer.connected:
                continue
            age = now - stream.report_at
            if age < STALE_AFTER_S:
                self._about_slot(slot, stream, _as_of(stream.report, age, stream.rate), now)

    def about_arrivals(self, peer: Peer) -> None:
        """Transport-wide feedback about everything that arrived since the last. A jump of its numbers is a new beginning: what lies
        between is no loss, and what came before it is of no use any more."""
        seen, peer.arrivals = peer.arrivals, []
        base = peer.feedback_base
        unwrapped: dict[int, int] = {}
        for seq, at in seen:
            ahead = (seq - base + 0x8000 & 0xFFFF) - 0x8000
            full = base + ahead
            if abs(ahead) >= MAX_SYMBOLS:
                unwrapped.clear()
                base = full
            unwrapped.setdefault(full, at)
            base = max(base, full)
        peer.feedback_base = base
        times = sorted((full, at) for full, at in unwrapped.items() if base - full < MAX_SYMBOLS)
        peer.feedback_number += 1
        ssrc = next(iter(peer.streams), 0)
        self._send(peer, arrivals(peer.own_ssrc, ssrc, peer.feedback_number, times))

    def judge(self, peer: Peer, silent: float, now: float) -> None:
        flowing = [s.lost for s in peer.slots if s.stream is not None]
        loss = max([peer.uplink_loss, *flowing])
        trip = peer.round_trip or 0.0
        level: Level
        if not peer.connected:
            return
        if silent > GONE_AFTER_S:
            level = 0
        elif loss > 0.10 or trip > 0.8 or peer.downlink.must_shrink(now):
            level = 1
        elif loss > 0.03 or trip > 0.35 or now - peer.downlink.congested_at < UNEASY_S:
            level = 2
        else:
            level = 3
        if level != peer.level:
            peer.level = level
            self._emit(Quality(peer.client, level))


def _as_of(report: SenderReport, later_s: float, rate: int) -> SenderReport:
    """What the report would say if it had been made so much later."""
    return dataclasses.replace(report, ntp=report.ntp + int(later_s * 4294967296), rtp=report.rtp + int(later_s * rate))


def _with_listeners(reception: Reception, stream: Stream) -> Reception:
    """A voice's report also tells what its listeners lose (up to a tenth): the encoder then adds forward correction for them."""
    if stream.track.kind != "audio" or not stream.outlets:
        return reception
    listeners = min(MOST_LOSS_TOLD, 2.5 * max(slot.lost for slot in stream.outlets))
    return dataclasses.replace(reception, lost=max(reception.lost, int(listeners * 256)))
