"""The conversation printed in docs/PROTOCOL.md, held with a real server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from meeting_server.wire import examples
from meeting_server.wire.client_messages import ClientMessage, CommandFrame
from meeting_server.wire.codec import decode, decode_command
from meeting_server.wire.server_messages import ServerMessage
from tests.kit.houses.live_house import live_house
from tests.kit.phones.bots import PATIENCE, Bot


def same_shape(said: Any, printed: Any, field: str = "") -> bool:
    """Equal but for what differs each time."""
    if field in examples.VOLATILE:
        return type(said) is type(printed)
    if isinstance(printed, dict) and isinstance(said, dict):
        return list(said) == list(printed) and all(same_shape(said[name], printed[name], name) for name in printed)
    return bool(said == printed)


async def test_the_printed_conversation_is_what_the_server_says(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        bot = await Bot.open(house.url(), cookie=f"who={examples.SPEAKER}")
        for side, text in examples.CONVERSATION:
            if side == "→":
                await bot.websocket.send(text)
                continue
            async with asyncio.timeout(PATIENCE):
                while True:
                    said = json.loads(await bot.websocket.recv())
                    printed = json.loads(text)
                    if said["type"] == printed["type"] or said["type"] not in ("event", "ack"):
                        break  # events the page does not print are passed over
            assert same_shape(said, printed), f"printed {text}\nsaid    {said}"
        await bot.websocket.close()


@pytest.mark.parametrize(
    "text", [t for side, t in examples.CONVERSATION if side == "→" and t != '{"type":"want"}'] + list(examples.PHONES_OTHERS)
)
def test_every_printed_frame_of_a_phone_is_understood(text: str) -> None:
    frame = decode(text)
    if isinstance(frame, CommandFrame) and "txt" not in text:
        decode_command(frame)


@pytest.mark.parametrize("text", [t for side, t in examples.CONVERSATION if side == "←" and '"snapshot"' not in t] + list(examples.OTHERS))
def test_every_printed_frame_of_the_server_has_the_fields_it_would_have(text: str) -> None:
    message = msgspec.json.decode(text, type=ServerMessage)
    assert json.loads(msgspec.json.encode(message)) == json.loads(text)


def test_every_type_of_frame_is_printed() -> None:
    printed = {json.loads(text)["type"] for _, text in examples.CONVERSATION}
    printed |= {json.loads(text)["type"] for text in (*examples.OTHERS, *examples.PHONES_OTHERS)}
    types = {str(cls.__struct_config__.tag) for cls in (*get_args(ClientMessage), *get_args(ServerMessage))}
    assert types == printed
