"""Who speaks: loudness from the levels that phones write into their packets, with hysteresis; nothing is decoded."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar

Voice = TypeVar("Voice", bound=Hashable)

SPEECH_VOLUME = 127 - 55  # louder than -55 dBov counts as speech
ATTACK, RELEASE = 0.35, 0.06  # share of a 20 ms packet in the running volume
BEGINS_AFTER_S = 0.12  # of speech within a moment, before it counts
ENDS_AFTER_S = 1.5  # of silence: a shorter pause belongs to the turn
SILENT_AFTER_S = 0.8  # no longer shown as speaking
SHORTEST_TURN_S = 0.4
CHALLENGE = 8.0  # a challenger must be this much louder than whom it replaces


@dataclass
class Loudness:
    """The running volume of one voice, 0 (silent) to 127, and its turn."""

    volume: float = 0.0
    spoke_at: float = -1e9  # last loud packet
    began_at: float | None = None  # of the present turn
    _rising_since: float | None = None

    def hear(self, level: int, now: float) -> None:
        """``level`` in -dBov as on the wire: 0 is loudest."""
        loud = 127 - level
        self.volume += (loud - self.volume) * (ATTACK if loud > self.volume else RELEASE)
        if now - self.spoke_at > 0.3:
            self._rising_since = None
        if loud < SPEECH_VOLUME:
            return
        self.spoke_at = now
        if self._rising_since is None:
            self._rising_since = now
        if self.began_at is None and now - self._rising_since >= BEGINS_AFTER_S:
            self.began_at = self._rising_since

    def rest(self, now: float) -> tuple[float, float] | None:
        """Call about ten times a second. Returns (begin, end) of a turn that is over, once."""
        if now - self.spoke_at > 0.3:
            self.volume *= 0.8  # a phone with discontinuous transmission sends nothing while silent
        if self.began_at is not None and now - self.spoke_at > ENDS_AFTER_S:
            return self.end()
        return None

    def end(self) -> tuple[float, float] | None:
        """The turn ends here (muted, left); None when there was none worth a mention."""
        began, self.began_at, self._rising_since = self.began_at, None, None
        self.volume = 0.0
        if began is None or self.spoke_at - began < SHORTEST_TURN_S:
            return None
        return began, self.spoke_at

    def speaking(self, now: float) -> bool:
        return self.began_at is not None and now - self.spoke_at < SILENT_AFTER_S


def choose_loudest(present: list[Voice], voices: dict[Voice, Loudness], places: int, now: float) -> list[Voice]:
    """Who holds the places now. Someone present gives way only to a clearly louder voice, or when silent to any voice that speaks."""
    held = [v for v in present if v in voices][:places]
    others = sorted((v for v in voices if v not in held), key=lambda v: -voices[v].volume)
    for voice in others:
        if len(held) < places:
            held.append(voice)
            continue
        loud = voices[voice]
        if now - loud.spoke_at > SILENT_AFTER_S:
            break
        weakest = min(held, key=lambda v: (voices[v].speaking(now), voices[v].volume))
        gone_quiet = not voices[weakest].speaking(now) and now - voices[weakest].spoke_at > SILENT_AFTER_S
        drowned = loud.began_at is not None and loud.volume > voices[weakest].volume + CHALLENGE
        if gone_quiet or drowned:
            held[held.index(weakest)] = voice
    return held
