"""The bulletin's hash tree (RFC 6962): every leaf proves its place, and no other."""

from __future__ import annotations

import hashlib

import pytest

from meeting_server.journal.paper import audit_path, root, root_by


@pytest.mark.parametrize("size", range(1, 18))
def test_every_leaf_leads_to_the_root(size: int) -> None:
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(size)]
    top = root(leaves)
    for index, leaf in enumerate(leaves):
        path = audit_path(index, leaves)
        assert root_by(leaf, index, size, path) == top
        assert root_by(hashlib.sha256(b"other").digest(), index, size, path) != top
        assert root_by(leaf, index, size, [*path, leaf]) is None


def test_the_root_depends_on_the_order() -> None:
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(4)]
    assert root(leaves) != root(leaves[::-1])
