"""The process in which ``workshop`` makes files. Orders come by standard input, results go to standard output.

Both are an eight-byte length and a pickle. Only the web process that started it can write here.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys

LENGTH = struct.Struct("!Q")
NICENESS = 10
"""Niceness, so that meetings go first."""


def perform(order: bytes) -> bytes:
    """Carry out one order. Return a pickle of whether it succeeded, and the result or the exception."""
    try:
        work, args, words = pickle.loads(order)
        return pickle.dumps((True, work(*args, **words)))
    except Exception as error:  # noqa: BLE001  whatever it is, it belongs to whoever ordered
        try:
            pickle.loads(pickle.dumps(error))  # checks that it can be transferred
        except Exception:  # noqa: BLE001  it cannot
            error = RuntimeError(f"{type(error).__name__}: {error}")
        return pickle.dumps((False, error))


def main() -> None:
    """Work until standard input ends, which it does with the process that started us."""
    os.nice(NICENESS)
    orders, results = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library's output is not a result
    while len(head := orders.read(LENGTH.size)) == LENGTH.size:
        result = perform(orders.read(LENGTH.unpack(head)[0]))
        results.write(LENGTH.pack(len(result)) + result)
        results.flush()


if __name__ == "__main__":
    main()
