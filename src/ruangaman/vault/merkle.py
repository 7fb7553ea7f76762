"""Merkle trees of the trail: RFC 6962 for each lane, and one root over the sixteen of them.

A lane's rows have one order; between lanes there is none, so each lane has a tree of its own and the order in which
lanes were appended to makes no difference. Bytes: docs/adr/0016-checkpoints-of-the-trail.md.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence

from ruangaman.vault import layout

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows: only the roots of its full subtrees are kept, so any size takes a few hundred bytes."""

    def __init__(self) -> None:
        """The empty tree."""
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def extend(self, leaves: bytes) -> None:
        """Add leaf hashes, one after another in `leaves`, in as large full subtrees as fit."""
        start = 0
        while start < len(leaves):
            room = (len(leaves) - start) // HASH_BYTES
            run = 1 << (room.bit_length() - 1)
            if self.size:
                run = min(run, self.size & -self.size)
            end = start + run * HASH_BYTES
            self._push(run, _full(leaves[start:end]))
            start = end

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self._peaks:
            return EMPTY
        root = self._peaks[-1][1]
        for _size, peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def _push(self, size: int, peak: bytes) -> None:
        self.size += size
        while self._peaks and self._peaks[-1][0] == size:
            size, peak = 2 * size, node_hash(self._peaks.pop()[1], peak)
        self._peaks.append((size, peak))


def _full(level: bytes) -> bytes:
    """Return the root of a full tree over a power of two of leaf hashes."""
    pair, sha256 = 2 * HASH_BYTES, hashlib.sha256
    while len(level) > HASH_BYTES:
        pairs = range(0, len(level), pair)
        level = b"".join([sha256(b"\x01" + level[at : at + pair]).digest() for at in pairs])
    return level


def trail_root(sizes: Sequence[int], roots: Sequence[bytes]) -> bytes:
    """Return the one root over all lanes: their sizes and roots, in the order of the lanes."""
    lanes = (struct.pack(">Q", size) + root for size, root in zip(sizes, roots, strict=True))
    return hashlib.sha256(layout.label("trail-root") + b"".join(lanes)).digest()
