"""The rules of a meeting, as pure functions: no I/O, no clock, no randomness, no third party."""
