"""A certificate for the local network: names the addresses, is kept, and is made again when they change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
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
    assert certificate_for(tmp_path, ["192.168.1.7"], NOW + timedelta(days=380)).chain.read_bytes() != first
