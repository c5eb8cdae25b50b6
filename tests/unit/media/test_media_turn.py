"""TURN credentials."""

from __future__ import annotations

import base64
import hashlib
import hmac

from meeting_server.media.turn import turn_servers


def test_credentials_live_an_hour_and_verify_with_the_secret() -> None:
    (server,) = turn_servers(("turns:turn.example.org:443?transport=tcp",), "secret", "device-1", 1_700_000_000.5)
    expiry, _, name = server.username.partition(":")
    assert int(expiry) == 1_700_003_600
    assert name == "device-1"
    expected = hmac.new(b"secret", server.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(server.credential) == expected


def test_without_a_secret_no_server_is_named() -> None:
    assert turn_servers(("turn:turn.example.org",), "", "x", 0) == ()
    assert turn_servers((), "secret", "x", 0) == ()
