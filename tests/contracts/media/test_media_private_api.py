"""The private API that the media plane leans on: when a new version of pylibsrtp moves it, this fails before a meeting does."""

from __future__ import annotations

import os
import struct

import pytest
from pylibsrtp import Policy

from meeting_server.media import srtp
from meeting_server.media.dtls import PROFILES, SrtpProfile


@pytest.mark.parametrize("cipher", [srtp.InPlaceCipher, srtp.CopyingCipher])
@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name.decode())
def test_packets_survive_protection_in_place(cipher: type[srtp.InPlaceCipher] | type[srtp.CopyingCipher], profile: SrtpProfile) -> None:
    arena = bytearray(8192)
    key = os.urandom(profile.key + profile.salt)
    outbound, inbound = srtp.make_session(profile.number, key, inbound=False), srtp.make_session(profile.number, key, inbound=True)
    box = cipher(arena)
    sealing, opening = box.context(outbound), box.context(inbound)
    for seq in range(5):
        offset = 1000 + 7 * seq  # libsrtp does not need aligned packets
        packet = struct.pack("!BBHII", 0x80, 96, seq, 3000 * seq, 99) + os.urandom(500)
        arena[offset : offset + len(packet)] = packet
        size = box.protect(sealing, offset, len(packet))
        assert size == len(packet) + profile.tag
        assert arena[offset : offset + len(packet)] != packet
        assert box.unprotect(opening, offset, size) == len(packet)
        assert arena[offset : offset + len(packet)] == packet


@pytest.mark.parametrize("cipher", [srtp.InPlaceCipher, srtp.CopyingCipher])
def test_replayed_forged_and_short_packets_are_refused(cipher: type[srtp.InPlaceCipher] | type[srtp.CopyingCipher]) -> None:
    arena = bytearray(4096)
    key = os.urandom(44)
    number = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
    outbound, inbound = srtp.make_session(number, key, inbound=False), srtp.make_session(number, key, inbound=True)
    box = cipher(arena)
    packet = outbound.protect(struct.pack("!BBHII", 0x80, 96, 1, 1, 99) + bytes(100))
    arena[: len(packet)] = packet
    assert box.unprotect(box.context(inbound), 0, len(packet)) == 112
    arena[: len(packet)] = packet
    assert box.unprotect(box.context(inbound), 0, len(packet)) == -1
    forged = bytearray(outbound.protect(struct.pack("!BBHII", 0x80, 96, 2, 1, 99) + bytes(100)))
    forged[20] ^= 1
    arena[: len(forged)] = forged
    assert box.unprotect(box.context(inbound), 0, len(forged)) == -1
    for size in range(13):
        assert box.unprotect(box.context(inbound), 0, size) == -1


def test_the_fast_cipher_is_the_one_in_use_and_the_slow_one_takes_over_without_the_binding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(srtp.make_cipher(bytearray(100)), srtp.InPlaceCipher)
    monkeypatch.setattr(srtp, "_lib", None)
    assert isinstance(srtp.make_cipher(bytearray(100)), srtp.CopyingCipher)
