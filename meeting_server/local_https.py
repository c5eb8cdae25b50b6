"""HTTPS in the local network: a small certificate authority of this installation, and a certificate for its addresses."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397
"""Phones refuse certificates that live longer than 398 days."""
RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Paths of PEM files: the chain and key the server uses, and the authority a phone may install."""

    chain: Path
    key: Path
    authority: Path


def lan_addresses() -> list[str]:
    """This machine's IPv4 addresses that others may reach: private ones first, no loopback or link-local."""
    found = [
        ipaddress.IPv4Address(address.ip)
        for adapter in ifaddr.get_adapters()
        for address in adapter.ips
        if isinstance(address.ip, str) and ":" not in address.ip
    ]
    usable = sorted({a for a in found if not (a.is_loopback or a.is_link_local)}, key=lambda a: (not a.is_private, int(a)))
    return [str(address) for address in usable]


def certificate_for(folder: Path, addresses: Sequence[str], now: datetime | None = None) -> Certificate:
    """A certificate for these addresses, this host and localhost, kept in ``folder``; made again when they change or it nears its end."""
    now = now or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = Certificate(folder / "server.pem", folder / "server.key", folder / "authority.pem")
    names = sorted({"localhost", socket.gethostname()})
    numbers = sorted({"127.0.0.1", *addresses})
    authority_key, authority = _authority(folder, files.authority, now)
    if not _still_good(files, authority, names, numbers, now):
        _issue(files, authority_key, authority, names, numbers, now)
    return files


def _authority(folder: Path, path: Path, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key_path = folder / "authority.key"
    if path.exists() and key_path.exists():
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        if isinstance(key, ec.EllipticCurvePrivateKey) and certificate.not_valid_after_utc > now + timedelta(days=CERTIFICATE_DAYS):
            return key, certificate
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Branch meetings on {socket.gethostname()[:40]}")
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_path, key)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key, certificate


def _issue(
    files: Certificate, authority_key: ec.EllipticCurvePrivateKey, authority: x509.Certificate,
    names: Sequence[str], numbers: Sequence[str], now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [*(x509.DNSName(name) for name in names), *(x509.IPAddress(ipaddress.ip_address(n)) for n in numbers)]
    certificate = (
        _builder(_name(numbers[-1]), authority.subject, key.public_key(), now, CERTIFICATE_DAYS)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(files.key, key)
    pem = serialization.Encoding.PEM
    files.chain.write_bytes(certificate.public_bytes(pem) + authority.public_bytes(pem))


def _still_good(files: Certificate, authority: x509.Certificate, names: Sequence[str], numbers: Sequence[str], now: datetime) -> bool:
    if not (files.chain.exists() and files.key.exists()):
        return False
    certificate = x509.load_pem_x509_certificate(files.chain.read_bytes())
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        certificate.issuer == authority.subject
        and certificate.not_valid_after_utc > now + RENEW_BEFORE
        and set(names) <= set(held.get_values_for_type(x509.DNSName))
        and set(numbers) <= {str(address) for address in held.get_values_for_type(x509.IPAddress)}
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=signs_certificates, crl_sign=signs_certificates, encipher_only=False, decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
