"""SRTP on packets in place: the only file that touches pylibsrtp's private binding, with the public Session as the fallback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from pylibsrtp import Error, Policy, Session

try:  # private API of pylibsrtp (pinned exactly; tests/contracts/media/test_media_private_api.py watches it)
    from pylibsrtp._binding import ffi as _ffi
    from pylibsrtp._binding import lib as _lib
except ImportError:  # pragma: no cover - the fallback is exercised by constructing CopyingCipher directly
    _ffi = _lib = None

REPLAY_WINDOW = 1024


def make_session(profile: int, key: bytes, *, inbound: bool) -> Session:
    """One direction of an SRTP session; ``key`` is master key and salt."""
    policy = Policy(
        key=key,
        ssrc_type=Policy.SSRC_ANY_INBOUND if inbound else Policy.SSRC_ANY_OUTBOUND,
        srtp_profile=profile,
    )
    policy.window_size = REPLAY_WINDOW
    # Answering a NACK without RTX repeats a packet bit by bit, which is safe; a receiver must still refuse replays.
    policy.allow_repeat_tx = not inbound
    return Session(policy)


class Cipher(Protocol):
    """Protects or unprotects packets inside one arena. Sizes are bytes; -1 means the packet is refused."""

    def context(self, session: Session) -> Any:
        """What ``protect`` and ``unprotect`` take as their first argument for this session."""

    def protect(self, context: Any, offset: int, size: int) -> int: ...

    def unprotect(self, context: Any, offset: int, size: int) -> int: ...

    def unprotect_rtcp(self, context: Any, offset: int, size: int) -> int: ...


class InPlaceCipher:
    """libsrtp called directly on the arena: no copy, no allocation."""

    def __init__(self, arena: bytearray) -> None:
        base = _ffi.cast("char *", _ffi.from_buffer(arena))
        self._keep = (arena, base)
        length = _ffi.new("int *")
        raw_protect, raw_unprotect, raw_unprotect_rtcp = _lib.srtp_protect, _lib.srtp_unprotect, _lib.srtp_unprotect_rtcp

        def protect(context: Any, offset: int, size: int) -> int:
            length[0] = size
            return -1 if raw_protect(context, base + offset, length) else length[0]

        def unprotect(context: Any, offset: int, size: int) -> int:
            length[0] = size
            return -1 if raw_unprotect(context, base + offset, length) else length[0]

        def unprotect_rtcp(context: Any, offset: int, size: int) -> int:
            length[0] = size
            return -1 if raw_unprotect_rtcp(context, base + offset, length) else length[0]

        self.protect, self.unprotect, self.unprotect_rtcp = protect, unprotect, unprotect_rtcp

    def context(self, session: Session) -> Any:
        return session._srtp[0]


class CopyingCipher:
    """The same through pylibsrtp's public Session: slower, but it needs nothing private."""

    def __init__(self, arena: bytearray) -> None:
        self._arena = arena

    def context(self, session: Session) -> Any:
        return session

    def protect(self, context: Session, offset: int, size: int) -> int:
        try:
            sealed = context.protect(bytes(self._arena[offset : offset + size]))
        except (Error, ValueError):
            return -1
        self._arena[offset : offset + len(sealed)] = sealed
        return len(sealed)

    def unprotect(self, context: Session, offset: int, size: int) -> int:
        return self._open(context.unprotect, offset, size)

    def unprotect_rtcp(self, context: Session, offset: int, size: int) -> int:
        return self._open(context.unprotect_rtcp, offset, size)

    def _open(self, unprotect: Callable[[bytes], bytes], offset: int, size: int) -> int:
        try:
            clear = unprotect(bytes(self._arena[offset : offset + size]))
        except (Error, ValueError):
            return -1
        self._arena[offset : offset + len(clear)] = clear
        return len(clear)


def make_cipher(arena: bytearray) -> Cipher:
    """The fastest cipher this installation can do."""
    return CopyingCipher(arena) if _lib is None else InPlaceCipher(arena)


def protect_rtcp(session: Session, packet: bytes) -> bytes:
    sealed: bytes = session.protect_rtcp(packet)
    return sealed
