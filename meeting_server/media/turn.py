"""Short-lived TURN credentials in coturn's REST form (``use-auth-secret``)."""

from __future__ import annotations

import base64
import hashlib
import hmac

from .api import IceServer

LIFETIME_S = 3600


def turn_servers(urls: tuple[str, ...], secret: str, name: str, now: float) -> tuple[IceServer, ...]:
    """One entry with all ``urls``, valid for an hour from ``now`` (Unix seconds); empty without urls or secret."""
    if not urls or not secret:
        return ()
    username = f"{int(now) + LIFETIME_S}:{name}"
    # SHA-1 because that is what TURN servers expect here; the secret is random and long
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return (IceServer(urls, username, base64.b64encode(digest).decode()),)
