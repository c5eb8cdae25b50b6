"""Where a request came from, as what limits count by."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection

SITE_BITS = 64
"""Leading bits of an IPv6 address that one subscriber cannot choose: every device may take any address below them
(RFC 4291 section 2.5.1; RFC 8981 has them change by themselves)."""


def client_host(conn: HTTPConnection) -> str:
    """The address of the client as text; empty where the server does not know it."""
    return conn.client.host if conn.client else ""


def household(host: str) -> str:
    """What of an address one party holds: an IPv4 address as it is, an IPv6 address cut to its ``/64``.

    ``::ffff:192.0.2.7`` is 192.0.2.7. What is no address comes back as it is.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(address), SITE_BITS), strict=False))
    return str(address)


def household_of(conn: HTTPConnection) -> str:
    """The household a request or socket came from."""
    return household(client_host(conn))
