"""The port between the control plane and the media plane: what a room may ask of media, and what media reports back.

Words used here
    room    an opaque string; clients of one room may hear and see each other (for example "<meeting>/<room>").
    client  one peer connection of one device; an opaque string, unique while it lives.
    source  an opaque label of the participant behind a client. Several clients (devices) may carry the same source.
            Nothing of a source is ever forwarded to a client of the same source.
All times are Unix milliseconds.

What the client's offer must look like (one RTCPeerConnection, negotiated once)
    The role of every m-line follows from its kind, direction and order alone:

    ==================================  ===============  ==========================================================
    m-line in the offer                 role             answered
    ==================================  ===============  ==========================================================
    1st audio  sendonly / sendrecv      ``microphone``   recvonly
    1st video  sendonly / sendrecv      ``camera``       recvonly; with simulcast when rids are offered (q, h, f: low to high)
    2nd video  sendonly / sendrecv      ``screen``       recvonly
    each audio recvonly                 ``audio_slot``   sendonly; the room's loudest speakers, usually 3 lines
    first ``video_slots`` video recvonly ``video_slot``  sendonly; one camera each
    next video recvonly                 ``screen_slot``  sendonly; the shared screen
    anything else                       ``unused``       inactive, or refused with port 0 (data channels)
    ==================================  ===============  ==========================================================

    Sending and receiving lines may come in any order; only the order within a kind counts. Any line may be left out: an
    audio-only phone offers 1 sending and 3 receiving audio lines, a screen on the wall offers only receiving lines.
    A sending transceiver without a track is welcome (listen-only): ``replaceTrack`` later starts it, without renegotiation.
    The offer must use BUNDLE and rtcp-mux. Candidates and trickle are not needed (the answerer is ICE-lite): send the offer
    as soon as ``setLocalDescription`` resolves. A browser's own description: ``addTransceiver("audio", {direction: "sendonly"})``,
    ``addTransceiver("video", {direction: "sendonly", sendEncodings: [{rid: "q", scaleResolutionDownBy: 4}, {rid: "h",
    scaleResolutionDownBy: 2}, {rid: "f"}]})``, ``addTransceiver("video", {direction: "sendonly"})``, then the recvonly ones.

    ``join`` again with the same client and an offer from the same RTCPeerConnection is a renegotiation (ICE restart after a
    network switch, or added m-lines). With an offer from a new RTCPeerConnection it replaces the old connection. In both cases
    permissions and wishes are kept.

Slots carry whoever is loudest, pinned or shown now: the source inside a slot changes without renegotiation, and
``SlotsChanged`` tells who is where. A slot's SSRC, sequence and time stay continuous, so the browser's track never changes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

Kind = Literal["audio", "video", "screen"]
Layer = Literal["q", "h", "f"]
LAYERS: tuple[Layer, ...] = ("q", "h", "f")
"""From the smallest to the full picture; a stream's ``layer`` is an index into it."""
Role = Literal["microphone", "camera", "screen", "audio_slot", "video_slot", "screen_slot", "unused"]
RefusalCode = Literal[
    "bad_sdp",  # not an SDP offer we can read, or without BUNDLE, rtcp-mux, ICE or a fingerprint
    "no_common_codec",  # no m-line shares a codec with us
    "too_many_lines",  # more m-lines than a client may open
    "unknown_client",  # this worker has no such client (it left, was lost, or the worker was restarted): join again
    "media_unavailable",  # no media worker answers just now; join again after WorkerLost
    "recording_failed",  # the folder cannot be written
    "nobody_listens",  # no process waits at the socket that voices are to be copied to
]


class MediaRefused(Exception):
    """The media plane cannot do what was asked; ``code`` is stable, ``detail`` is for the log and never for a user."""

    def __init__(self, code: RefusalCode, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code: RefusalCode = code
        self.detail = detail


class Line(Struct, frozen=True):
    """What one m-line of the offer is used for."""

    mid: str
    role: Role


class Answer(Struct, frozen=True):
    """The SDP answer for ``setRemoteDescription`` and the role of every m-line, in the order of the offer."""

    sdp: str
    lines: tuple[Line, ...]


class IceServer(Struct, frozen=True):
    """One entry of ``RTCConfiguration.iceServers``; credentials live at most an hour."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = ""


class SlotSource(Struct, frozen=True):
    """Who is in one receive slot now; ``source`` is None while the slot is silent or dark."""

    mid: str
    kind: Kind
    source: str | None


class SlotsChanged(Struct, frozen=True, tag="slots_changed"):
    """The receive slots of one client after a change: every slot is listed, changed or not. ``left_out``: sources whose picture
    is of a codec that no slot of the client accepts."""

    client: str
    slots: tuple[SlotSource, ...]
    left_out: tuple[str, ...] = ()


class SpeakerTurn(Struct, frozen=True, tag="speaker_turn"):
    """A source spoke from ``started_at_ms`` to ``ended_at_ms``; pauses shorter than about 1.5 s are inside the turn."""

    room: str
    source: str
    started_at_ms: int
    ended_at_ms: int


class ActiveSpeakers(Struct, frozen=True, tag="active_speakers"):
    """Who is speaking now, loudest first; sent only when it changes, so at most a few times a second."""

    room: str
    sources: tuple[str, ...]


class TrackStarted(Struct, frozen=True, tag="track_started"):
    """The first packet of a permitted track arrived (also again after a camera was off, or after a new permission)."""

    room: str
    source: str
    kind: Kind
    at_ms: int


class TrackEnded(Struct, frozen=True, tag="track_ended"):
    """A track stopped sending (2.5 s without packets for a picture; never for a quiet microphone), lost its permission, or left."""

    room: str
    source: str
    kind: Kind
    at_ms: int


class TrackRecorded(Struct, frozen=True, tag="track_recorded"):
    """One recorded file is complete. ``path`` is inside the folder given to ``record``; its time zero is ``started_at_ms``."""

    room: str
    source: str
    kind: Kind
    path: str
    started_at_ms: int
    ended_at_ms: int


class Quality(Struct, frozen=True, tag="quality"):
    """The network of one client: 3 good, 2 fair, 1 weak, 0 gone; sent only when the level changes."""

    client: str
    level: Literal[0, 1, 2, 3]


class LayersWanted(Struct, frozen=True, tag="layers_wanted"):
    """Which encodings of a client's camera somebody has a use for now (of q, h, f, small to large); the client need not send the
    others. Asked back at once, let go of only after some seconds."""

    client: str
    layers: tuple[Layer, ...]


class ClientConnected(Struct, frozen=True, tag="client_connected"):
    """ICE and DTLS are through: media flows."""

    client: str


class ClientLost(Struct, frozen=True, tag="client_lost"):
    """No authenticated packet of this client for 30 s (or its handshake failed, or it closed DTLS): it is forgotten."""

    client: str


class WorkerLost(Struct, frozen=True, tag="worker_lost"):
    """A media worker died; ``clients`` were on it and must ``join`` again (it is being restarted, usually within a second)."""

    clients: tuple[str, ...]


class KeptClient(Struct, frozen=True):
    """A client that a media worker went on serving while nobody drove it; ``ice``: the name of its ICE session (our ufrag)."""

    client: str
    room: str
    source: str
    sends: tuple[Kind, ...]
    ice: str


class ClientsKept(Struct, frozen=True, tag="clients_kept"):
    """A worker that was running before us serves these. Whom nobody resumes, or joins again, within 20 s is let go."""

    clients: tuple[KeptClient, ...]


MediaEvent = (
    SlotsChanged
    | SpeakerTurn
    | ActiveSpeakers
    | TrackStarted
    | TrackEnded
    | TrackRecorded
    | Quality
    | LayersWanted
    | ClientConnected
    | ClientLost
    | ClientsKept
    | WorkerLost
)


class StreamDetails(Struct, frozen=True):
    """One stream of a client as the worker sees it: sent by the client, or forwarded to it in a slot."""

    mid: str
    role: Role
    source: str | None
    layer: str | None
    kbit_s: float
    lost_percent: float


class ClientDetails(Struct, frozen=True):
    """For the details panel: round trip, estimated capacity towards the client and every stream."""

    client: str
    level: Literal[0, 1, 2, 3]
    round_trip_ms: float | None
    capacity_kbit_s: float | None
    streams: tuple[StreamDetails, ...]


class MediaPlane(Protocol):
    """What the control plane may ask. Every method may raise MediaRefused; ``leave`` never does."""

    async def start(self) -> None:
        """Start the workers and be ready to join; idempotent."""

    async def stop(self) -> None:
        """Finish recordings, close every client, end the workers; idempotent."""

    async def join(self, room: str, client: str, source: str, offer_sdp: str, *, audio_only: bool = False, video_slots: int = 4) -> Answer:
        """Answer a client's offer. Nothing the client sends is forwarded before ``permit`` allows it.

        ``audio_only`` starts with the wish for no picture at all (``want`` changes it later).
        Raises MediaRefused: bad_sdp, no_common_codec, too_many_lines, media_unavailable.
        """

    async def resume(self, client: str) -> None:
        """Go on with a client that was kept (ClientsKept), as it is. Raises unknown_client."""

    async def leave(self, client: str) -> None:
        """Forget the client; unknown clients are fine."""

    async def move(self, client: str, room: str) -> None:
        """Put the client, with everything it sends, into another room; no renegotiation. Raises unknown_client."""

    async def permit(self, client: str, *, audio: bool, video: bool, screen: bool) -> None:
        """The chair's authority: what of this client is forwarded (and recorded) from now on. Default: nothing. Raises unknown_client."""

    async def want(self, client: str, *, video: int, pinned: str | None = None, screen: bool = True, layer: Layer = "f") -> None:
        """What this client wishes to receive: at most ``video`` cameras (0 = none), one source pinned to the first video slot,
        and the shared screen or not; of cameras that are not pinned at most ``layer``. Raises unknown_client."""

    async def record(self, room: str, folder: Path | None) -> None:
        """Record every permitted track of the room into ``folder`` (made if missing); None ends the recording.

        Returns when it has begun, or when every file is complete (TrackRecorded is reported for each). Raises recording_failed.
        """

    async def listen(self, room: str, socket: Path | None) -> None:
        """Copy what the room's permitted microphones send to a local socket (see ``listening.Heard``); None ends it.

        Raises nobody_listens.
        """

    async def details(self, client: str) -> ClientDetails:
        """Figures of one client for people who want to know. Raises unknown_client."""

    async def metrics(self) -> str:
        """The figures of all workers in the Prometheus text format."""

    def ice_servers(self, client: str) -> tuple[IceServer, ...]:
        """What the client gives to RTCPeerConnection; empty unless a TURN server is configured. Never a public server."""

    def events(self) -> AsyncIterator[MediaEvent]:
        """What happens, in order. One reader: the control plane."""
