"""The addresses under which this machine's media port can be reached."""

from __future__ import annotations

import ipaddress
import socket
import struct

import ifaddr

EVERY_IPV4 = "0.0.0.0"
EVERY = "::"
"""Every address of both families, by one socket: IPv4 clients are then seen under IPv4-mapped addresses."""


def bound_to(bind: str) -> str:
    """What the socket is bound to: ``bind``, or when that is empty every address of both families, where this machine has both."""
    if bind:
        return bind
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            probe.bind((EVERY, 0))
    except OSError:  # a kernel or a container without IPv6
        return EVERY_IPV4
    return EVERY


def advertised_hosts(bind: str, configured: tuple[str, ...]) -> tuple[str, ...]:
    """What the answers name as candidates: what is configured, else what the socket is bound to, else every address of this
    machine that is neither link-local nor a container's loopback; IPv4 first. Loopback is named only when there is nothing else."""
    if configured:
        return configured
    address = ipaddress.ip_address(bind)
    if not address.is_unspecified:
        return (bind,)
    found: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            candidate = ipaddress.ip_address(ip.ip if isinstance(ip.ip, str) else ip.ip[0])
            if candidate.version == 6 and address.version == 4:
                continue
            if not (candidate.is_loopback or candidate.is_link_local or candidate.is_multicast):
                found.append(candidate)
    preferred = _towards_the_world(socket.AF_INET), _towards_the_world(socket.AF_INET6)
    found.sort(key=lambda host: (host.version, str(host) not in preferred))
    return tuple(dict.fromkeys(str(host) for host in found)) or ("127.0.0.1",)


def _towards_the_world(family: socket.AddressFamily) -> str | None:
    """Our address on the default route; nothing is sent."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1" if family == socket.AF_INET else "2001:db8::1", 9))
            host: str = probe.getsockname()[0]
    except (OSError, struct.error):
        return None
    return host
