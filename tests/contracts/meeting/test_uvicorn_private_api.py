"""The private parts of uvicorn, websockets and h11 that the socket and HTTP protocols lean on: when a new version moves one, this
fails before a stranger finds out. The versions are pinned in pyproject.toml."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import tomllib
from importlib.metadata import version
from typing import Any

import h11
import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from meeting_server.web.meeting.frame_once import FrameOnceProtocol
from meeting_server.web.site.half_open import PunctualProtocol
from tests.kit.paths import ROOT

PINNED = ("uvicorn", "websockets", "h11")


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application."""


def config() -> uvicorn.Config:
    made = uvicorn.Config(nothing, lifespan="off", log_config=None)
    made.load()
    return made


@pytest.mark.parametrize("name", PINNED)
def test_what_is_subclassed_is_pinned_to_the_version_that_is_tested(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"{name}=={version(name)}" in project["dependencies"]


@pytest.mark.parametrize(
    "method",
    ["data_received", "receive", "send", "run_asgi", "handle_ping", "handle_pong", "handle_cont", "handle_text", "handle_bytes"],
)
def test_the_socket_protocol_overrides_what_uvicorn_calls(method: str) -> None:
    theirs, ours = getattr(WebSocketsSansIOProtocol, method), getattr(FrameOnceProtocol, method)
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)


@pytest.mark.parametrize(
    "method", ["connection_made", "connection_lost", "data_received", "handle_websocket_upgrade", "on_response_complete"]
)
def test_the_http_protocol_overrides_what_uvicorn_calls(method: str) -> None:
    theirs, ours = getattr(H11Protocol, method), getattr(PunctualProtocol, method)
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)


def inherited_names(ours: type) -> set[str]:
    """Names of ``self`` that a class uses and doesn't define: methods and state of the class it is made from."""
    (tree,) = ast.parse(inspect.getsource(ours)).body
    uses = [
        node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    ]
    own = {node.attr for node in uses if isinstance(node.ctx, ast.Store) and node.attr.startswith("_")}
    return {node.attr for node in uses} - set(vars(ours)) - own


def given(theirs: type, name: str) -> bool:
    """Whether instances get ``name`` from ``theirs``: as a method, or because one of its own lines sets it."""
    return hasattr(theirs, name) or re.search(rf"self\.{name}(:[^=\n]+)? = ", inspect.getsource(theirs)) is not None


@pytest.mark.parametrize("name", sorted(inherited_names(FrameOnceProtocol)))
def test_the_socket_protocol_has_every_name_that_ours_uses(name: str) -> None:
    assert given(WebSocketsSansIOProtocol, name)


@pytest.mark.parametrize("name", sorted(inherited_names(PunctualProtocol)))
def test_the_http_protocol_has_every_name_that_ours_uses(name: str) -> None:
    assert given(H11Protocol, name)


async def test_the_socket_protocol_queues_what_the_application_receives() -> None:
    protocol = WebSocketsSansIOProtocol(config(), ServerState(), {})
    assert isinstance(protocol.queue, asyncio.Queue)
    assert protocol.conn.data_to_send() == []


async def test_the_http_protocol_has_a_cycle_that_can_be_told_of_the_end() -> None:
    protocol = H11Protocol(config(), ServerState(), {})
    assert protocol.conn.their_state is h11.IDLE
    source = inspect.getsource(RequestResponseCycle)
    for name in ("self.disconnected", "self.message_event", "self.response_complete", "self.flow.resume_reading()", "self.on_response()"):
        assert name in source, name
    assert "self.read_paused" in inspect.getsource(FlowControl.resume_reading)


def test_h11_makes_an_event_of_each_chunk_and_says_where_it_begins() -> None:
    server = h11.Connection(h11.SERVER)
    server.receive_data(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n1\r\ny\r\n")
    assert isinstance(server.next_event(), h11.Request)
    chunks = [server.next_event(), server.next_event()]
    assert all(isinstance(event, h11.Data) and event.chunk_start for event in chunks)


def test_websockets_makes_an_event_of_each_frame() -> None:
    from websockets.server import ServerProtocol

    server = ServerProtocol()
    server.receive_data(
        b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    (request,) = server.events_received()
    server.send_response(server.accept(request))  # type: ignore[arg-type]  # the one event is a request
    server.receive_data(bytes.fromhex("898000000000018000000000008000000000"))
    frames = server.events_received()
    assert [(frame.opcode, frame.fin) for frame in frames if isinstance(frame, Frame)] == [
        (Opcode.PING, True), (Opcode.TEXT, False), (Opcode.CONT, False),
    ]  # fmt: skip
