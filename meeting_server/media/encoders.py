"""What an encoder must send so that every phone plays it: pictures in VP8 or plain H264, sound in Opus, one of each.

An encoder cannot be asked to try again with less, as a phone can, and whoever set it up looks at its window, not at ours. So an offer of
which a part would be left out is refused whole, with the setting to change.
"""

from __future__ import annotations

from typing import Literal

from .sdp_answer import carried
from .sdp_offer import OfferedLine, parse_offer

PICTURES = ("vp8", "h264")  # what every phone's page takes
Setting = Literal["video_codec", "h264_profile", "audio_codec", "one_camera"]


def setting_to_change(offer_sdp: str) -> Setting | None:
    """Which setting keeps a part of what this encoder offers from the phones; None: all of it arrives. Raises MediaRefused."""
    lines = parse_offer(offer_sdp, video_slots=0).lines
    sending = [line for line in lines if not line.refused and line.direction in ("sendonly", "sendrecv")]
    pictures = [line for line in sending if line.kind == "video"]
    sounds = [line for line in sending if line.kind == "audio"]
    if len(pictures) > 1 or len(sounds) > 1:
        return "one_camera"
    for line in pictures:
        if not carried(line) & set(PICTURES):
            return "h264_profile" if _offers(line, "h264") else "video_codec"
    return "audio_codec" if any("opus" not in carried(line) for line in sounds) else None


def _offers(line: OfferedLine, name: str) -> bool:
    return any(codec.name == name for codec in line.codecs)
