"""Typed messages of the socket; TypeScript types and docs/PROTOCOL.md are generated from here."""
