"""A handshake with a client that sends what no browser does."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from meeting_server.media.dtls import Certificate, Dtls, Fingerprint

ASN1 = 2  # SSL_FILETYPE_ASN1
VERSION_3, VERSION_8 = b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07"


def client_with_a_certificate_of_no_version(folder: Path) -> SSL.Connection:
    """OpenSSL takes its certificate; reading it afterwards fails."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "guest")])
    now = datetime.datetime.now(tz=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    assert VERSION_3 in der
    (folder / "certificate.der").write_bytes(der.replace(VERSION_3, VERSION_8, 1))
    (folder / "key.der").write_bytes(
        key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    )
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_tlsext_use_srtp(b"SRTP_AEAD_AES_256_GCM")
    context.use_certificate_file(str(folder / "certificate.der"), ASN1)
    context.use_privatekey_file(str(folder / "key.der"), ASN1)
    client = SSL.Connection(context, None)
    client.set_connect_state()
    return client


def test_a_certificate_that_cannot_be_read_fails_its_own_handshake_and_raises_nothing(tmp_path: Path) -> None:
    server = Dtls(Certificate(), (Fingerprint("sha-256", ":".join(["00"] * 32)),))
    client = client_with_a_certificate_of_no_version(tmp_path)
    for _ in range(10):
        try:
            client.do_handshake()
        except SSL.WantReadError:
            pass
        try:
            server.receive(client.bio_read(20_000))
        except SSL.WantReadError:
            break
        for datagram in server.outgoing():
            client.bio_write(datagram)
    assert server.state == "failed"
    assert server.inbound is None
