"""The tree against RFC 6962 as it is written: recursive, and nothing kept."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.vault import merkle


def plain(leaves: list[bytes]) -> bytes:
    """RFC 6962 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + plain(leaves[:half]) + plain(leaves[half:])).digest()


def grown(leaves: list[bytes], pieces: list[int]) -> merkle.Tree:
    """A tree that got its leaves in pieces."""
    tree, start = merkle.Tree(), 0
    for piece in [*pieces, len(leaves)]:
        tree.extend(b"".join(merkle.leaf_hash(leaf) for leaf in leaves[start : start + piece]))
        start += piece
    return tree


LEAVES = st.lists(st.binary(max_size=40), max_size=70)


@given(LEAVES, st.lists(st.integers(0, 9), max_size=9))
def test_any_pieces_give_the_root_of_the_rfc(leaves: list[bytes], pieces: list[int]):
    tree = grown(leaves, pieces)
    assert (tree.size, tree.root()) == (len(leaves), plain(leaves))


@given(LEAVES, LEAVES)
def test_a_tree_goes_on_growing_after_its_root_was_asked_for(first: list[bytes], then: list[bytes]):
    tree = grown(first, [])
    assert tree.root() == plain(first)
    tree.extend(b"".join(map(merkle.leaf_hash, then)))
    assert tree.root() == plain(first + then)


@given(st.lists(st.binary(min_size=1, max_size=8), min_size=1, max_size=40), st.data())
def test_no_leaf_changes_moves_or_goes_unnoticed(leaves: list[bytes], data: st.DataObject):
    place = data.draw(st.integers(0, len(leaves) - 1))
    flipped = bytes([leaves[place][0] ^ 1]) + leaves[place][1:]
    root = plain(leaves)
    for other in (
        [*leaves[:place], flipped, *leaves[place + 1 :]],
        leaves[:place] + leaves[place + 1 :],
        [*leaves[: place + 1], leaves[place], *leaves[place + 1 :]],
    ):
        assert grown(other, []).root() != root


def test_known_roots():
    """From the test vectors of RFC 6962's reference implementation."""
    leaves = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43"]
    known = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    }
    for size, root in known.items():
        assert grown(leaves[:size], []).root().hex() == root


def test_the_root_of_the_trail_depends_on_every_lane_and_its_size():
    sizes, roots = [0] * 16, [merkle.EMPTY] * 16
    seen = {merkle.trail_root(sizes, roots)}
    for lane in range(16):
        seen.add(merkle.trail_root([*sizes[:lane], 1, *sizes[lane + 1 :]], roots))
        seen.add(merkle.trail_root(sizes, [*roots[:lane], b"\0" * 32, *roots[lane + 1 :]]))
    assert len(seen) == 33
    with pytest.raises(ValueError, match="zip"):
        merkle.trail_root(sizes, roots[:15])
