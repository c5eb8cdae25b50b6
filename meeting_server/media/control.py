"""What travels between the web process and a media worker over their local socket: requests, replies and events, msgpack-framed."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec
from msgspec import Struct

from .api import (
    ActiveSpeakers,
    Answer,
    ClientConnected,
    ClientDetails,
    ClientLost,
    ClientsKept,
    Layer,
    LayersWanted,
    Quality,
    RefusalCode,
    SlotsChanged,
    SpeakerTurn,
    TrackEnded,
    TrackRecorded,
    TrackStarted,
)

MAX_FRAME = 4 << 20


class Join(Struct, frozen=True, tag="join"):
    room: str
    client: str
    source: str
    offer_sdp: str
    audio_only: bool
    video_slots: int


class Leave(Struct, frozen=True, tag="leave"):
    client: str


class Resume(Struct, frozen=True, tag="resume"):
    client: str


class Move(Struct, frozen=True, tag="move"):
    client: str
    room: str


class Permit(Struct, frozen=True, tag="permit"):
    client: str
    audio: bool
    video: bool
    screen: bool


class Want(Struct, frozen=True, tag="want"):
    client: str
    video: int
    pinned: str | None
    screen: bool
    layer: Layer = "f"


class Record(Struct, frozen=True, tag="record"):
    room: str
    folder: str | None


class Listen(Struct, frozen=True, tag="listen"):
    room: str
    socket: str | None


class Details(Struct, frozen=True, tag="details"):
    client: str


class Metrics(Struct, frozen=True, tag="metrics"):
    pass


class Ping(Struct, frozen=True, tag="ping"):
    pass


Command = Join | Leave | Resume | Move | Permit | Want | Record | Listen | Details | Metrics | Ping


class Request(Struct, frozen=True):
    """One command with the number that its reply carries."""

    number: int
    command: Command


class Done(Struct, frozen=True, tag="done"):
    number: int


class Answered(Struct, frozen=True, tag="answered"):
    number: int
    answer: Answer


class Detailed(Struct, frozen=True, tag="detailed"):
    number: int
    details: ClientDetails


class Measured(Struct, frozen=True, tag="measured"):
    number: int
    figures: dict[str, float]
    rejected: dict[str, int] = {}  # datagrams, by why they were not served


class Refused(Struct, frozen=True, tag="refused"):
    number: int
    code: RefusalCode
    detail: str


class Ready(Struct, frozen=True, tag="ready"):
    """The worker's first word."""

    port: int
    pid: int


WorkerEvent = (
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
)
Report = (
    Done
    | Answered
    | Detailed
    | Measured
    | Refused
    | Ready
    | SlotsChanged
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
)

T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()
requests = msgspec.msgpack.Decoder(Request)
reports: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)


def frame(message: Struct) -> bytes:
    """A length-prefixed message."""
    body = _encoder.encode(message)
    return len(body).to_bytes(4, "big") + body


async def read_frame(reader: asyncio.StreamReader, decoder: msgspec.msgpack.Decoder[T]) -> T:
    """Raises asyncio.IncompleteReadError when the other side is gone, msgspec.DecodeError or ValueError for nonsense."""
    size = int.from_bytes(await reader.readexactly(4), "big")
    if size > MAX_FRAME:
        raise ValueError(f"a frame of {size} bytes")
    return decoder.decode(await reader.readexactly(size))
