"""Who a request comes from: what our own proxies add, and nothing that a stranger writes."""

from __future__ import annotations

import ipaddress

import pytest
from pydantic import ValidationError
from starlette.types import Message, Receive, Scope, Send

from meeting_server.config import Settings
from meeting_server.web.site.proxies import Proxies, address_of, client_behind, networks_of

OURS = networks_of("127.0.0.1, ::1, 10.1.0.0/16")


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["1.2.3.4", "203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9", "10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["127.0.0.1", "203.0.113.9", "10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["10.1.9.9", "10.1.2.3"], "10.1.9.9"),
        ("127.0.0.1", ["203.0.113.9", "unknown"], "127.0.0.1"),
        ("127.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("::ffff:127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("203.0.113.50", ["1.2.3.4"], "203.0.113.50"),
        ("127.0.0.1", [], "127.0.0.1"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy_of_ours(peer: str, forwarded_for: list[str], client: str) -> None:
    here = address_of(peer)
    assert here is not None
    assert client_behind(here, forwarded_for, OURS) == ipaddress.ip_address(client)


def test_a_chain_without_end_is_not_followed() -> None:
    assert str(client_behind(ipaddress.ip_address("127.0.0.1"), ["203.0.113.9"] + ["10.1.0.1"] * 10_000, OURS)) == "10.1.0.1"


async def seen(peer: str, headers: dict[str, str], kind: str = "http") -> tuple[str, str, str]:
    """Client, scheme and host as the pages see them."""
    found: list[Scope] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError

    raw = [(b"host", b"inside:8000"), *((name.encode(), value.encode("latin-1")) for name, value in headers.items())]
    scope: Scope = {"type": kind, "client": (peer, 5), "scheme": "http" if kind == "http" else "ws", "headers": raw}
    await Proxies(page, OURS)(scope, receive, send)
    return found[0]["client"][0], found[0]["scheme"], dict(found[0]["headers"])[b"host"].decode()


FORWARDED = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "x-forwarded-host": "meet.example.edu"}


async def test_what_a_proxy_of_ours_says_counts() -> None:
    assert await seen("127.0.0.1", FORWARDED) == ("203.0.113.9", "https", "meet.example.edu")
    assert await seen("10.1.2.3", FORWARDED, "websocket") == ("203.0.113.9", "wss", "meet.example.edu")


async def test_what_anybody_else_says_is_ignored() -> None:
    assert await seen("198.51.100.4", FORWARDED) == ("198.51.100.4", "http", "inside:8000")


@pytest.mark.parametrize("host", ["evil.example/x", "a b", "x\u00e4", "a,evil example", "[::1", "h:99999999"])
async def test_a_host_that_is_none_is_left_alone(host: str) -> None:
    assert (await seen("127.0.0.1", {"x-forwarded-host": host}))[2] == "inside:8000"


def test_a_setting_that_names_no_network_is_refused() -> None:
    with pytest.raises(ValidationError, match="nginx"):
        Settings(proxies="127.0.0.1,nginx")
