"""DTLS by the machine's own OpenSSL, for encoders whose certificate is of a curve that newer ones leave out.

FFmpeg with GnuTLS makes itself a certificate of secp224r1, which RFC 8422 deprecates and the OpenSSL that comes with ``cryptography``
no longer knows in TLS. The OpenSSL 3 that Python itself is linked to still does. What is trusted is the fingerprint in the offer, so
the curve protects nobody but the encoder that chose it. Where there is no such library, ``SystemTls`` raises OSError.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_uint64, c_ulong, c_void_p

from OpenSSL import SSL

_SET_GROUPS, _SET_MTU, _GET_TIMEOUT, _HANDLE_TIMEOUT = 92, 17, 73, 74  # commands of SSL_ctrl
_WANT_READ, _ZERO_RETURN = 2, 6
_VERIFY = 0x01 | 0x02  # ask for a certificate, and fail without one
_OPTIONS = 1 << 12 | 1 << 14 | 1 << 30  # no MTU query, no tickets, no renegotiation
_EC_KEY = 408
_Trust = ctypes.CFUNCTYPE(c_int, c_int, c_void_p)
_TRUST = _Trust(lambda _ok, _store: 1)  # the fingerprint is checked after the handshake


class _Profile(ctypes.Structure):
    _fields_ = (("name", c_char_p), ("number", c_ulong))


class _Timeval(ctypes.Structure):
    _fields_ = (("seconds", c_long), ("micros", c_long))


_SIGNATURES: dict[str, tuple[object, tuple[object, ...]]] = {
    "DTLS_method": (c_void_p, ()),
    "SSL_CTX_new": (c_void_p, (c_void_p,)),
    "SSL_CTX_ctrl": (c_long, (c_void_p, c_int, c_long, c_char_p)),
    "SSL_CTX_set_options": (c_uint64, (c_void_p, c_uint64)),
    "SSL_CTX_set_verify": (None, (c_void_p, c_int, _Trust)),
    "SSL_CTX_set_cipher_list": (c_int, (c_void_p, c_char_p)),
    "SSL_CTX_set_tlsext_use_srtp": (c_int, (c_void_p, c_char_p)),
    "SSL_CTX_use_certificate_ASN1": (c_int, (c_void_p, c_int, c_char_p)),
    "SSL_CTX_use_PrivateKey_ASN1": (c_int, (c_int, c_void_p, c_char_p, c_long)),
    "SSL_new": (c_void_p, (c_void_p,)),
    "SSL_free": (None, (c_void_p,)),
    "SSL_ctrl": (c_long, (c_void_p, c_int, c_long, c_void_p)),
    "SSL_set_bio": (None, (c_void_p, c_void_p, c_void_p)),
    "SSL_set_connect_state": (None, (c_void_p,)),
    "SSL_set_accept_state": (None, (c_void_p,)),
    "SSL_do_handshake": (c_int, (c_void_p,)),
    "SSL_read": (c_int, (c_void_p, c_char_p, c_int)),
    "SSL_shutdown": (c_int, (c_void_p,)),
    "SSL_get_error": (c_int, (c_void_p, c_int)),
    "SSL_get1_peer_certificate": (c_void_p, (c_void_p,)),
    "SSL_get_selected_srtp_profile": (POINTER(_Profile), (c_void_p,)),
    "SSL_export_keying_material": (c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, c_char_p, c_size_t, c_int)),
    "BIO_s_mem": (c_void_p, ()),
    "BIO_new": (c_void_p, (c_void_p,)),
    "BIO_write": (c_int, (c_void_p, c_char_p, c_int)),
    "BIO_read": (c_int, (c_void_p, c_char_p, c_int)),
    "i2d_X509": (c_int, (c_void_p, POINTER(c_void_p))),
    "X509_free": (None, (c_void_p,)),
    "ERR_get_error": (c_ulong, ()),
    "ERR_clear_error": (None, ()),
    "ERR_error_string_n": (None, (c_ulong, c_char_p, c_size_t)),
}


def _load() -> ctypes.CDLL:
    """Raises OSError when this machine has no OpenSSL 3."""
    library = ctypes.CDLL("libssl.so.3")  # finds the symbols of the libcrypto it is linked to as well
    for name, (result, arguments) in _SIGNATURES.items():
        try:
            function = getattr(library, name)
        except AttributeError as missing:
            raise OSError(f"OpenSSL without {name}") from missing
        function.restype, function.argtypes = result, arguments
    return library


class SystemTls:
    """What every connection shares. Raises OSError when this machine has no OpenSSL 3, or one that refuses the curves."""

    def __init__(self, certificate: bytes, key: bytes, *, curves: bytes, ciphers: bytes, profiles: bytes) -> None:
        """``certificate`` and ``key``: DER, the key as of RFC 5915."""
        self.library = library = _load()
        self.context = library.SSL_CTX_new(library.DTLS_method())
        library.SSL_CTX_set_options(self.context, _OPTIONS)
        library.SSL_CTX_set_verify(self.context, _VERIFY, _TRUST)
        fine = (
            library.SSL_CTX_use_certificate_ASN1(self.context, len(certificate), certificate) == 1
            and library.SSL_CTX_use_PrivateKey_ASN1(_EC_KEY, self.context, key, len(key)) == 1
            and library.SSL_CTX_set_cipher_list(self.context, ciphers) == 1
            and library.SSL_CTX_ctrl(self.context, _SET_GROUPS, 0, curves) == 1
            and library.SSL_CTX_set_tlsext_use_srtp(self.context, profiles) == 0
        )
        if not fine:
            raise OSError("this OpenSSL refuses what DTLS needs")


class SystemConnection:
    """As much of pyOpenSSL's ``Connection`` as DTLS-SRTP needs, with the same exceptions."""

    def __init__(self, tls: SystemTls, mtu: int) -> None:
        self._tls, self._library = tls, tls.library
        self._ssl = self._library.SSL_new(tls.context)
        self._in, self._out = (self._library.BIO_new(self._library.BIO_s_mem()) for _ in range(2))
        self._library.SSL_set_bio(self._ssl, self._in, self._out)  # which own them from here on
        self._library.SSL_ctrl(self._ssl, _SET_MTU, mtu, None)

    def __del__(self) -> None:
        self._library.SSL_free(self._ssl)

    def set_connect_state(self) -> None:
        self._library.SSL_set_connect_state(self._ssl)

    def set_accept_state(self) -> None:
        self._library.SSL_set_accept_state(self._ssl)

    def bio_write(self, data: bytes) -> None:
        self._library.BIO_write(self._in, data, len(data))

    def bio_read(self, most: int) -> bytes:
        """Raises SSL.WantReadError when there is nothing."""
        buffer = ctypes.create_string_buffer(most)
        size = self._library.BIO_read(self._out, buffer, most)
        if size <= 0:
            raise SSL.WantReadError
        return buffer.raw[:size]

    def do_handshake(self) -> None:
        """Raises SSL.Error."""
        self._library.ERR_clear_error()
        self._judge(self._library.SSL_do_handshake(self._ssl))

    def recv(self, most: int) -> bytes:
        """Raises SSL.Error."""
        buffer = ctypes.create_string_buffer(most)
        self._library.ERR_clear_error()
        size = self._library.SSL_read(self._ssl, buffer, most)
        self._judge(size)
        return buffer.raw[:size]

    def shutdown(self) -> None:
        self._library.ERR_clear_error()
        self._library.SSL_shutdown(self._ssl)

    def peer_certificate(self) -> bytes | None:
        """DER."""
        certificate = self._library.SSL_get1_peer_certificate(self._ssl)
        if not certificate:
            return None
        try:
            size = self._library.i2d_X509(certificate, None)
            buffer = ctypes.create_string_buffer(max(size, 1))
            self._library.i2d_X509(certificate, byref(c_void_p(ctypes.addressof(buffer))))
            return buffer.raw[:size]
        finally:
            self._library.X509_free(certificate)

    def get_selected_srtp_profile(self) -> bytes:
        profile = self._library.SSL_get_selected_srtp_profile(self._ssl)
        return bytes(profile.contents.name) if profile else b""

    def export_keying_material(self, label: bytes, size: int, context: None) -> bytes:
        """Raises SSL.Error."""
        buffer = ctypes.create_string_buffer(size)
        if self._library.SSL_export_keying_material(self._ssl, buffer, size, label, len(label), None, 0, 0) != 1:
            raise SSL.Error([("", "", "no keying material")])
        return buffer.raw

    def DTLSv1_get_timeout(self) -> float | None:
        left = _Timeval()
        if self._library.SSL_ctrl(self._ssl, _GET_TIMEOUT, 0, byref(left)) != 1:
            return None
        return float(left.seconds + left.micros / 1e6)

    def DTLSv1_handle_timeout(self) -> bool:
        """Raises SSL.Error when it was repeated too often."""
        self._library.ERR_clear_error()
        done: int = self._library.SSL_ctrl(self._ssl, _HANDLE_TIMEOUT, 0, None)
        if done < 0:
            self._judge(done)
        return done > 0

    def _judge(self, result: int) -> None:
        if result > 0:
            return
        what = self._library.SSL_get_error(self._ssl, result)
        if what == _WANT_READ:
            raise SSL.WantReadError
        if what == _ZERO_RETURN:
            raise SSL.ZeroReturnError
        words = ctypes.create_string_buffer(256)
        self._library.ERR_error_string_n(self._library.ERR_get_error(), words, 256)
        raise SSL.Error([("", "", words.value.decode("ascii", "replace"))])
