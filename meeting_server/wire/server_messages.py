"""What the server sends over the socket: one JSON object per frame, ``type`` first."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Device


class You(Struct, frozen=True):
    """Whom the server takes this connection to be."""

    participant_id: str
    name: str
    connection_id: str


class Welcome(Struct, tag="welcome", tag_field="type", frozen=True):
    """Answer to ``hello``. The records since the position follow as ``event``/``skip`` frames; or, when
    ``resumed`` is false, one ``snapshot``. ``now`` is the server's clock (Unix ms)."""

    you: You
    resumed: bool
    position: str
    now: int
    missed: int = 0
    media: bool = True
    """Whether the server has a media plane."""
    captions: bool = False
    """Whether live captions can be switched on in rooms."""
    head: str = ""
    """As in ``head``."""


class Snapshot(Struct, tag="snapshot", tag_field="type", frozen=True):
    """The viewer's state at ``position``. It replaces everything the phone had."""

    position: str
    seq: int
    state: MeetingState


class EventFrame(Struct, tag="event", tag_field="type", frozen=True):
    """One record, redacted for the viewer. ``seq`` has no gaps: see ``skip``."""

    seq: int
    hash8: str
    at: int
    kind: str
    data: Any


class Skip(Struct, tag="skip", tag_field="type", frozen=True):
    """A record the viewer may not see."""

    seq: int
    hash8: str


class HeadFrame(Struct, tag="head", tag_field="type", frozen=True):
    """The last record as ``seq.hash32`` (128 bits), sent when a motion was closed or published and when the meeting was adjourned.
    Keep it to check a bundle of the meeting against it (``meeting-server audit --head``). Not recorded."""

    head: str


class Ack(Struct, tag="ack", tag_field="type", frozen=True):
    """The command is committed and will never be lost. ``seq``: the record it led to, or the last of several."""

    id: str
    seq: int


class RejectedFrame(Struct, tag="rejected", tag_field="type", frozen=True):
    """The command had no effect; ``code`` is one of ``domain.errors.Code`` or a wire code (``bad_message``,
    ``rate_limited``, ``storage_unavailable``)."""

    id: str
    code: str
    field: str = ""
    detail: dict[str, int | str] = {}
    retry_after_ms: int = 0


class Error(Struct, tag="error", tag_field="type", frozen=True):
    """A frame that is not a command was refused. ``re`` names its type or id."""

    code: str
    re: str = ""
    field: str = ""
    retry_after_ms: int = 0


class Collected(Struct, tag="collected", tag_field="type", frozen=True):
    """Answer to ``collect``: the blind signature, hex. Refusals come as ``rejected`` with the same id."""

    id: str
    motion_id: str
    blind_signature: str


class PaperProgress(Struct, tag="paper", tag_field="type", frozen=True):
    """How many ballots of a secret vote are handed out and how many returned. Sent to everyone; not recorded."""

    motion_id: str
    issued: int
    returned: int


class Answer(Struct, tag="answer", tag_field="type", frozen=True):
    """Answer to ``offer``: ``mids`` maps each m-line's mid to what it is (see ``media/api``)."""

    id: str
    sdp: str
    mids: dict[str, str]


class Slots(Struct, tag="slots", tag_field="type", frozen=True):
    """Who is in which receive slot now: mid → participant id, or ``None`` for an empty slot. ``left_out``: who sends pictures
    in a codec that this device's offer does not accept."""

    slots: dict[str, str | None]
    left_out: list[str] = []


class Speaking(Struct, tag="speaking", tag_field="type", frozen=True):
    """Who is speaking now in the viewer's room, loudest first. Not recorded."""

    participants: list[str]


class Caption(Struct, tag="caption", tag_field="type", frozen=True):
    """What a machine heard somebody say in the viewer's room (Unix ms): a whole line that never changes later. Not recorded."""

    participant_id: str
    since: int
    until: int
    text: str


class Quality(Struct, tag="quality", tag_field="type", frozen=True):
    """The quality of this connection's network as the media plane sees it: 3 good, 2 fair, 1 weak, 0 gone."""

    level: Literal[0, 1, 2, 3]


class Networks(Struct, tag="networks", tag_field="type", frozen=True):
    """What changed about the networks of others in the viewer's room: participant id → level as in ``quality``. Whoever is
    not named has a good one. Sent in full after an ``answer``. Not recorded."""

    levels: dict[str, Literal[0, 1, 2, 3]]


class Layers(Struct, tag="layers", tag_field="type", frozen=True):
    """Which encodings of this device's camera somebody uses, of ``q``, ``h`` and ``f``. The others need not be sent
    (``encodings[].active``). Until the first such message: all."""

    wanted: list[Literal["q", "h", "f"]]


class LinkStream(Struct, frozen=True):
    """One stream as the media plane sees it: sent by this device, or forwarded to it in a slot."""

    mid: str
    role: str
    participant_id: str | None
    layer: str | None
    kbit_s: float
    lost_percent: float


class LinkDetails(Struct, tag="link", tag_field="type", frozen=True):
    """Answer to ``inspect``: this device's media connection. ``capacity_kbit_s``: estimated capacity of the path to it."""

    level: Literal[0, 1, 2, 3]
    round_trip_ms: float | None
    capacity_kbit_s: float | None
    streams: list[LinkStream]


class Voice(Struct, tag="voice", tag_field="type", frozen=True):
    """Which of the viewer's own connections is heard, and its kind of device: the one that opened its microphone last."""

    connection_id: str
    device: Device


class MediaLost(Struct, tag="media_lost", tag_field="type", frozen=True):
    """The media worker is gone: make a new offer after ``retry_after_ms``."""

    retry_after_ms: int = 0


class Typing(Struct, tag="typing", tag_field="type", frozen=True):
    """Someone in the viewer's room is typing. Not recorded."""

    participant_id: str
    on: bool


class Knocked(Struct, tag="knocked", tag_field="type", frozen=True):
    """Another browser asks to come in as this member or as somebody whom this viewer may let in, or such a request was answered.
    ``GET /meetings/<id>/knocks`` says which. Not recorded."""


class Pong(Struct, tag="pong", tag_field="type", frozen=True):
    """``sent`` is repeated from the ``ping``; ``now`` is the server's clock (Unix ms)."""

    sent: int
    now: int


ServerMessage = (
    Welcome
    | Snapshot
    | EventFrame
    | Skip
    | HeadFrame
    | Ack
    | RejectedFrame
    | Error
    | Collected
    | PaperProgress
    | Answer
    | Slots
    | Networks
    | Layers
    | LinkDetails
    | Speaking
    | Caption
    | Quality
    | Voice
    | MediaLost
    | Typing
    | Knocked
    | Pong
)
