"""A process that reads a stranger's file takes its own rights away first: ``lock_down`` leaves memory and what is already open.

Layers, each of which holds by itself where the kernel has it (no package, no root needed):

- ``uid``: when started by root, an account that nobody has;
- ``landlock`` (Linux 5.13; TCP from 6.7, signals from 6.12): no path may be opened, made or run;
- ``namespace``: a network of its own with nothing in it, where the system lets ordinary users make one;
- ``seccomp`` (x86-64, arm64): a short list of system calls is allowed, all others fail with EPERM: no file, socket, process or thread;
- limits: memory, processor time, no new files, no core dump.

Numbers of system calls: ``asm/unistd_64.h`` and ``asm-generic/unistd.h``; the rest: ``linux/seccomp.h``, ``linux/filter.h``,
``linux/landlock.h``.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from dataclasses import dataclass

NOBODY = 1_912_400_617
"""User and group of a drawing that root starts: a number that no account, container or dynamic user is given."""

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SIGKILL = 9
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x1000_0000, 0x4000_0000, 0x0800_0000
_PROT_EXEC = 4
_CLONE_THREAD = 0x1_0000


@dataclass(frozen=True, slots=True)
class _Machine:
    """``audit`` names the architecture to the filter; ``calls`` are the system calls that go on; ``maps`` those that map memory."""

    audit: int
    calls: tuple[int, ...]
    maps: tuple[int, ...]
    clone: int
    in_threads: tuple[int, ...]
    """What a new thread calls: ``set_robust_list``, ``rseq``."""
    seccomp: int


_OTHER_WAY = 0x4000_0000
"""Numbers from here on belong to another way of calling (x32) and are refused."""
_CLONE3 = 435
"""On both; its flags cannot be looked at, so it is said not to exist, and the C library takes ``clone``."""


# read write close lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn pread64 sched_yield mremap madvise getpid exit futex
# clock_gettime exit_group restart_syscall getrandom gettimeofday gettid writev poll/ppoll clock_nanosleep getrusage
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        (0, 1, 3, 8, 11, 12, 13, 14, 15, 17, 24, 25, 28, 39, 60, 202, 228, 231, 219, 318, 96, 186, 20, 7, 271, 230, 98),
        (9, 10),
        56,
        (273, 334),
        317,
    ),
    "aarch64": _Machine(
        0xC00000B7,
        (63, 64, 57, 62, 215, 214, 134, 135, 139, 67, 124, 216, 233, 172, 93, 98, 113, 94, 128, 278, 169, 178, 66, 73, 115, 165),
        (222, 226),
        220,
        (99, 293),
        277,
    ),
}
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446


class NoSandbox(Exception):
    """This kernel has neither seccomp nor Landlock: nothing strange is read here."""


def lock_down(*, memory: int, cpu_seconds: int, threads: bool = False) -> tuple[str, ...]:
    """Give up everything but memory and open descriptors, for good; the names of the layers that hold. Raises NoSandbox.

    Load code and data before: afterwards no file can be opened, no process started, no memory made executable, and no thread started
    unless ``threads``. What needs threads needs seccomp, because nothing else tells them from processes.
    """
    if sys.platform != "linux":
        raise NoSandbox
    libc = ctypes.CDLL(None, use_errno=True)
    layers = ["limits"]
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        resource.setrlimit(kind, (most, most))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        layers.append("uid")
    # after the uid, which clears both
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise NoSandbox
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) == 0:
        layers.append("namespace")
    if _landlock(libc):
        layers.append("landlock")
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    if not threads:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    if _seccomp(libc, threads):
        layers.append("seccomp")
    if "seccomp" not in layers and (threads or "landlock" not in layers):
        raise NoSandbox
    return tuple(layers)


def _landlock(libc: ctypes.CDLL) -> bool:
    """Every right that this kernel's Landlock knows is handled, and none is given."""
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return False
    files = 12 + sum(version >= since for since in (1, 2, 3, 5))  # REFER, TRUNCATE and IOCTL_DEV came later
    ruleset = struct.pack("=Q", (1 << files) - 1)
    if version >= 4:
        ruleset += struct.pack("=Q", 0b11)  # TCP: bind, connect
    if version >= 6:
        ruleset += struct.pack("=Q", 0b11)  # abstract sockets, signals
    handle = libc.syscall(_LANDLOCK_CREATE, ruleset, ctypes.c_size_t(len(ruleset)), ctypes.c_uint32(0))
    if handle < 0:
        return False
    try:
        return bool(libc.syscall(_LANDLOCK_RESTRICT, handle, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(handle)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _seccomp(libc: ctypes.CDLL, threads: bool) -> bool:
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    code = _filter(machine, threads)
    program = _Program(len(code) // 8, code)
    everywhere = ctypes.c_uint(1)  # all threads of this process
    if libc.syscall(machine.seccomp, ctypes.c_uint(1), everywhere, ctypes.byref(program)) == 0:
        return True
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0) == 0)


def _filter(machine: _Machine, threads: bool) -> bytes:
    """Berkeley packet filter over ``struct seccomp_data`` (number at 0, architecture at 4, arguments from 16, 8 bytes each)."""
    load, equal, at_least, any_bit, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse, missing, kill = 0x7FFF_0000, 0x0005_0000 | errno.EPERM, 0x0005_0000 | errno.ENOSYS, 0x8000_0000
    code = [(load, 0, 0, 4), (equal, 1, 0, machine.audit), (answer, 0, 0, kill)]
    code += [(load, 0, 0, 0), (at_least, 0, 1, _OTHER_WAY), (answer, 0, 0, refuse)]
    for number in (*machine.calls, *(machine.in_threads if threads else ())):
        code += [(equal, 0, 1, number), (answer, 0, 0, allow)]
    for number in machine.maps:  # memory that can be run is refused: third argument, low half (both machines are little-endian)
        code += [(equal, 0, 4, number), (load, 0, 0, 32), (any_bit, 0, 1, _PROT_EXEC), (answer, 0, 0, refuse), (answer, 0, 0, allow)]
    if threads:
        code += [(equal, 0, 1, _CLONE3), (answer, 0, 0, missing)]
        code += [(equal, 0, 3, machine.clone), (load, 0, 0, 16), (any_bit, 0, 1, _CLONE_THREAD), (answer, 0, 0, allow)]
    code.append((answer, 0, 0, refuse))
    return b"".join(struct.pack("=HBBI", *line) for line in code)
