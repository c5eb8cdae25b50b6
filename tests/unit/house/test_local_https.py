"""A certificate for the local network: names the addresses, is kept, and is made again when they change."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from meeting_server.local_https import certificate_for

NOW = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)


def names_in(chain: Path) -> set[str]:
    certificate = x509.load_pem_x509_certificate(chain.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(value) for kind in (x509.DNSName, x509.IPAddress) for value in names.get_values_for_type(kind)}


def test_the_certificate_names_every_address_and_localhost(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, ["192.168.1.7", "10.0.0.3"], NOW)
    assert {"192.168.1.7", "10.0.0.3", "127.0.0.1", "localhost"} <= names_in(made.chain)


def test_the_certificate_is_signed_by_the_authority_a_phone_can_install(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, ["192.168.1.7"], NOW)
    leaf, issuer = x509.load_pem_x509_certificates(made.chain.read_bytes())
    leaf.verify_directly_issued_by(issuer)
    assert made.authority.read_bytes() in made.chain.read_bytes()
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=398)
    assert isinstance(leaf.public_key(), ec.EllipticCurvePublicKey)


def handshake(chain: bytes, key: bytes, authority: bytes, name: str, folder: Path) -> None:
    """What a phone that trusts the authority does. Raises ssl.SSLError where it would warn."""
    (folder / "chain.pem").write_bytes(chain)
    (folder / "key.pem").write_bytes(key)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    client = ssl.create_default_context(cadata=authority.decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(to_client, to_server, server_hostname=name), server.wrap_bio(to_server, to_client, server_side=True)]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass


def forged(folder: Path, name: x509.GeneralName) -> tuple[bytes, bytes]:
    """What a thief of the authority's key can sign: a certificate for ``name``, and its key."""
    signer = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
    authority = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "forged")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(authority.not_valid_before_utc)
        .not_valid_after(authority.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return certificate.public_bytes(serialization.Encoding.PEM), key.private_bytes(serialization.Encoding.PEM, *plain)


def test_the_authority_vouches_for_the_local_network(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, ["192.168.1.7", "203.0.113.8"])
    for name in ("192.168.1.7", "203.0.113.8", "127.0.0.1", "localhost"):
        handshake(made.chain.read_bytes(), made.key.read_bytes(), made.authority.read_bytes(), name, tmp_path)


@pytest.mark.parametrize(
    ("name", "opened"),
    [
        (x509.DNSName("mail.example.edu"), "mail.example.edu"),
        (x509.DNSName("*.example.edu"), "mail.example.edu"),
        (x509.IPAddress(ipaddress.ip_address("203.0.113.9")), "203.0.113.9"),
        (x509.IPAddress(ipaddress.ip_address("2001:db8::9")), "2001:db8::9"),
    ],
)
def test_a_stolen_authority_can_impersonate_no_other_site(tmp_path: Path, name: x509.GeneralName, opened: str) -> None:
    made = certificate_for(tmp_path, ["192.168.1.7"])
    leaf, key = forged(tmp_path, name)
    with pytest.raises(ssl.SSLCertVerificationError, match="subtree"):
        handshake(leaf + made.authority.read_bytes(), key, made.authority.read_bytes(), opened, tmp_path)


def test_the_authority_lives_a_year(tmp_path: Path) -> None:
    authority = x509.load_pem_x509_certificate(certificate_for(tmp_path, ["192.168.1.7"], NOW).authority.read_bytes())
    assert authority.not_valid_after_utc - NOW <= timedelta(days=366)


def test_an_authority_of_before_that_may_sign_everything_is_replaced(tmp_path: Path) -> None:
    certificate_for(tmp_path, ["192.168.1.7"], NOW)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "old")])
    old = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    ).public_bytes(serialization.Encoding.PEM)
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "authority.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    (tmp_path / "authority.pem").write_bytes(old)
    made = certificate_for(tmp_path, ["192.168.1.7"], NOW)
    assert made.authority.read_bytes() != old
    leaf, issuer = x509.load_pem_x509_certificates(made.chain.read_bytes())
    leaf.verify_directly_issued_by(issuer)


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, ["192.168.1.7"], NOW)
    assert made.key.stat().st_mode & 0o077 == 0
    assert (tmp_path / "authority.key").stat().st_mode & 0o077 == 0


def test_the_same_addresses_keep_the_same_certificate(tmp_path: Path) -> None:
    first = certificate_for(tmp_path, ["192.168.1.7"], NOW).chain.read_bytes()
    assert certificate_for(tmp_path, ["192.168.1.7"], NOW + timedelta(days=90)).chain.read_bytes() == first


def test_a_new_address_gets_a_new_certificate_under_the_same_authority(tmp_path: Path) -> None:
    authority = certificate_for(tmp_path, ["192.168.1.7"], NOW).authority.read_bytes()
    again = certificate_for(tmp_path, ["192.168.1.8"], NOW)
    assert "192.168.1.8" in names_in(again.chain)
    assert again.authority.read_bytes() == authority


def test_a_certificate_near_its_end_is_made_again(tmp_path: Path) -> None:
    first = certificate_for(tmp_path, ["192.168.1.7"], NOW).chain.read_bytes()
    assert certificate_for(tmp_path, ["192.168.1.7"], NOW + timedelta(days=340)).chain.read_bytes() != first
