"""The numbering of a receive slot: one continuous RTP stream to a client although what flows in it changes."""

from __future__ import annotations

import random
from typing import Any

from .api import Kind
from .rtp import Packet
from .sdp_answer import SEND_TIME, TRANSPORT_SEQUENCE, Payload, SlotLine
from .streams import IncomingStream

REPAIRS_PER_SECOND = 400


class SlotNumbers:
    """The rewriting of one slot. Out = in + offset, for sequence number, timestamp and VP8 picture numbers alike."""

    __slots__ = (
        "begins_at", "counted", "extension", "id_offset", "kind", "last_at", "last_id", "last_seq", "last_time", "last_tl0",
        "lost", "mid", "octets", "packets", "payload_type", "payloads", "place", "rate", "repaired", "repairs", "repairs_at",
        "reports_sent", "rtx_seq", "rtx_ssrc", "rtx_type", "seq_offset", "ssrc", "started", "time_offset", "tl0_offset",
    )  # fmt: skip

    def __init__(self, line: SlotLine) -> None:
        self.mid = line.mid
        self.place = line.place
        self.kind: Kind = line.kind
        self.ssrc = line.ssrc
        self.rtx_ssrc = line.rtx_ssrc
        self.payloads: dict[str, Payload] = line.payloads
        self.extension, self.counted = _extension(line)
        self.payload_type = self.rtx_type = 0
        self.rate = 90000
        self.seq_offset = self.time_offset = self.id_offset = self.tl0_offset = 0
        self.begins_at = 0  # first sequence number (ours) since the last change
        self.packets = self.octets = 0  # sent before what flows now began
        self.started = False
        self.last_seq = self.last_time = self.last_id = self.last_tl0 = 0
        self.last_at = 0.0
        self.rtx_seq = random.randrange(1 << 15)
        self.repairs = float(REPAIRS_PER_SECOND)
        self.repairs_at = 0.0
        self.repaired = 0
        self.lost = 0.0
        self.reports_sent: dict[int, float] = {}  # middle of the NTP time -> when it went out

    def renegotiated(self, line: SlotLine) -> None:
        """Take over what a later offer changed, and keep the numbering."""
        self.payloads = line.payloads
        self.rtx_ssrc = line.rtx_ssrc
        self.extension, self.counted = _extension(line)

    def accepts(self, codec: str) -> bool:
        return codec in self.payloads

    def number_from(self, payload: Payload, packet: Packet, now: float) -> None:
        """Number what follows so that ``packet`` comes right after what came before."""
        self.payload_type, self.rtx_type = payload.number, payload.rtx if self.rtx_ssrc else 0
        if self.started:
            out_seq = self.last_seq + 1
            out_time = self.last_time + max(1, int((now - self.last_at) * payload.rate))
        else:
            out_seq, out_time = random.randrange(1 << 15), random.randrange(1 << 31)
        self.rate = payload.rate
        self.seq_offset = out_seq - packet.seq & 0xFFFF
        self.time_offset = out_time - packet.timestamp & 0xFFFFFFFF
        if packet.picture is not None:
            if self.started:
                self.id_offset = self.last_id + 1 - packet.picture.id & 0x7FFF
                self.tl0_offset = self.last_tl0 + 1 - packet.picture.tl0 & 0xFF
        else:
            self.id_offset = self.tl0_offset = 0
        self.begins_at = out_seq & 0xFFFF
        self.reports_sent.clear()  # they were about what flowed before
        self.started = True

    def number_until(self, stream: IncomingStream) -> None:
        """Remember where the numbering stands: everything up to the stream's newest packet has been sent."""
        self.last_seq = stream.newest + self.seq_offset & 0xFFFF
        self.last_time = stream.last_timestamp + self.time_offset & 0xFFFFFFFF
        self.last_at = stream.last_at
        newest = stream.history[stream.newest % len(stream.history)]
        if newest is not None and newest.picture is not None:
            self.last_id = newest.picture.id + self.id_offset & 0x7FFF
            self.last_tl0 = newest.picture.tl0 + self.tl0_offset & 0xFF

    def find_in(self, stream: IncomingStream, seq: int) -> Packet | None:
        """The packet that went out under ``seq`` since the last change, if the history still has it."""
        if (seq - self.begins_at & 0xFFFF) >= 0x8000:
            return None
        inner = seq - self.seq_offset & 0xFFFF
        packet = stream.history[inner % len(stream.history)]
        return packet if packet is not None and packet.seq == inner else None

    def may_repair(self, now: float) -> bool:
        """A bucket: a client asking for everything again cannot take the line from the others."""
        self.repairs = min(REPAIRS_PER_SECOND, self.repairs + (now - self.repairs_at) * REPAIRS_PER_SECOND)
        self.repairs_at = now
        if self.repairs < 1:
            return False
        self.repairs -= 1
        return True


def rewrite_picture(out: bytearray, at: int, packet: Packet, slot: SlotNumbers) -> None:
    """Write a slot's picture numbers into the VP8 payload that begins at ``at``."""
    picture: Any = packet.picture
    if picture.id_at >= 0:
        number = picture.id + slot.id_offset
        where = at + picture.id_at
        if picture.id_long:
            out[where] = 0x80 | number >> 8 & 0x7F
            out[where + 1] = number & 0xFF
        else:
            out[where] = number & 0x7F
    if picture.tl0_at >= 0:
        out[at + picture.tl0_at] = picture.tl0 + slot.tl0_offset & 0xFF


def _extension(line: SlotLine) -> tuple[int, bool]:
    """(head byte of the one extension element every packet carries, 0 for none; whether it holds a transport-wide number)."""
    number = line.extensions.get(TRANSPORT_SEQUENCE, 0)
    if number:
        return number << 4 | 1, True
    number = line.extensions.get(SEND_TIME, 0)
    return (number << 4 | 2 if number else 0), False
