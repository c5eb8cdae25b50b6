"""Both roles of DTLS, and certificates as encoders make them: what counts is the fingerprint in the offer."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from OpenSSL import SSL

from meeting_server.media.dtls import _CIPHERS, _CURVES, PROFILES, Certificate, Dtls, Fingerprint
from meeting_server.media.system_tls import SystemConnection, SystemTls

OLD = ec.SECP224R1()
"""The curve of FFmpeg's certificates when it is built with GnuTLS."""


class Encoder:
    """An encoder in the passive role with a certificate of its own, served by the machine's OpenSSL."""

    def __init__(self, curve: ec.EllipticCurve) -> None:
        key = ec.generate_private_key(curve)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "encoder")])
        now = datetime.datetime.now(tz=datetime.UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        certificate = made.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
        private = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        self.fingerprint = Fingerprint("sha-256", certificate.fingerprint(hashes.SHA256()).hex(":").upper())
        profiles = b":".join(p.name for p in PROFILES)
        self._tls = SystemTls(certificate.public_bytes(Encoding.DER), private, curves=_CURVES, ciphers=_CIPHERS, profiles=profiles)
        self.connection = SystemConnection(self._tls, 1200)

    def talk(self, ours: Dtls) -> None:
        """Pass datagrams to and fro until neither has one."""
        for _ in range(8):
            for datagram in ours.outgoing():
                self.connection.bio_write(datagram)
            try:
                self.connection.do_handshake()
            except SSL.WantReadError:
                pass
            try:
                ours.receive(self.connection.bio_read(65536))
            except SSL.WantReadError:
                pass


@pytest.mark.parametrize("curve", [OLD, ec.SECP256R1()], ids=lambda curve: curve.name)
def test_an_encoder_that_insists_on_being_the_server_is_answered(curve: ec.EllipticCurve) -> None:
    encoder = Encoder(curve)
    encoder.connection.set_accept_state()
    ours = Dtls(Certificate(), (encoder.fingerprint,), active=True, old_curves=True)
    assert ours.outgoing() == [], "there is no address yet"
    ours.begin()
    encoder.talk(ours)
    assert (ours.state, ours.failure) == ("connected", "")
    assert ours.profile is PROFILES[0]
    assert encoder.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 88, None) != b"\0" * 88


def test_an_encoder_with_an_old_curve_that_begins_the_handshake_is_answered_too() -> None:
    encoder = Encoder(OLD)
    encoder.connection.set_connect_state()
    ours = Dtls(Certificate(), (encoder.fingerprint,), old_curves=True)
    encoder.talk(ours)
    assert (ours.state, ours.failure) == ("connected", "")


def test_the_fingerprint_is_held_against_a_certificate_of_any_curve() -> None:
    encoder = Encoder(OLD)
    encoder.connection.set_accept_state()
    ours = Dtls(Certificate(), (Fingerprint("sha-256", ":".join(["00"] * 32)),), active=True, old_curves=True)
    ours.begin()
    encoder.talk(ours)
    assert (ours.state, ours.failure) == ("failed", "the certificate is not the one of the offer")


def test_the_curve_is_open_to_nobody_else() -> None:
    encoder = Encoder(OLD)
    encoder.connection.set_connect_state()
    ours = Dtls(Certificate(), (encoder.fingerprint,))
    with pytest.raises(SSL.Error):
        encoder.talk(ours)
    assert ours.state == "failed"


def test_two_of_ours_agree_on_keys_whoever_begins() -> None:
    mine, theirs = Certificate(), Certificate()
    server, client = Dtls(mine, (theirs.fingerprint,)), Dtls(theirs, (mine.fingerprint,), active=True)
    client.begin()
    for _ in range(6):
        for datagram in client.outgoing():
            server.receive(datagram)
        for datagram in server.outgoing():
            client.receive(datagram)
    assert (server.state, client.state) == ("connected", "connected")
    assert client.outbound is not None
    assert server.inbound is not None
    packet = bytes([0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9]) + b"voice"
    assert server.inbound.unprotect(client.outbound.protect(packet)) == packet
