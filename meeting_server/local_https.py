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
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 365
"""Life of the authority, and of the certificate at most. Phones refuse certificates that live longer than 398 days."""
RENEW_BEFORE = timedelta(days=30)
_PRIVATE = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)
"""Networks of which no address is reached from elsewhere (RFC 1918, 3927, 4193, 4291)."""


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
    authority_key, authority = _authority(folder, files.authority, names, numbers, now)
    if not _still_good(files, authority, names, numbers, now):
        _issue(files, authority_key, authority, names, numbers, now)
    return files


def _authority(
    folder: Path, path: Path, names: Sequence[str], numbers: Sequence[str], now: datetime
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The authority that is there, or a new one when it nears its end or may not vouch for these names.

    Whoever installs it on a phone trusts it with every name it may sign, and its key lies on an ordinary machine: therefore it may sign
    private addresses and this machine's own names only (RFC 5280 section 4.2.1.10).
    """
    key_path = folder / "authority.key"
    if path.exists() and key_path.exists():
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        if isinstance(key, ec.EllipticCurvePrivateKey) and _may_sign(certificate, names, numbers, now):
            return key, certificate
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Branch meetings on {socket.gethostname()[:40]}")
    certificate = (
        _builder(name, name, key.public_key(), now, now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(_constraints(names, numbers), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_path, key)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key, certificate


def _constraints(names: Sequence[str], numbers: Sequence[str]) -> x509.NameConstraints:
    """Private networks, those of these addresses that are public, and these names."""
    private = [ipaddress.ip_network(word) for word in _PRIVATE]
    public = [ipaddress.ip_network(n) for n in numbers if not _is_in(n, private)]
    return x509.NameConstraints([*map(x509.DNSName, names), *map(x509.IPAddress, (*private, *public))], None)


def _may_sign(authority: x509.Certificate, names: Sequence[str], numbers: Sequence[str], now: datetime) -> bool:
    try:
        permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    except x509.ExtensionNotFound:
        return False
    networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]
    known = {one.value for one in permitted if isinstance(one, x509.DNSName)}
    in_time = authority.not_valid_after_utc > now + RENEW_BEFORE
    return in_time and set(names) <= known and all(_is_in(number, networks) for number in numbers)


def _is_in(number: str, networks: Sequence[object]) -> bool:
    networks_of_addresses = (n for n in networks if isinstance(n, ipaddress.IPv4Network | ipaddress.IPv6Network))
    return any(ipaddress.ip_address(number) in network for network in networks_of_addresses)


def _issue(
    files: Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    names: Sequence[str],
    numbers: Sequence[str],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [*(x509.DNSName(name) for name in names), *(x509.IPAddress(ipaddress.ip_address(n)) for n in numbers)]
    certificate = (
        _builder(_name(numbers[-1]), authority.subject, key.public_key(), now, authority.not_valid_after_utc)
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
        _signed_by(certificate, authority)
        and certificate.not_valid_after_utc > now + RENEW_BEFORE
        and set(names) <= set(held.get_values_for_type(x509.DNSName))
        and set(numbers) <= {str(address) for address in held.get_values_for_type(x509.IPAddress)}
    )


def _signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
