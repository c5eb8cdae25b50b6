"""Bytes to typed messages and back: a frame first, then, for a command, its fields by its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from meeting_server.domain import commands
from meeting_server.domain.characters import cleaned
from meeting_server.domain.events import Event
from meeting_server.wire.client_messages import ClientMessage, CommandFrame
from meeting_server.wire.server_messages import EventFrame, ServerMessage
from meeting_server.wire.strict_json import NotStrict, parse

MAX_FRAME = 64 * 1024
"""Bytes of one frame from a phone."""
SUBPROTOCOL = "meeting.v1"

_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
_PATH = re.compile(r"at `\$(?P<path>[^`]*)`")
_MISSING = re.compile(r"missing required field `(?P<name>[^`]*)`")


class BadMessage(Exception):
    """A frame that cannot be understood; wire code ``bad_message``.

    ``field`` is the path to what is wrong, as in ``data.choices.0.label`` (empty: the frame as a whole); ``re`` is the
    id of the frame, or its type, as far as they could be read; ``is_command`` says that ``re`` is a command's id.
    """

    def __init__(self, field: str, reason: str, re: str = "", is_command: bool = False) -> None:
        super().__init__(f"{reason} at {field}" if field else reason)
        self.field = field
        self.reason = reason
        self.re = re
        self.is_command = is_command


_frames: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_commands: dict[str, msgspec.json.Decoder[commands.Command]] = {name: msgspec.json.Decoder(kind) for name, kind in commands.KINDS.items()}
_encoder = msgspec.json.Encoder()


def decode(text: str) -> ClientMessage:
    """The message in one text frame. Raises BadMessage.

    A command's own fields are still raw: see ``decode_command``. Fields nobody knows are ignored, so that an older
    server understands a newer phone, and so that nobody can claim to be someone else by adding a name.
    """
    try:
        tree = parse(text)
    except NotStrict as error:
        raise BadMessage(error.field, error.reason, *_names_by_hand(text)) from None
    try:
        message = _frames.decode(text)
    except msgspec.ValidationError as error:
        raise BadMessage(_field(error), str(error), *_names(tree)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadMessage("", str(error), *_names(tree)) from None
    if isinstance(message, CommandFrame) and not _ID.fullmatch(message.id):
        raise BadMessage("id", "not 8 to 64 characters of A-Z a-z 0-9 _ -", "command")
    return message


def decode_command(frame: CommandFrame) -> commands.Command:
    """The command inside a frame, its texts clean. Only what a phone may ask for is known here. Raises BadMessage."""
    decoder = _commands.get(frame.kind)
    if decoder is None:
        raise BadMessage("kind", "no such command", frame.id, True)
    try:
        return cleaned(decoder.decode(frame.data))
    except msgspec.ValidationError as error:
        field = _field(error)
        raise BadMessage(f"data.{field}" if field else "data", str(error), frame.id, True) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadMessage("data", str(error), frame.id, True) from None


def encode(message: ServerMessage) -> bytes:
    """One server message as JSON text (UTF-8)."""
    return _encoder.encode(message)


def encode_event(seq: int, hash8: str, at: int, event: Event) -> bytes:
    """The frame of one record."""
    return _encoder.encode(EventFrame(seq, hash8, at, type(event).__name__, event))


def _field(error: msgspec.ValidationError) -> str:
    text = str(error)
    found = _PATH.search(text)
    path = found["path"].replace("[", ".").replace("]", "").strip(".") if found else ""
    missing = _MISSING.search(text)
    if missing:
        path = f"{path}.{missing['name']}".strip(".")
    return path


def _names(tree: Mapping[str, object]) -> tuple[str, bool]:
    """What to call the frame in the refusal: the id of a command, or else its type."""
    kind, name = tree.get("type"), tree.get("id")
    if kind == "command" and isinstance(name, str) and _ID.fullmatch(name):
        return name, True
    return (kind, False) if isinstance(kind, str) and len(kind) <= 16 and kind.isascii() else ("", False)


_HEAD = re.compile(r'\s*\{\s*"type"\s*:\s*"(?P<kind>[a-z_]{1,16})"(?:\s*,\s*"id"\s*:\s*"(?P<id>[0-9A-Za-z_-]{8,64})")?')


def _names_by_hand(text: str) -> tuple[str, bool]:
    kind, name = head(text)
    return (name, True) if kind == "command" and name else (kind, False)


def head(text: str) -> tuple[str, str]:
    """Type and id as they stand at the beginning of a frame, without parsing it; empty where they do not."""
    found = _HEAD.match(text)
    return (found["kind"], found["id"] or "") if found else ("", "")
