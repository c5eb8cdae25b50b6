"""The workers' figures as Prometheus reads them (text format 0.0.4): every metric with its help and type, its samples together."""

from __future__ import annotations

from collections.abc import Mapping

PREFIX = "meeting_media_"
HELP: dict[str, str] = {
    "packets_in_total": "RTP and RTCP packets that clients sent and were served",
    "packets_out_total": "Packets sent to clients",
    "bytes_in_total": "Bytes of the packets that clients sent",
    "bytes_out_total": "Bytes of the packets sent to clients",
    "packets_refused_total": "Packets of known clients that were not served",
    "packets_from_strangers_total": "Datagrams from addresses of no client",
    "checks_refused_total": "Connectivity checks (STUN) that did not prove who they are from",
    "packets_unsent_total": "Packets that the socket did not take",
    "nacks_received_total": "Packets that clients asked for again",
    "nacks_sent_total": "Packets asked for again from clients",
    "packets_repaired_total": "Packets sent once more to who had lost them",
    "packets_shielded_total": "Packets sent twice beforehand to who loses many",
    "key_frames_asked_total": "Key frames asked for from clients",
    "slots_layer_q": "Places that show the smallest picture",
    "slots_layer_h": "Places that show the middle picture",
    "slots_layer_f": "Places that show the full picture",
    "round_trip_median_ms": "Median round trip to clients in milliseconds",
    "loss_in_share": "Mean share of packets lost on the way here",
    "loss_out_share": "Mean share of packets lost on the way to clients",
    "faults_total": "Faults of ours that ended one client's packet or step",
    "clients": "Clients connected or connecting",
    "rooms": "Rooms with clients",
    "streams_in": "Streams that clients send",
    "slots_flowing": "Places that get a stream",
    "datagrams_rejected_total": "Datagrams that were not served, by reason",
}
"""By metric name without the prefix."""


def exposition(workers: Mapping[str, tuple[Mapping[str, float], Mapping[str, int]]]) -> str:
    """``workers``: name → (figures, datagrams rejected by reason). What ends in ``_total`` is a counter, all else a gauge."""
    samples: dict[str, list[str]] = {}
    for worker, (figures, rejected) in workers.items():
        for name, value in figures.items():
            samples.setdefault(name, []).append(f'{PREFIX}{name}{{worker="{worker}"}} {value}')
        for why, count in rejected.items():
            name = "datagrams_rejected_total"
            samples.setdefault(name, []).append(f'{PREFIX}{name}{{worker="{worker}",reason="{why}"}} {count}')
    lines = []
    for name, said in samples.items():
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# HELP {PREFIX}{name} {HELP.get(name, name.replace('_', ' '))}", f"# TYPE {PREFIX}{name} {kind}", *said]
    return "\n".join(lines) + "\n"
