"""What a worker tells about itself: the streams of one client for people who want to know, and its counters and gauges for Prometheus."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from .api import LAYERS, ClientDetails, Kind, Role, StreamDetails
from .forwarding import Forwarder
from .peer import Peer, Stream
from .reports import Level

SENDING: dict[Kind, Role] = {"audio": "microphone", "video": "camera", "screen": "screen"}
RECEIVING: dict[Kind, Role] = {"audio": "audio_slot", "video": "video_slot", "screen": "screen_slot"}


def details_of(peer: Peer) -> ClientDetails:
    """Round trip, estimated capacity and every stream of one client."""
    sent = [
        StreamDetails(track.mid, SENDING[track.kind], peer.source, _layer(stream), _kbit_s(stream), _percent(stream.lost))
        for track in peer.tracks.values()
        for stream in track.streams()
    ]
    received = [
        StreamDetails(
            slot.mid,
            RECEIVING[slot.kind],
            None if slot.stream is None else slot.stream.track.source,
            _layer(slot.stream),
            _kbit_s(slot.stream),
            _percent(slot.lost),
        )
        for slot in peer.slots
    ]
    estimate = peer.downlink.estimate
    return ClientDetails(
        peer.client,
        cast(Level, peer.level),
        None if peer.round_trip is None else round(peer.round_trip * 1000, 1),
        None if estimate is None else round(estimate / 1000),
        (*sent, *received),
    )


def _layer(stream: Stream | None) -> str | None:
    return None if stream is None or stream.track.layer_count < 2 else LAYERS[stream.layer]


def _kbit_s(stream: Stream | None) -> float:
    return 0.0 if stream is None else round(stream.bit_rate / 1000, 1)


def _percent(share: float) -> float:
    return round(100 * share, 1)


def figures_of(forwarder: Forwarder, peers: Collection[Peer], rooms: int) -> dict[str, float]:
    """By metric name, without the prefix."""
    c = forwarder.counters
    flowing = [slot for peer in peers for slot in peer.slots if slot.stream is not None]
    shown = [slot.stream for slot in flowing if slot.stream is not None and slot.kind != "audio"]
    layers = {f"slots_layer_{name}": sum(1 for s in shown if s.layer == i and s.track.layer_count > 1) for i, name in enumerate(LAYERS)}
    trips = sorted(peer.round_trip for peer in peers if peer.round_trip is not None)
    sent = [stream.lost for peer in peers for stream in peer.streams.values()]
    heard = [slot.lost for slot in flowing]
    return {
        "packets_in_total": c.packets_in,
        "packets_out_total": c.packets_out,
        "bytes_in_total": c.bytes_in,
        "bytes_out_total": c.bytes_out,
        "packets_refused_total": sum(c.rejected.values()) - c.rejected["stranger"] - c.rejected["check"],
        "packets_from_strangers_total": c.rejected["stranger"],
        "checks_refused_total": forwarder.paths.ice.refused,
        "packets_unsent_total": forwarder.dropped,
        "nacks_received_total": c.nacks_in,
        "nacks_sent_total": c.nacks_out,
        "packets_repaired_total": c.repaired,
        "packets_shielded_total": c.shielded,
        "key_frames_asked_total": c.plis_out,
        **layers,
        "round_trip_median_ms": round(1000 * trips[len(trips) // 2], 1) if trips else 0.0,
        "loss_in_share": round(sum(sent) / len(sent), 4) if sent else 0.0,
        "loss_out_share": round(sum(heard) / len(heard), 4) if heard else 0.0,
        "faults_total": forwarder.faults.count,
        "clients": len(peers),
        "rooms": rooms,
        "streams_in": len(sent),
        "slots_flowing": len(flowing),
    }
