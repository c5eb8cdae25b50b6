"""The addresses under which this machine's media port can be reached."""

from __future__ import annotations

import ipaddress
import socket
import struct

import ifaddr


def advertised_hosts(bind: str, configured: tuple[str, ...]) -> tuple[str, ...]:
    """What the answers name as candidates: what is configured, else what the socket is bound to, else every address of this
    machine that is neither link-local nor a container's loopback. Loopback is named only when there is nothing else."""
    if configured:
        return configured
    address = ipaddress.ip_address(bind)
    if not address.is_unspecified:
        return (bind,)
    found: list[str] = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if not isinstance(ip.ip, str):
                continue  # IPv6 needs a socket of its own family
            candidate = ipaddress.ip_address(ip.ip)
            if not (candidate.is_loopback or candidate.is_link_local or candidate.is_multicast):
                found.append(ip.ip)
    preferred = _towards_the_world()
    found.sort(key=lambda host: host != preferred)
    return tuple(dict.fromkeys(found)) or ("127.0.0.1",)


def _towards_the_world() -> str | None:
    """Our address on the default route; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except (OSError, struct.error):
            return None
        host: str = probe.getsockname()[0]
        return host
