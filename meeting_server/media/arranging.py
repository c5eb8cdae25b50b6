"""Keeps rooms arranged and tells what changes in them: tracks begin and end, people speak, slots get other sources, layers are wanted.

The rules of one room are in ``rooms``; here is when they are applied, and what the application and the recorder hear of it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from .active_speaker import Loudness
from .api import LAYERS, ActiveSpeakers, LayersWanted, SpeakerTurn, TrackEnded, TrackStarted
from .control import WorkerEvent
from .faults import each
from .peer import Peer, Track
from .recording import Recording
from .rooms import Room
from .routing import Router


class Arranging:
    """The rooms of one worker. ``clock`` is monotonic (s), ``unix_ms`` turns such a moment into Unix ms, ``call_soon`` calls when the
    event at hand is dealt with: whatever happens together is arranged once.
    """

    def __init__(
        self,
        emit: Callable[[WorkerEvent], None],
        router: Router,
        recording: Recording,
        clock: Callable[[], float],
        unix_ms: Callable[[float], int],
        call_soon: Callable[[Callable[[], None]], object],
    ) -> None:
        self.rooms: dict[str, Room] = {}
        self.moved: set[Peer] = set()  # clients that are to be told what is in their slots now
        self._emit = emit
        self._router = router
        self._recording = recording
        self._clock = clock
        self._ms = unix_ms
        self._call_soon = call_soon

    def room(self, name: str) -> Room:
        """The room of this name; made when it is not there."""
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = Room(name, self._router)
        return room

    def sweep(self, room: Room) -> None:
        """Forget a room that is of no more use."""
        if not room.peers and not self._recording.active(room.name):
            self.rooms.pop(room.name, None)

    def soon(self, peer: Peer) -> None:
        """Arrange the client's room once what is at hand is dealt with."""
        room = self.rooms.get(peer.room)
        if room is not None and not room.dirty:
            room.dirty = True
            self._call_soon(functools.partial(self._if_dirty, room))

    def _if_dirty(self, room: Room) -> None:
        if room.dirty:
            self.rearrange(room, self._clock())

    def rearrange(self, room: Room, now: float) -> None:
        """Give every slot of the room its source, and tell what changed."""
        before = {t: v for t, v in room.voices.items() if not t.shown}
        for track, voice in before.items():
            self._report_turn(room, track, voice, voice.end())
        for peer in room.arrange(now):
            self.tell_slots(peer)
        self.tell_layers(room, now)

    def tell_slots(self, peer: Peer) -> None:
        """Tell a client what flows in its slots, when it is not what it was told last."""
        changed = peer.slots_changed()
        if changed is not None:
            self._emit(changed)

    def tell_moved(self) -> None:
        """Tell those in whose slots something began or ended since the last time."""
        if self.moved:
            moved, self.moved = self.moved, set()
            each(self._router.fault, "slots", moved, self.tell_slots)

    def tell_layers(self, room: Room, now: float) -> None:
        """Tell publishers which encodings of their cameras are of use."""
        for track in room.tracks("video"):
            if track.layer_count < 2:
                continue
            wanted = room.layers_wanted(track, now, everything=self._recording.active(room.name))
            if wanted != (track.asked_for or tuple(range(track.layer_count))):
                track.asked_for = wanted
                self._emit(LayersWanted(track.peer.client, tuple(LAYERS[layer] for layer in wanted if layer < len(LAYERS))))

    def announce(self, track: Track, now: float) -> None:
        """A track is shown in its room from now on."""
        self._emit(TrackStarted(track.peer.room, track.source, track.kind, self._ms(now)))
        if self._recording.active(track.peer.room):
            self.feed(track, now)

    def end_tracks(self, peer: Peer, tracks: list[Track], now: float) -> None:
        """Tracks of a client are shown no more: nothing of them flows, and their voices are silent."""
        room = self.rooms[peer.room]
        for track in tracks:
            voice = room.voices.pop(track, None)
            if voice is not None:
                self._report_turn(room, track, voice, voice.end())
            if track in room.loudest:
                room.loudest.remove(track)
            for stream in track.streams():
                for slot in list(stream.outlets):
                    self._router.settle(stream)
                    slot.stop()
                    self.moved.add(slot.peer)
                for slot in list(stream.waiting):
                    slot.forget_pending()
                if stream.feed:
                    stream.feed = 0
            if track.live:
                self._emit(TrackEnded(peer.room, peer.source, track.kind, self._ms(now)))
            self._recording.pause(track)

    def _report_turn(self, room: Room, track: Track, voice: Loudness, turn: tuple[float, float] | None) -> None:
        if turn is not None:
            self._emit(SpeakerTurn(room.name, track.source, self._ms(turn[0]), self._ms(turn[1])))

    def feed(self, track: Track, now: float) -> None:
        """Let the recorder have the track, its pictures from a key frame on."""
        self._recording.follow(track)
        for stream in track.streams():
            if stream.feed and track.kind != "audio":
                stream.feed_needs_key = True
                self._router.ask_key_frame(stream, now)

    # ---- clocks

    def tenth(self, now: float) -> None:
        """Ten times a second: who speaks, which pictures stopped, what key frames are still wanted."""
        self._every_room(self._tenth_of, now)

    def second(self, now: float) -> None:
        """Every second: which layers each client's path carries."""
        self._every_room(self._second_of, now)

    def _every_room(self, step: Callable[[Room, float], None], now: float) -> None:
        for room in list(self.rooms.values()):
            try:
                step(room, now)
            except Exception:  # noqa: BLE001  one client's end, not everybody's
                self._router.fault(f"room {room.name}", None)

    def _second_of(self, room: Room, now: float) -> None:
        each(self._router.fault, "layers", room.peers.values(), functools.partial(self._choose_layers, room, now))
        self.tell_layers(room, now)

    def _tenth_of(self, room: Room, now: float) -> None:
        for track, voice in list(room.voices.items()):
            self._report_turn(room, track, voice, voice.rest(now))
        speaking = room.speaking(now)
        if speaking != room.told_speaking:
            room.told_speaking = speaking
            if speaking:
                room.note_speakers(speaking)
            self._emit(ActiveSpeakers(room.name, speaking))
            room.dirty = True
        each(self._router.fault, "flow", room.peers.values(), lambda peer: self._see_flow(room, peer, now))
        if room.dirty:
            self.rearrange(room, now)
        room.ask_again(now)

    def _see_flow(self, room: Room, peer: Peer, now: float) -> None:
        """Notice pictures that stopped, and layers that came or went."""
        for track in peer.tracks.values():
            if track.live and track.kind != "audio" and not any(s.alive(now) for s in track.layers.values()):
                if track.permitted:
                    self.end_tracks(peer, [track], now)
                track.live = False
                room.dirty = True
            if track.layer_count > 1:
                flowing = tuple(i for i, s in sorted(track.layers.items()) if s.alive(now))
                if flowing != track.flowing:  # one that was asked for has come: who waits for it need not wait longer
                    track.flowing = flowing
                    room.dirty = True

    @staticmethod
    def _choose_layers(room: Room, now: float, peer: Peer) -> None:
        if peer.connected:
            room.choose_layers(peer, now)
        for stream in peer.streams.values():
            lossy = stream.track.kind != "audio" and [s for s in stream.outlets if s.peer.downlink.loses_by_chance(now)]
            stream.shielded = tuple(lossy or ())
