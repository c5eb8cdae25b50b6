"""Many datagrams in one system call: recvmmsg into one arena, sendmmsg out of another, with UDP segmentation (GSO) where it works."""

from __future__ import annotations

import ctypes
import errno
import socket
import struct

RECEIVE_BATCH = 64
SEND_BATCH = 128
SLOT = 2048  # room for one datagram; longer ones are cut by the kernel and dropped by their length
MAX_DATAGRAM = 1500
MAX_SEGMENTS = 60  # the kernel takes 64 (128 since 6.9) segments of one super-datagram
MAX_SUPER_DATAGRAM = 60_000
NAME = 28  # sizeof(sockaddr_in6)

_MSG_DONTWAIT = 0x40
_SOL_UDP, _UDP_SEGMENT = 17, 103
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE, _SO_ATTACH_REUSEPORT_CBPF = 32, 33, 51
_CONTROL = 24  # CMSG_SPACE(sizeof(uint16_t))


class _Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class _Msghdr(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p),
        ("namelen", ctypes.c_uint32),
        ("iov", ctypes.c_void_p),
        ("iovlen", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("controllen", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class _Mmsghdr(ctypes.Structure):
    _fields_ = [("hdr", _Msghdr), ("len", ctypes.c_uint)]


if ctypes.sizeof(_Mmsghdr) != 64:  # the tables below are written as 64-bit words
    raise ImportError("the media worker needs a 64-bit Linux")

_libc = ctypes.CDLL(None, use_errno=True)
_recvmmsg, _sendmmsg = _libc.recvmmsg, _libc.sendmmsg
_recvmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p]
_sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]


def _address_of(buffer: bytearray) -> int:
    return ctypes.addressof((ctypes.c_char * len(buffer)).from_buffer(buffer))


def open_udp(bind: str, port: int) -> socket.socket:
    """A non-blocking UDP socket with room for bursts (forced when we are root, else as much as the system allows)."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setblocking(False)
    if family == socket.AF_INET6:  # "::" hears IPv4 too, whatever this system's habit is
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(bind != "::"))
    for forced, plain in ((_SO_SNDBUFFORCE, socket.SO_SNDBUF), (_SO_RCVBUFFORCE, socket.SO_RCVBUF)):
        try:
            sock.setsockopt(socket.SOL_SOCKET, forced, 8 << 20)
        except PermissionError:
            sock.setsockopt(socket.SOL_SOCKET, plain, 4 << 20)
    try:
        sock.bind((bind, port))
    except OSError:
        sock.close()
        raise
    return sock


# "payload[1] == 205 and payload[0] & 31 == 15": the first header of RTCP is in the clear, so the kernel can tell
# transport-wide feedback from all else. (operation, jump if true, jump if false, operand); returns the socket's number.
_IS_FEEDBACK = (
    (0x30, 0, 0, 1), (0x15, 0, 4, 205), (0x30, 0, 0, 0), (0x54, 0, 0, 31), (0x15, 0, 1, 15), (0x06, 0, 0, 1), (0x06, 0, 0, 0),
)  # fmt: skip


def open_quiet(sock: socket.socket) -> socket.socket | None:
    """A second socket on the port of ``sock`` for transport-wide feedback: it comes often and is never urgent, and need not wake
    anybody. None where the kernel cannot sort; then everything comes to ``sock``."""
    quiet = socket.socket(sock.family, socket.SOCK_DGRAM)
    quiet.setblocking(False)
    if sock.family == socket.AF_INET6:
        quiet.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _IS_FEEDBACK))
    try:
        # only now: the port was bound for ourselves alone, and nobody else gets it for the asking
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        quiet.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        quiet.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        quiet.bind(sock.getsockname())
        sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_REUSEPORT_CBPF, struct.pack("HxxxxxxQ", len(_IS_FEEDBACK), ctypes.addressof(program)))
    except OSError:
        quiet.close()
        return None
    return quiet


def can_segment(sock: socket.socket) -> bool:
    """Whether this kernel splits one long datagram into equal ones for us."""
    try:
        sock.setsockopt(_SOL_UDP, _UDP_SEGMENT, 1200)
        sock.setsockopt(_SOL_UDP, _UDP_SEGMENT, 0)
    except OSError:
        return False
    return True


class Inbox:
    """Up to RECEIVE_BATCH datagrams: the i-th is ``arena[i * SLOT : i * SLOT + length(i)]`` from ``names[i * NAME : ...]``."""

    def __init__(self, sock: socket.socket) -> None:
        self._fd = sock.fileno()
        self._v6 = sock.family == socket.AF_INET6
        self.key_size = 24 if self._v6 else 8  # family, port (, flow), address: what tells two senders apart
        self.arena = bytearray(SLOT * RECEIVE_BATCH)
        base = _address_of(self.arena)
        self._iov = (_Iovec * RECEIVE_BATCH)()
        self._table = (_Mmsghdr * RECEIVE_BATCH)()
        self._names = bytearray(NAME * RECEIVE_BATCH)
        self.names = memoryview(self._names)
        names = _address_of(self._names)
        for i in range(RECEIVE_BATCH):
            self._iov[i].base, self._iov[i].len = base + i * SLOT, SLOT
            header = self._table[i].hdr
            header.name, header.namelen = names + NAME * i, NAME
            header.iov, header.iovlen = ctypes.addressof(self._iov) + i * ctypes.sizeof(_Iovec), 1
        self._pointer = ctypes.addressof(self._table)
        # the word behind each header is the received length (low half; the high half is padding)
        self.words = memoryview(self._table).cast("B").cast("Q")

    def receive(self, sock: int = -1) -> int:
        """Number of datagrams read now, from our own socket or that of this descriptor; 0 when there are none."""
        n: int = _recvmmsg(self._fd if sock < 0 else sock, self._pointer, RECEIVE_BATCH, _MSG_DONTWAIT, None)
        return max(n, 0)

    def length(self, i: int) -> int:
        return self.words[i * 8 + 7] & 0xFFFFFFFF

    def address(self, i: int) -> tuple[str, int]:
        return address_of_key(bytes(self.names[i * NAME : i * NAME + self.key_size]))


_MAPPED = bytes(10) + b"\xff\xff"  # begins the IPv6 address under which a socket of both families sees an IPv4 one


def address_of_key(key: bytes) -> tuple[str, int]:
    """(host, port) of the first bytes of a sockaddr; an IPv4-mapped address as the IPv4 address that it is."""
    port = int.from_bytes(key[2:4], "big")
    if len(key) == 8:
        return socket.inet_ntop(socket.AF_INET, key[4:8]), port
    if key[8:20] == _MAPPED:
        return socket.inet_ntop(socket.AF_INET, key[20:24]), port
    return socket.inet_ntop(socket.AF_INET6, key[8:24]), port


def destination_of_key(key: bytes) -> tuple[str, int]:
    """(host, port) as the socket that the key comes from takes it in ``sendto``."""
    if len(key) == 8:
        return address_of_key(key)
    return socket.inet_ntop(socket.AF_INET6, key[8:24]), int.from_bytes(key[2:4], "big")


def household_of_key(key: bytes) -> bytes:
    """Whom to hold responsible for a datagram: an IPv4 address, or the /64 network of an IPv6 one, which one customer has all of."""
    if len(key) == 8:
        return key[4:8]
    return key[20:24] if key[8:20] == _MAPPED else key[8:16]


class Destination:
    """A sockaddr kept in place for sendmmsg; ``pointer`` stays the same when the address changes."""

    __slots__ = ("_buffer", "pointer")

    def __init__(self, key: bytes) -> None:
        self._buffer = ctypes.create_string_buffer(key.ljust(NAME, b"\0"), NAME)
        self.pointer = ctypes.addressof(self._buffer)

    def change(self, key: bytes) -> None:
        self._buffer.raw = key.ljust(NAME, b"\0")


class Outbox:
    """A sending arena and its message table. Fill ``arena``, ``add`` messages, ``flush``.

    One message may hold several equal datagrams (the last may be shorter) when ``segments`` is true.
    """

    SIZE = 512 * 1024

    def __init__(self, sock: socket.socket, *, segments: bool | None = None) -> None:
        self._fd = sock.fileno()
        self.segments = can_segment(sock) if segments is None else segments
        self.arena = bytearray(self.SIZE)
        self.base = _address_of(self.arena)
        self._iov = (_Iovec * SEND_BATCH)()
        self._table = (_Mmsghdr * SEND_BATCH)()
        self._control = bytearray(_CONTROL * SEND_BATCH)
        control = _address_of(self._control)
        name_size = 28 if sock.family == socket.AF_INET6 else 16
        for i in range(SEND_BATCH):
            header = self._table[i].hdr
            header.namelen = name_size
            header.iov, header.iovlen = ctypes.addressof(self._iov) + i * ctypes.sizeof(_Iovec), 1
            header.control = control + i * _CONTROL
            self._control[i * _CONTROL : i * _CONTROL + 16] = (
                (18).to_bytes(8, "little") + _SOL_UDP.to_bytes(4, "little") + _UDP_SEGMENT.to_bytes(4, "little")
            )
        self._pointer = ctypes.addressof(self._table)
        self._headers = memoryview(self._table).cast("B").cast("Q")
        self._vectors = memoryview(self._iov).cast("B").cast("Q")
        self._sizes = memoryview(self._control).cast("H")
        self.count = 0
        self.dropped = 0

    def add(self, destination: int, offset: int, length: int, segment: int) -> None:
        """Queue ``arena[offset : offset + length]``; ``segment`` > 0 splits it into datagrams of that size. The caller
        flushes when ``count`` reaches SEND_BATCH."""
        k = self.count
        self._headers[k * 8] = destination
        self._vectors[2 * k] = self.base + offset
        self._vectors[2 * k + 1] = length
        if segment:
            self._headers[k * 8 + 5] = _CONTROL
            self._sizes[k * 12 + 8] = segment
        else:
            self._headers[k * 8 + 5] = 0
        self.count = k + 1

    def flush(self) -> None:
        """Send what is queued. What a full socket buffer refuses is dropped, as a router would; so is an unreachable address."""
        done, n = 0, self.count
        while done < n:
            k = _sendmmsg(self._fd, self._pointer + done * 64, n - done, 0)
            if k > 0:
                done += k
                continue
            if ctypes.get_errno() in (errno.EAGAIN, errno.ENOBUFS):
                self.dropped += n - done
                break
            self.dropped += 1  # one bad destination must not hold back the others
            done += 1
        self.count = 0
