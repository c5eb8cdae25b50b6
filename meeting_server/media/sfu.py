"""The selective forwarding unit of one worker: takes commands, keeps rooms and clients, runs the clocks, emits events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from .api import (
    LAYERS,
    Answer,
    ClientConnected,
    ClientDetails,
    ClientLost,
    KeptClient,
    Layer,
    MediaRefused,
)
from .arranging import Arranging
from .control import WorkerEvent
from .dtls import Dtls
from .faults import each
from .figures import details_of, figures_of
from .forwarding import Forwarder
from .listening import Listening
from .peer import Peer, Permissions, Stream, Track, Wishes
from .recording import Recording
from .reports import Reports
from .rtcp import Feedback
from .rtp import Packet, begins_key_frame
from .sdp_answer import Answerer
from .sdp_offer import parse_offer

LOST_AFTER_S = 30.0
HANDSHAKE_WITHIN_S = 30.0
MAX_CLIENTS = 2000
OFTEN_S, AT_LEAST_EVERY_S = 0.02, 0.04  # what is done often, while datagrams come anyhow, and when none do


class Sfu:
    """All methods run on the worker's event loop. ``emit`` receives every event, in order."""

    def __init__(self, bind: str, port: int, hosts: tuple[str, ...], emit: Callable[[WorkerEvent], None]) -> None:
        self._emit = emit
        self._hosts = hosts
        self.forwarder = Forwarder(bind, port, self)
        self._epoch = time.time() - time.monotonic()
        self._reports = Reports(self.forwarder.send_rtcp, emit, self._epoch)
        self.peers: dict[str, Peer] = {}
        self.recording = Recording(emit, self._recorder_needs_key, self._unix)
        self.listening = Listening()
        self._arranging = Arranging(emit, self.forwarder.router, self.recording, time.monotonic, self._ms, self._call_soon)
        self.rooms = self._arranging.rooms
        self._fast_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self.forwarder.start()
        self._tasks = [
            asyncio.create_task(self._often()),
            asyncio.create_task(self._every(0.1, self._tenth)),
            asyncio.create_task(self._every(1.0, self._second)),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for peer in list(self.peers.values()):
            self._expel(peer)
        await self.recording.close()
        self.listening.close()
        self.forwarder.close()

    async def _every(self, interval: float, step: Callable[[float], None]) -> None:
        while True:
            await asyncio.sleep(interval)
            try:
                step(time.monotonic())
            except Exception:  # noqa: BLE001  one client's end, not everybody's
                self.forwarder.fault("clock", None)

    async def _often(self) -> None:
        while True:
            await asyncio.sleep(max(0.001, self._fast_at + AT_LEAST_EVERY_S - time.monotonic()))
            self.passed(time.monotonic())

    @staticmethod
    def _call_soon(do: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(do)

    def _unix(self, monotonic: float) -> float:
        return self._epoch + monotonic

    def _ms(self, monotonic: float) -> int:
        return int((self._epoch + monotonic) * 1000)

    # ---- commands

    def join(self, room: str, client: str, source: str, offer_sdp: str, audio_only: bool, video_slots: int) -> Answer:
        """Raises MediaRefused; then nothing has changed."""
        offer = parse_offer(offer_sdp, video_slots=video_slots)
        session = f"{offer.session} {offer.fingerprints}"
        peer = self.peers.get(client)
        if peer is not None and peer.session == session and peer.source == source:
            credentials = peer.credentials[-1]
            if credentials.remote_ufrag != offer.ufrag:
                credentials = self.forwarder.paths.ice.open(offer.ufrag)
            try:
                answer, plan = peer.answerer.answer(offer, credentials)
            except Exception:
                if credentials is not peer.credentials[-1]:
                    self.forwarder.paths.ice.close(credentials)
                raise
            if credentials is not peer.credentials[-1]:
                peer.credentials.append(credentials)
            gone = peer.outdated(plan)
            self._arranging.end_tracks(peer, [t for t in gone if t.shown], time.monotonic())
            for track in gone:
                self.recording.finish(track)
            peer.adopt(plan)
            self.forwarder.paths.listen_for(peer)
            self.move(client, room)
            self._arranging.soon(peer)
            return answer
        if peer is None and len(self.peers) >= MAX_CLIENTS:
            raise MediaRefused("media_unavailable", "this worker is full")
        credentials = self.forwarder.paths.ice.open(offer.ufrag)
        answerer = Answerer(self.forwarder.certificate.fingerprint, self._hosts, self.forwarder.port)
        try:
            answer, plan = answerer.answer(offer, credentials)
        except Exception:
            self.forwarder.paths.ice.close(credentials)
            raise
        dtls = Dtls(self.forwarder.certificate, offer.fingerprints, active=offer.passive, old_curves=offer.old_curves)
        fresh = Peer(client, source, answerer, session, dtls)
        fresh.wishes = Wishes(0 if audio_only else 16, None, not audio_only)
        if peer is not None:
            fresh.permissions, fresh.wishes = peer.permissions, peer.wishes
            self.leave(client)
        fresh.credentials.append(credentials)
        fresh.born = fresh.heard = time.monotonic()
        fresh.adopt(plan)
        self.peers[client] = fresh
        fresh.room = room
        self._arranging.room(room).peers[client] = fresh
        self.forwarder.paths.listen_for(fresh)
        return answer

    def let_go(self, client: str) -> None:
        """``leave``, whatever happens on the way."""
        peer = self.peers.get(client)
        if peer is not None:
            self._expel(peer)

    def leave(self, client: str) -> None:
        peer = self.peers.pop(client, None)
        if peer is None:
            return
        now = time.monotonic()
        self._arranging.end_tracks(peer, [t for t in peer.tracks.values() if t.shown], now)
        for track in peer.tracks.values():
            self.recording.finish(track)
        room = self.rooms[peer.room]
        room.peers.pop(client, None)
        for slot in peer.slots:
            slot.forget_pending()
            slot.stop()
        self.forwarder.remove(peer)
        self._arranging.moved.discard(peer)
        self._arranging.rearrange(room, now)
        self._arranging.sweep(room)

    def kept(self) -> tuple[KeptClient, ...]:
        """Everyone who is here."""
        return tuple(
            KeptClient(p.client, p.room, p.source, tuple(line.kind for line in p.lines.values()), p.credentials[-1].ufrag)
            for p in self.peers.values()
        )

    def move(self, client: str, room: str) -> None:
        """Raises MediaRefused unknown_client."""
        peer = self._peer(client)
        if peer.room == room:
            return
        now = time.monotonic()
        old, new = self.rooms[peer.room], self._arranging.room(room)
        self._arranging.end_tracks(peer, [t for t in peer.tracks.values() if t.shown], now)
        for track in peer.tracks.values():
            self.recording.finish(track)
        old.peers.pop(client, None)
        for slot in peer.slots:
            old.silence(slot)
            slot.track = None
        peer.room = room
        new.peers[client] = peer
        for track in peer.tracks.values():
            if track.kind != "audio":
                track.live = False  # announced again in the new room with its next packet
            elif track.shown:
                self._arranging.announce(track, now)
        self._arranging.rearrange(old, now)
        self._arranging.rearrange(new, now)
        self._arranging.sweep(old)

    def permit(self, client: str, audio: bool, video: bool, screen: bool) -> None:
        """Raises MediaRefused unknown_client."""
        peer = self._peer(client)
        now = time.monotonic()
        before = {t for t in peer.tracks.values() if t.shown}
        peer.permit(Permissions(audio, video, screen))
        room = self.rooms[peer.room]
        stopped = [t for t in before if not t.shown]
        if stopped:
            room.cut(peer, now)
            self._arranging.end_tracks(peer, stopped, now)
        for track in peer.tracks.values():
            if track.shown and track not in before:
                self._arranging.announce(track, now)
        self._arranging.rearrange(room, now)

    def want(self, client: str, video: int, pinned: str | None, screen: bool, layer: Layer = "f") -> None:
        """Raises MediaRefused unknown_client."""
        peer = self._peer(client)
        peer.wishes = Wishes(max(0, video), pinned, screen, LAYERS.index(layer))
        self._arranging.rearrange(self.rooms[peer.room], time.monotonic())

    async def record(self, room: str, folder: str | None) -> None:
        """Raises MediaRefused recording_failed."""
        if folder is None:
            await self.recording.end(room)
            for peer in self._arranging.room(room).peers.values():
                for stream in peer.streams.values():
                    stream.feed = 0
            self._arranging.sweep(self.rooms[room])
            return
        await self.recording.begin(room, Path(folder))
        now = time.monotonic()
        for peer in self._arranging.room(room).peers.values():
            for track in peer.tracks.values():
                if track.shown:
                    self._arranging.feed(track, now)

    def listen(self, room: str, path: str | None) -> None:
        """Raises MediaRefused nobody_listens."""
        if path is None:
            self.listening.end(room)
        else:
            try:
                self.listening.begin(room, Path(path))
            except OSError as reason:
                self.listening.end(room)
                raise MediaRefused("nobody_listens", str(reason)) from reason
        self.listening.mark(self.rooms.values())

    def details(self, client: str) -> ClientDetails:
        """Raises MediaRefused unknown_client."""
        return details_of(self._peer(client))

    def figures(self) -> dict[str, float]:
        """The worker's counters and gauges, by metric name."""
        return figures_of(self.forwarder, self.peers.values(), len(self.rooms))

    # ---- the forwarder's listener

    def connected(self, peer: Peer) -> None:
        self._emit(ClientConnected(peer.client))
        self._arranging.soon(peer)

    def closed(self, peer: Peer) -> None:
        if self.peers.get(peer.client) is peer:
            self._expel(peer)
            self._emit(ClientLost(peer.client))

    def went_live(self, track: Track) -> None:
        if track.permitted:
            self._arranging.announce(track, time.monotonic())
        self._arranging.soon(track.peer)

    def heard(self, track: Track, level: int, now: float) -> None:
        room = self.rooms.get(track.peer.room)
        if room is None:
            return
        voice = room.voices.get(track)
        if voice is None:
            return
        was = voice.began_at
        voice.hear(level, now)
        if was is None and voice.began_at is not None:
            self._arranging.soon(track.peer)  # someone begins to speak: do not wait for the clock

    def slots_moved(self, peer: Peer) -> None:
        self._arranging.moved.add(peer)

    def feedback(self, peer: Peer, feedback: Feedback, now: float) -> None:
        self._reports.heard(peer, feedback, now)
        for report in feedback.senders:
            stream = peer.streams.get(report.ssrc)
            if stream is not None and stream.feed:
                self.recording.report(stream, report, now)

    def keep(self, stream: Stream, packet: Packet, now: float) -> None:
        if stream.listened:
            self.listening.hear(stream, packet, self._epoch + now)
        if not stream.feed:
            return
        if stream.feed_needs_key and begins_key_frame(stream.track.codec, packet.payload):
            stream.feed_needs_key = False
        self.recording.keep(stream, packet, now)

    def passed(self, now: float) -> None:
        if now - self._fast_at >= OFTEN_S:
            self._fast_at = now
            try:
                self._fast(now)
            except Exception:  # noqa: BLE001  one client's end, not everybody's
                self.forwarder.fault("often", None)

    # ---- inner workings

    def _expel(self, peer: Peer) -> None:
        """Let a client go, even one over whom our own code fails."""
        try:
            self.leave(peer.client)
        except Exception:  # noqa: BLE001  one client's end, not everybody's
            self.forwarder.fault("leaving", None)
            self.peers.pop(peer.client, None)
            for room in self.rooms.values():
                if room.peers.get(peer.client) is peer:
                    del room.peers[peer.client]
                    room.dirty = True  # what of it still stands in places of others goes with the next arranging
            self.forwarder.remove(peer)

    def _peer(self, client: str) -> Peer:
        peer = self.peers.get(client)
        if peer is None:
            raise MediaRefused("unknown_client", client)
        return peer

    def _recorder_needs_key(self, feed: int) -> None:
        now = time.monotonic()
        for peer in self.peers.values():
            for stream in peer.streams.values():
                if stream.feed == feed:
                    self.forwarder.router.ask_key_frame(stream, now)

    # ---- clocks

    def _fast(self, now: float) -> None:
        self.forwarder.hear_feedback()

        def turn(peer: Peer) -> None:
            self.forwarder.router.ask_missing(peer, now)
            if len(peer.arrivals) >= 20 or (peer.arrivals and now * 1e6 - peer.arrivals[0][1] > 50_000):
                self._reports.about_arrivals(peer)

        each(self.forwarder.fault, "often", [peer for peer in self.peers.values() if peer.streams], turn)
        self._arranging.tell_moved()

    def _tenth(self, now: float) -> None:
        self._arranging.tenth(now)
        each(self.forwarder.fault, "handshake", self.peers.values(), self._handshake_turn)
        if self.listening.active:
            self.listening.mark(self.rooms.values())
        self.recording.beat()

    def _handshake_turn(self, peer: Peer) -> None:
        if peer.dtls.state == "handshake" and peer.key is not None:
            self.forwarder.handshake_timers(peer)

    def _second(self, now: float) -> None:
        each(self.forwarder.fault, "second", self.peers.values(), lambda peer: self._judge(peer, now))
        self._arranging.second(now)

    def _judge(self, peer: Peer, now: float) -> None:
        silent = now - peer.heard
        packets, peer.packets = peer.packets, 0
        floods = not peer.budgets.datagrams.take(now, packets)
        if floods or silent > LOST_AFTER_S or (not peer.connected and now - peer.born > HANDSHAKE_WITHIN_S):
            self.closed(peer)
            return
        self._reports.about_publishing(peer, now)
        self._reports.judge(peer, silent, now)
