"""Which address belongs to which client: claimed by a check, proved by keys; decided without a socket."""

from __future__ import annotations

import socket
import struct
from typing import Any, cast

import pytest
from aioice import stun

from meeting_server.media.paths import MAX_ADDRESSES, Paths, send_to
from meeting_server.media.peer import Peer


def address(port: int) -> bytes:
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + bytes((192, 0, 2, 1))


HOME, TRAIN = address(4000), address(4001)


class World:
    """Paths with one client that may join from anywhere."""

    def __init__(self) -> None:
        self.rejected = {"check": 0, "check_budget": 0}
        self.paths = Paths(self.rejected)
        self.peer = self.client("phone")

    def client(self, name: str) -> Peer:
        peer = Peer(name, name, cast(Any, None), "s", cast(Any, None))
        peer.credentials.append(self.paths.ice.open("theirs"))
        self.paths.listen_for(peer)
        return peer

    def checks(self, peer: Peer, key: bytes, *, nominates: bool = False, credentials: int = -1, now: float = 0.0) -> Any:
        ours = peer.credentials[credentials]
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{ours.ufrag}:theirs"
        if nominates:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(ours.password.encode())
        return self.paths.check(bytes(message), key, self.paths.proven.get(key), now)

    def joins(self, peer: Peer, key: bytes) -> None:
        self.checks(peer, key, nominates=True)
        peer.outbound = object()  # the handshake is through
        self.paths.prove(peer, key)


@pytest.fixture
def world() -> World:
    return World()


def test_a_check_claims_an_address_and_answers_whose_it_was(world: World) -> None:
    response, whose = world.checks(world.peer, HOME)
    assert stun.parse_message(response).message_class == stun.Class.RESPONSE
    assert whose is world.peer
    assert (world.paths.claims, world.paths.proven) == ({HOME: world.peer}, {})
    assert world.peer.key == HOME  # the handshake goes there


def test_a_check_of_nobody_is_refused_and_claims_nothing(world: World) -> None:
    assert world.paths.check(b"\0\1" + bytes(30), HOME, None, 0.0) is None
    assert world.rejected["check"] == 1
    assert world.paths.claims == {}


def test_the_probe_is_answered_as_nobody(world: World) -> None:
    world.peer.credentials.append(world.paths.ice.probe)
    response, whose = world.checks(world.peer, HOME)
    assert response
    assert whose is None
    assert world.paths.claims == {}


def test_a_check_alone_draws_no_media_of_a_connected_client(world: World) -> None:
    world.joins(world.peer, HOME)
    world.checks(world.peer, TRAIN, nominates=True)
    assert world.peer.key == HOME
    assert world.paths.prove(world.peer, TRAIN) is None
    assert world.peer.key == TRAIN


def test_a_nominated_way_back_is_proved_anew(world: World) -> None:
    world.joins(world.peer, HOME)
    world.checks(world.peer, TRAIN, nominates=True)
    world.paths.prove(world.peer, TRAIN)
    world.checks(world.peer, HOME, nominates=True)
    assert world.peer.key == TRAIN
    assert world.paths.claims == {HOME: world.peer}
    world.paths.prove(world.peer, HOME)
    assert world.peer.key == HOME


def test_an_address_that_changes_hands_displaces_who_has_no_other(world: World) -> None:
    world.joins(world.peer, HOME)
    reloaded = world.client("phone again")
    world.checks(reloaded, HOME, nominates=True)
    assert world.paths.proven[HOME] is world.peer
    assert world.paths.prove(reloaded, HOME) is world.peer
    assert world.paths.proven[HOME] is reloaded


def test_an_address_that_changes_hands_leaves_alone_who_moved_on(world: World) -> None:
    world.joins(world.peer, HOME)
    world.checks(world.peer, TRAIN, nominates=True)
    world.paths.prove(world.peer, TRAIN)
    later = world.client("later")
    world.checks(later, HOME, nominates=True)
    assert world.paths.prove(later, HOME) is None


def test_a_client_has_so_many_addresses_and_keeps_the_one_in_use(world: World) -> None:
    world.joins(world.peer, HOME)
    for port in range(5000, 5000 + 2 * MAX_ADDRESSES):
        world.checks(world.peer, address(port), now=float(port))
    assert len(world.peer.keys) == MAX_ADDRESSES
    assert world.peer.keys.keys() >= {HOME}
    assert len(world.paths.claims) == MAX_ADDRESSES - 1


def test_checks_beyond_a_clients_budget_are_not_answered(world: World) -> None:
    world.joins(world.peer, HOME)
    answers = [world.checks(world.peer, HOME) for _ in range(400)]
    assert None in answers
    assert world.rejected["check_budget"] == answers.count(None)


def test_old_credentials_serve_until_the_newest_are_nominated(world: World) -> None:
    world.joins(world.peer, HOME)
    old = world.peer.credentials[0]
    world.peer.credentials.append(world.paths.ice.open("theirs"))
    world.paths.listen_for(world.peer)
    assert world.checks(world.peer, HOME, credentials=0) is not None
    assert world.checks(world.peer, HOME, nominates=True) is not None
    world.peer.credentials.insert(0, old)
    assert world.checks(world.peer, HOME, credentials=0) is None


def test_nothing_is_left_of_a_client_that_is_forgotten(world: World) -> None:
    world.joins(world.peer, HOME)
    world.checks(world.peer, TRAIN)
    ours = world.peer.credentials[:]
    world.paths.forget(world.peer)
    assert (world.paths.proven, world.paths.claims, world.peer.credentials) == ({}, {}, [])
    world.peer.credentials = ours
    assert world.checks(world.peer, HOME) is None


def test_a_new_path_forgets_what_was_known_of_the_old_one(world: World) -> None:
    world.joins(world.peer, HOME)
    world.peer.downlink.ever_congested = True
    send_to(world.peer, TRAIN)
    assert not world.peer.downlink.ever_congested
