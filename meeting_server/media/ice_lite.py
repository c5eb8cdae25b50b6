"""ICE-lite: answers authenticated STUN checks of known clients, and nobody else."""

from __future__ import annotations

import secrets
import string
import struct
from collections import OrderedDict
from dataclasses import dataclass, field

from aioice import stun

from .datagrams import address_of_key, household_of_key

_ALPHABET = string.ascii_letters + string.digits
_REMEMBERED_CHECKS = 128


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass
class Credentials:
    """Our ufrag and password for one client (or one ICE restart of it), and the checks seen lately."""

    ufrag: str = field(default_factory=lambda: _random(8))
    password: str = field(default_factory=lambda: _random(24), repr=False)
    remote_ufrag: str = ""
    # transaction -> sender: a captured check, replayed from elsewhere, must not draw the media away
    seen: OrderedDict[bytes, bytes] = field(default_factory=OrderedDict, repr=False)


@dataclass(frozen=True)
class Check:
    """A check that proved to be the client's: reply with ``response``; ``nominated`` when the client chose this path."""

    credentials: Credentials
    response: bytes
    nominated: bool


class StunLimiter:
    """Bounds the work that unauthenticated checks can cause: a bucket for each sender's address, one for all together."""

    PER_ADDRESS, OVERALL = 60.0, 2000.0  # requests a second

    def __init__(self) -> None:
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._overall = (self.OVERALL, 0.0)

    def allows(self, host: bytes, now: float) -> bool:
        """``now`` in seconds of a monotonic clock."""
        level, at = self._buckets.pop(host, (self.PER_ADDRESS, now))
        level = min(self.PER_ADDRESS, level + (now - at) * self.PER_ADDRESS)
        allowed = level >= 1
        self._buckets[host] = (level - 1 if allowed else level, now)
        if len(self._buckets) > 4096:
            self._buckets.popitem(last=False)
        if not allowed:
            return False
        total, at = self._overall
        total = min(self.OVERALL, total + (now - at) * self.OVERALL)
        self._overall = (total - 1 if total >= 1 else total, now)
        return total >= 1


class IceLite:
    """Every client's credentials on one UDP port. A check that does not authenticate gets no answer at all,
    so the port cannot be used to amplify or to map addresses."""

    def __init__(self) -> None:
        self._by_ufrag: dict[str, Credentials] = {}
        self._limiter = StunLimiter()
        self.refused = 0
        self.probe = Credentials(_random(24))
        """Whoever watches over the worker checks with these whether it still hears; nobody else knows them."""
        self._by_ufrag[self.probe.ufrag] = self.probe
        self._probed = self.probe.ufrag.encode()

    def open(self, remote_ufrag: str) -> Credentials:
        credentials = Credentials(remote_ufrag=remote_ufrag)
        self._by_ufrag[credentials.ufrag] = credentials
        return credentials

    def close(self, credentials: Credentials) -> None:
        self._by_ufrag.pop(credentials.ufrag, None)

    def receive(self, datagram: bytes, sender: bytes, *, trusted: bool, now: float) -> Check | None:
        """``sender`` is the key of the address; ``trusted`` when it already passed a check (then it is not rate-limited)."""
        check = self._check(datagram, sender, trusted=trusted, now=now)
        if check is None:
            self.refused += 1
        return check

    def _check(self, datagram: bytes, sender: bytes, *, trusted: bool, now: float) -> Check | None:
        # a flood of strangers must not make us look deaf to whoever watches over us
        if not trusted and self._probed not in datagram and not self._limiter.allows(household_of_key(sender), now):
            return None
        try:
            message = stun.parse_message(datagram)
        except (ValueError, IndexError, KeyError, struct.error):
            return None
        attributes = message.attributes
        if message.message_class != stun.Class.REQUEST or message.message_method != stun.Method.BINDING:
            return None
        username = attributes.get("USERNAME")
        if not isinstance(username, str):
            return None
        local, _, remote = username.partition(":")
        credentials = self._by_ufrag.get(local)
        if credentials is None or (credentials.remote_ufrag and remote != credentials.remote_ufrag):
            return None
        if not message.check_message_integrity(credentials.password.encode()):
            return None
        if credentials.seen.setdefault(message.transaction_id, sender) != sender:
            return None
        if len(credentials.seen) > _REMEMBERED_CHECKS:
            credentials.seen.popitem(last=False)
        response = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
        response.attributes["XOR-MAPPED-ADDRESS"] = address_of_key(sender)
        response.add_message_integrity(credentials.password.encode())
        return Check(credentials, bytes(response), "USE-CANDIDATE" in attributes)
