"""Who is heard and seen by whom: gives every slot of every client in a room its source, and its layer by what the path carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .active_speaker import CHALLENGE, SILENT_AFTER_S, Loudness, choose_loudest
from .api import Kind
from .peer import Peer, Slot, Stream, Track

VOICES = 4  # one more than a client's three places, so that a speaker still hears three others
LET_GO_AFTER_S = 5.0  # a layer nobody has a use for goes on so long, in case somebody has again
LEAST_COST = 30_000.0  # bit/s reckoned for a picture whose rate is not known yet


class Forwarding(Protocol):
    """What a room needs of the forwarder."""

    def ask_key_frame(self, stream: Stream, now: float) -> None: ...

    def settle(self, stream: Stream) -> None: ...

    def fault(self, place: str, peer: Peer | None) -> None: ...


class Room:
    """The clients of one room. Call ``arrange`` whenever something changed; it is cheap and idempotent."""

    def __init__(self, name: str, forwarding: Forwarding) -> None:
        self.name = name
        self.peers: dict[str, Peer] = {}
        self.voices: dict[Track, Loudness] = {}
        self.loudest: list[Track] = []
        self.seen_speaking: list[str] = []  # sources, the most recent speaker first
        self.told_speaking: tuple[str, ...] = ()
        self.dirty = False
        self._forwarding = forwarding

    # ---- facts

    def tracks(self, kind: Kind) -> list[Track]:
        """Tracks of a kind that may be forwarded now, in the order of joining."""
        return [t for p in self.peers.values() for t in p.tracks.values() if t.kind == kind and t.shown]

    def speaking(self, now: float) -> tuple[str, ...]:
        """Sources speaking now, loudest first."""
        loud = sorted((t for t, v in self.voices.items() if v.speaking(now)), key=lambda t: -self.voices[t].volume)
        return tuple(dict.fromkeys(t.source for t in loud))

    def note_speakers(self, sources: tuple[str, ...]) -> None:
        """Keep who spoke most recently; cameras follow."""
        for source in reversed(sources):
            if source in self.seen_speaking:
                self.seen_speaking.remove(source)
            self.seen_speaking.insert(0, source)
        del self.seen_speaking[200:]

    # ---- arranging

    def arrange(self, now: float) -> list[Peer]:
        """Give every slot its source. Returns the clients whose slots may have changed at once."""
        self.dirty = False
        audible = self.tracks("audio")
        for track in audible:
            if track not in self.voices:
                self.voices[track] = Loudness()
        for track in [t for t in self.voices if t not in audible]:
            del self.voices[track]
        self.loudest = choose_loudest(self.loudest, self.voices, VOICES, now)
        cameras, screens = self.tracks("video"), self.tracks("screen")
        for peer in self.peers.values():
            if not peer.connected:
                continue
            try:
                self._arrange(peer, cameras, screens, now)
            except Exception:  # noqa: BLE001  one client's end, not everybody's
                self._forwarding.fault("arranging", peer)
        return list(self.peers.values())

    def _arrange(self, peer: Peer, cameras: list[Track], screens: list[Track], now: float) -> None:
        source = peer.source
        by_kind: dict[Kind, list[Slot]] = {"audio": [], "video": [], "screen": []}
        for slot in peer.slots:
            by_kind[slot.kind].append(slot)
        # a voice beside its picture: browsers keep the first sound and the first picture of one place together in time
        self._fill(by_kind["audio"], self._voices_for(source, by_kind["audio"], now), now, beside=by_kind["video"])
        wanted = by_kind["video"][: peer.wishes.video]
        order = self._cameras_for(peer, cameras)
        peer.left_out = tuple(t.source for t in order if wanted and not any(s.accepts(t.codec) for s in wanted))
        order = [t for t in order if t.source not in peer.left_out]
        self._fill(wanted, order[: len(wanted)], now, pinned=peer.wishes.pinned, beside=by_kind["audio"])
        for slot in by_kind["video"][len(wanted) :]:
            self._assign(slot, None, now)
        shown = [t for t in screens if t.source != source] if peer.wishes.screen else []
        self._fill(by_kind["screen"], shown[-len(by_kind["screen"]) :] if by_kind["screen"] else [], now)
        self.choose_layers(peer, now)

    def _voices_for(self, source: str, slots: list[Slot], now: float) -> list[Track]:
        """The room's loudest but oneself; when they are more than the slots, who is in one gives way only to who is clearly louder."""
        voices = [t for t in self.loudest if t.source != source]
        if len(voices) <= len(slots):
            return voices
        held = {s.track for s in slots}

        def weight(track: Track) -> float:
            voice = self.voices[track]
            recent = 128.0 if now - voice.spoke_at < SILENT_AFTER_S else 0.0
            return recent + voice.volume + (CHALLENGE if track in held else 0.0)

        return sorted(voices, key=weight, reverse=True)

    def _cameras_for(self, peer: Peer, cameras: list[Track]) -> list[Track]:
        spoke = {source: i for i, source in enumerate(self.seen_speaking)}
        pinned = peer.wishes.pinned

        def rank(track: Track) -> tuple[bool, int]:
            return track.source != pinned, spoke.get(track.source, len(spoke))

        # one camera a source: of two devices, the one that joined last
        of_source = {t.source: t for t in cameras if t.source != peer.source}
        return sorted(of_source.values(), key=rank)

    def _fill(self, slots: list[Slot], tracks: list[Track], now: float, *, pinned: str | None = None, beside: Sequence[Slot] = ()) -> None:
        """Put the tracks into the slots, leaving everyone who is already in one where they are (the pinned one goes first).

        Whoever comes anew is put, if it is free, where the same source is in ``beside``.
        """
        wanted = [t for t in tracks if any(s.accepts(t.codec) for s in slots)][: len(slots)]
        first = wanted[0] if wanted else None
        if first is not None and first.source == pinned and slots[0].track is not first and slots[0].accepts(first.codec):
            displaced = slots[0].track
            for slot in slots:
                if slot.track is first:
                    fits = displaced is not None and displaced in wanted and slot.accepts(displaced.codec)
                    self._assign(slot, displaced if fits else None, now)
            self._assign(slots[0], first, now)
        held = {s.track for s in slots if s.track in wanted}
        free = {i: slot for i, slot in enumerate(slots) if slot.track is None or slot.track not in wanted}
        places = {slot.track.source: i for i, slot in enumerate(beside) if slot.track is not None}
        for track in (t for t in wanted if t not in held):
            fitting = [i for i, slot in free.items() if slot.accepts(track.codec)]
            if fitting:
                place = places.get(track.source)
                self._assign(free.pop(place if place in fitting else fitting[0]), track, now)
        for slot in free.values():
            self._assign(slot, None, now)

    def _assign(self, slot: Slot, track: Track | None, now: float) -> None:
        if slot.track is track:
            return
        slot.track = track
        slot.forget_pending()
        if track is None or track.kind == "audio":
            self.silence(slot)

    def silence(self, slot: Slot) -> None:
        """Nothing flows in this slot from now on."""
        slot.forget_pending()
        if slot.stream is not None:
            self._forwarding.settle(slot.stream)
            slot.stop()

    # ---- layers

    def choose_layers(self, peer: Peer, now: float) -> None:
        """Point every slot at the best layer its client's path carries; pictures give way, voices never do."""
        downlink = peer.downlink
        left, spent, trial = downlink.for_pictures(), 0.0, downlink.may_try(now)
        for slot in sorted(peer.slots, key=lambda s: {"audio": 0, "screen": 1, "video": 2}[s.kind]):
            track = slot.track
            if track is None:
                continue
            if slot.kind == "audio":
                self._aim(slot, track.layers.get(0), now)
                continue
            flowing = slot.stream.layer if slot.stream is not None and slot.stream.track is track else -1
            chosen: Stream | None = None
            usable = track.usable_layers(now)
            largest = self._largest_for(peer, track)
            for layer in [i for i in usable if i <= largest] or usable[:1]:
                stream = track.layers[layer]
                cost = max(stream.bit_rate, LEAST_COST)
                if cost <= left or (layer <= flowing and not downlink.must_shrink(now)):
                    chosen = stream
                elif chosen is None and not downlink.ever_congested:
                    chosen = stream  # nothing speaks against the smallest picture
                elif trial and layer > flowing:
                    trial, chosen = False, stream
                    downlink.tried(spent + cost, now)
                    break
                else:
                    break
            if chosen is None:
                self.silence(slot)
                continue
            cost = max(chosen.bit_rate, LEAST_COST)
            left, spent = left - cost, spent + cost
            self._aim(slot, chosen, now)
        downlink.sending = sum(s.stream.bit_rate for s in peer.slots if s.stream is not None and s.kind != "audio")

    @staticmethod
    def _largest_for(peer: Peer, track: Track) -> int:
        """The largest layer of a track that this client has a use for."""
        whole = track.kind == "screen" or track.source == peer.wishes.pinned
        return track.layer_count - 1 if whole else min(track.layer_count - 1, peer.wishes.layer)

    def layers_wanted(self, track: Track, now: float, *, everything: bool) -> tuple[int, ...]:
        """The layers of a camera that somebody has a use for: what flows into slots, the next one up where the path may carry it,
        and always the smallest, to fall back to at once. A layer is let go of only after a while."""
        top = track.layer_count - 1
        wanted = set(range(top + 1)) if everything else {0}
        for peer in self.peers.values():
            for slot in peer.slots:
                if slot.track is track:
                    largest = self._largest_for(peer, track)
                    aimed = slot.pending or slot.stream
                    flows = aimed.layer if aimed is not None and aimed.track is track else 0
                    wanted.add(min(flows, largest))
                    wanted.add(min(largest, flows + 1) if peer.downlink.ever_congested else largest)
        kept = set(track.asked_for or range(top + 1)) - wanted
        track.unwanted_since = {layer: track.unwanted_since.get(layer, now) for layer in kept}
        return tuple(sorted(wanted | {layer for layer, since in track.unwanted_since.items() if now - since < LET_GO_AFTER_S}))

    def _aim(self, slot: Slot, stream: Stream | None, now: float) -> None:
        if stream is None or slot.stream is stream:
            slot.forget_pending()
            return
        if slot.pending is not stream:
            slot.forget_pending()
            slot.pending = stream
            stream.waiting.append(slot)
        if slot.kind != "audio":
            self._forwarding.ask_key_frame(stream, now)
        if slot.stream is not None and slot.stream.track is not slot.track and not slot.stream.track.shown:
            self.silence_keeping_pending(slot)

    def silence_keeping_pending(self, slot: Slot) -> None:
        """Stop what flows, but stay in line for what comes."""
        if slot.stream is not None:
            self._forwarding.settle(slot.stream)
            slot.stop()

    def ask_again(self, now: float) -> None:
        """Key frames that slots or the recorder still wait for."""
        for peer in self.peers.values():
            for stream in peer.streams.values():
                if (stream.waiting and stream.track.kind != "audio") or (stream.feed and stream.feed_needs_key):
                    self._forwarding.ask_key_frame(stream, now)

    # ---- authority

    def cut(self, peer: Peer, now: float) -> None:
        """Stop at once everything of this client that is no longer permitted, in every slot of the room."""
        for other in self.peers.values():
            for slot in other.slots:
                track = slot.track
                if track is not None and track.peer is peer and not track.shown:
                    self.silence(slot)
                    slot.track = None
                elif slot.stream is not None and slot.stream.track.peer is peer and not slot.stream.track.shown:
                    self.silence_keeping_pending(slot)
