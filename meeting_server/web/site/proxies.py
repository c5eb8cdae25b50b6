"""The real client behind reverse proxies: ``X-Forwarded-*`` is trusted only from the configured proxies."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

log = structlog.get_logger(__name__)

_HOST = re.compile(rb"[A-Za-z0-9.\-_]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_MOST_HOPS = 16
"""Most proxies in a chain."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def networks_of(setting: str) -> tuple[Network, ...]:
    """``MEETING_PROXIES``: addresses and networks, comma separated. Raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(word.strip()) for word in setting.split(",") if word.strip())


def client_behind(peer: Address, forwarded_for: Sequence[str], proxies: Sequence[Network]) -> Address:
    """Return the first address, counted from us, that is not a proxy of ours. ``forwarded_for``: as sent, the nearest hop last.

    A client can write anything before what our proxies add, so nothing to the left of the first stranger is trusted. If a proxy added
    something that is not an address, the proxy itself is the client.
    """
    client = peer
    for word in list(reversed(forwarded_for))[:_MOST_HOPS]:
        if not _is_one_of(client, proxies):
            break
        hop = address_of(word)
        if hop is None:
            break
        client = hop
    return client


def address_of(word: str) -> Address | None:
    """Parse an address as proxies write it: ``192.0.2.7``, ``192.0.2.7:4711``, ``2001:db8::7``, ``[2001:db8::7]:4711``; else ``None``."""
    word = word.strip().strip('"')
    if word.startswith("["):
        word = word[1:].partition("]")[0]
    elif word.count(":") == 1:
        word = word.partition(":")[0]
    try:
        address = ipaddress.ip_address(word)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_one_of(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


class Proxies:
    """The outermost ASGI middleware: for a request through our proxies, client, scheme and host become the browser's."""

    def __init__(self, app: ASGIApp, networks: Sequence[Network]) -> None:
        self.app = app
        self._networks = networks
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            self._look_through(scope)
        await self.app(scope, receive, send)

    def _look_through(self, scope: Scope) -> None:
        peer = address_of(scope["client"][0]) if scope.get("client") else None
        said = {name: _words(scope, name) for name in (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host")}
        if peer is None or not any(said.values()):
            return
        if not _is_one_of(peer, self._networks):
            if not self._warned and peer.is_loopback:
                log.warning("a proxy on this machine is not named in MEETING_PROXIES: its X-Forwarded headers are ignored", proxy=str(peer))
                self._warned = True
            return
        client = client_behind(peer, said[b"x-forwarded-for"], self._networks)
        if client != peer:
            scope["client"] = (str(client), 0)
        if said[b"x-forwarded-proto"]:
            secure = said[b"x-forwarded-proto"][-1].lower() in ("https", "wss")
            plain = "http" if scope["type"] == "http" else "ws"
            scope["scheme"] = plain + "s" if secure else plain
        if said[b"x-forwarded-host"] and _HOST.fullmatch(host := said[b"x-forwarded-host"][-1].encode("latin-1")):
            scope["headers"] = [(b"host", host), *((name, value) for name, value in scope["headers"] if name != b"host")]


def _words(scope: Scope, header: bytes) -> list[str]:
    """Return the comma-separated values of a header that may occur several times."""
    joined = b",".join(value for name, value in scope["headers"] if name == header).decode("latin-1")
    return [word.strip() for word in joined.split(",") if word.strip()]
