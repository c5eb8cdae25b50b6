"""What a stranger may send to a media port."""

from __future__ import annotations

import os
import socket

import pytest
from aioice import stun
from OpenSSL import SSL


def client_hello() -> bytes:
    """The first flight of a DTLS client that nobody invited."""
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_tlsext_use_srtp(b"SRTP_AEAD_AES_256_GCM")
    connection = SSL.Connection(context, None)
    connection.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        connection.do_handshake()
    return connection.bio_read(2000)


def oversized() -> bytes:
    """A datagram that looks like RTP and is longer than any network carries in one piece."""
    return b"\x80" + os.urandom(1599)


def plain_check() -> bytes:
    """A STUN binding request without credentials."""
    return bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST))


def stranger_to(address: tuple[str, int]) -> socket.socket:
    """A socket of somebody else on this machine, that can reach ``address``."""
    sock = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    return sock
