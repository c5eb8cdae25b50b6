"""Every private name of somebody else's package that the server uses is listed here, with the test that watches it.

A name with an underscore may move in any release, so its package is pinned exactly, or its use is shown not to matter.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import h11
import pytest
from aioice import Connection
from aiortc import RTCDtlsTransport, RTCIceTransport, RTCRtpSender
from docx import Document
from h11._connection import DEFAULT_MAX_INCOMPLETE_EVENT_SIZE

from tests.kit.paths import ROOT

HERE = "tests/contracts/house/test_foreign_private_api.py::"
UVICORN = "tests/contracts/meeting/test_uvicorn_private_api.py::"
MEDIA = "tests/contracts/media/test_media_private_api.py::"

USED = {
    "uvicorn._types": ("uvicorn", HERE + "test_uvicorn_keeps_the_types_of_events_where_they_are_imported_from"),
    "_unset_keepalive_if_required": ("uvicorn", UVICORN + "test_the_http_protocol_has_every_name_that_ours_uses"),
    "h11._connection": ("h11", HERE + "test_h11_keeps_its_limit_of_a_head_where_it_is_imported_from"),
    "pylibsrtp._binding": ("pylibsrtp", MEDIA + "test_the_fast_cipher_is_the_one_in_use_and_the_slow_one_takes_over_without_the_binding"),
    "_srtp": ("pylibsrtp", MEDIA + "test_the_fast_cipher_is_the_one_in_use_and_the_slow_one_takes_over_without_the_binding"),
    "_connection": ("aiortc", HERE + "test_aiortc_keeps_what_the_rehearsal_takes_over"),
    "_rx_srtp": ("aiortc", HERE + "test_aiortc_keeps_what_the_rehearsal_takes_over"),
    "_tx_srtp": ("aiortc", HERE + "test_aiortc_keeps_what_the_rehearsal_takes_over"),
    "_ssrc": ("aiortc", HERE + "test_aiortc_keeps_what_the_rehearsal_takes_over"),
    "_nominated": ("aioice", HERE + "test_aiortc_keeps_what_the_rehearsal_takes_over"),
    "_add_reader": ("", HERE + "test_asyncio_lets_a_socket_of_its_own_be_read_by_others"),
    "_remove_reader": ("", HERE + "test_asyncio_lets_a_socket_of_its_own_be_read_by_others"),
    "_tr": ("", HERE + "test_a_row_of_a_word_table_has_its_element"),
}
"""Name → package that is pinned exactly (empty: a range will do), and the test."""
DOCUMENTED = {"_mapping", "_fields_", "_replace"}
"""Underscores that are no sign of privacy: SQLAlchemy's ``Row._mapping``, ``ctypes.Structure._fields_``, ``NamedTuple._replace``."""


def foreign_private_names(source: str) -> Iterator[str]:
    """Modules and attributes with an underscore that a file uses and doesn't define itself."""
    tree = ast.parse(source)
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    own |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    own |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__") and node.attr not in own:
            yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.module.startswith(("__future__", "meeting_server")):
            if any(part.startswith("_") for part in node.module.split(".")):
                yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names if name.name.startswith("_"))
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if any(part.startswith("_") for part in name.name.split(".")))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from uvicorn._types import Scope", ["uvicorn._types"]),
        ("import h11._events", ["h11._events"]),
        ("from websockets import _hidden", ["websockets._hidden"]),
        ("class Ours(Theirs):\n  def go(self):\n    self._theirs()", ["_theirs"]),
        ("class Ours:\n  _own = 1\n  def go(self):\n    self._own, self._made, self.__class__\n  def _made(self): ...", []),
    ],
)
def test_a_planted_private_name_is_found(source: str, found: list[str]) -> None:
    assert list(foreign_private_names(source)) == found


def test_every_private_name_of_a_foreign_package_is_listed_and_every_listed_one_is_used() -> None:
    used = {name for file in (ROOT / "meeting_server").rglob("*.py") for name in foreign_private_names(file.read_text("utf-8"))}
    assert used - DOCUMENTED == set(USED)


@pytest.mark.parametrize("name", USED)
def test_what_is_listed_is_pinned_and_watched_by_a_test_that_exists(name: str) -> None:
    package, watched_by = USED[name]
    if package:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        assert f"{package}=={version(package)}" in project["dependencies"]
    file, test = watched_by.split("::")
    assert f"def {test}(" in (ROOT / file).read_text("utf-8")


def test_h11_keeps_its_limit_of_a_head_where_it_is_imported_from() -> None:
    assert h11.Connection(h11.SERVER)._max_incomplete_event_size == DEFAULT_MAX_INCOMPLETE_EVENT_SIZE == 16 * 1024


def test_a_row_of_a_word_table_has_its_element() -> None:
    row = Document().add_table(rows=1, cols=1).rows[0]
    assert row._tr.get_or_add_trPr() is row._tr.get_or_add_trPr()


def test_uvicorn_keeps_the_types_of_events_where_they_are_imported_from() -> None:
    types = importlib.import_module("uvicorn._types")
    assert {"ASGIReceiveEvent", "ASGISendEvent"} <= set(vars(types))


def test_aiortc_keeps_what_the_rehearsal_takes_over() -> None:
    for kind, names in (
        (RTCDtlsTransport, ("_rx_srtp", "_tx_srtp")),
        (RTCIceTransport, ("_connection",)),
        (RTCRtpSender, ("_ssrc",)),
        (Connection, ("_nominated",)),
    ):
        for name in names:
            assert re.search(rf"self\.{name}(: [^=\n]+)? = ", inspect.getsource(kind)), (kind, name)


async def test_asyncio_lets_a_socket_of_its_own_be_read_by_others() -> None:
    loop: Any = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    bare = transport.get_extra_info("socket")._sock
    assert loop._remove_reader(bare.fileno())
    loop._add_reader(bare.fileno(), lambda: None)
    transport.close()
