"""Where a request came from, as the unit that limits count."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection

SITE_BITS = 64
"""Leading bits of an IPv6 address that a subscriber cannot choose. Every device may take any address below them (RFC 4291 section 2.5.1),
and changes it on its own (RFC 8981)."""


def client_host(conn: HTTPConnection) -> str:
    """Return the client's address as text, empty if the server does not know it."""
    return conn.client.host if conn.client else ""


def household(host: str) -> str:
    """Return the part of an address that one party holds: an IPv4 address as it is, an IPv6 address cut to its ``/64``.

    ``::ffff:192.0.2.7`` is 192.0.2.7. Anything that is not an address is returned as it is.
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
    """Return the household that a request or socket came from."""
    return household(client_host(conn))
