"""Our side of DTLS-SRTP for one client, without I/O: datagrams in, datagrams out, SRTP sessions at the end."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from OpenSSL import SSL
from pylibsrtp import Policy, Session

from .srtp import make_session
from .system_tls import SystemConnection, SystemTls

MAX_FLIGHT_DATAGRAM = 1200
_RECORD_HEADER = 13
_DIGESTS: dict[str, hashes.HashAlgorithm] = {"sha-256": hashes.SHA256(), "sha-384": hashes.SHA384(), "sha-512": hashes.SHA512()}
_CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA"
_CURVES = b"X25519:P-256:P-384:P-521:P-224"
"""Of encoders: OpenSSL's own, and last the one of FFmpeg's certificates."""


@dataclass(frozen=True)
class SrtpProfile:
    """An SRTP protection profile: OpenSSL's name for it, libsrtp's number, and the lengths in bytes of master key, salt and tag."""

    name: bytes
    number: int
    key: int
    salt: int
    tag: int


# Our order of preference as the server: AES-256-GCM is the cheapest per packet on today's processors.
PROFILES = (
    SrtpProfile(b"SRTP_AEAD_AES_256_GCM", Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12, 16),
    SrtpProfile(b"SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12, 16),
    SrtpProfile(b"SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14, 10),
)


@dataclass(frozen=True)
class Fingerprint:
    """A certificate's digest as SDP writes it: ``algorithm`` in lower case, ``value`` in upper-case hex with colons."""

    algorithm: str
    value: str


def _digest(certificate: x509.Certificate, algorithm: str) -> str:
    return certificate.fingerprint(_DIGESTS[algorithm]).hex(":").upper()


class Certificate:
    """The worker's certificate, made fresh at each start: its fingerprint is what clients check."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "media")])
        now = datetime.datetime.now(tz=datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=365))
            .sign(key, hashes.SHA256())
        )
        self._system: SystemTls | None
        self.fingerprint = Fingerprint("sha-256", _digest(certificate, "sha-256"))
        self.context = SSL.Context(SSL.DTLS_METHOD)
        self.context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
        # The peer's certificate is self-signed by design; what counts is its fingerprint, checked after the handshake.
        self.context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        self.context.use_certificate(certificate)
        self.context.use_privatekey(key)
        self.context.set_cipher_list(_CIPHERS)
        profiles = b":".join(p.name for p in PROFILES)
        self.context.set_tlsext_use_srtp(profiles)
        private = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        try:
            self._system = SystemTls(certificate.public_bytes(Encoding.DER), private, curves=_CURVES, ciphers=_CIPHERS, profiles=profiles)
        except OSError:
            self._system = None

    def connection(self, *, old_curves: bool) -> SSL.Connection | SystemConnection:
        """A fresh association. ``old_curves``: with a client whose certificate may be of a curve that is left out today."""
        if old_curves and self._system is not None:
            return SystemConnection(self._system, MAX_FLIGHT_DATAGRAM)
        connection = SSL.Connection(self.context, None)
        connection.set_ciphertext_mtu(MAX_FLIGHT_DATAGRAM)
        return connection


def _certificate_of(connection: SSL.Connection | SystemConnection) -> x509.Certificate | None:
    if isinstance(connection, SystemConnection):
        der = connection.peer_certificate()
        return None if der is None else x509.load_der_x509_certificate(der)
    return connection.get_peer_certificate(as_cryptography=True)


class Dtls:
    """One handshake. Feed ``receive``; send what ``outgoing`` returns; call ``on_timeout`` after ``timeout()`` seconds.

    We take the server's role, which lets us choose the cipher; ``active``: the client's, for encoders that insist on being the
    server (``a=setup:passive``). Then it is ours to ``begin``, as soon as there is an address.
    """

    def __init__(
        self, certificate: Certificate, expected: tuple[Fingerprint, ...], *, active: bool = False, old_curves: bool = False
    ) -> None:
        self.active = active
        self._begun = False
        self.state: Literal["handshake", "connected", "failed", "closed"] = "handshake"
        self.failure = ""
        self.profile: SrtpProfile | None = None
        self.inbound: Session | None = None
        self.outbound: Session | None = None
        self._expected = expected
        self._ssl = certificate.connection(old_curves=old_curves)
        if active:
            self._ssl.set_connect_state()
        else:
            self._ssl.set_accept_state()

    def begin(self) -> None:
        """In the active role: make the first flight, once."""
        if self.active and not self._begun:
            self._begun = True
            self._advance()

    def receive(self, datagram: bytes) -> None:
        """One datagram that begins like DTLS. The state tells what became of it; nothing is raised."""
        if self.state in ("failed", "closed"):
            return
        self._ssl.bio_write(datagram)
        if self.state == "handshake":
            self._advance()
            return
        try:  # connected: a lost last flight is repeated by OpenSSL, an alert closes
            self._ssl.recv(MAX_FLIGHT_DATAGRAM)
        except SSL.ZeroReturnError:
            self.state = "closed"
        except SSL.WantReadError:
            pass
        except SSL.Error as reason:
            self.failure = str(reason)  # an unauthenticated record cannot end a DTLS association

    def _advance(self) -> None:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return
        except SSL.Error as reason:
            self._fail(f"handshake: {reason}")
            return
        try:
            self._admit()
        except Exception as reason:  # noqa: BLE001  whatever cannot be read in a stranger's certificate is the stranger's affair
            self._fail(f"certificate: {reason}")

    def _admit(self) -> None:
        """The handshake is through: is it the one whom the offer named, and with which keys do we go on?"""
        certificate = _certificate_of(self._ssl)
        known = [f for f in self._expected if f.algorithm in _DIGESTS]
        if certificate is None or not known or any(_digest(certificate, f.algorithm) != f.value for f in known):
            self._fail("the certificate is not the one of the offer")
            return
        chosen = self._ssl.get_selected_srtp_profile()
        self.profile = next((p for p in PROFILES if p.name == chosen), None)
        if self.profile is None:
            self._fail("no common SRTP profile")
            return
        key, salt = self.profile.key, self.profile.salt
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt), None)
        client = material[:key] + material[2 * key : 2 * key + salt]
        server = material[key : 2 * key] + material[2 * key + salt :]
        theirs, ours = (server, client) if self.active else (client, server)
        self.inbound = make_session(self.profile.number, theirs, inbound=True)
        self.outbound = make_session(self.profile.number, ours, inbound=False)
        self.state = "connected"

    def _fail(self, why: str) -> None:
        self.failure = why
        self.state = "failed"

    def close(self) -> None:
        """Prepare a close alert for ``outgoing``."""
        if self.state == "connected":
            try:
                self._ssl.shutdown()
            except SSL.Error as reason:
                self.failure = str(reason)
        self.state = "closed"

    def timeout(self) -> float | None:
        """Seconds until ``on_timeout`` is due, None when nothing waits."""
        if self.state != "handshake":
            return None
        return self._ssl.DTLSv1_get_timeout()

    def on_timeout(self) -> None:
        try:
            self._ssl.DTLSv1_handle_timeout()
        except SSL.Error as reason:
            self._fail(f"time-out: {reason}")

    def outgoing(self) -> list[bytes]:
        """Datagrams to send, each at most MAX_FLIGHT_DATAGRAM bytes long where records allow."""
        data = b""
        while True:
            try:
                data += self._ssl.bio_read(65536)
            except SSL.Error:  # WantRead: the buffer is empty
                break
        datagrams: list[bytes] = []
        current = b""
        while data:
            size = _RECORD_HEADER + int.from_bytes(data[11:13], "big")
            if current and len(current) + size > MAX_FLIGHT_DATAGRAM:
                datagrams.append(current)
                current = b""
            current += data[:size]
            data = data[size:]
        if current:
            datagrams.append(current)
        return datagrams
