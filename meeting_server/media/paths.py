"""Which address belongs to which client: a check claims one, and what the client's keys protect proves it. No socket, no clock."""

from __future__ import annotations

from .datagrams import Destination
from .ice_lite import Check, IceLite
from .peer import Peer

MAX_ADDRESSES = 16  # of one client: every pair of candidates that a browser tries is one


class Paths:
    """Addresses (``key``: the first bytes of a sockaddr) of the clients that are listened for. ``rejected`` counts what is refused."""

    def __init__(self, rejected: dict[str, int]) -> None:
        self.ice = IceLite()
        self.proven: dict[bytes, Peer] = {}  # addresses from which a client's keys protected something
        self.claims: dict[bytes, Peer] = {}  # addresses that passed a check, and nothing more yet
        self._by_ufrag: dict[str, Peer] = {}
        self._rejected = rejected

    def listen_for(self, peer: Peer) -> None:
        """Serve the checks of every credential of the peer."""
        for credentials in peer.credentials:
            self._by_ufrag[credentials.ufrag] = peer

    def forget(self, peer: Peer) -> None:
        """Serve none of its checks and know none of its addresses."""
        self._forget_credentials(peer, 0)
        for key in peer.keys:
            self._forget_key(peer, key)

    def check(self, datagram: bytes, key: bytes, known: Peer | None, now: float) -> tuple[bytes, Peer | None] | None:
        """Return the answer to a connectivity check and whose it was (``None``: the worker's own probe); ``None``: no answer.

        A check lets an address be listened to. Of a connected client, media follows only when something that its keys protect has
        come from there, because checks can be made, or captured, by others. ``known``: whose address this was proved to be.
        """
        known = known or self.claims.get(key)
        trusted = known is not None and known.is_named_in(datagram)
        if known is not None and trusted and not known.budgets.checks.take(now):
            self._rejected["check_budget"] += 1
            return None
        check = self.ice.receive(datagram, key, trusted=trusted, now=now)
        if check is None:
            self._rejected["check"] += 1
            return None
        if check.credentials is self.ice.probe:
            return check.response, None
        peer = self._by_ufrag.get(check.credentials.ufrag)
        if peer is None:
            return None
        peer.heard = now
        self._claim(peer, key, check)
        if check.credentials is peer.credentials[-1] and check.nominated and len(peer.credentials) > 1:
            self._forget_credentials(peer, 1)
        return check.response, peer

    def prove(self, peer: Peer, key: bytes) -> Peer | None:
        """Note that something which the client's keys protect came from an address that had passed a check: it is the client's.

        Return the client that had this address before and has no other one, if there is one. One address, two clients: the old one
        left without a word (a page reload behind the same port).
        """
        if self.claims.get(key) is peer:
            del self.claims[key]
        owner = self.proven.get(key)
        self.proven[key] = peer
        peer.keys[key] = None
        displaced = None
        if owner is not None and owner is not peer:
            owner.keys.pop(key, None)
            if owner.key == key:
                displaced = owner
        if peer.nominated == key and peer.key != key:
            send_to(peer, key)
        return displaced

    def _claim(self, peer: Peer, key: bytes, check: Check) -> None:
        if check.nominated:
            peer.nominated = key
        if self.proven.get(key) is peer:
            if peer.connected and check.nominated and peer.key != key:  # back to where it was: to be proved anew
                del self.proven[key]
                self.claims[key] = peer
            return
        if key not in peer.keys:
            if len(peer.keys) >= MAX_ADDRESSES:
                self._forget_oldest(peer)
            peer.keys[key] = None
        self.claims[key] = peer
        if not peer.connected and (peer.key is None or check.nominated):
            send_to(peer, key)

    def _forget_oldest(self, peer: Peer) -> None:
        """The oldest of a client's addresses that is not in use."""
        oldest = next(key for key in peer.keys if key not in (peer.key, peer.nominated))
        del peer.keys[oldest]
        self._forget_key(peer, oldest)

    def _forget_key(self, peer: Peer, key: bytes) -> None:
        for known in (self.proven, self.claims):
            if known.get(key) is peer:
                del known[key]

    def _forget_credentials(self, peer: Peer, keep: int) -> None:
        for credentials in peer.credentials[: len(peer.credentials) - keep]:
            self.ice.close(credentials)
            self._by_ufrag.pop(credentials.ufrag, None)
        peer.credentials = peer.credentials[len(peer.credentials) - keep :]


def send_to(peer: Peer, key: bytes) -> None:
    """Let everything for this client go to this address."""
    if peer.connected and peer.key != key:
        peer.downlink.new_path()
    peer.key = key
    if peer.destination is None:
        peer.destination = Destination(key)
    else:
        peer.destination.change(key)
