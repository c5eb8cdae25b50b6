"""Connects the phones' offers and the media plane: who is in which media room, and which of their tracks are forwarded.

The meeting's state is the authority. After every relevant fact each client is brought into agreement with it, so a microphone that the
chair closed is silent whatever the phone does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Literal

from meeting_server.domain import events
from meeting_server.domain.commands import SERVER, ReportSpeakerTurn, ReportTrackRecorded
from meeting_server.domain.ids import ConnectionId, MeetingId, ParticipantId, RoomId
from meeting_server.live.assembly import Assembly
from meeting_server.live.connection import Connection
from meeting_server.live.host import Fact
from meeting_server.live.media_client import NOTHING, RETRY_MS, MediaClient, Party
from meeting_server.live.recording import Recording, recorded_path, room_of
from meeting_server.media import api
from meeting_server.wire.client_messages import Want
from meeting_server.wire.codes import WireCode
from meeting_server.wire.server_messages import (
    Answer,
    Error,
    Layers,
    LinkDetails,
    LinkStream,
    MediaLost,
    Networks,
    Quality,
    Slots,
    Speaking,
    Voice,
)

log = logging.getLogger(__name__)

FindAssembly = Callable[[MeetingId], Coroutine[Any, Any, Assembly | None]]
Resumes = Callable[[api.KeptClient], Coroutine[Any, Any, None]]
TOUCHING = (
    events.MediaOpened
    | events.MediaClosed
    | events.ParticipantMoved
    | events.ParticipantLeft
    | events.ParticipantRemoved
    | events.RoomOpened
    | events.RoomClosed
    | events.RoomModerated
    | events.RoleAssigned
    | events.RecordingStarted
    | events.RecordingAcknowledged
    | events.RecordingStopped
    | events.ParticipantRecused
    | events.ParticipantRecalled
    | events.AgendaStepped
    | events.MeetingAdjourned
    | events.MeetingConvened
    | events.MeetingOpened
)
"""Facts after which the media plane may have to do something."""


class Signalling:
    """Signalling of all meetings of this server. Without a media plane every offer is refused and meetings are text only.

    ``resumes`` resumes or ends a device of the hall that media served while this process was away.
    """

    def __init__(self, media: api.MediaPlane | None, recordings_dir: Path, find: FindAssembly, resumes: Resumes | None = None) -> None:
        self._media = media
        self._recordings_dir = recordings_dir
        self._find = find
        self._clients: dict[ConnectionId, MediaClient] = {}
        self._recordings: dict[MeetingId, Recording] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reader: asyncio.Task[None] | None = None
        self._ended: set[str] = set()  # devices recorded as closed because their worker seemed lost
        self._resumes = resumes

    @property
    def available(self) -> bool:
        return self._media is not None

    async def start(self) -> None:
        """Start listening to the media plane's reports."""
        if self._media is not None:
            self._reader = asyncio.create_task(self._read(self._media), name="media-events")

    async def stop(self) -> None:
        tasks = [*self._tasks, *([self._reader] if self._reader else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- what phones ask ------------------------------------------------------------------------------------

    def offer(self, assembly: Assembly, connection: Party, offer_id: str, sdp: str, video_slots: int) -> None:
        """Let this connection's participant join their media room. The answer follows."""
        if self._media is None:
            connection.send(Error(WireCode.MEDIA_UNAVAILABLE, offer_id))
            return
        client = self._clients.get(connection.connection_id)
        if client is None:
            client = self._clients[connection.connection_id] = MediaClient(assembly, connection)
            client.unheard = self._voice_of(assembly, connection.participant_id, but=client) is not None
        self._spawn(self._join(self._media, client, offer_id, sdp, max(0, min(video_slots, 25))))

    def speaks(self, assembly: Assembly, speaker: Connection) -> None:
        """Make this device the one that is heard of its participant's devices, because it opened its microphone last, and tell them
        all."""
        devices = assembly.of(speaker.participant_id)
        for client in self._devices_of(assembly, speaker.participant_id):
            client.unheard = client.connection.connection_id != speaker.connection_id
            if self._media is not None and client.room:
                self._spawn(client.agree(self._media))
        if len(devices) > 1:
            for device in devices:
                device.send(Voice(speaker.connection_id, speaker.device))

    def _devices_of(self, assembly: Assembly, who: ParticipantId) -> list[MediaClient]:
        return [c for c in self._clients.values() if c.assembly is assembly and c.connection.participant_id == who and c.hall_room is None]

    def _voice_of(self, assembly: Assembly, who: ParticipantId, but: MediaClient) -> MediaClient | None:
        """Return the device that is heard for a participant, unless it is ``but``."""
        return next((c for c in self._devices_of(assembly, who) if c is not but and not c.unheard), None)

    def want(self, connection: Party, message: Want) -> None:
        client = self._clients.get(connection.connection_id)
        if self._media is None or client is None or not client.room:
            connection.send(Error(WireCode.UNKNOWN_CLIENT, "want"))
            return
        self._spawn(client.want(self._media, message))

    def inspect(self, connection: Party) -> None:
        client = self._clients.get(connection.connection_id)
        if self._media is None or client is None or not client.room:
            connection.send(Error(WireCode.UNKNOWN_CLIENT, "inspect"))
            return
        self._spawn(self._inspect(self._media, client))

    async def join_device(self, assembly: Assembly, party: Party, room_id: RoomId, sdp: str, video_slots: int) -> api.Answer:
        """Let a camera or screen of the hall join, or join again with new ICE credentials. Raises MediaRefused."""
        if self._media is None:
            raise api.MediaRefused("media_unavailable", "media is switched off")
        client = self._clients.setdefault(party.connection_id, MediaClient(assembly, party, hall_room=room_id))
        async with client.turn:
            room, _ = client.wanted()
            try:
                answer = await self._media.join(room, client.name, party.participant_id, sdp, video_slots=video_slots)
            except api.MediaRefused:
                if not client.room:
                    self._clients.pop(party.connection_id, None)
                raise
            client.room = room
            await client.adjust(self._media, sure=False)
        return answer

    async def resume_device(self, assembly: Assembly, party: Party, room_id: RoomId, room: str) -> None:
        """Take back a camera or screen of the hall that media kept serving in ``room``, heard and seen as the meeting's state says now.

        Raises MediaRefused."""
        if self._media is None:
            raise api.MediaRefused("media_unavailable", "media is switched off")
        client = self._clients.setdefault(party.connection_id, MediaClient(assembly, party, hall_room=room_id))
        async with client.turn:
            try:
                await self._media.resume(client.name)
            except api.MediaRefused:
                self._clients.pop(party.connection_id, None)
                raise
            client.room = room
            await client.adjust(self._media, sure=False)

    async def dismiss(self, name: str) -> None:
        """End a media client that nobody owns."""
        if self._media is not None:
            await self._media.leave(name)

    def ice_servers(self, name: str) -> tuple[api.IceServer, ...]:
        """Return the TURN servers that a media client may use, with its own credentials."""
        return self._media.ice_servers(name) if self._media is not None else ()

    def serves(self, assembly: Assembly) -> bool:
        """Return whether any device of this meeting is in the media plane."""
        return any(client.assembly is assembly for client in self._clients.values())

    def others_of(self, party: Party) -> bool:
        """Return whether the same participant has another device in the media plane."""
        return any(
            c.connection.participant_id == party.participant_id and c.connection is not party and c.room for c in self._clients.values()
        )

    def hang_up(self, connection: Party) -> None:
        """Remove a device from media because it left or its socket closed. Does nothing if it never joined."""
        client = self._clients.pop(connection.connection_id, None)
        if self._media is None or client is None:
            return
        self._spawn(client.leave(self._media))
        others = self._devices_of(client.assembly, connection.participant_id)
        if others and all(other.unheard for other in others):  # one that is left can be heard again
            others[-1].unheard = False
            if others[-1].room:
                self._spawn(others[-1].agree(self._media))

    # --- what the meeting says ------------------------------------------------------------------------------

    def follow(self, assembly: Assembly, facts: Sequence[Fact]) -> None:
        """Bring the media plane into agreement with the state after ``facts``."""
        if self._media is None or not any(isinstance(fact.event, TOUCHING) for fact in facts):
            return
        for client in [c for c in self._clients.values() if c.assembly is assembly and c.over]:
            self.hang_up(client.connection)
            client.connection.send(MediaLost())
        for client in self._clients.values():
            if client.assembly is assembly and client.room and client.wanted() != (client.room, client.permitted):
                self._spawn(client.agree(self._media))
        self.record(assembly)

    def record(self, assembly: Assembly) -> None:
        """Start or stop recording as the meeting's state requires, also after a restart during one."""
        state = assembly.state
        if self._media is None or state is None:
            return
        recording = self._recordings.get(assembly.meeting_id)
        if recording is None:
            if state.recording is None:
                return
            folder = self._recordings_dir / assembly.meeting_id
            recording = self._recordings[assembly.meeting_id] = Recording(self._media, folder, assembly)
        self._spawn(recording.agree())

    # --- one client, one thing at a time ----------------------------------------------------------------------

    async def _join(self, media: api.MediaPlane, client: MediaClient, offer_id: str, sdp: str, video_slots: int) -> None:
        connection = client.connection
        async with client.turn:
            if self._clients.get(connection.connection_id) is not client:
                return  # it has hung up meanwhile
            room, _ = client.wanted()
            try:
                answer = await media.join(
                    room, client.name, connection.participant_id, sdp, audio_only=video_slots == 0, video_slots=video_slots
                )
            except api.MediaRefused as refused:
                log.info("offer refused: %s", refused)
                wait = RETRY_MS if refused.code == "media_unavailable" else 0
                connection.send(Error(refused.code, offer_id, retry_after_ms=wait))
                return
            client.room, client.permitted = room, NOTHING
            connection.send(Answer(offer_id, answer.sdp, {line.mid: line.role for line in answer.lines}))
            connection.send(Networks(self._networks(client)))
            await client.adjust(media, sure=False)

    def _networks(self, client: MediaClient) -> dict[str, Literal[0, 1, 2, 3]]:
        """Return the networks in a client's room that are not good. If a person has several devices, the best counts."""
        best: dict[str, Literal[0, 1, 2, 3]] = {}
        for other in self._clients.values():
            if other.room == client.room and other.assembly is client.assembly:
                who = other.connection.participant_id
                best[who] = max(best.get(who, 0), other.level)
        return {who: level for who, level in best.items() if level < 3}

    async def _inspect(self, media: api.MediaPlane, client: MediaClient) -> None:
        try:
            found = await media.details(client.name)
        except api.MediaRefused as refused:
            client.connection.send(Error(refused.code, "inspect"))
            return
        streams = [LinkStream(s.mid, s.role, s.source, s.layer, s.kbit_s, s.lost_percent) for s in found.streams]
        client.connection.send(LinkDetails(found.level, found.round_trip_ms, found.capacity_kbit_s, streams))

    # --- what the media plane reports -------------------------------------------------------------------------

    async def _read(self, media: api.MediaPlane) -> None:
        async for event in media.events():
            try:
                await self._report(event)
            except Exception:
                log.exception("a report of the media plane was lost: %s", type(event).__name__)

    async def _report(self, event: api.MediaEvent) -> None:
        match event:
            case api.SlotsChanged(client, slots, left_out):
                self._send(client, Slots({slot.mid: slot.source for slot in slots}, list(left_out)))
            case api.Quality(client, level):
                self._send(client, Quality(level))
                self._tell_network(client, level)
            case api.LayersWanted(client, layers):
                self._send(client, Layers(list(layers)))
            case api.ActiveSpeakers(room, sources):
                meeting_id, room_id = room_of(room)
                assembly = await self._find(meeting_id)
                if assembly is not None:
                    assembly.broadcast(Speaking(list(sources)), room_id)
            case api.SpeakerTurn():
                meeting_id, room_id = room_of(event.room)
                turn = ReportSpeakerTurn(ParticipantId(event.source), room_id, event.started_at_ms, event.ended_at_ms)
                await self._submit(meeting_id, turn)
            case api.TrackRecorded():
                meeting_id, room_id = room_of(event.room)
                track = ReportTrackRecorded(
                    ParticipantId(event.source),
                    room_id,
                    event.kind,
                    recorded_path(room_id, event.path),
                    event.started_at_ms,
                    event.ended_at_ms,
                )
                await self._submit(meeting_id, track)
            case api.ClientLost(client):
                self._must_rejoin(client, 0)
            case api.ClientsKept(clients):
                for kept in clients:
                    if kept.client in self._ended:
                        self._spawn(self.dismiss(kept.client))
                    elif self._resumes is not None and ConnectionId(kept.client) not in self._clients:
                        self._spawn(self._resumes(kept))
            case api.WorkerLost(clients):
                for name in clients:
                    self._must_rejoin(name, RETRY_MS)
                for recording in self._recordings.values():
                    recording.lost()
                    self._spawn(recording.agree())
            case api.ClientConnected() | api.TrackStarted() | api.TrackEnded():
                pass  # the journal keeps what people do; this is what the network did

    async def _submit(self, meeting_id: MeetingId, command: ReportSpeakerTurn | ReportTrackRecorded) -> None:
        assembly = await self._find(meeting_id)
        if assembly is None:
            log.error("media reported about a meeting nobody knows: %s", meeting_id)
        else:
            assembly.host.submit(SERVER, command, None, lambda outcome: None)

    def _send(self, name: str, message: Slots | Quality | Layers) -> None:
        client = self._clients.get(ConnectionId(name))
        if client is not None:
            client.connection.send(message)

    def _tell_network(self, name: str, level: Literal[0, 1, 2, 3]) -> None:
        """Show the others in the room whose network is weak."""
        client = self._clients.get(ConnectionId(name))
        if client is None or not client.room:
            return
        client.level = level
        who = client.connection.participant_id
        client.assembly.broadcast(Networks({who: self._networks(client).get(who, 3)}), room_of(client.room)[1], but=who)

    def _must_rejoin(self, name: str, retry_after_ms: int) -> None:
        client = self._clients.get(ConnectionId(name))
        if client is not None:
            if client.hall_room is not None:
                self._ended.add(name)
            client.join_again(retry_after_ms)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("signalling failed", exc_info=task.exception())
