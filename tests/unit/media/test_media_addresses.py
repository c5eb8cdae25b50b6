"""Where the media port is reached, and who is behind a datagram."""

from __future__ import annotations

import socket
import struct
from types import SimpleNamespace

import pytest

from meeting_server.media import addresses
from meeting_server.media.addresses import EVERY, EVERY_IPV4, advertised_hosts, bound_to
from meeting_server.media.datagrams import address_of_key, destination_of_key, household_of_key
from meeting_server.media.ice_lite import StunLimiter


def key4(host: str, port: int = 4000) -> bytes:
    return struct.pack("=H", socket.AF_INET) + port.to_bytes(2, "big") + socket.inet_aton(host)


def key6(host: str, port: int = 4000) -> bytes:
    return struct.pack("=H", socket.AF_INET6) + port.to_bytes(2, "big") + bytes(4) + socket.inet_pton(socket.AF_INET6, host)


@pytest.fixture
def adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server with two networks, both families, a container's bridge, and what no client can use."""
    ips = ["127.0.0.1", "172.17.0.1", "192.0.2.10", ("::1", 0, 0), ("fe80::1", 0, 2), ("fd00::2", 0, 0), ("2001:db8::10", 0, 0)]
    monkeypatch.setattr("ifaddr.get_adapters", lambda: [SimpleNamespace(ips=[SimpleNamespace(ip=ip) for ip in ips])])
    preferred = {socket.AF_INET: "192.0.2.10", socket.AF_INET6: "2001:db8::10"}
    monkeypatch.setattr(addresses, "_towards_the_world", preferred.get)


@pytest.mark.usefixtures("adapters")
def test_every_address_a_client_can_use_is_named_the_ones_towards_the_world_first() -> None:
    assert advertised_hosts(EVERY, ()) == ("192.0.2.10", "172.17.0.1", "2001:db8::10", "fd00::2")


@pytest.mark.usefixtures("adapters")
def test_a_socket_of_ipv4_names_no_address_of_ipv6() -> None:
    assert advertised_hosts(EVERY_IPV4, ()) == ("192.0.2.10", "172.17.0.1")


def test_what_is_configured_or_bound_is_named_as_it_is() -> None:
    assert advertised_hosts(EVERY, ("media.example.org",)) == ("media.example.org",)
    assert advertised_hosts("2001:db8::10", ()) == ("2001:db8::10",)


def test_without_ipv6_the_port_is_of_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("address family not supported")

    monkeypatch.setattr("socket.socket", refuse)
    assert bound_to("") == EVERY_IPV4
    assert bound_to("192.0.2.10") == "192.0.2.10"


def test_an_ipv4_client_of_a_socket_for_both_is_told_its_ipv4_address() -> None:
    mapped = key6("::ffff:192.0.2.1")
    assert address_of_key(mapped) == ("192.0.2.1", 4000)
    assert destination_of_key(mapped) == ("::ffff:192.0.2.1", 4000)
    assert address_of_key(key6("2001:db8::1")) == destination_of_key(key6("2001:db8::1")) == ("2001:db8::1", 4000)
    assert address_of_key(key4("192.0.2.1")) == destination_of_key(key4("192.0.2.1")) == ("192.0.2.1", 4000)


def test_one_household_of_ipv6_shares_one_allowance_of_checks_and_its_neighbour_has_another() -> None:
    limiter = StunLimiter()
    guesses = [limiter.allows(household_of_key(key6(f"2001:db8:1:1::{i:x}", i)), 0.0) for i in range(200)]
    assert guesses.count(True) == StunLimiter.PER_ADDRESS
    assert limiter.allows(household_of_key(key6("2001:db8:1:2::1")), 0.0)


def test_clients_of_ipv4_have_an_allowance_each_on_either_kind_of_socket() -> None:
    limiter = StunLimiter()
    for key in (key4, lambda host: key6(f"::ffff:{host}")):
        while limiter.allows(household_of_key(key("192.0.2.1")), 0.0):
            pass
        assert limiter.allows(household_of_key(key("192.0.2.2")), 0.0)
