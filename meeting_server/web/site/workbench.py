"""The process in which ``workshop`` has files made: orders come by standard input, results go out by standard output.

Both are a length of eight bytes and a pickle; nobody but the web process that started it can write here.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys

LENGTH = struct.Struct("!Q")
NICENESS = 10
"""Meetings go first."""


def perform(order: bytes) -> bytes:
    """Do the work of one order; a pickle of whether it was done, and the result or the exception."""
    try:
        work, args, words = pickle.loads(order)
        return pickle.dumps((True, work(*args, **words)))
    except Exception as error:  # noqa: BLE001  whatever it is, it belongs to whoever ordered
        try:
            pickle.loads(pickle.dumps(error))  # whether it can be carried over
        except Exception:  # noqa: BLE001  it cannot
            error = RuntimeError(f"{type(error).__name__}: {error}")
        return pickle.dumps((False, error))


def main() -> None:
    """Work until standard input ends, as it does with the process that started us."""
    os.nice(NICENESS)
    orders, results = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no result
    while len(head := orders.read(LENGTH.size)) == LENGTH.size:
        result = perform(orders.read(LENGTH.unpack(head)[0]))
        results.write(LENGTH.pack(len(result)) + result)
        results.flush()


if __name__ == "__main__":
    main()
